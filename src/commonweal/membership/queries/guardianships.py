"""Reads of who administers whose affairs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from commonweal.membership.models import Guardianship, Member
from commonweal.membership.queries.members import speakers_for

if TYPE_CHECKING:
    from commonweal.people.models import Person


def _on(day: date) -> QuerySet[Guardianship]:
    running = Guardianship.objects.filter(starts_on__lte=day)
    return running.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def guardianship_of(member: Member, day: date) -> Guardianship | None:
    """Who administers a member's affairs on a day."""
    return _on(day).filter(member=member).select_related("administrator").first()


def is_protected(person: Person, day: date) -> bool:
    """Whether somebody administers this member's affairs on a day."""
    return _on(day).filter(member__person=person).exists()


def readers_for(member: Member, day: date) -> list[Person]:
    """Who reads about what a member asked: who speaks for the member, and the administrator of a protected one."""
    guardianship = guardianship_of(member, day)
    return [*speakers_for(member, day), *([guardianship.administrator] if guardianship else [])]


def administered_by(person: Person, day: date) -> list[Member]:
    """The members whose affairs a person administers on a day, by number; one query."""
    members = Member.objects.filter(guardianships__in=_on(day).filter(administrator=person))
    return list(members.select_related("person").order_by("number"))
