"""What every bank statement says, whatever its format, and the checks both readers share. Pure.

Own account, sums and balances must hold, or their statement is refused, and no other. An odd detail is kept beside the
movement (`Odd`), which then waits for a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from stdnum import iban
from stdnum.be import iban as be_iban
from stdnum.exceptions import InvalidComponent, ValidationError

from commonweal.kernel.text import clean
from commonweal.kernel.words import Words, gettext_noop

__all__ = [
    "BankLine",
    "BankStatement",
    "Found",
    "Odd",
    "Oddity",
    "Reading",
    "SetAside",
    "Unreadable",
    "account_number",
    "checked",
    "cleaned",
    "few",
    "gettext_noop",
    "statement_number",
]
# More payments in one movement are not told apart: it is kept whole, and waits for a person.
PARTS_MAX = 10_000
# Statements of one file, with those set aside; and parts of it that do not hold together. Nobody looks at more, and a few
# bytes can make one.
STATEMENTS_MAX, REFUSED_MAX = 1_000, 100
# Of each kind of oddity, so many stand beside a movement.
ODD_MAX = 5
TEXT, NAME, REFERENCE, NUMBER, ACCOUNT = 500, 140, 80, 35, 40
# A booking day may lie this far outside the days of the balances: what is booked on a weekend stands in the next
# statement, and a moment in another time zone may fall on the next day.
DAYS_BEFORE, DAYS_AFTER = 31, 1
_LIKE_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", re.ASCII)


class Unreadable(Exception):
    """A file, or one statement of it, that does not hold together. `line` is where it shows; `kind` a code for programs;
    `what` an English source text that says what it is and what to do; `detail` a name or value from the file."""

    def __init__(self, line: int, what: str, detail: str = "", kind: str = "broken") -> None:
        super().__init__(f"line {line}: {what} {detail}".strip())
        self.line, self.what, self.kind = line, what, kind
        self.detail = clean(detail, lines=False)[:60]

    def __reduce__(self) -> tuple[type[Unreadable], tuple[int, str, str, str]]:
        """How it comes over from another process."""
        return type(self), (self.line, self.what, self.detail, self.kind)


class Oddity(Words):
    """What is odd about one movement; each lets it wait on the list."""

    PAYER_ACCOUNT = "payer_account", gettext_noop("the number of the payer's account does not hold")
    COMMUNICATION = (
        "communication",
        gettext_noop("the check digits of its structured communication do not hold"),
    )
    COMMUNICATIONS = (
        "communications",
        gettext_noop("it names more than one structured communication, so none was chosen"),
    )
    UNSPLIT = (
        "unsplit",
        gettext_noop("several payments came as one, and the bank does not say how much each is"),
    )
    PARTS = "parts", gettext_noop("the amount in its details is not the amount booked")
    COUNT = "count", gettext_noop("the bank says another number of payments than its details hold")
    SIGN = "sign", gettext_noop("in its details money goes the other way than it was booked")
    DAY = "day", gettext_noop("it was booked on a day its statement does not cover")
    NO_DAY = "no_day", gettext_noop("the bank gives no booking day that can be read")
    OTHER = "other", gettext_noop("the bank wrote something in it that the standard does not know")
    REVERSAL = "reversal", gettext_noop("the bank marks it as taken back or corrected")
    RETURN = "return", gettext_noop("the bank marks it as a payment that comes back")
    REPEATED = (
        "repeated",
        gettext_noop(
            "it equals one that was read in before, in another statement: see whether the money came once or twice"
        ),
    )
    CONTRADICTS = (
        "contradicts",
        gettext_noop(
            "a statement of the same day and balances was read in before, with another movement in its place"
        ),
    )
    OVERLAPS = (
        "overlaps",
        gettext_noop(
            "it has the day and amount of one in a statement read in before: see whether the money came once or twice"
        ),
    )
    NEAR = (
        "near",
        gettext_noop(
            "a movement of the same amount, payer and communication was booked on another day, in another statement"
        ),
    )


@dataclass(frozen=True, slots=True)
class Odd:
    """One oddity of a movement, with what the file says there."""

    code: Oddity
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on the account: cents, positive when they came.

    `reference` is the bank's, which may come again on other movements, or be empty. `communication` is the twelve digits of
    a structured communication, or empty. `payer_name` and `payer_iban` are of the other party, also when money goes out;
    `ultimate_name` is for whom that party paid; `other_account` an account that is no IBAN, as written. `end_to_end` is the
    payer's own reference, which comes back with a payment of ours that is returned for `return_code` (ISO 20022).
    """

    line: int
    amount_cents: int
    booked_on: date
    reference: str
    payer_iban: str
    payer_name: str
    communication: str
    text: str
    ultimate_name: str = ""
    other_account: str = ""
    end_to_end: str = ""
    return_code: str = ""
    odd: tuple[Odd, ...] = ()


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One statement of one account in euro: the balances before and after, and what moved between them, in cents.
    `first` is the day of the old balance, None when the bank gives none."""

    account: str
    number: str
    day: date
    old_cents: int
    new_cents: int
    lines: tuple[BankLine, ...]
    first: date | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part of a file that is a statement of another account, or in another currency: named, not read."""

    account: str
    currency: str
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: its format, statements of the account asked for in the file's order, and the parts set aside.
    `more_follows`: the bank says that another file comes after this one. `refused` are parts that do not hold together,
    each with its line: nothing of them was read, all the rest was."""

    format: str
    statements: tuple[BankStatement, ...]
    set_aside: tuple[SetAside, ...] = ()
    more_follows: bool = False
    refused: tuple[Unreadable, ...] = ()


Piece = TypeVar("Piece")


@dataclass(slots=True)
class Found:
    """What a reader found in a file so far, part by part."""

    statements: list[BankStatement] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    refused: list[Unreadable] = field(default_factory=list)

    def add(self, part: BankStatement | SetAside | Unreadable, line: int) -> None:
        """Adds a part that begins at a line. Raises Unreadable for one more than a file may have."""
        if isinstance(part, Unreadable):
            self.refused.append(part)
        elif isinstance(part, SetAside):
            self.set_aside.append(part)
        else:
            self.statements.append(part)
        if len(self.refused) > REFUSED_MAX:
            what = gettext_noop(
                "too many parts of this file do not hold together: take it from the bank once more"
            )
            raise Unreadable(line, what, kind="too_many")
        if len(self.statements) + len(self.set_aside) > STATEMENTS_MAX:
            what = gettext_noop(
                "more statements are in this file than can be read at once: take it from the bank in parts, for fewer days"
            )
            raise Unreadable(line, what, kind="too_many")

    def read(
        self,
        piece: Piece,
        line: int,
        own: str,
        account_of: Callable[[Piece], tuple[str, str, int]],
        statement_in: Callable[[Piece, str], BankStatement],
    ) -> None:
        """Adds what a piece of the file that begins at a line is: a statement of the account `own` in euro, another
        account's, or one that does not hold. Raises Unreadable for one more than a file may have."""
        try:
            account, currency, where = account_of(piece)
            is_own = bool(own) and (account, currency) == (own, "EUR")
            self.add(statement_in(piece, account) if is_own else SetAside(account, currency, where), line)
        except Unreadable as trouble:
            if trouble.kind == "too_many":
                raise
            self.add(trouble, line)

    def reading(self, name: str, *, more_follows: bool = False) -> Reading:
        """All of it, as the reading of a file of this format."""
        return Reading(name, tuple(self.statements), tuple(self.set_aside), more_follows, tuple(self.refused))


