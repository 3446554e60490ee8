"""Reads of people, organisations and what happened to something."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from commonweal.kernel.text import folded
from commonweal.people.models import Event, Message, Organisation, Person, StaffAppointment
from commonweal.people.rules import ROLES, Act


def prefix_query(text: str) -> str:
    """A text-search expression in which each word typed is the start of a word looked for; empty when none."""
    words = ["".join(c for c in word if c.isalnum()) for word in folded(text[:200]).split()]
    return " & ".join(f"{word}:*" for word in words if word)


def people_named(text: str) -> QuerySet[Person]:
    """Persons whose names start with the words typed, whatever the accents; none for an empty text."""
    wanted = prefix_query(text)
    if not wanted:
        return Person.objects.none()
    return Person.objects.filter(erased_at__isnull=True).filter(
        pk__in=RawSQL(
            "SELECT id FROM people_person WHERE to_tsvector('simple', public.commonweal_fold("
            "given_name || ' ' || family_name)) @@ to_tsquery('simple', %s)",
            (wanted,),
        )
    )


def organisation_with_number(digits: str) -> Organisation | None:
    """The organisation with a company number, if it is known."""
    return Organisation.objects.filter(company_number=digits).first()


def history_of(subject: str) -> QuerySet[Event]:
    """What happened to something, oldest first."""
    return Event.objects.filter(subject=subject).select_related("by", "behalf_of").order_by("id")


def letters_to_print() -> QuerySet[Message]:
    """Messages to people without an e-mail address that were not yet printed."""
    return (
        Message.objects.filter(by_letter=True, sent_at__isnull=True).select_related("person").order_by("id")
    )


def staff_who_may(act: Act, on: date) -> list[Person]:
    """Persons whose staff roles grant an act on a day, by name; one query."""
    codes = [role.code for role in ROLES if act in role.grants]
    held = StaffAppointment.objects.filter(role__in=codes, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return list(Person.objects.filter(pk__in=held.values("person")))
