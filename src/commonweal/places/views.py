"""Suggesting a municipality while someone types. Public facts; never writes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from commonweal.places import queries

View = Callable[..., HttpResponse]


def open_to_everyone(view: View) -> View:
    """Says that the page shows public facts only, where the test that walks all pages looks for it."""
    view.__dict__["access_check"] = "open"
    return view


@open_to_everyone
@require_safe
def municipality_suggest(request: HttpRequest) -> HttpResponse:
    """Municipalities for `?q=`: a whole page, or only the list when a script asks for it."""
    asked = request.GET.get("q", "")
    matches = queries.municipality_matches(asked, get_language() or "en", timezone.localdate())
    fragment = request.headers.get("HX-Request") == "true"
    template = "places/municipality_matches.html" if fragment else "places/municipality_suggest.html"
    response = render(request, template, {"asked": asked, "matches": matches})
    patch_vary_headers(response, ["HX-Request"])
    return response