Row = TypeVar("Row", BankLine, BankStatement, SetAside, Odd)


def cleaned(reading: Reading) -> Reading:
    """The reading with every text in it safe to keep and to show: no control character, no half of a letter.

    Every reading passes here, whichever field a text of the file found its way into.
    """
    return replace(
        reading,
        statements=tuple(_clean_statement(each) for each in reading.statements),
        set_aside=tuple(_clean(each) for each in reading.set_aside),
    )


def _clean_statement(statement: BankStatement) -> BankStatement:
    lines = (replace(_clean(each), odd=tuple(map(_clean, each.odd))) for each in statement.lines)
    return replace(_clean(statement), lines=tuple(lines))


def _clean(row: Row) -> Row:
    values: dict[str, Any] = {each.name: getattr(row, each.name) for each in fields(row)}
    texts = {name: clean(text, lines=False) for name, text in values.items() if type(text) is str}
    changes: dict[str, Any] = {name: text for name, text in texts.items() if text != values[name]}
    return replace(row, **changes) if changes else row


def checked(statement: BankStatement, line: int) -> BankStatement:
    """The statement, movements far outside its days marked. Raises Unreadable when the balances do not follow."""
    first = statement.first
    if first is not None and statement.day < first:
        raise Unreadable(line, gettext_noop("the days of the balances are not in order"), kind="day")
    if statement.old_cents + sum(each.amount_cents for each in statement.lines) != statement.new_cents:
        what = gettext_noop("the old balance and the movements do not give the new balance")
        raise Unreadable(line, what, kind="sums")
    return replace(statement, lines=tuple(_within(statement, first)))


