"""For which organisations somebody speaks, by the positions they hold."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from commonweal.people.models import Organisation, Person, Position


def _positions_of(person: Person, on: date) -> QuerySet[Position]:
    held = Position.objects.filter(person=person, starts_on__lte=on)
    return held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def organisations_of(person: Person, on: date) -> QuerySet[Organisation]:
    """Organisations for which the person speaks on a day by papers that staff saw."""
    held = _positions_of(person, on).filter(confirmed_at__isnull=False)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def speaks_for(person: Person, organisation_id: int | None, on: date) -> bool:
    """Whether staff saw the papers by which this person speaks for an organisation on a day; False for None."""
    return organisation_id is not None and organisations_of(person, on).filter(pk=organisation_id).exists()


def is_tied_to(person: Person, organisation_id: int | None, on: date) -> bool:
    """Whether somebody says to hold a position in an organisation on a day, seen on paper or not; False for None."""
    return (
        organisation_id is not None
        and _positions_of(person, on).filter(organisation=organisation_id).exists()
    )
