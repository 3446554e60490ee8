"""Keys for programs: the ones that hold, a new one, ending one."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.kernel.days import day_of
from commonweal.people import actions
from commonweal.people.access import for_persons, fresh, may_use, signed_in_person
from commonweal.people.queries import keys_of
from commonweal.people.rules import Scope
from commonweal.portal.forms import KeyForm
from commonweal.ui.acting import acted


@for_persons
@fresh
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """One's own keys and a form for a new one, whose secret is shown in the answer and never again."""
    person, now = signed_in_person(request), timezone.now()
    scopes = [scope for scope in Scope if may_use(person, scope, day_of(timezone.now()))]
    form = KeyForm(request.POST or None, scopes=scopes)
    secret = ""
    if made := acted(request, form, partial(actions.make_key, by=person, now=now)):
        _key, secret = made.value
        form = KeyForm(scopes=scopes)
    shown = [
        {
            "pk": key.pk,
            "name": key.name,
            "scopes": [_(Scope(each).label) for each in key.scopes],
            "made_at": key.made_at,
            "ends_on": key.ends_on,
        }
        for key in keys_of(person, now)
    ]
    return render(request, "portal/keys.html", {"form": form, "keys": shown, "secret": secret})


@for_persons
@require_POST
def key_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a key at once: a new one is quickly made."""
    person, now = signed_in_person(request), timezone.now()
    key = get_object_or_404(keys_of(person, now), pk=pk)
    actions.end_key(key=key, by=person, now=now)
    messages.success(
        request, _("The key “%(name)s” has ended. Programs that show it are refused.") % {"name": key.name}
    )
    return redirect("portal:keys")
