"""Reads of members: who belongs on a day, who bears a name or number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from commonweal.kernel.text import plain
from commonweal.membership.models import Member
from commonweal.membership.rules.numbers import number_after
from commonweal.people.queries import organisations_named, people_named, people_reached_at, speakers_of
from commonweal.people.rules import phone_tail
from commonweal.treasury.queries import accounts_ending
from commonweal.treasury.rules.ibans import account_tail
from commonweal.treasury.rules.payables import Payee

if TYPE_CHECKING:
    from commonweal.people.models import Person

SEARCH_LIMIT = 50
FEW = 500
READ_AT_ONCE = 2_000
NUMBERS_READ = 200


def members_on(day: date) -> QuerySet[Member]:
    """Members on a day, persons and organisations."""
    return Member.objects.filter(joined_on__lte=day).filter(Q(left_on__isnull=True) | Q(left_on__gt=day))


def electorate_on(day: date, region: str | None = None) -> QuerySet[Member]:
    """Members who may vote on a day, in the whole country or in one region (its NIS code), by number."""
    members = members_on(day)
    return (members.filter(municipality__region_id=region) if region else members).order_by("number")


def membership_of(person: Person, day: date) -> Member | None:
    """The person's own membership on a day."""
    return members_on(day).filter(person=person).first()


def last_membership_of(person: Person) -> Member | None:
    """The person's own latest membership, also one that ended."""
    return Member.objects.filter(person=person).order_by("-joined_on", "-number").first()


def speakers_for(member: Member, day: date) -> list[Person]:
    """Who reads what is written to a member: the person, or those who speak for the organisation by papers we saw."""
    if member.person is not None:
        return [member.person]
    seen = [each for each in speakers_of(member.organisation, day) if each.confirmed_at]  # type: ignore[arg-type]
    return list({each.person_id: each.person for each in seen}.values())


def members_matching(text: str, day: date | None, *, contact: bool = False) -> list[Member]:
    """Members by number or by the start of their names, whatever the accents; the first fifty, by number.

    Without a day also those of the past. `contact` looks at e-mail addresses, telephones and account numbers too (whole,
    or their last digits after `*`): for staff only, since whoever finds by an address learns whose it is. At most four
    queries, each along an index of its own; in one question every member would be read.
    """
    text = plain(text)
    asked = _asked_for(text, contact=contact)
    members = (members_on(day) if day else Member.objects.all()).order_by("number")
    shown = members.select_related("person", "organisation", "municipality")
    found = [member for each in asked for member in shown.filter(each)[:SEARCH_LIMIT]]
    return sorted(found, key=lambda member: member.number)[:SEARCH_LIMIT]


def _asked_for(text: str, *, contact: bool) -> list[Q]:
    if contact and (tail := account_tail(text)):
        paid = accounts_ending(tail)
        return [Q(person__in=paid.values("person")), Q(organisation__in=paid.values("organisation"))]
    reached = contact and ("@" in text or bool(phone_tail(text)))
    if text.isascii() and text.isdigit() and len(text) < 10 and not reached:
        return [Q(number=int(text))]
    # Few by their nature, so they are looked up first: else the planner walks the members in search of them.
    others = list(organisations_named(text).values_list("pk", flat=True)[:FEW])
    people = (
        list(people_reached_at(text).values_list("pk", flat=True)[:FEW]) if reached else people_named(text)
    )
    return [Q(person__in=people), *([Q(organisation__in=others)] if others else [])]


def member_with_number(number: int) -> Member | None:
    """The member who bears a number, now or in the past."""
    return (
        Member.objects.select_related("person", "organisation", "municipality").filter(number=number).first()
    )


def holder_names(numbers: Iterable[int]) -> dict[int, str]:
    """The names behind member numbers; one query."""
    found = Member.objects.filter(number__in=set(numbers)).select_related("person", "organisation")
    return {member.number: str(member.person or member.organisation) for member in found}


def next_number() -> int:
    """The number after the highest of the register's own series that nobody bears; see `rules.numbers`.

    Caller holds `lock_numbers` where it gives the number out.
    """
    numbers = Member.objects.order_by("-number").values_list("number", flat=True)[:NUMBERS_READ]
    following = number_after(numbers)
    while Member.objects.filter(number=following).exists():
        following += 1
    return following


def days_of_membership() -> Iterator[tuple[int, bool, date, date | None]]:
    """(number, whether a person, joined on, left on) of every member there ever was, by number, in bounded memory."""
    rows = Member.objects.order_by("number").values_list("number", "person_id", "joined_on", "left_on")
    told = rows.iterator(READ_AT_ONCE)
    return ((number, person is not None, joined, left) for number, person, joined, left in told)


def bearers() -> Iterator[tuple[int, int, int | None]]:
    """(number, member id, person id or None) of every membership there ever was, by number, in bounded memory."""
    rows = Member.objects.order_by("number").values_list("number", "pk", "person_id")
    return rows.iterator(READ_AT_ONCE)


def members_by_number() -> Iterator[tuple[Payee, int, str]]:
    """(whom it is of, number, name) of every membership there ever was, by number, in bounded memory."""
    names = ("person__given_name", "person__family_name", "organisation__name")
    rows = Member.objects.order_by("number").values_list("person_id", "organisation_id", "number", *names)
    return (
        (Payee(person, organisation), number, company or f"{given} {family}".strip())
        for person, organisation, number, given, family, company in rows.iterator(READ_AT_ONCE)
    )
