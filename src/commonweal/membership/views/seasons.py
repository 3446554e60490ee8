"""Exit seasons as the secretary sees them: all of them, and one with its requests."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from commonweal.membership import queries
from commonweal.membership.models import ExitSeason
from commonweal.membership.states import SeasonState
from commonweal.membership.views import exit_words
from commonweal.people.access import for_staff
from commonweal.people.rules import Act


@for_staff(Act.KEEP_REGISTER)
@require_safe
def season_list(request: HttpRequest) -> HttpResponse:
    """All seasons, the latest first."""
    rows = [{"season": each, "state": SeasonState(each.state).label} for each in queries.seasons()]
    return render(request, "membership/season_list.html", {"rows": rows})


def _season(year: int) -> ExitSeason:
    season = queries.season_of(year)
    if season is None:
        raise Http404
    return season


@for_staff(Act.KEEP_REGISTER)
@require_safe
def season(request: HttpRequest, year: int) -> HttpResponse:
    """One season: its days, its requests in the order they came."""
    found = _season(year)
    page = Paginator(queries.requests_in(found), queries.REQUESTS_SHOWN).get_page(request.GET.get("page"))
    rows = [
        {
            **exit_words.request(each, get_language() or "en"),
            "name": str(each.member.person or each.member.organisation),
            "number": each.member.number,
        }
        for each in page
    ]
    context = {"season": found, "state": SeasonState(found.state).label, "page": page, "rows": rows}
    return render(request, "membership/season.html", context)
