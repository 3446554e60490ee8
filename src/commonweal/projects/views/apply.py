"""The applicant's pages: start, write part by part, review, send, follow."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonweal.casework.wording.history import history
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand, for_persons, limited, signed_in_person
from commonweal.people.actions import register_organisation
from commonweal.people.rules import Channel
from commonweal.projects import access, actions, queries
from commonweal.projects.forms.parts import FORMS, OrganisationForm, PhotoForm
from commonweal.projects.models import Dossier
from commonweal.projects.rules.parts import Part
from commonweal.projects.views import check, summary
from commonweal.projects.views.receipt import receipt_pdf
from commonweal.projects.views.steps import dossier_steps, what_next
from commonweal.ui.acting import acted


def own_dossier(request: HttpRequest, pk: int) -> Dossier:
    """A dossier the reader writes or follows. Raises Http404 for anyone else's."""
    person = signed_in_person(request)
    return get_object_or_404(
        access.own_dossiers(person, day_of(timezone.now())).select_related(
            "call", "organisation", "municipality", "applicant", "adviser"
        ),
        pk=pk,
    )


def token_from(request: HttpRequest) -> uuid.UUID:
    """What makes the same form sent twice one dossier; a fresh one where the form carries none."""
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid.uuid4()


@for_persons
def apply_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Starts a draft with the answers of the check; pressing twice makes one."""
    person, now = signed_in_person(request), timezone.now()
    call = get_object_or_404(access.visible_calls(person, day_of(now)).prefetch_related("texts"), slug=slug)
    demand(access.may_apply(call, now))
    if request.method == "POST":
        dossier = actions.start_dossier(
            call=call,
            applicant=person,
            by=person,
            now=now,
            language=get_language() or "fr",
            token=token_from(request),
            answers=check.answers_kept(request),
        )
        return redirect("projects:dossier-part", dossier.pk, Part.ORGANISATION)
    drafts = access.own_dossiers(person, day_of(now)).filter(call=call, state="draft")
    context = {
        "call": call,
        "text": queries.call_text(call, get_language() or "en"),
        "token": uuid.uuid4(),
        "drafts": drafts,
        "checked": bool(check.answers_kept(request)),
    }
    return render(request, "projects/apply_start.html", context)


def part_links(dossier: Dossier, now_at: str = "") -> list[dict[str, Any]]:
    """The parts of a dossier with their addresses, and which still have gaps."""
    missing = {gap.part for gap in queries.gaps_of(dossier)}
    return [
        {
            "code": part.value,
            "label": part.label,
            "href": reverse("projects:dossier-photos", args=[dossier.pk])
            if part == Part.PHOTOS
            else reverse("projects:dossier-part", args=[dossier.pk, part.value]),
            "missing": part in missing,
            "current": part.value == now_at,
        }
        for part in Part
    ]


def _after(part: Part, dossier: Dossier) -> str:
    order = list(Part)
    following = order[order.index(part) + 1 :]
    if dossier.state == "returned" or not following:
        return reverse("projects:dossier-review", args=[dossier.pk])
    if following[0] == Part.PHOTOS:
        return reverse("projects:dossier-photos", args=[dossier.pk])
    return reverse("projects:dossier-part", args=[dossier.pk, following[0].value])


@for_persons
def dossier_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One page of the dossier; what is sent is kept at once."""
    dossier, person, now = own_dossier(request, pk), signed_in_person(request), timezone.now()
    if part not in FORMS:
        return redirect("projects:dossier-review", dossier.pk)
    page = Part(part)
    demand(access.may_write(dossier, person, page, now))
    form = FORMS[page](request.POST or None, dossier=dossier)
    form.asked_openly()

    def write(**_typed: object) -> None:
        values = form.values()
        if isinstance(form, OrganisationForm):
            values = {"organisation": _registered(form, dossier, request)}
        actions.write_part(dossier=dossier, part=page, values=values, by=person, now=now)

    if acted(request, form, write):
        if "later" in request.POST:
            messages.success(request, _("Your text is kept. You can go on later, on any device."))
            return redirect("projects:dossier-status", dossier.pk)
        return redirect((request.GET.get("back") == "review" and _review(dossier)) or _after(page, dossier))
    context = {"form": form, "dossier": dossier, "part": page, "parts": part_links(dossier, part)}
    return render(request, "projects/dossier_part.html", context)


def _review(dossier: Dossier) -> str:
    return reverse("projects:dossier-review", args=[dossier.pk])


