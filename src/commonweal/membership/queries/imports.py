"""Sheets that are brought in, and what their rows would meet in the register."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeVar

from commonweal.kernel.words import gettext_noop
from commonweal.ledger import queries as ledger
from commonweal.membership.models import Import, Member
from commonweal.membership.queries.exits import leaving_with_all
from commonweal.membership.queries.readers import sheet_rows
from commonweal.membership.queries.shares import all_terms
from commonweal.membership.rules.imports import (
    COLUMNS,
    ImportKind,
    MemberRow,
    MovementRow,
    Problem,
    member_row,
    movement_row,
)
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.own_rows import Own
from commonweal.membership.rules.sheets import Row, UnreadableSheet
from commonweal.membership.rules.statutes import Terms
from commonweal.membership.states import ImportState
from commonweal.people.queries import organisations_numbered
from commonweal.places.countries import HOME
from commonweal.places.queries import municipalities_of_postcodes

LIST_MAX = 50
PIECE = 5_000
# As many breaches of the ledger's limits as a reader can use; the ledger would refuse the rest as well.
BREACHES_MAX = 500
_AGAIN = gettext_noop("This stands in an earlier row already.")
_Row = TypeVar("_Row")


@dataclass(slots=True)
class Checked:
    """What reading a sheet against the register found; `known` rows are in already."""

    rows: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    own: Own = field(default_factory=Own)

    def wrong(self, row: int, column: str, reason: str) -> None:
        """Notes one problem."""
        self.problems.append(Problem(row, column, reason))

    def again(self, what: object) -> bool:
        """Whether a number or reference came before in this sheet."""
        # Sixty-four bits of each: a million of them fit into memory, where the texts would not.
        digest = int.from_bytes(hashlib.blake2b(str(what).encode(), digest_size=8).digest(), "big")
        if digest in self.seen:
            return True
        self.seen.add(digest)
        return False


def latest_imports() -> list[Import]:
    """The sheets uploaded last, newest first, without their content."""
    found = Import.objects.defer("content", "problems").select_related("uploaded_by")
    return list(found[:LIST_MAX])


def import_with(pk: int) -> Import | None:
    """One sheet, without its content."""
    return Import.objects.defer("content").select_related("uploaded_by").filter(pk=pk).first()


def content_of(importing: Import) -> bytes:
    """The sheet itself, unpacked; empty when it was thrown away."""
    packed = Import.objects.values_list("content", flat=True).get(pk=importing.pk)
    return gzip.decompress(packed) if packed is not None else b""


def unfinished_import(kind: ImportKind, content: bytes) -> Import | None:
    """The same sheet, when it was being brought in and did not end."""
    same = Import.objects.defer("content").filter(kind=kind, digest=hashlib.sha256(content).hexdigest())
    return same.filter(state__in=(ImportState.LOADING, ImportState.STOPPED)).first()


def members_numbered(numbers: Iterable[int]) -> dict[int, Member]:
    """Members by number, with who they are; one query."""
    found = Member.objects.filter(number__in=set(numbers)).select_related("person", "organisation")
    return {member.number: member for member in found}


def movements_known(rows: list[MovementRow]) -> tuple[set[str], set[str]]:
    """References that are in the register already: with the same figures, and with others. Two queries."""
    there = ledger.entries_with_keys([row.key for row in rows])
    same: set[str] = set()
    other: set[str] = set()
    for row in rows:
        if row.key in there:
            moved: dict[tuple[str, int], int] = {}
            for account, owner, quantity in row.entries():
                moved[account, owner] = moved.get((account, owner), 0) + quantity
            wanted = {place: quantity for place, quantity in moved.items() if quantity}
            (same if there[row.key] == (row.kind, row.effective_on, wanted) else other).add(row.reference)
    return same, other


def in_pieces(rows: Iterator[_Row], size: int = PIECE) -> Iterator[list[_Row]]:
    """The rows, so many at a time."""
    while piece := list(islice(rows, size)):
        yield piece


def _cells(kind: ImportKind, content: bytes) -> Iterator[Row]:
    return sheet_rows(content, {name: needed for name, (needed, _meaning) in COLUMNS[kind].items()})


def member_rows(content: bytes) -> Iterator[MemberRow]:
    """The members of a sheet that was checked."""
    return (member_row(*row)[0] for row in _cells(ImportKind.MEMBERS, content))


def movement_rows(content: bytes) -> Iterator[MovementRow]:
    """The movements of a sheet that was checked."""
    return (movement_row(*row)[0] for row in _cells(ImportKind.MOVEMENTS, content))


def first_own_row(kind: ImportKind, content: bytes, owners: list[Own]) -> Problem | None:
    """The first row of a checked sheet that is not in yet and would change what is one of `owners`' own."""
    if kind == ImportKind.MEMBERS:
        for members in in_pieces(member_rows(content)):
            mine = [problem for row in members for own in owners if (problem := own.of_member(row))]
            there = members_numbered(row.number for row in members) if mine else {}
            lines = {row.row for row in members if row.number in there}
            for problem in mine:
                if problem.row not in lines:
                    return problem
        return None
    for moves in in_pieces(movement_rows(content)):
        own_moves = [(row, problem) for row in moves for own in owners if (problem := own.of_movement(row))]
        same, _other = movements_known([row for row, _problem in own_moves])
        for row, problem in own_moves:
            if row.reference not in same:
                return problem
    return None


