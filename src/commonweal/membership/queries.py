"""Reads of members: who belongs on a day, who bears a name or number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Max, Q, QuerySet

from commonweal.membership.models import Member
from commonweal.people.queries import people_named

if TYPE_CHECKING:
    from commonweal.people.models import Person

SEARCH_LIMIT = 50


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


def members_matching(text: str, day: date) -> QuerySet[Member]:
    """Members by number or by the start of their names, whatever the accents; the first fifty."""
    text = text.strip()
    members = members_on(day).select_related("person", "municipality")
    found = (
        members.filter(number=int(text))
        if text.isascii() and text.isdigit() and len(text) < 10
        else (members.filter(person__in=people_named(text)))
    )
    return found.order_by("number")[:SEARCH_LIMIT]


def next_number() -> int:
    """The number after the highest one given out."""
    return (Member.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1
