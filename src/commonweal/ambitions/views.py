"""The ambitions as pages anyone may read. Never writes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from commonweal.ambitions import queries
from commonweal.kernel.days import day_of

View = Callable[..., HttpResponse]


def open_to_everyone(view: View) -> View:
    """Says that the page shows published texts only, where the test that walks all pages looks for it."""
    view.__dict__["access_check"] = "open"
    return view


@open_to_everyone
@require_safe
def ambition_list(request: HttpRequest) -> HttpResponse:
    """The ambitions in force today."""
    ambitions = queries.ambitions_on(day_of(timezone.now()), get_language() or "en")
    return render(request, "ambitions/ambition_list.html", {"ambitions": ambitions})


@open_to_everyone
@require_safe
def ambition_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One ambition with its vision, its themes and the same in easy words. 404 when not in force today."""
    ambition = queries.ambition_on(code, day_of(timezone.now()), get_language() or "en")
    if ambition is None:
        raise Http404
    return render(request, "ambitions/ambition_detail.html", {"ambition": ambition})