def _within(statement: BankStatement, first: date | None) -> Iterable[BankLine]:
    last = statement.day + timedelta(days=DAYS_AFTER) if statement.day < date.max else date.max
    # The first statement of an account may go back as far as it likes: there is no balance before it.
    start = None if first is None else max(first.toordinal() - DAYS_BEFORE, 1)
    for each in statement.lines:
        outside = each.booked_on > last or (start is not None and each.booked_on.toordinal() < start)
        odd = (*each.odd, Odd(Oddity.DAY, each.booked_on.isoformat())) if outside else each.odd
        yield replace(each, odd=tuple(few(odd)))


def few(odd: Iterable[Odd]) -> Iterator[Odd]:
    """Each oddity once, and no more of a kind than anybody reads."""
    kinds: Counter[Oddity] = Counter()
    for each in dict.fromkeys(odd):
        kinds[each.code] += 1
        if kinds[each.code] <= ODD_MAX:
            yield each


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a file names it: an IBAN whose digits hold, or the text as written (`other`), with what is odd."""

    iban: str = ""
    other: str = ""
    odd: tuple[Odd, ...] = ()


def other_party(text: str) -> Account:
    """The account of another party; also a Belgian one written the old way, in twelve digits.

    What looks like an IBAN (ISO 13616) and is none is odd; an account of a country without IBAN is not.
    """
    bare = re.sub(r"[\s.-]", "", text).upper()
    written = clean(text, lines=False)[:ACCOUNT]
    found = account_number(bare)
    if found:
        return Account(found)
    if not bare.strip("0"):
        return Account()
    if _LIKE_IBAN.fullmatch(bare):
        return Account(other=written, odd=(Odd(Oddity.PAYER_ACCOUNT, written),))
    if not re.fullmatch(r"\d{12}", bare, re.ASCII):
        return Account(other=written)
    try:
        return Account(str(be_iban.validate(belgian_iban(bare))))
    except InvalidComponent:
        # No bank has this number today.
        return Account(other=written)
    except ValidationError:
        return Account(other=written, odd=(Odd(Oddity.PAYER_ACCOUNT, written),))


def belgian_iban(digits: str) -> str:
    """The IBAN of a Belgian account written the old way, in twelve digits, whether its bank exists or not."""
    return f"BE{iban.calc_check_digits('BE00' + digits)}{digits}"


def account_number(text: str) -> str:
    """A valid IBAN without spaces, in capitals; empty for anything else."""
    bare = re.sub(r"\s", "", text).upper()
    if not _LIKE_IBAN.fullmatch(bare):
        return ""
    try:
        # The checks of single countries know banks that exist today; a payer's bank may be newer.
        return str(iban.validate(bare, check_country=False))
    except ValidationError:
        return ""


def statement_number(day: date, sequence: str) -> str:
    """The number of a statement within the year of its last day, spelt the same whatever the format; other names stay as
    they are, and a statement without any is named after its day."""
    bare = clean(sequence, lines=False)[:NUMBER]
    digits = bare.lstrip("0")
    if bare.isascii() and bare.isdigit() and len(digits) < 6:
        return f"{day.year}-{int(bare):03d}"
    return bare or day.isoformat()
