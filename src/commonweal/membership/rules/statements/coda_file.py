"""CODA, the Belgian banks' statement of 128 characters a line (Febelfin, version 2), read by `febelfin-coda`.

The library takes what it gets: it passes over lines it does not know and checks totals by `assert`. So each line is held
against the shape of its record first, and the sums are made again afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from coda import CODA
from stdnum import iban
from stdnum.be import iban as be_iban
from stdnum.be import ogm_vcs
from stdnum.exceptions import InvalidComponent, ValidationError

from commonweal.kernel.text import clean
from commonweal.membership.rules.statements import facts
from commonweal.membership.rules.statements.facts import BankLine, BankStatement, Unreadable, gettext_noop

WIDTH = 128
# Digits, blanks and flags by place; a full stop is any character.
_SHAPES = {
    "0": r"00000\d{6}\d{3}.{113}2",
    "1": r"1[0-3]\d{3}.{37}[01]\d{15}\d{6}.{61}\d{3}",
    "21": r"21\d{8}.{21}[01]\d{15}\d{6}\d{8}[01].{53}\d{6}\d{3}\d[01] [01]",
    "22": r"22\d{8}.{115}[01] [01]",
    "23": r"23\d{8}.{115}0 [01]",
    "31": r"31\d{8}.{21}\d{8}.{86}[01] [01]",
    "32": r"32\d{8}.{115}[01] [01]",
    "33": r"33\d{8}.{115}0 [01]",
    "4": r"4.{127}",
    "8": r"8\d{3}.{37}[01]\d{15}\d{6}.{64}[01]",
    "9": r"9.{15}\d{6}\d{15}\d{15}.{75}[12]",
}
SHAPES = {record: re.compile(shape, re.ASCII) for record, shape in _SHAPES.items()}
# What may come after a record. Articles 2 and 3 of one movement are followed by their own number in `_follows`.
_BODY = {"21", "31", "4", "8"}
AFTER = {
    "0": {"1"},
    "1": _BODY,
    "21": _BODY | {"22", "23"},
    "22": _BODY | {"23"},
    "23": _BODY,
    "31": _BODY | {"32", "33"},
    "32": _BODY | {"33"},
    "33": _BODY,
    "4": _BODY | {"9"},
    "8": {"4", "9"},
    "9": {"0"},
}
GLOBAL = {"1", "2"}
STRUCTURED = {"101", "102"}


def read(data: bytes) -> tuple[BankStatement, ...]:
    """The statements of a CODA file. Raises Unreadable."""
    lines = _lines(data)
    places = _checked(lines)
    feed = _Feed(lines)
    try:
        parsed = CODA(feed)
    except (AssertionError, AttributeError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
        raise Unreadable(feed.line, gettext_noop("this record is not as CODA describes it")) from wrong
    return tuple(_statement(found, place) for found, place in zip(parsed.statements, places, strict=True))


class _Feed:
    """Gives the library its lines and remembers where it is."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.line = lines, 1

    def __iter__(self) -> Iterator[str]:
        for self.line, text in enumerate(self.lines, start=1):  # noqa: B020 - kept for the refusal
            yield text


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("windows-1252", errors="replace")
    lines = [line.removesuffix("\r") for line in text.removesuffix("\x1a").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _record(text: str) -> str:
    return text[:2] if text[:1] in ("2", "3") else text[:1]


def _checked(lines: list[str]) -> list[dict[str, int]]:
    """Holds every line against its record and its neighbours; gives for each statement the lines of its balances
    (`1`, `9`) and of its movements (their eight digits)."""
    last, places, end = "9", list[dict[str, int]](), ""
    for number, text in enumerate(lines, start=1):
        record = _record(text)
        shape = SHAPES.get(record)
        if len(text) != WIDTH or shape is None or not shape.fullmatch(text) or "\ufffd" in text:
            raise Unreadable(number, gettext_noop("this record is not as CODA describes it"))
        if record not in AFTER[last]:
            raise Unreadable(number, gettext_noop("this record cannot stand here"))
        if number > 1 and not _follows(lines[number - 2], text):
            raise Unreadable(number, gettext_noop("a part of the movement before is missing"))
        if record == "0":
            places.append({})
        places[-1][text[2:10] if record == "21" else record] = number
        last, end = record, text[-1]
    if last != "9" or end != "2":
        raise Unreadable(len(lines) or 1, gettext_noop("the end of the file is missing"))
    return places


def _follows(before: str, text: str) -> bool:
    """Whether a record announces exactly what comes after it: its next part, or information that belongs to it."""
    if before[0] == "9":
        return before[-1] == "1"
    if before[0] not in "23":
        return text[0] not in "23" or text[1] == "1"
    next_part, information = before[125] == "1", before[127] == "1"
    part = text[0] == before[0] and text[1] > before[1] and text[2:10] == before[2:10]
    if next_part:
        return part
    return (text[0] == "3") is information and not (text[0] in "23" and text[1] != "1")


def _statement(found: Any, places: dict[str, int]) -> BankStatement:
    start, end = places["1"], places["9"]
    if found.account_currency.strip() not in ("EUR", ""):
        raise Unreadable(start, gettext_noop("the account is not kept in euro"))
    account = _account(found.account, start)
    if not account:
        raise Unreadable(start, gettext_noop("the check digits of an account number do not hold"))
    lines = tuple(_told(found, places))
    number = facts.statement_number(found.new_balance_date.year, found.new_sequence)
    old, new = _cents(found.old_balance, start), _cents(found.new_balance, end)
    told = BankStatement(account, number, found.new_balance_date, old, new, lines)
    return facts.checked(told, found.old_balance_date, end)


def _told(found: Any, places: dict[str, int]) -> Iterator[BankLine]:
    for move in found.moves:
        parts = move.moves if move.transaction_type in GLOBAL and move.moves else [move]
        if sum(part.amount for part in parts) != move.amount:
            place = places[move.sequence + move.detail_sequence]
            raise Unreadable(place, gettext_noop("the parts of a movement do not give its amount"))
        for part in parts:
            yield _line(part, places[part.sequence + part.detail_sequence], found)


def _line(move: Any, line: int, found: Any) -> BankLine:
    text = clean(move.communication or "", lines=False)[: facts.TEXT]
    given = ""
    if move.communication_type in STRUCTURED:
        given = text
        if given.strip("0") and not ogm_vcs.is_valid(given):
            raise Unreadable(line, gettext_noop("the check digits of a structured communication do not hold"))
        given = given if given.strip("0") else ""
    account = (move.counterparty_account or "").split(" ")[0]
    return BankLine(
        line=line,
        amount_cents=_cents(move.amount, line),
        booked_on=move.entry_date,
        reference=_reference(move, found),
        payer_iban=_account(account, line),
        payer_name=clean(move.counterparty_name or "", lines=False)[: facts.NAME],
        communication=given or facts.communication_in(text),
        text=text,
    )


def _reference(move: Any, found: Any) -> str:
    said = clean(move.bank_reference, lines=False)
    return said or f"{found.new_balance_date.year}-{found.new_sequence}/{move.sequence}{move.detail_sequence}"


def _account(text: str, line: int) -> str:
    """An IBAN, also of a Belgian account written the old way, in twelve digits."""
    if re.fullmatch(r"\d{12}", text, re.ASCII):
        if not text.strip("0"):
            return ""
        text = f"BE{iban.calc_check_digits('BE00' + text)}{text}"
        try:
            return str(be_iban.validate(text))
        except InvalidComponent:
            return ""
        except ValidationError as wrong:
            raise Unreadable(
                line, gettext_noop("the check digits of an account number do not hold")
            ) from wrong
    return facts.account_number(text, line)


def _cents(amount: Any, line: int) -> int:
    cents = amount * 100
    if cents != int(cents):
        raise Unreadable(line, gettext_noop("an amount has parts of a cent"))
    return int(cents)
