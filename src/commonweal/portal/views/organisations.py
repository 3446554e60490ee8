"""Organisations, members or not, and who speaks for each, as the secretary notes it from papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.kernel.days import day_of
from commonweal.people.access import for_staff, signed_in_person
from commonweal.people.actions import confirm_speaker, end_speaker
from commonweal.people.queries import organisation_with, organisations_named, speakers_of
from commonweal.people.rules import Act
from commonweal.portal.forms import SpeakerForm
from commonweal.portal.views.desk import TEXT_MAX
from commonweal.ui.acting import acted

if TYPE_CHECKING:
    from commonweal.people.models import Person

SHOWN_MAX = 50


@for_staff(Act.KEEP_REGISTER)
@require_safe
def desk_organisations(request: HttpRequest) -> HttpResponse:
    """Organisations by company number or the start of their names; the first fifty."""
    text = request.GET.get("text", "")[:TEXT_MAX].strip()
    found = list(organisations_named(text)[: SHOWN_MAX + 1])
    context = {"text": text, "rows": found[:SHOWN_MAX], "cut": len(found) > SHOWN_MAX, "limit": SHOWN_MAX}
    return render(request, "portal/desk_organisations.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def speakers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who says to speak for an organisation, whose papers were seen, and an end to it."""
    organisation = organisation_with(pk)
    if organisation is None:
        raise Http404
    by, now = signed_in_person(request), timezone.now()
    found = speakers_of(organisation, day_of(timezone.now()))
    ending = request.method == "POST" and "end" in request.POST
    form = SpeakerForm(request.POST if request.method == "POST" and not ending else None)
    if ending:
        for position in found:
            if str(position.pk) == request.POST["end"]:
                end_speaker(position=position, by=by, now=now)
                messages.success(request, _("Noted."))
        return redirect(request.path)

    def confirm(speaker: Person, document: str) -> None:
        confirm_speaker(person=speaker, organisation=organisation, document=document, by=by, now=now)

    if acted(request, form, confirm, _("Noted.")):
        return redirect(request.path)
    context = {"organisation": organisation, "speakers": found, "form": form}
    return render(request, "portal/speakers.html", context)
