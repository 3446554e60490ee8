"""What was read in a bank's file, as plain values (JSON) that are kept beside it: no page reads the file again. Pure."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from commonweal.treasury.rules.statements.facts import (
    BankLine,
    BankStatement,
    Odd,
    Oddity,
    Reading,
    SetAside,
    Unreadable,
)

Plain = dict[str, Any]


def plain_reading(reading: Reading) -> Plain:
    """A reading as plain values; `reading_from` makes it again."""
    return {
        "format": reading.format,
        "statements": [_plain_statement(each) for each in reading.statements],
        "set_aside": [_plain(each) for each in reading.set_aside],
        "more_follows": reading.more_follows,
        "refused": [[each.line, each.what, each.detail, each.kind] for each in reading.refused],
    }


def reading_from(plain: Plain) -> Reading:
    """The reading that plain values were made of. Raises KeyError, TypeError, ValueError for other values."""
    return Reading(
        format=plain["format"],
        statements=tuple(_statement(each) for each in plain["statements"]),
        set_aside=tuple(SetAside(**each) for each in plain["set_aside"]),
        more_follows=plain["more_follows"],
        refused=tuple(Unreadable(*each) for each in plain["refused"]),
    )


def _plain(row: BankLine | BankStatement | SetAside) -> Plain:
    return {each.name: getattr(row, each.name) for each in fields(row)}


def _plain_statement(statement: BankStatement) -> Plain:
    return {
        **_plain(statement),
        "day": statement.day.isoformat(),
        "first": statement.first and statement.first.isoformat(),
        "lines": [_plain_line(each) for each in statement.lines],
    }


def _plain_line(line: BankLine) -> Plain:
    odd = [[each.code.value, each.detail] for each in line.odd]
    return {**_plain(line), "booked_on": line.booked_on.isoformat(), "odd": odd}


def _statement(plain: Plain) -> BankStatement:
    first = plain["first"]
    days = {
        "day": date.fromisoformat(plain["day"]),
        "first": None if first is None else date.fromisoformat(first),
    }
    return BankStatement(**{**plain, **days, "lines": tuple(map(_line, plain["lines"]))})


def _line(plain: Plain) -> BankLine:
    odd = tuple(Odd(Oddity(code), detail) for code, detail in plain["odd"])
    return BankLine(**{**plain, "booked_on": date.fromisoformat(plain["booked_on"]), "odd": odd})