def _registered(form: OrganisationForm, dossier: Dossier, request: HttpRequest) -> Any:
    given = form.cleaned_data
    current = dossier.organisation
    if (
        current
        and current.name == given["name"]
        and (current.company_number or "") == given["company_number"]
    ):
        return current
    return register_organisation(
        name=given["name"],
        legal_form=given["legal_form"],
        number=given["company_number"],
        kind=given["kind"],
        by=signed_in_person(request),
        speaker=dossier.applicant,
        now=timezone.now(),
        channel=Channel(dossier.channel),
    )


@for_persons
def dossier_photos(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds and removes photos."""
    dossier, person, now = own_dossier(request, pk), signed_in_person(request), timezone.now()
    demand(access.may_write(dossier, person, Part.PHOTOS, now))
    if request.method == "POST" and "remove" in request.POST:
        for photo in dossier.photos.all():
            if str(photo.pk) == request.POST["remove"]:
                actions.remove_photo(dossier=dossier, photo=photo, by=person, now=now)
                messages.success(request, _("The photo is taken away."))
        return redirect("projects:dossier-photos", dossier.pk)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()

    def add(file: UploadedFile, alt: str, **_focus: object) -> None:
        actions.add_photo(dossier=dossier, file=file, alt=alt, by=person, now=now, **form.focus_point())

    if acted(request, form, add, _("The photo is there."), at=lambda refusal: ("file",)):
        return redirect("projects:dossier-photos", dossier.pk)
    context = {
        "form": form,
        "dossier": dossier,
        "part": Part.PHOTOS,
        "parts": part_links(dossier, Part.PHOTOS),
        "photos": dossier.photos.all(),
    }
    return render(request, "projects/dossier_photos.html", context)


@for_persons
def dossier_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Check your answers; send."""
    dossier, person, now = own_dossier(request, pk), signed_in_person(request), timezone.now()
    trouble = ""
    if request.method == "POST":
        try:
            if dossier.state == "returned":
                actions.answer_request(dossier=dossier, by=person, now=now)
            else:
                findings = [check.finding_data(each) for each in check.findings_for(dossier, now)]
                actions.send_dossier(dossier=dossier, by=person, now=now, findings=findings)
        except Refusal as refusal:
            trouble = str(refusal)
        else:
            messages.success(request, _("Your project is sent. Keep the receipt."))
            return redirect("projects:dossier-status", dossier.pk)
    if dossier.state not in ("draft", "returned"):
        return redirect("projects:dossier-status", dossier.pk)
    gaps = [
        {"reason": gap.reason, "href": reverse("projects:dossier-part", args=[dossier.pk, gap.part.value])}
        for gap in queries.gaps_of(dossier)
    ]
    context = {
        "dossier": dossier,
        "sections": summary.sections(dossier, get_language() or "en", links=True),
        "gaps": gaps,
        "trouble": trouble,
        "findings": check.findings_shown(check.findings_for(dossier, now)),
        "photos": dossier.photos.all(),
        "parts": part_links(dossier),
    }
    return render(request, "projects/dossier_review.html", context)


@for_persons
def dossier_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a dossier stands, what comes next, what was asked and decided."""
    dossier = own_dossier(request, pk)
    context = {
        "dossier": dossier,
        "steps": dossier_steps(dossier),
        "next": what_next(dossier),
        "request_open": dossier.requests.filter(answered_at__isnull=True).first(),
        "history": history(f"dossier:{dossier.pk}", names=False, only=("DossierMoved", "DossierDecided")),
        "sections": summary.sections(dossier, get_language() or "en", links=False),
        "photos": dossier.photos.all(),
        "parts": part_links(dossier) if dossier.state == "draft" else [],
        "may_withdraw": dossier.state in ("draft", "submitted", "in_check", "returned"),
    }
    return render(request, "projects/dossier_status.html", context)


@limited("pdf")
@for_persons
def dossier_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The dated receipt as a PDF."""
    dossier = own_dossier(request, pk)
    if dossier.submitted_at is None:
        return redirect("projects:dossier-status", dossier.pk)
    response = HttpResponse(receipt_pdf(dossier, get_language() or "fr"), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{dossier.reference}.pdf"'
    return response


@for_persons
def dossier_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then takes the project back."""
    dossier = own_dossier(request, pk)
    if request.method == "POST":
        actions.withdraw_dossier(dossier=dossier, by=signed_in_person(request), now=timezone.now())
        messages.success(request, _("Your project is withdrawn. Your text is kept."))
        return redirect("projects:dossier-status", dossier.pk)
    return render(request, "projects/dossier_withdraw.html", {"dossier": dossier})
