"""Rows of a sheet with members or movements, read cell by cell: what they say, or what is wrong in which column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from stdnum.be import vat
from stdnum.exceptions import ValidationError

from commonweal.kernel.money import UnreadableAmount, Wrong, cents_from_number, cents_from_text
from commonweal.kernel.text import is_email, plain
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules import movements
from commonweal.membership.rules.movements import GIVING_BACK, PASSING_ON, MovementKind
from commonweal.membership.rules.sheets import Cell, as_text
from commonweal.people.rules import kept_names, plausible_birthday
from commonweal.places.countries import HOME, country_names, postcode_abroad
from commonweal.places.rules import plain_postcode

NUMBER_MAX = 2_000_000_000
SHARES_MAX = 1_000_000
CENTS_MAX = 10**12
LANGUAGES = ("fr", "nl", "de", "en")


class ImportKind(Words):
    """What a sheet brings in."""

    MEMBERS = "members", gettext_noop("Members")
    MOVEMENTS = "movements", gettext_noop("Movements of shares")


# Column -> whether it must be there, and what stands in it.
COLUMNS: dict[ImportKind, dict[str, tuple[bool, str]]] = {
    ImportKind.MEMBERS: {
        "number": (True, gettext_noop("Member number, whole, as it was; never given twice")),
        "given_name": (False, gettext_noop("First name of a person")),
        "family_name": (False, gettext_noop("Family name of a person")),
        "born_on": (False, gettext_noop("Date of birth, as 1950-12-31 or 31/12/1950")),
        "organisation": (False, gettext_noop("Name of an organisation, instead of a person's names")),
        "company_number": (False, gettext_noop("Belgian company number of the organisation")),
        "language": (True, gettext_noop("fr, nl, de or en")),
        "email": (False, gettext_noop("E-mail address")),
        "phone": (False, gettext_noop("Telephone")),
        "street": (False, gettext_noop("Street and number")),
        "postcode": (True, gettext_noop("Postcode: Belgian, or as the other country writes it")),
        "nis": (False, gettext_noop("NIS code of the municipality, where a postcode lies in several")),
        "country": (False, gettext_noop("Two letters of the country, such as FR; empty for Belgium")),
        "town": (False, gettext_noop("Town, outside Belgium only")),
        "joined_on": (True, gettext_noop("First day of membership")),
        "left_on": (False, gettext_noop("First day without membership; empty for who is a member")),
    },
    ImportKind.MOVEMENTS: {
        "reference": (True, gettext_noop("The movement's own number in the old register; makes it come in once")),
        "number": (True, gettext_noop("Member number of who gets or gives the shares")),
        "kind": (True, gettext_noop("subscription, payment, transfer, inheritance, refund, exclusion or conversion")),
        "share_class": (True, gettext_noop("Class of shares")),
        "count": (True, gettext_noop("How many shares; 0 for a payment")),
        "amount": (True, gettext_noop("Euro paid on these shares, such as 1500.00")),
        "effective_on": (True, gettext_noop("Day on which it took effect")),
        "counterpart": (False, gettext_noop("Transfer, inheritance: member number of who gets the shares")),
        "to_class": (False, gettext_noop("Conversion: the class they became")),
        "to_count": (False, gettext_noop("Conversion: how many of that class")),
        "document": (False, gettext_noop("Document it rests on")),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell: its row (1 is the header), column and reason, in English, to be translated.

    `values` fill the places the reason leaves open, such as both readings of an amount.
    """

    row: int
    column: str
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as a sheet tells it; a person by one name or two, or an organisation by its own."""

    row: int
    number: int
    given_name: str
    family_name: str
    born_on: date | None
    organisation: str
    company_number: str
    language: str
    email: str
    phone: str
    street: str
    postcode: str
    nis: str
    country: str
    town: str
    joined_on: date
    left_on: date | None

    @property
    def name(self) -> str:
        """What the member is called."""
        return self.organisation or f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A movement as a sheet tells it; `cents` go or come with the shares."""

    row: int
    reference: str
    number: int
    kind: MovementKind
    share_class: str
    count: int
    cents: int
    effective_on: date
    counterpart: int | None
    to_class: str
    to_count: int
    document: str

    @property
    def key(self) -> str:
        """What makes it happen once, from whatever file it comes."""
        return f"import:{self.reference}"

    @property
    def gives(self) -> bool:
        """Whether shares leave the member."""
        return self.kind in PASSING_ON | GIVING_BACK | {MovementKind.CONVERSION}

    def entries(self) -> movements.Entries:
        """What it adds on which account of whom."""
        sign = -1 if self.gives else 1
        gone = movements.moved(
            self.share_class, self.number, sign * self.count, sign * self.cents, self.counterpart
        )
        if self.kind != MovementKind.CONVERSION:
            return gone
        return (*gone, *movements.moved(self.to_class, self.number, self.to_count, self.cents))


