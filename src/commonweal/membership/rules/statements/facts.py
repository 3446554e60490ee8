"""What every bank statement says, whatever its format, and the checks both readers share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from stdnum import iban
from stdnum.be import ogm_vcs
from stdnum.exceptions import ValidationError

from commonweal.kernel.text import clean
from commonweal.kernel.words import gettext_noop

__all__ = [
    "BankLine",
    "BankStatement",
    "Unreadable",
    "account_number",
    "checked",
    "communication_in",
    "gettext_noop",
    "statement_number",
]
TEXT, NAME, REFERENCE, NUMBER = 280, 140, 80, 35
_PRINTED = re.compile(r"(?<![\d/])[+*]*(\d{3})/?(\d{4})/?(\d{5})(?![\d/])", re.ASCII)
_LIKE_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", re.ASCII)


class Unreadable(Exception):
    """The file does not hold together. `line` is where it shows; `what` is an English source text; `detail` a name."""

    def __init__(self, line: int, what: str, detail: str = "") -> None:
        super().__init__(f"line {line}: {what} {detail}".strip())
        self.line, self.what, self.detail = line, what, clean(detail, lines=False)[:60]


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on the account: cents, positive when they came. `reference` is the bank's, one of its kind in a
    statement. `communication` is the twelve digits of a structured communication, or empty."""

    line: int
    amount_cents: int
    booked_on: date
    reference: str
    payer_iban: str
    payer_name: str
    communication: str
    text: str


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One statement of one account in euro: the balances before and after, and what moved between them, in cents."""

    account: str
    number: str
    day: date
    old_cents: int
    new_cents: int
    lines: tuple[BankLine, ...]


def checked(statement: BankStatement, first: date, line: int) -> BankStatement:
    """The statement with its references made unique. Raises Unreadable when the balances do not follow, or when a day
    lies outside those it covers: from the day of its old balance (`first`) to that of its new one."""
    if statement.day < first:
        raise Unreadable(line, gettext_noop("the days of the balances are not in order"))
    for each in statement.lines:
        if not first <= each.booked_on <= statement.day:
            raise Unreadable(
                each.line, gettext_noop("a movement was booked on a day the statement does not cover")
            )
    if statement.old_cents + sum(each.amount_cents for each in statement.lines) != statement.new_cents:
        raise Unreadable(line, gettext_noop("the old balance and the movements do not give the new balance"))
    return replace(statement, lines=tuple(_numbered(statement.lines)))


def _numbered(lines: Iterable[BankLine]) -> Iterable[BankLine]:
    seen: dict[str, int] = {}
    for each in lines:
        seen[each.reference] = count = seen.get(each.reference, 0) + 1
        yield replace(each, reference=f"{each.reference}#{count}") if count > 1 else each


def account_number(text: str, line: int) -> str:
    """A valid IBAN; empty for accounts that have none. Raises Unreadable for an IBAN whose check digits do not hold."""
    bare = text.replace(" ", "").upper()
    if not _LIKE_IBAN.fullmatch(bare):
        return ""
    try:
        # The checks of single countries know banks that exist today; a payer's bank may be newer.
        return str(iban.validate(bare, check_country=False))
    except ValidationError as wrong:
        raise Unreadable(line, gettext_noop("the check digits of an account number do not hold")) from wrong


def statement_number(year: int, sequence: str) -> str:
    """The number of a statement within its year, spelt the same whatever the format; other names stay as they are."""
    bare = clean(sequence, lines=False)[:NUMBER]
    return f"{year}-{int(bare):03d}" if bare.isascii() and bare.isdigit() and len(bare) < 6 else bare


def communication_in(text: str) -> str:
    """The one structured communication people typed into a free text; empty when there is none, or more than one."""
    found = {"".join(parts) for parts in _PRINTED.findall(text)}
    valid = {digits for digits in found if ogm_vcs.is_valid(digits)}
    return valid.pop() if len(valid) == 1 else ""
