"""The staff desk for dossiers: a list with views and ages, one dossier with its rule findings, decisions."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.casework.wording.history import history
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership.queries import members_matching
from commonweal.people.access import demand, for_staff, said, signed_in_person
from commonweal.people.actions import register_person
from commonweal.people.queries import staff_who_may
from commonweal.people.rules import Act, Channel
from commonweal.projects import access, actions, queries
from commonweal.projects.forms.staff import (
    AskForm,
    ConflictForm,
    EntryForm,
    LiftForm,
    NoteForm,
    ReasonForm,
    SaveViewForm,
)
from commonweal.projects.models import Dossier
from commonweal.projects.rules.parts import Part
from commonweal.projects.states import DOSSIER, DossierState
from commonweal.projects.views import check, summary
from commonweal.projects.views.apply import token_from
from commonweal.projects.views.steps import dossier_steps, waiting_days
from commonweal.ui.acting import acted

PAGE_SIZE = 50
FILTERS = ("text", "state", "call", "adviser")
LATE_DAYS, SOON_DAYS = 14, 7


@for_staff(Act.CHECK_DOSSIERS)
def desk_list(request: HttpRequest) -> HttpResponse:
    """Dossiers waiting for someone, oldest first; filters can be kept under a name."""
    person, now = signed_in_person(request), timezone.now()
    seen = access.desk_dossiers(person, day_of(now))
    chosen = {name: request.GET.get(name, "")[:120] for name in FILTERS}
    if request.method == "POST":
        return _views_changed(request)
    page = Paginator(queries.desk_rows(seen, **chosen), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(dossier, now) for dossier in page.object_list]
    counts = queries.desk_counts(seen)
    shown_states = [state for state in DossierState if state not in ("draft", "withdrawn")]
    return render(
        request,
        "projects/desk_list.html",
        {
            "page": page,
            "rows": rows,
            "chosen": chosen,
            "person": person,
            "counts": [
                {"code": state.value, "label": state.label, "count": counts.get(state.value, 0)}
                for state in shown_states
            ],
            "calls": queries.with_texts(access.visible_calls(person, day_of(now)), get_language() or "en"),
            "views": queries.saved_views(person),
            "view_form": SaveViewForm(),
            "query": urlencode({name: value for name, value in chosen.items() if value}),
        },
    )


def _row(dossier: Dossier, now: datetime) -> dict[str, Any]:
    waits = waiting_days(dossier.submitted_at, now) if dossier.state in queries.WAITING else None
    urgency = (
        "" if waits is None else "late" if waits >= LATE_DAYS else "soon" if waits >= SOON_DAYS else "calm"
    )
    label = DOSSIER.states(dossier.state).label
    return {"dossier": dossier, "waits": waits, "urgency": urgency, "state_label": label}


def _views_changed(request: HttpRequest) -> HttpResponse:
    person = signed_in_person(request)
    drop = request.POST.get("drop", "")
    if drop.isascii() and drop.isdigit() and len(drop) < 10:
        actions.drop_view(person=person, pk=int(drop))
        return redirect("projects:desk-list")
    form = SaveViewForm(request.POST)
    if form.is_valid():
        actions.save_view(person=person, name=form.cleaned_data["name"], query=request.POST.get("query", ""))
        messages.success(request, _("This view is kept."))
    return redirect("projects:desk-list")


def _desk_dossier(request: HttpRequest, pk: int) -> Dossier:
    seen = access.desk_dossiers(signed_in_person(request), day_of(timezone.now()))
    return get_object_or_404(
        seen.select_related("call", "organisation", "municipality", "applicant", "adviser").prefetch_related(
            "claims", "asks", "costs", "partners", "photos", "notes__by", "requests"
        ),
        pk=pk,
    )


@for_staff(Act.CHECK_DOSSIERS)
def desk_dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """One dossier: content, rule findings, history, notes, and what one may do. Ties are declared first."""
    dossier, person, now = _desk_dossier(request, pk), signed_in_person(request), timezone.now()
    allowed = access.may_check(dossier, person, day_of(now))
    if not allowed:
        if allowed.code == "not_declared":
            return redirect("projects:desk-conflict", dossier.pk)
        return render(
            request, "projects/desk_closed.html", {"dossier": dossier, "reason": said(allowed)}, status=403
        )
    if request.method == "POST":
        return _handled(request, dossier)
    context = {
        "dossier": dossier,
        "steps": dossier_steps(dossier),
        "state_label": DOSSIER.states(dossier.state).label,
        "findings": check.findings_shown(check.findings_for(dossier, now)),
        "strengths": check.strengths_for(dossier, now),
        "sections": summary.sections(dossier, get_language() or "en", links=False),
        "photos": dossier.photos.all(),
        "history": history(f"dossier:{dossier.pk}"),
        "notes": dossier.notes.all(),
        "note_form": NoteForm(),
        "colleagues": staff_who_may(Act.CHECK_DOSSIERS, day_of(now)),
        "may_decide": access.may_decide(dossier, person, day_of(now)),
        "requests": dossier.requests.all(),
        "ties": queries.ties_of(dossier),
    }
    return render(request, "projects/desk_dossier.html", context)


def _handled(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    person, now = signed_in_person(request), timezone.now()
    what = request.POST.get("what", "")
    try:
        if what == "take_up":
            actions.take_up_dossier(dossier=dossier, by=person, now=now)
            messages.success(request, _("You are checking this dossier."))
        elif what == "assign":
            colleague = next(
                (
                    each
                    for each in staff_who_may(Act.CHECK_DOSSIERS, day_of(now))
                    if str(each.pk) == request.POST.get("to")
                ),
                None,
            )
            if colleague:
                actions.assign_dossier(dossier=dossier, to=colleague, by=person, now=now)
                messages.success(request, _("%(name)s handles this dossier now.") % {"name": colleague})
        elif what == "note":
            form = NoteForm(request.POST)
            if form.is_valid():
                actions.note_dossier(dossier=dossier, text=form.cleaned_data["text"], by=person, now=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("projects:desk-dossier", dossier.pk)


@for_staff(Act.CHECK_DOSSIERS)
def desk_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks about ties before the dossier opens; shows nothing of it but its name."""
    dossier, person = _desk_dossier(request, pk), signed_in_person(request)
    if queries.ties_of(dossier).filter(person=person).exists():
        return redirect("projects:desk-dossier", dossier.pk)
    form = ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.declare_conflict(
            dossier=dossier,
            by=person,
            has_conflict=given["has_conflict"] == "yes",
            text=given["text"],
            now=timezone.now(),
        )
        return redirect("projects:desk-dossier", dossier.pk)
    return render(request, "projects/desk_conflict.html", {"form": form, "dossier": dossier})


