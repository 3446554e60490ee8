"""Who speaks for an organisation that is a member, as the secretary notes it from papers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.decision import Refusal
from commonweal.membership import queries
from commonweal.membership.forms.speakers import SpeakerForm
from commonweal.membership.views.register import whole
from commonweal.people.access import for_staff, signed_in_person
from commonweal.people.actions import confirm_speaker, end_speaker
from commonweal.people.queries import speakers_of
from commonweal.people.rules import Act


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def speakers(request: HttpRequest, number: int) -> HttpResponse:
    """Who says to speak for an organisation, whose papers were seen, and an end to it."""
    member = queries.member_with_number(number)
    if member is None or member.organisation is None:
        raise Http404
    by, now = signed_in_person(request), timezone.now()
    found = speakers_of(member.organisation, timezone.localdate())
    ending = request.method == "POST" and "end" in request.POST
    form = SpeakerForm(request.POST if request.method == "POST" and not ending else None)
    if ending:
        wanted = whole(request.POST["end"])
        for position in found:
            if position.pk == wanted:
                end_speaker(position=position, by=by, now=now)
                messages.success(request, _("Noted."))
        return redirect(request.path)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            confirm_speaker(
                person=given["speaker"],
                organisation=member.organisation,
                document=given["document"],
                by=by,
                now=now,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect(request.path)
    context = {"member": member, "speakers": found, "form": form}
    return render(request, "membership/speakers.html", context)
