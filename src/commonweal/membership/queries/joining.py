"""Reads of applications for shares: the note in force, one's own, those of the desk, what is paid on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Sum

from commonweal.membership.models import Application, Handling, InformationNote
from commonweal.membership.queries.shares import all_terms
from commonweal.membership.rules.joining import ApplicationState, fits
from commonweal.membership.rules.matching import Due, Outcome
from commonweal.membership.rules.statutes import Terms
from commonweal.membership.states import OPEN

if TYPE_CHECKING:
    from commonweal.people.models import Organisation, Person

APPLICATIONS_MAX = 200
COUNTED = (Outcome.ACCEPT, Outcome.WAIT)


def note_on(day: date, language: str) -> InformationNote | None:
    """The information note in force on a day, in a language."""
    found = InformationNote.objects.filter(starts_on__lte=day, language=language)
    return found.order_by("-starts_on", "-version").first()


def terms_open_to(day: date, is_person: bool) -> list[Terms]:
    """Terms of the classes a new holder of this kind can ask for on a day, by class."""
    current = {terms.share_class: terms for terms in all_terms() if terms.starts_on <= day}
    return [terms for terms in current.values() if fits(terms, is_person)]


def _applications() -> QuerySet[Application]:
    return Application.objects.select_related(
        "person", "organisation", "representative", "member", "note", "municipality"
    )


def own_applications(person: Person) -> QuerySet[Application]:
    """What a person asked for themselves, for a minor or for an organisation, latest first."""
    return _applications().filter(Q(person=person) | Q(representative=person))


def applications_in(state: str = "") -> list[Application]:
    """Applications in a state, or all that are open, those who wait longest first; at most two hundred."""
    found = _applications().filter(state__in=[state] if state else sorted(OPEN))
    return list(found.order_by("asked_at", "id")[:APPLICATIONS_MAX])


def application_with(pk: int) -> Application | None:
    """One application."""
    return _applications().filter(pk=pk).first()


def open_application_of(person: Person | None, organisation: Organisation | None) -> Application | None:
    """The application of someone that is not ended yet."""
    return _applications().filter(person=person, organisation=organisation, state__in=sorted(OPEN)).first()


def overdue_applications(day: date) -> QuerySet[Application]:
    """Applications whose last day to pay lies before a day."""
    return _applications().filter(state=ApplicationState.AWAITING, lapses_on__lt=day).order_by("pk")


def applications_paid_with(codes: Iterable[str]) -> dict[str, Application]:
    """Applications by their structured communication; one query."""
    return {each.communication: each for each in _applications().filter(communication__in=set(codes))}


def dues_of(applications: Iterable[Application]) -> dict[int, Due]:
    """What is due and paid on each, by id; two queries."""
    found = list(applications)
    counted = Handling.objects.filter(application__in=found, outcome__in=COUNTED).order_by()
    came = counted.values_list("application_id").annotate(cents=Sum("movement__amount_cents"))
    back = counted.values_list("application_id").annotate(cents=Sum("refunds__cents"))
    gone = {pk: cents or 0 for pk, cents in back}
    paid = {pk: cents - gone[pk] for pk, cents in came}
    return {
        each.pk: Due(
            ApplicationState(each.state),
            each.due_cents,
            paid.get(each.pk, 0),
            each.lapses_on,
            tuple(str(who) for who in (each.person, each.organisation, each.representative) if who),
        )
        for each in found
    }
