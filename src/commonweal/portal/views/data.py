"""My data: what I agree to, a copy of all there is about me, and being forgotten."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.membership.access import may_be_forgotten
from commonweal.people import actions
from commonweal.people.access import demand, for_persons, fresh, said, signed_in_person
from commonweal.people.queries import consents_of, data_about
from commonweal.people.rules import Purpose
from commonweal.portal.forms import ConsentForm


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """Consents as boxes to tick, each with its day; the copy; what can be erased and what stays."""
    person, now = signed_in_person(request), timezone.now()
    held = consents_of(person)
    form = ConsentForm(request.POST if request.method == "POST" else None, initial={"purposes": list(held)})
    if request.method == "POST" and form.is_valid():
        given = {Purpose(each) for each in form.cleaned_data["purposes"]}
        actions.set_consents(person=person, given=given, language=get_language() or "en", by=person, now=now)
        messages.success(request, _("Noted, from now on."))
        return redirect("portal:my-data")
    forgotten = may_be_forgotten(person)
    context = {
        "form": form,
        "held": [{"label": _(purpose.label), "at": each.at} for purpose, each in held.items()],
        "why_not": said(forgotten),
    }
    return render(request, "portal/my_data.html", context)


@for_persons
@never_cache
@require_safe
def my_copy(request: HttpRequest) -> HttpResponse:
    """All there is about the person, as a file programs can read."""
    person = signed_in_person(request)
    text = json.dumps(data_about(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@for_persons
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def forget_me(request: HttpRequest) -> HttpResponse:
    """Asks once more, then forgets who someone was and ends their account."""
    person = signed_in_person(request)
    demand(may_be_forgotten(person))
    if request.method == "POST":
        actions.erase_person(person=person, by=person, now=timezone.now())
        logout(request)
        messages.success(
            request, _("You are forgotten. What you decided and received stays, without your name.")
        )
        return redirect("portal:home")
    return render(request, "portal/forget_me.html")