def checked(kind: ImportKind, content: bytes, today: date, own: Own) -> Checked:
    """Reads a whole sheet against the register, in pieces; inside a transaction, and nothing is written.

    What would change the membership or shares of who brings it in (`own`) is a problem.
    """
    found = Checked(own=own)
    try:
        if kind == ImportKind.MEMBERS:
            _check_members(content, found, today)
        else:
            _check_movements(content, found)
    except UnreadableSheet as wrong:
        found.wrong(wrong.row, "", wrong.reason)
    if not found.rows and not found.problems:
        found.wrong(2, "", gettext_noop("There is no row below the header."))
    found.problems.sort(key=lambda each: each.row)
    return found


def _check_members(content: bytes, found: Checked, today: date) -> None:
    for piece in in_pieces(_cells(ImportKind.MEMBERS, content)):
        found.rows += len(piece)
        good: list[MemberRow] = []
        for cells in piece:
            row, problems = member_row(*cells, today)
            if row.number is not None and found.again(row.number):
                problems.append(Problem(row.row, "number", _AGAIN))
            if row.company_number and found.again(f"company:{row.company_number}"):
                problems.append(Problem(row.row, "company_number", _AGAIN))
            good += [] if problems else [row]
            found.problems += problems
        _meet_members(good, found)


def _meet_members(rows: list[MemberRow], found: Checked) -> None:
    there = members_numbered(row.number for row in rows)
    places = municipalities_of_postcodes({row.postcode for row in rows if row.country == HOME})
    companies = organisations_numbered({row.company_number for row in rows} - {""})
    members = set(
        Member.objects.filter(organisation__in=list(companies.values()), left_on__isnull=True).values_list(
            "organisation_id", flat=True
        )
    )
    for row in rows:
        member = there.get(row.number)
        if member is not None:
            found.known += 1
            if str(member.person or member.organisation) != row.name:
                found.wrong(row.row, "number", gettext_noop("Somebody else bears this number."))
            continue
        found.problems += filter(None, [found.own.of_member(row)])
        if row.country == HOME and place_of(row, places) is None:
            found.wrong(row.row, *_no_place(row, places))
        if companies.get(row.company_number) in members and row.left_on is None:
            found.wrong(row.row, "company_number", gettext_noop("This organisation is a member already."))


def place_of(row: MemberRow, places: dict[str, list[str]]) -> str | None:
    """The NIS code of a member's municipality; None when the postcode does not say which, and abroad."""
    if row.country != HOME:
        return None
    found = places.get(row.postcode, [])
    if row.nis:
        return row.nis if row.nis in found else None
    return found[0] if len(found) == 1 else None