@for_staff(Act.CHECK_DOSSIERS)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_tie_lift(request: HttpRequest, pk: int, said: int) -> HttpResponse:
    """A colleague's declared tie, and why it no longer counts; never one's own."""
    dossier, person, now = _desk_dossier(request, pk), signed_in_person(request), timezone.now()
    demand(access.may_check(dossier, person, day_of(now)))
    tie = get_object_or_404(queries.ties_of(dossier).exclude(person=person), pk=said)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.lift_tie(said=tie, why=form.cleaned_data["why"], by=person, now=now)
        messages.success(
            request, _("The tie is lifted: %(name)s may handle this project.") % {"name": tie.person}
        )
        return redirect("projects:desk-dossier", dossier.pk)
    return render(request, "projects/desk_tie_lift.html", {"form": form, "dossier": dossier, "tie": tie})


@for_staff(Act.CHECK_DOSSIERS)
def desk_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the applicant for more and reopens exactly the parts named."""
    dossier, person = _desk_dossier(request, pk), signed_in_person(request)
    form = AskForm(request.POST or None)
    ask = partial(actions.ask_for_more, dossier=dossier, by=person, now=timezone.now())
    said = _("Your question is sent. The applicant can change the parts you named.")
    if acted(request, form, ask, said):
        return redirect("projects:desk-dossier", dossier.pk)
    return render(request, "projects/desk_ask.html", {"form": form, "dossier": dossier})


@for_staff(Act.DECIDE_DOSSIERS)
def desk_decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Admits or refuses, with a reason the applicant reads."""
    dossier, person, now = _desk_dossier(request, pk), signed_in_person(request), timezone.now()
    verbs = {"admit": actions.admit_dossier, "refuse": actions.refuse_dossier}
    if decision not in verbs:
        return redirect("projects:desk-dossier", dossier.pk)
    form = ReasonForm(request.POST or None)
    decide = partial(verbs[decision], dossier=dossier, by=person, now=now)
    if acted(request, form, decide, _("The decision is kept and the applicant is told.")):
        return redirect("projects:desk-dossier", dossier.pk)
    findings = check.findings_shown(check.findings_for(dossier, now))
    context: dict[str, Any] = {"form": form, "dossier": dossier, "decision": decision, "findings": findings}
    return render(request, "projects/desk_decide.html", context)


@for_staff(Act.ENTER_FOR_OTHERS)
def desk_entry(request: HttpRequest) -> HttpResponse:
    """Starts a dossier for someone who phones, comes by or writes on paper."""
    person, now = signed_in_person(request), timezone.now()
    calls = [
        call
        for call in queries.with_texts(queries.open_calls(now), get_language() or "en")
        if access.may_apply(call, now)
    ]
    form = EntryForm(request.POST or None)
    chosen = request.POST.get("call", "")
    if request.method == "POST" and form.is_valid():
        token = token_from(request)
        begun = access.own_dossiers(person, day_of(now)).filter(token=token).first()
        call = next((each for each in calls if each.slug == chosen), None)
        if begun is not None:
            return redirect("projects:dossier-part", begun.pk, Part.ORGANISATION)
        if call is None:
            form.add_error(None, _("Choose the call."))
        elif (applicant := _applicant(form, request)) is None:
            form.add_error(
                "member_number", _("There is no member with this number. Check it, or write the names.")
            )
        else:
            dossier = actions.start_dossier(
                call=call,
                applicant=applicant,
                by=person,
                now=now,
                language=get_language() or "fr",
                token=token,
                channel=Channel(form.cleaned_data["channel"]),
            )
            return redirect("projects:dossier-part", dossier.pk, Part.ORGANISATION)
    context = {"form": form, "calls": calls, "chosen": chosen, "token": uuid.uuid4()}
    return render(request, "projects/desk_entry.html", context)


def _applicant(form: EntryForm, request: HttpRequest) -> Any:
    given, now = form.cleaned_data, timezone.now()
    if given["member_number"]:
        member = next(iter(members_matching(str(given["member_number"]), day_of(now))), None)
        return member.person if member else None
    return register_person(
        given_name=given["given_name"],
        family_name=given["family_name"],
        phone=given["phone"],
        language=get_language() or "fr",
        by=signed_in_person(request),
        now=now,
        channel=Channel(given["channel"]),
    )
