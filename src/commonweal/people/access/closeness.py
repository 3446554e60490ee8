"""Whose interests are a person's own, so that nobody decides about their own money or that of somebody close to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import gettext_noop
from commonweal.people.access.positions import organisations_of
from commonweal.people.models import Organisation, Person
from commonweal.people.rules.same_people import OwnNames

ONES_OWN = no(
    "own",
    gettext_noop(
        "This is about your own money, or about that of somebody close to you: your household, whom you "
        "represent, an organisation you speak for. A colleague does it."
    ),
)
"""What staff are told who would decide about their own money, or that of somebody close to them."""


@dataclass(frozen=True, slots=True)
class Close:
    """The people (oneself, one's household, whom one represents) and the organisations (one speaks for), by id."""

    people: frozenset[int]
    organisations: frozenset[int]

    def holds(self, each: Any) -> bool:
        """Whether something is of one of them: by its `person_id`, `organisation_id` or, where it has one,
        `representative_id`."""
        represented = getattr(each, "representative_id", None) in self.people
        return represented or each.person_id in self.people or each.organisation_id in self.organisations


def close_to(person: Person, on: date) -> Close:
    """Who is close to a person on a day. Areas above add people of theirs, such as a household (`CLOSE_TO`)."""
    added = (each for close in import_string(settings.CLOSE_TO) for each in close(person, on))
    spoken = organisations_of(person, on).values_list("pk", flat=True)
    return Close(frozenset({person.pk, *added}), frozenset(spoken))


def names_of(close: Close) -> OwnNames:
    """What those who are close to somebody are called. Two queries."""
    people = Person.objects.filter(pk__in=close.people).values_list("given_name", "family_name")
    organisations = Organisation.objects.filter(pk__in=close.organisations).values_list("name", flat=True)
    return OwnNames(tuple(people), tuple(organisations))


def not_ones_own(person: Person, on: date, whose: Iterable[Any], names: Iterable[str] = ()) -> Decision:
    """Whether what staff decide is somebody else's: nobody decides about their own money, or about that of their household,
    of whom they represent, or of an organisation they speak for. `whose` are things with an owner (`Close.holds`) or None,
    `names` are of people who may be no members, however they are written."""
    close, written = close_to(person, on), list(names)
    held = (each for each in whose if each is not None)
    if any(map(close.holds, held)) or (written and any(map(names_of(close).hold, written))):
        return ONES_OWN
    return YES