def _no_place(row: MemberRow, places: dict[str, list[str]]) -> tuple[str, str]:
    if row.postcode not in places:
        return "postcode", gettext_noop("This is not a Belgian postcode.")
    if row.nis:
        return "nis", gettext_noop("This municipality does not have that postcode.")
    return "nis", gettext_noop("This postcode lies in several municipalities: write the NIS code of one.")


_BREACHES = {
    ("shares", True): (
        "count",
        gettext_noop("The member would then hold fewer shares than none on some day."),
    ),
    ("shares", False): ("count", gettext_noop("One member cannot hold so many shares of this class.")),
    ("paid", True): ("amount", gettext_noop("More would go than was ever paid on these shares.")),
}


def _check_movements(content: bytes, found: Checked) -> None:
    terms: dict[str, list[Terms]] = {}
    for each in all_terms():
        terms.setdefault(each.share_class, []).append(each)
    trial = ledger.Trial()
    for piece in in_pieces(_cells(ImportKind.MOVEMENTS, content)):
        found.rows += len(piece)
        good: list[MovementRow] = []
        for cells in piece:
            row, problems = movement_row(*cells)
            if row.reference and found.again(row.reference):
                problems.append(Problem(row.row, "reference", _AGAIN))
            problems = problems or _against_statutes(row, terms)
            good += [] if problems else [row]
            found.problems += problems
        same, other = movements_known(good)
        found.known += len(same)
        for row in good:
            if row.reference in other:
                reason = gettext_noop("A movement with this number is in the register, with other figures.")
                found.wrong(row.row, "reference", reason)
        new = [row for row in good if row.reference not in same | other]
        found.problems += filter(None, map(found.own.of_movement, new))
        _meet_holders(new, found)
        trial.add(
            (row.row, account, owner, quantity, row.effective_on)
            for row in new
            for account, owner, quantity in row.entries()
            if owner and quantity
        )
    blamed = {
        (line, _BREACHES[account.partition(".")[0], below])
        for line, account, below in trial.broken(BREACHES_MAX)
    }
    for line, (column, reason) in sorted(blamed):
        found.wrong(line, column, reason)


def _against_statutes(row: MovementRow, terms: dict[str, list[Terms]]) -> list[Problem]:
    """Classes nobody knows on the day, and more paid for new shares than they cost then."""
    for column, code in (("share_class", row.share_class), ("to_class", row.to_class)):
        held = [each for each in terms.get(code, []) if each.starts_on <= row.effective_on]
        if code and not held:
            return [Problem(row.row, column, gettext_noop("The statutes know no such class on that day."))]
        if row.kind == MovementKind.SUBSCRIPTION and code and row.cents > row.count * held[-1].price_cents:
            return [Problem(row.row, "amount", gettext_noop("More was paid than these shares cost."))]
    return []


def _meet_holders(rows: list[MovementRow], found: Checked) -> None:
    """Numbers nobody bears, and shares that come to who is no member on the day."""
    there = members_numbered(number for row in rows for number in (row.number, row.counterpart or row.number))
    leaving = leaving_with_all(member.pk for member in there.values())
    for row in rows:
        gets = row.counterpart or (row.number if row.kind == MovementKind.SUBSCRIPTION else None)
        for column, number in (("number", row.number), ("counterpart", row.counterpart)):
            member = there.get(number or 0)
            if number and member is None:
                reason = gettext_noop("No member bears this number. Bring the members in first.")
                found.wrong(row.row, column, reason)
            elif member and number == gets and not member.belongs_on(row.effective_on):
                found.wrong(row.row, "effective_on", gettext_noop("They are not a member on that day."))
            elif member and number == gets and leaving.get(member.pk, date.max) <= row.effective_on:
                reason = gettext_noop(
                    "They asked to leave with all shares before that day, and receive none."
                )
                found.wrong(row.row, "effective_on", reason)