_AMOUNT_WRONG = {
    Wrong.NO_AMOUNT: gettext_noop("This is not an amount in euro."),
    Wrong.TWO_READINGS: gettext_noop(
        "“%(text)s” can be read in two ways: %(small)s or %(large)s. Write the one meant."
    ),
    Wrong.PART_OF_A_CENT: gettext_noop("This amount has parts of a cent: %(text)s."),
    Wrong.NEGATIVE: gettext_noop("An amount has no minus here: the kind of movement says which way it goes."),
}


class _Cells:
    """One row's cells, read by column; each wrong one is noted once."""

    def __init__(self, row: int, cells: dict[str, Cell]) -> None:
        self.row, self.numbers, self.problems = row, cells, list[Problem]()
        self.cells = {name: as_text(cell) for name, cell in cells.items()}

    def wrong(self, column: str, reason: str, **values: str) -> None:
        self.problems.append(Problem(self.row, column, reason, values))

    def text(self, column: str, longest: int) -> str:
        if len(self.cells[column]) > longest:
            self.wrong(column, gettext_noop("This text is too long."))
        return self.cells[column]

    def read(self, column: str, reader: Callable[[str], Any], reason: str, otherwise: Any = None) -> Any:
        """What a reader makes of the cell; an empty one is `otherwise`, or wrong where that is ... ."""
        text = self.cells[column]
        if not text and otherwise is not ...:
            return otherwise
        try:
            return reader(text)
        except ValueError:
            self.wrong(column, reason)
            return None

    def whole(self, column: str, least: int, most: int, otherwise: Any = ...) -> Any:
        reason = gettext_noop("A whole number is needed here, within what is possible.")
        return self.read(column, lambda text: _whole(text, least, most), reason, otherwise)

    def cents(self, column: str) -> Any:
        """An amount: a number of the sheet as it is, a text as people write it, asked about where it means two."""
        cell = self.numbers[column]
        try:
            cents = cents_from_number(cell) if isinstance(cell, Decimal) else cents_from_text(cell)
        except UnreadableAmount as wrong:
            values = {
                "text": self.cells[column],
                **dict(zip(("small", "large"), wrong.readings, strict=False)),
            }
            self.wrong(column, _AMOUNT_WRONG[wrong.wrong], **values)
            return None
        if cents > CENTS_MAX:
            self.wrong(column, _AMOUNT_WRONG[Wrong.NO_AMOUNT])
            return None
        return cents

    def day(self, column: str, otherwise: Any = ...) -> Any:
        return self.read(
            column, _day, gettext_noop("A day is needed here, as 1950-12-31 or 31/12/1950."), otherwise
        )


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12) or not least <= int(text) <= most:
        raise ValueError(text)
    return int(text)


# Lengths of day, month and year.
_DAY = [[day, month, 4] for day in (1, 2) for month in (1, 2)]


def _day(text: str) -> date:
    parts = text.split("/") if "/" in text else list(reversed(text.split("-")))
    if [len(part) for part in parts] not in _DAY or not all(
        part.isascii() and part.isdigit() for part in parts
    ):
        raise ValueError(text)
    return date(int(parts[2]), int(parts[1]), int(parts[0]))


def _company(text: str) -> str:
    try:
        return str(vat.validate(text))
    except ValidationError as wrong:
        raise ValueError(text) from wrong


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return reader


