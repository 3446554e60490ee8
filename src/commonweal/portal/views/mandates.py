"""Mandates: letting someone act in one's name, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.people import actions
from commonweal.people.access import for_persons, signed_in_person
from commonweal.people.queries import mandates_of
from commonweal.people.rules import MandateScope
from commonweal.portal.forms import MandateForm


def _shown(mandate: Any, pk: int) -> dict[str, Any]:
    given = mandate.principal_id == pk
    return {
        "pk": mandate.pk,
        "who": str(mandate.agent if given else mandate.principal),
        "scope": MandateScope(mandate.scope).label,
        "ends_on": mandate.ends_on,
        "given": given,
    }


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def mandates(request: HttpRequest) -> HttpResponse:
    """The mandates one gave and holds, and a form to give one."""
    person, now = signed_in_person(request), timezone.now()
    form = MandateForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.give_mandate(
            principal=person,
            agent=given["agent"],
            scope=MandateScope(given["scope"]),
            ends_on=given["ends_on"],
            by=person,
            now=now,
        )
        messages.success(request, _("%(name)s can now act in your name.") % {"name": given["agent"]})
        return redirect("portal:mandates")
    shown = [_shown(each, person.pk) for each in mandates_of(person, day_of(timezone.now()))]
    context = {
        "form": form,
        "given": [each for each in shown if each["given"]],
        "held": [each for each in shown if not each["given"]],
    }
    return render(request, "portal/mandates.html", context)


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then ends a mandate at once; who gave it may, and who holds it."""
    person = signed_in_person(request)
    mandate = get_object_or_404(mandates_of(person, day_of(timezone.now())), pk=pk)
    if request.method == "POST":
        actions.withdraw_mandate(mandate=mandate, by=person, now=timezone.now())
        messages.success(request, _("The mandate has ended."))
        return redirect("portal:mandates")
    return render(request, "portal/mandate_withdraw.html", {"mandate": _shown(mandate, person.pk)})
