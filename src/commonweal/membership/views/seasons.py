"""Exit seasons as the secretary sees them: requests, tests, what a decision would mean, the decision, report and file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.kernel.days import day_of
from commonweal.kernel.money import euros
from commonweal.membership import actions, queries
from commonweal.membership.forms.seasons import DecisionForm, OutcomeForm, SeasonTestForm
from commonweal.membership.models import ExitSeason
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.states import SeasonState
from commonweal.membership.views import exit_words, season_words
from commonweal.membership.wording import means
from commonweal.people.access import for_staff, limited, signed_in_person
from commonweal.people.rules import Act
from commonweal.ui.acting import acted
from commonweal.ui.csv_files import csv_file
from commonweal.ui.documents import pdf


@for_staff(Act.KEEP_REGISTER)
@require_safe
def season_list(request: HttpRequest) -> HttpResponse:
    """All seasons, the latest first."""
    rows = [{"season": each, "state": SeasonState(each.state).label} for each in queries.all_seasons()]
    return render(request, "membership/season_list.html", {"rows": rows})


def season_or_404(year: int) -> ExitSeason:
    """The season of a year."""
    found = queries.season_of(year)
    if found is None:
        raise Http404
    return found


@for_staff(Act.KEEP_REGISTER)
@require_safe
def season(request: HttpRequest, year: int) -> HttpResponse:
    """One season: its days, tests, decision, and its requests in the order they came."""
    found = season_or_404(year)
    page = Paginator(queries.requests_in(found), queries.REQUESTS_SHOWN).get_page(request.GET.get("page"))
    language = get_language() or "en"
    rows = [
        {
            **exit_words.request(each, language),
            "name": str(each.member.person or each.member.organisation),
            "number": each.member.number,
        }
        for each in page
    ]
    decided = found.state == SeasonState.DECIDED
    booked = queries.booked_by_class(found) if decided else {}
    context = {
        "season": found,
        "state": SeasonState(found.state).label,
        "decided": decided,
        "closed": day_of(timezone.now()) > found.closes_on,
        "tests": means.tests(queries.latest_tests(found)),
        "outcome": season_words.decision(found, language, season_words.paid_in_all(booked))
        if decided
        else [],
        "classes": season_words.classes(booked),
        "states": season_words.states(queries.booked_states(found)),
        "page": page,
        "rows": rows,
    }
    return render(request, "membership/season.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def season_test(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """Records one of the two tests."""
    found = season_or_404(year)
    if kind not in set(ExitTest):
        raise Http404
    test = ExitTest(kind)
    codes = queries.classes_with_value(found, queries.classes())
    form = SeasonTestForm(request.POST or None, kind=test, codes=codes)

    def record(**_typed: object) -> None:
        by, now = signed_in_person(request), timezone.now()
        actions.record_test(season=found, kind=test, by=by, now=now, **form.test())

    if acted(request, form, record, _("The test is recorded.")):
        return redirect("membership:season", year)
    context = {"season": found, "form": form, "kind": test.label}
    return render(request, "membership/season_test.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_safe
def season_plan(request: HttpRequest, year: int) -> HttpResponse:
    """What a decision would mean, in all and request by request. Books nothing."""
    found = season_or_404(year)
    if found.state != SeasonState.COLLECTING:
        return redirect("membership:season", year)
    form = OutcomeForm(request.GET if "outcome" in request.GET else None)
    outcome, budget = form.asked()
    plan = queries.planned_season(found, queries.classes(), outcome, budget)
    page = Paginator(plan.answers, queries.REQUESTS_SHOWN).get_page(request.GET.get("page"))
    chosen = {"outcome": outcome.value, "budget": str(euros(budget)) if budget else ""}
    context = {
        "season": found,
        "form": form,
        "figures": season_words.figures(found, plan),
        "paid": plan.cents,
        "verdict": season_words.verdict(found, plan, outcome, budget),
        "classes": season_words.planned_classes(plan),
        "states": season_words.states(plan.states()),
        "outcome": outcome.label,
        "page": page,
        "rows": season_words.answers(page),
        "chosen": urlencode(chosen),
        "closed": day_of(timezone.now()) > found.closes_on,
    }
    return render(request, "membership/season_plan.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def season_decide(request: HttpRequest, year: int) -> HttpResponse:
    """The board's decision as the minutes have it, with what it means once more; then it is booked."""
    found = season_or_404(year)
    if found.state != SeasonState.COLLECTING:
        return redirect("membership:season", year)
    chosen = OutcomeForm(request.POST or request.GET)
    outcome, budget = chosen.asked()
    form = DecisionForm(
        request.POST or None, initial={"outcome": outcome.value, "budget": budget, "decided_on": None}
    )

    def decide(**_typed: object) -> None:
        by, now = signed_in_person(request), timezone.now()
        actions.decide_season(season=found, by=by, now=now, **form.decision())

    said = _("The decision is booked. Each member gets a message with what it means for them.")
    if acted(request, form, decide, said):
        return redirect("membership:season", year)
    plan = queries.planned_season(found, queries.classes(), outcome, budget)
    context = {
        "season": found,
        "form": form,
        "outcome": outcome.label,
        "rows": season_words.planned_sum(plan),
        "verdict": season_words.verdict(found, plan, outcome, budget),
        "chosen": urlencode({"outcome": outcome.value, "budget": str(euros(budget)) if budget else ""}),
    }
    return render(request, "membership/season_decide.html", context)


@limited("pdf")
@for_staff(Act.KEEP_REGISTER)
@require_safe
def season_report(request: HttpRequest, year: int) -> HttpResponse:
    """The report of the board to the general meeting about a decided season, without names, as a PDF."""
    found = season_or_404(year)
    if found.state != SeasonState.DECIDED:
        raise Http404
    data = season_words.report(
        found,
        get_language() or "en",
        queries.latest_tests(found),
        queries.booked_by_class(found),
        queries.booked_states(found),
    )
    answer = HttpResponse(pdf(season_words.REPORT, data), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="exits-{year}.pdf"'
    return answer


@for_staff(Act.KEEP_REGISTER)
@require_POST
def season_file(request: HttpRequest, year: int) -> HttpResponseBase:
    """Every request of a season with its answer as a CSV file; that it was taken out is noted first."""
    found = season_or_404(year)
    by, now = signed_in_person(request), timezone.now()
    actions.record_reading(by=by, now=now, what="exported", asked={"season": year})
    language = get_language() or "en"
    head = (
        *(_("Number"), _("Name"), _("Asked on"), _("Asked for"), _("Where it stands")),
        *(_("Class"), _("Shares"), _("Paid on them (euro)"), _("Given back (euro)")),
    )

    def rows() -> Iterator[tuple[object, ...]]:
        for each in queries.requests_in(found).iterator(queries.PAGE * 10):
            told = exit_words.request(each, language)
            name = str(each.member.person or each.member.organisation)
            start = (
                *(each.member.number, name, day_of(each.asked_at).isoformat()),
                *(told["what"], _(told["state"])),
            )
            ends = [
                (row.share_class, row.shares, euros(row.paid_cents), euros(row.cents))
                for row in each.refunds.all()
            ]
            for end in ends or [("", 0, euros(0), euros(0))]:
                yield (*start, *end)

    return csv_file(f"exits-{year}.csv", head, rows())