def member_row(
    row: int, cells: dict[str, Cell], today: date | None = None
) -> tuple[MemberRow, list[Problem]]:
    """A row of members, and what is wrong in it; only without problems may the row be used.

    Birthdays are held against `today` where it is given: a sheet is checked once and read again when it comes in.
    """
    read = _Cells(row, cells)
    given_name, family_name = kept_names(read.text("given_name", 80), read.text("family_name", 80))
    found = MemberRow(
        row,
        read.whole("number", 1, NUMBER_MAX),
        given_name,
        family_name,
        read.day("born_on", None),
        read.text("organisation", 160),
        read.read("company_number", _company, gettext_noop("This is not a Belgian company number."), ""),
        read.read("language", _one_of(LANGUAGES), gettext_noop("Write fr, nl, de or en."), ...),
        plain(read.text("email", 254)),
        plain(read.text("phone", 30)),
        read.text("street", 120),
        plain_postcode(read.text("postcode", 10)),
        read.text("nis", 5),
        plain(read.text("country", 2)).upper() or HOME,
        read.text("town", 80),
        read.day("joined_on"),
        read.day("left_on", None),
    )
    for column, reason in _misplaced(found):
        read.wrong(column, reason)
    if bool(found.family_name) == bool(found.organisation):
        read.wrong(
            "family_name", gettext_noop("Write a person's names, one at least, or an organisation's name.")
        )
    if found.born_on and today and not plausible_birthday(found.born_on, today):
        read.wrong("born_on", gettext_noop("Nobody alive was born on this day. Check the year."))
    if found.born_on and found.joined_on and found.joined_on < found.born_on:
        read.wrong("joined_on", gettext_noop("The first day of membership lies before the day of birth."))
    if found.email and not is_email(found.email):
        read.wrong("email", gettext_noop("This is not an e-mail address."))
    if found.joined_on and found.left_on and found.left_on < found.joined_on:
        read.wrong("left_on", gettext_noop("The last day lies before the first."))
    return found, read.problems


def _misplaced(row: MemberRow) -> Iterator[tuple[str, str]]:
    """What is wrong with where a member lives, as far as no list of places is needed."""
    if row.country == HOME:
        if row.town:
            yield (
                "town",
                gettext_noop(
                    "In Belgium the postcode says the town. For another country, write its two letters."
                ),
            )
        return
    if row.country not in country_names("en"):
        yield "country", gettext_noop("Write the two letters of a country, such as FR or DE.")
    if not row.town:
        yield "town", gettext_noop("Outside Belgium we need the town in words.")
    if row.nis:
        yield "nis", gettext_noop("Only Belgian municipalities have a NIS code.")
    if postcode_abroad(row.postcode) is None:
        yield "postcode", gettext_noop("A postcode has at most ten letters and figures.")


_KINDS = tuple(kind.value for kind in MovementKind if kind != MovementKind.CORRECTION)


def movement_row(row: int, cells: dict[str, Cell]) -> tuple[MovementRow, list[Problem]]:
    """A row of movements, and what is wrong in it; only without problems may the row be used."""
    read = _Cells(row, cells)
    kind = read.read("kind", _one_of(_KINDS), gettext_noop("This is not a kind of movement."), ...)
    found = MovementRow(
        row,
        read.text("reference", 60),
        read.whole("number", 1, NUMBER_MAX),
        MovementKind(kind or MovementKind.PAYMENT),
        read.text("share_class", 4),
        read.whole("count", 0, SHARES_MAX),
        read.cents("amount"),
        read.day("effective_on"),
        read.whole("counterpart", 1, NUMBER_MAX, None),
        read.text("to_class", 4),
        read.whole("to_count", 1, SHARES_MAX, 0),
        read.text("document", 80),
    )
    if not found.reference:
        read.wrong("reference", gettext_noop("Each movement needs a number of its own."))
    if kind and found.count is not None:
        _fits(found, read)
    return found, read.problems


def _fits(found: MovementRow, read: _Cells) -> None:
    """Whether the kind has what it needs, and nothing it cannot have."""
    if (found.count == 0) != (found.kind == MovementKind.PAYMENT):
        read.wrong("count", gettext_noop("A payment moves no shares; every other movement does."))
    if (found.counterpart is not None) != (found.kind in PASSING_ON) or found.counterpart == found.number:
        read.wrong(
            "counterpart", gettext_noop("A transfer needs another member's number here; nothing else does.")
        )
    into = bool(found.to_class and found.to_count)
    if into != (found.kind == MovementKind.CONVERSION) or (into and found.to_class == found.share_class):
        read.wrong(
            "to_class", gettext_noop("A conversion needs another class and a count here; nothing else does.")
        )
