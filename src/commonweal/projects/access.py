"""Who may see, write, check and decide a dossier; the only way to reach one."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, no
from commonweal.people.access import is_tied_to, may, may_act_for, organisations_of
from commonweal.people.rules import Act, MandateScope
from commonweal.projects.models import Call, Dossier, Photo
from commonweal.projects.states import PUBLIC_STATES, CallState, DossierState

if TYPE_CHECKING:
    from commonweal.people.models import Person


def visible_calls(person: Person | None, on: date) -> QuerySet[Call]:
    """Calls a person may see: announced ones for everyone, those in preparation for programme staff."""
    if person is not None and may(person, Act.MANAGE_CALLS, on):
        return Call.objects.all()
    return Call.objects.exclude(state=CallState.PREPARED)


def public_projects() -> QuerySet[Dossier]:
    """Dossiers everyone may read: admitted ones and what became of them."""
    return Dossier.objects.filter(state__in=PUBLIC_STATES)


def own_dossiers(person: Person, on: date) -> QuerySet[Dossier]:
    """Dossiers a person writes or follows: their own, their organisations', and their mandates'."""
    return Dossier.objects.filter(
        Q(applicant=person)
        | Q(entered_by=person)
        | Q(organisation__in=organisations_of(person, on).values("pk"))
        | Q(
            applicant__mandates_given__agent=person,
            applicant__mandates_given__starts_on__lte=on,
            applicant__mandates_given__ends_on__gte=on,
            applicant__mandates_given__withdrawn_at__isnull=True,
        )
    ).distinct()


def desk_dossiers(person: Person, on: date) -> QuerySet[Dossier]:
    """Dossiers on the staff desk: everything sent, for those who check; nothing for others."""
    if not may(person, Act.CHECK_DOSSIERS, on):
        return Dossier.objects.none()
    return Dossier.objects.exclude(state__in=(DossierState.DRAFT, DossierState.WITHDRAWN))


def visible_photos(person: Person | None, on: date) -> QuerySet[Photo]:
    """Photos of public projects, of one's own dossiers, and for checking staff of those on the desk."""
    seen = Q(dossier__state__in=PUBLIC_STATES)
    if person is not None:
        seen |= Q(dossier__in=own_dossiers(person, on).values("pk"))
        seen |= Q(dossier__in=desk_dossiers(person, on).values("pk"))
    return Photo.objects.filter(seen)


def may_apply(call: Call, now: datetime) -> Decision:
    """Whether a call takes new dossiers, or one being written, at a moment."""
    if call.state == CallState.APPLICATIONS and call.applies_from <= now < call.applies_until:
        return YES
    if now < call.applies_from or call.state == CallState.PREPARED:
        return no(
            "too_early", _("This call is not open yet. Its page says from when you can send a project.")
        )
    return no(
        "too_late",
        _("This call no longer takes projects. Your text is kept; you can use it in a later call."),
    )


def may_write(dossier: Dossier, person: Person, part: str, now: datetime) -> Decision:
    """Whether a person may change one part of a dossier: all of a draft, and of a returned one what was asked for."""
    speaks = speaks_for(dossier, person, day_of(now))
    if not speaks:
        return speaks
    if dossier.state == DossierState.DRAFT:
        return may_apply(dossier.call, now)
    if dossier.state == DossierState.RETURNED:
        request = dossier.requests.filter(answered_at__isnull=True).first()
        if request is not None and part in request.parts:
            return YES
        return no("part_not_asked", _("We only asked for other parts, so this one stays as you sent it."))
    return no("already_sent", _("This project was sent. If something must change, call us."))


def speaks_for(dossier: Dossier, person: Person, on: date) -> Decision:
    """Whether a person may act for the applicant: oneself, one's organisation, a mandate, or staff who entered it."""
    if dossier.applicant_id == person.pk or dossier.entered_by_id == person.pk:
        return YES
    if dossier.organisation_id and organisations_of(person, on).filter(pk=dossier.organisation_id).exists():
        return YES
    return may_act_for(person, dossier.applicant, MandateScope.APPLY, on)


def conflict_of(dossier: Dossier, person: Person) -> Decision:
    """Whether someone on the staff said that they have no tie with a project; a tie stands until a colleague lifts it."""
    declared = list(dossier.conflicts.filter(person=person))
    if not declared:
        return no("not_declared", _("First say whether you have a tie with this project."))
    if any(each.has_conflict and each.lifted_at is None for each in declared):
        return no("conflict", _("You declared a tie with this project, so a colleague handles it."))
    said = declared[-1]
    day = day_of(said.at)
    acts = speaks_for(dossier, person, day) and dossier.entered_by_id != person.pk
    if acts or is_tied_to(person, dossier.organisation_id, day):
        return no(
            "own_project", _("This is your own project or your organisation's, so a colleague handles it.")
        )
    return YES


def may_check(dossier: Dossier, person: Person, on: date) -> Decision:
    """Whether someone on the staff may open and handle a dossier."""
    staff = may(person, Act.CHECK_DOSSIERS, on)
    return conflict_of(dossier, person) if staff else staff


def may_decide(dossier: Dossier, person: Person, on: date) -> Decision:
    """Whether someone on the staff may admit or refuse a dossier."""
    staff = may(person, Act.DECIDE_DOSSIERS, on)
    return conflict_of(dossier, person) if staff else staff
