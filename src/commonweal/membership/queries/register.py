"""The share register: who holds what on a day, as known at a moment; what changed, by whom; what is wrong with it.

Rows of the whole register come one by one: two streams, of holdings and of members, both by member number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from commonweal.ledger import queries as ledger
from commonweal.ledger.queries import Trouble
from commonweal.membership.models import Estate, Exclusion, Member
from commonweal.membership.queries.members import members_matching
from commonweal.membership.queries.shares import all_terms, author_names, classes, holdings_of
from commonweal.membership.rules import movements as names
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import HolderKind
from commonweal.places.countries import country_name

if TYPE_CHECKING:
    from commonweal.ledger.models import Operation

PAGE = 50
READ_AT_ONCE = 2_000
TROUBLES_MAX = 50


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """What the law wants of one holder and one class: who, where, how many, what was paid. `cents` are paid cents."""

    number: int
    name: str
    home: str
    company_number: str
    share_class: str
    shares: int
    cents: int


@dataclass(frozen=True, slots=True)
class Change:
    """One operation of the register: what it moved by class, for whom, by whom."""

    operation: Operation
    author: str
    moved: tuple[tuple[int, str, int], ...]


def _columns(language: str) -> tuple[str, ...]:
    person = ("person__family_name", "person__given_name", "person__street", "person__postcode")
    organisation = ("organisation__name", "organisation__company_number")
    return ("number", *person, *organisation, f"municipality__name_{language}", "town", "country")


def _who(values: tuple[Any, ...], language: str) -> tuple[str, str, str]:
    family, given, street, postcode, name, company, here, abroad, country = values
    town = here or f"{abroad} ({country_name(country, language)})"
    if name is not None:
        return name, town, company or ""
    home = ", ".join(part for part in (street, f"{postcode} {town}".strip()) if part)
    return f"{family} {given}".strip(), home, ""


def register_rows(
    day: date, known_at: datetime | None, language: str, share_class: str = ""
) -> Iterator[RegisterRow]:
    """Every holding at the end of a day, by member number and class; memory does not grow with the register.

    Names and addresses are those of today; a holder who is no member (which `share_troubles` tells) comes without.
    """
    kinds = [share_class] if share_class else classes()
    people = Member.objects.order_by("number").values_list(*_columns(language)).iterator(READ_AT_ONCE)
    who: tuple[Any, ...] = next(people, (None,))
    for number, held in _holders(kinds, day, known_at):
        while who[0] is not None and who[0] < number:
            who = next(people, (None,))
        told = _who(who[1:], language) if who[0] == number else ("", "", "")
        for code in sorted(held):
            yield RegisterRow(number, *told, code, held[code].shares, held[code].paid_cents)


def _holders(kinds: list[str], day: date, known_at: datetime | None) -> Iterator[tuple[int, dict[str, Held]]]:
    accounts = [name(code) for code in kinds for name in (names.shares_account, names.paid_account)]
    current, held = 0, dict[str, list[int]]()
    for owner, account, total in ledger.every_balance(accounts, day, known_at):
        if owner != current:
            if held:
                yield current, {code: Held(*both) for code, both in held.items()}
            current, held = owner, {}
        kind, _dot, code = account.partition(".")
        held.setdefault(code, [0, 0])[kind == "paid"] = total
    if held:
        yield current, {code: Held(*both) for code, both in held.items()}


def register_page(
    day: date,
    known_at: datetime | None,
    language: str,
    *,
    text: str = "",
    after: int = 0,
    contact: bool = False,
) -> tuple[list[RegisterRow], int | None]:
    """Fifty holders from a member number on, or those who bear a number or name; and where the next page starts.

    `contact` is for staff: see `members_matching`.
    """
    kinds = classes()
    found: dict[int, dict[str, Held]] = {}
    more = None
    if text:
        numbers = [member.number for member in members_matching(text, None, contact=contact)]
        found = holdings_of(numbers, day, known_at, kinds)
    else:
        accounts = [names.shares_account(code) for code in kinds]
        while len(found) < PAGE and (numbers := ledger.owners_after(accounts, after, PAGE)):
            found |= holdings_of(numbers, day, known_at, kinds)
            after = numbers[-1]
        shown = sorted(found)
        if len(shown) > PAGE:
            found = {number: found[number] for number in shown[:PAGE]}
        if found and ledger.owners_after(accounts, max(found), 1):
            more = max(found)
    return _told(found, language), more


def _told(found: dict[int, dict[str, Held]], language: str) -> list[RegisterRow]:
    people = Member.objects.filter(number__in=found).values_list(*_columns(language))
    who = {values[0]: _who(values[1:], language) for values in people}
    return [
        RegisterRow(number, *who.get(number, ("", "", "")), code, held.shares, held.paid_cents)
        for number in sorted(found)
        for code, held in sorted(found[number].items())
    ]


def class_totals(day: date, known_at: datetime | None = None) -> dict[str, int]:
    """All shares of each class that exist at the end of a day."""
    kinds = classes()
    accounts = [names.issued_account(code) for code in kinds]
    issued = ledger.balances(accounts, [names.NOBODY], day, known_at)
    return {code: -issued.get((names.issued_account(code), names.NOBODY), 0) for code in kinds}


def changes(before: int | None = None, limit: int = PAGE) -> list[Change]:
    """The latest changes of the register, newest first, below an operation number where given."""
    accounts = [name(code) for code in classes() for name in (names.shares_account, names.paid_account)]
    operations = ledger.operations_on(accounts, before, limit)
    authors = author_names(operations)
    return [Change(each, authors.get(each.author, ""), tuple(_moved(each))) for each in operations]


def _moved(operation: Operation) -> Iterator[tuple[int, str, int]]:
    for posting in sorted(operation.postings.all(), key=lambda each: (each.owner, each.quantity)):
        kind, _dot, code = posting.account_id.partition(".")
        if kind == "shares" and posting.owner:
            yield posting.owner, code, posting.quantity


def share_troubles(day: date) -> list[Trouble]:
    """What is wrong between holdings and members on a day; at most fifty."""
    found: list[Trouble] = []
    for trouble in _troubles(day):
        found.append(trouble)
        if len(found) == TROUBLES_MAX:
            break
    return found


def _troubles(day: date) -> Iterable[Trouble]:
    told = ("number", "person_id", "left_on")
    members = Member.objects.order_by("number").values_list(*told).iterator(READ_AT_ONCE)
    wrong_for = {
        (terms.share_class, is_person)
        for terms in all_terms()
        for is_person in (True, False)
        if terms.holders == (HolderKind.ORGANISATION if is_person else HolderKind.PERSON)
    }
    # The shares of someone who died or was excluded stay under their number until they are settled.
    settling = set(Estate.objects.filter(state="open").values_list("member__number", flat=True))
    settling |= set(
        Exclusion.objects.filter(state__in=("excluded", "notified")).values_list("member__number", flat=True)
    )
    who: tuple[Any, ...] = next(members, (None,))
    for number, held in _holders(classes(), day, None):
        where = f"member {number}"
        while who[0] is not None and who[0] < number:
            who = next(members, (None,))
        if who[0] != number:
            yield Trouble("holder_unknown", where, "holds shares, and no member bears this number")
        elif who[2] is not None and who[2] + timedelta(days=1) <= day and number not in settling:
            yield Trouble("holder_left", where, f"left on {who[2]} and still holds shares")
        for code, each in held.items():
            if each.shares and who[0] == number and (code, who[1] is not None) in wrong_for:
                yield Trouble("wrong_holder", where, f"may not hold shares of class {code}")
            if each.paid_cents and not each.shares:
                yield Trouble(
                    "paid_on_nothing", where, f"has {each.paid_cents} cents paid on no share of class {code}"
                )
