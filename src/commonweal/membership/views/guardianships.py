"""Protected members as the secretary notes them, and as their administrators act for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.forms.guardianships import EndForm, GuardianshipForm
from commonweal.people.access import for_staff, signed_in_person
from commonweal.people.rules import Act


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def guardianship(request: HttpRequest, number: int) -> HttpResponse:
    """Who administers a member's affairs: note it, or note its end."""
    member = queries.member_with_number(number)
    if member is None or member.person is None:
        raise Http404
    running = queries.guardianship_of(member, day_of(timezone.now()))
    posted = request.POST or None
    form: Any = EndForm(posted) if running else GuardianshipForm(posted)
    if request.method == "POST" and form.is_valid():
        told = {"by": signed_in_person(request), "now": timezone.now(), **form.cleaned_data}
        try:
            if running:
                actions.end_guardianship(guardianship=running, **told)
            else:
                actions.note_guardianship(member=member, **told)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect("membership:member-file", number)
    context = {"form": form, "member": member, "name": str(member.person), "running": running}
    return render(request, "membership/guardianship.html", context)
