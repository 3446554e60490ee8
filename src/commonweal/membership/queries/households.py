"""Reads of households: who shares post with whom on a day, what waits for an answer, the addresses for post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from commonweal.membership.models import HouseholdMember, HouseholdProposal, Member
from commonweal.membership.queries.guardianships import guardianship_of
from commonweal.membership.queries.members import members_on
from commonweal.membership.rules.households import Side
from commonweal.membership.states import HouseholdState
from commonweal.places.countries import country_name

READ_AT_ONCE = 2_000
SHOWN = 20
BOTH = ("asker__person", "other__person")


@dataclass(frozen=True, slots=True)
class PostRow:
    """One letter box: all names of the household, where it is, in which language to write, for how many members."""

    names: str
    street: str
    postcode: str
    town: str
    country: str
    language: str
    members: int


def _on(day: date) -> QuerySet[HouseholdMember]:
    """Rows in force on a day; who is no member that day shares no post: leaving and death take one out."""
    running = HouseholdMember.objects.filter(starts_on__lte=day, member__in=members_on(day))
    return running.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def _rows_of(member: Member, day: date) -> list[HouseholdMember]:
    own = _on(day).filter(member=member).values("household")
    rows = list(_on(day).filter(household__in=own).select_related("member__person").order_by("id"))
    return rows if len(rows) > 1 else []


def household_of(member: Member, day: date) -> list[Member]:
    """Who shares post with a member on a day, the member too, whoever is in it longest first; empty when nobody does.

    One alone is no household. Post goes to the first of the list. One query.
    """
    return [row.member for row in _rows_of(member, day)]


def side_of(member: Member, day: date) -> Side:
    """What the rules ask about one of two members."""
    rows = _rows_of(member, day)
    return Side(
        is_person=member.person_id is not None,
        belongs=member.belongs_on(day),
        protected=guardianship_of(member, day) is not None,
        household=rows[0].household_id if rows else None,
    )


def proposals_of(member: Member) -> list[HouseholdProposal]:
    """Proposals a member made or got that wait for an answer, newest first; at most twenty."""
    found = HouseholdProposal.objects.filter(Q(asker=member) | Q(other=member), state=HouseholdState.PROPOSED)
    return list(found.select_related(*BOTH)[:SHOWN])


def proposals_to(member: Member) -> list[HouseholdProposal]:
    """Proposals that wait for this member's answer; at most twenty, one query."""
    found = HouseholdProposal.objects.filter(other=member, state=HouseholdState.PROPOSED)
    return list(found.select_related(*BOTH)[:SHOWN])


def post_rows(day: date, language: str) -> Iterator[PostRow]:
    """Where to send what goes to all members of a day: one row a household, one for everyone else, by member number.

    An organisation comes without a street, since we only know its seat; the country is empty in Belgium. Memory grows
    with the households alone.
    """
    together: dict[int, list[tuple[int, str]]] = {}
    told = ("household", "member", "member__person__given_name", "member__person__family_name")
    for household, member, given, family in _on(day).order_by("id").values_list(*told):
        together.setdefault(household, []).append((member, f"{given} {family}".strip()))
    shared = [each for each in together.values() if len(each) > 1]
    names = {each[0][0]: [name for _pk, name in each] for each in shared}
    behind = {pk for each in shared for pk, _name in each[1:]}
    person = [f"person__{name}" for name in ("given_name", "family_name", "street", "postcode")]
    places = [
        f"{where}{field}"
        for where in ("person__", "")
        for field in (f"municipality__name_{language}", "town", "country")
    ]
    rows = (
        members_on(day)
        .order_by("number")
        .values_list("pk", *person, *places, "organisation__name", "organisation__postcode", "language")
    )
    for pk, *values in rows.iterator(READ_AT_ONCE):
        if pk not in behind:
            yield _row(values, names.get(pk, []), language)


def _row(values: list[Any], names: list[str], reader: str) -> PostRow:
    given, family, street, postcode, *places, company, seat, language = values
    home, member = places[:3], places[3:]
    # Where the person lives, as far as that is known; else where the member belongs.
    here, abroad, country = home if home[0] or home[1] else member
    shown = ", ".join(names) or company or f"{given} {family}".strip()
    land = country_name(country, reader) if abroad else ""
    code = (postcode if company is None else seat) or ""
    return PostRow(shown, street or "", code, here or abroad, land, language, len(names) or 1)
