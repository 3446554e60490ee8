"""CODA, the Belgian banks' statement (Febelfin, CODA standard 2.6): records put together to statements. Pure.

Sums, balances and the number of records must hold, or that statement is refused and the others are read. Numbers that only
point (next record, link, statement) are hints: they explain a gap that the count of records shows, and refuse nothing by
themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from commonweal.kernel.text import clean
from commonweal.treasury.rules.statements import coda_movements, facts
from commonweal.treasury.rules.statements.coda_movements import Move
from commonweal.treasury.rules.statements.coda_records import NOT_AS_DESCRIBED, Record, records_of
from commonweal.treasury.rules.statements.facts import (
    BankStatement,
    Found,
    Reading,
    Unreadable,
    gettext_noop,
)

_SUMS = gettext_noop("the sum of movements is not the one the bank gives")
_COUNT = gettext_noop("the number of records is not the one the bank counted")
_PART = gettext_noop("a part of the movement before is missing")
_ORDER = gettext_noop("this record cannot stand here")
_END = gettext_noop("the end of the file is missing")
_BALANCE = gettext_noop("the record of a balance is missing, or stands there twice")


@dataclass(slots=True)
class _Block:
    """The records of one statement, from record 0 to record 9; `trouble` is why it has no end, or no beginning."""

    head: Record
    records: list[Record] = field(default_factory=list)
    trouble: Unreadable | None = None

    def one(self, kind: str) -> Record | None:
        """The only record of a kind; None when there is none. Raises Unreadable for a second one."""
        found = [each for each in self.records if each.kind == kind]
        if len(found) > 1:
            raise Unreadable(found[1].line, _BALANCE, kind="balance")
        return found[0] if found else None


def read(text: str, own: str) -> Reading:
    """The statements of an account in a CODA file. Raises Unreadable for what is no CODA at all."""
    records = records_of(text)
    found = Found()
    for block in _blocks(records):
        found.read(block, block.head.line, own, _account, _statement)
    return found.reading("CODA", more_follows=bool(records) and records[-1].text[-1] == "1")


def _blocks(records: list[Record]) -> Iterator[_Block]:
    """The records of each statement. What stands between two of them is a block of its own, in trouble."""
    block: _Block | None = None
    for record in records:
        if record.kind == "0":
            if block is not None:
                block.trouble = block.trouble or Unreadable(record.line, _END, kind="end")
                yield block
            block = _Block(record)
        elif block is None:
            block = _Block(record, trouble=Unreadable(record.line, _ORDER, kind="order"))
        else:
            block.records.append(record)
            if record.kind == "9":
                yield block
                block = None
    if block is not None:
        block.trouble = block.trouble or Unreadable(records[-1].line, _END, kind="end")
        yield block


def _account(block: _Block) -> tuple[str, str, int]:
    """The account and currency of a block as record 1 gives them. A structure left blank is known by what stands there."""
    start = block.one("1")
    if start is None:
        if block.trouble is not None:
            raise block.trouble
        raise Unreadable(block.head.line, _BALANCE, "1", kind="balance")
    account, currency = start.field(6, 39), start.field(40, 42)
    if start.field(2, 2) == "0" or (start.field(2, 2) == " " and re.match(r"\d{12} ", account, re.ASCII)):
        account, currency = start.field(6, 17), start.field(19, 21)
    if re.fullmatch(r"\d{12}", account.strip(), re.ASCII):
        return facts.belgian_iban(account.strip()), _currency(currency), start.line
    if not account.strip():
        what = gettext_noop("the check digits of an account number do not hold")
        raise Unreadable(start.line, what, kind="account")
    known = facts.other_party(account)
    if not known.iban and account.split():
        known = facts.other_party(account.split()[0])
    return known.iban or known.other, _currency(currency), start.line


def _currency(written: str) -> str:
    return clean(written, lines=False).upper() or "EUR"


def _statement(block: _Block, account: str) -> BankStatement:
    """What a block of this account says. Raises Unreadable when what is the account's own does not hold."""
    if block.head.kind == "0" and block.head.text[-1] == "1":
        what = gettext_noop("this is CODA version 1, which banks left in 2006: ask for version 2")
        raise Unreadable(block.head.line, what, kind="version")
    broken = next((each for each in [block.head, *block.records] if not each.is_whole), None)
    if broken is not None:
        raise Unreadable(broken.line, NOT_AS_DESCRIBED, kind="record")
    if block.trouble is not None:
        raise block.trouble
    start, new, end = block.one("1"), block.one("8"), block.records[-1]
    if start is None or block.records[0] is not start:
        raise Unreadable(block.records[0].line, _ORDER, kind="order")
    moves = coda_movements.moves_of(block.records)
    _counted(block, moves, end)
    if new is None and moves:
        raise Unreadable(end.line, _BALANCE, "8", kind="balance")
    first, made = start.day(59), block.head.day(6)
    old_cents = start.cents(43, 44)
    day = (new.day(58) if new else None) or made or first
    if day is None:
        raise Unreadable(start.line, gettext_noop("this day does not exist"), kind="day")
    if new is None and first is not None:
        day = max(day, first)
    lines = tuple(line for move in moves for line in coda_movements.lines_of(move, day))
    number = facts.statement_number(day, new.field(2, 4) if new else start.field(3, 5))
    new_cents = new.cents(42, 43) if new else old_cents
    return facts.checked(BankStatement(account, number, day, old_cents, new_cents, lines, first), end.line)


def _counted(block: _Block, moves: list[Move], end: Record) -> None:
    """Holds the records against the trailer: how many there are, what came and what went (in thousandths)."""
    count = sum(each.kind not in ("4", "9") for each in block.records)
    if int(end.field(17, 22)) != count:
        raise _gap(block.records) or Unreadable(end.line, _COUNT, kind="count")
    amounts = [move.head.amount(32, 33) for move in moves]
    came, went = sum(each for each in amounts if each > 0), -sum(each for each in amounts if each < 0)
    if (int(end.field(23, 37)), int(end.field(38, 52))) != (went, came):
        raise Unreadable(end.line, _SUMS, kind="sums")


def _gap(records: list[Record]) -> Unreadable | None:
    """Where the records say themselves that one is missing."""
    for before, after in pairwise(records):
        if before.kind[0] not in "23":
            if after.kind in ("22", "23", "32", "33"):
                return Unreadable(after.line, _PART, kind="part")
            continue
        same = after.kind[0] == before.kind[0] and after.text[2:10] == before.text[2:10]
        if before.field(126, 126) == "1" and not (same and after.kind > before.kind):
            return Unreadable(after.line, _PART, kind="part")
        if before.field(128, 128) == "1" and before.field(126, 126) != "1" and after.kind != "31":
            return Unreadable(after.line, _PART, kind="part")
    return None
