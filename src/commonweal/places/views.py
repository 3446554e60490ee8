"""Suggesting a municipality while someone types. Public facts; never writes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from commonweal.kernel.days import day_of
from commonweal.places import queries

View = Callable[..., HttpResponse]


def open_to_everyone(view: View) -> View:
    """Says that the page shows public facts only, where the test that walks all pages looks for it."""
    view.__dict__["access_check"] = "open"
    return view


@open_to_everyone
@require_safe
def municipality_suggest(request: HttpRequest) -> HttpResponse:
    """Municipalities for `?q=`: a whole page, or only the list (or a field's options) when a script asks."""
    asked = request.GET.get("q") or request.GET.get("place", "")
    matches = queries.municipality_matches(asked, get_language() or "en", day_of(timezone.now()))
    template = "places/municipality_suggest.html"
    if request.headers.get("HX-Request") == "true":
        to_field = request.headers.get("HX-Target") == "places-found"
        template = "places/municipality_options.html" if to_field else "places/municipality_matches.html"
    response = render(request, template, {"asked": asked, "matches": matches})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
