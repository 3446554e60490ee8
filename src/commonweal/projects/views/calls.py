"""Public pages of calls."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.people.access import may, open_to_all, viewer
from commonweal.people.rules import Act
from commonweal.places.rules import name_in
from commonweal.projects import access, queries
from commonweal.projects.views.steps import call_steps
from commonweal.voting.queries import ballot_about


@open_to_all
def call_list(request: HttpRequest) -> HttpResponse:
    """All calls, those in which something can be done first."""
    now = timezone.now()
    person = viewer(request)
    seen = access.visible_calls(person, day_of(now))
    calls = queries.with_texts(seen, get_language() or "en")
    return render(
        request,
        "projects/call_list.html",
        {
            "open_calls": [call for call in calls if call.state in ("applications", "vote")],
            "coming_calls": [call for call in calls if call.state in ("prepared", "check", "count")],
            "past_calls": [call for call in calls if call.state == "decided"],
            "may_manage": bool(person and may(person, Act.MANAGE_CALLS, day_of(now))),
        },
    )


@open_to_all
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One call: what, how much, who decides, by when, and what one can do now."""
    now, language, person = timezone.now(), get_language() or "en", viewer(request)
    call = get_object_or_404(
        access.visible_calls(person, day_of(now)).prefetch_related("texts").select_related("region"),
        slug=slug,
    )
    chosen = set(call.ambitions.values_list("pk", flat=True))
    return render(
        request,
        "projects/call_detail.html",
        {
            "call": call,
            "text": queries.call_text(call, language),
            "steps": call_steps(call),
            "ambitions": [each for each in ambitions_on(day_of(now), language) if each.code in chosen],
            "region": name_in(call.region, language) if call.region else "",
            "may_apply": access.may_apply(call, now),
            "may_manage": bool(person and may(person, Act.MANAGE_CALLS, day_of(now))),
            "ballot": ballot_about(f"call:{call.pk}"),
            "figures": queries.call_figures(call),
            "projects": queries.projects_found(access.public_projects(), call=call.slug)[:6],
        },
    )
