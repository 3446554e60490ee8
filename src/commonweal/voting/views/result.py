"""The result of a ballot: the sentence, the picture, the table, the files. Reads the kept count, never the ballots."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.kernel.decision import Decision
from commonweal.kernel.money import euros as exact_euros
from commonweal.people.access import open_to_all, said, viewer
from commonweal.ui.csv_files import csv_file
from commonweal.ui.formats import euros, number
from commonweal.voting import access, queries
from commonweal.voting.models import Ballot, Count
from commonweal.voting.rules.choices import BallotForm
from commonweal.voting.rules.frozen import canonical
from commonweal.voting.states import BallotState
from commonweal.voting.views import fairness, figures, reasons, story, summary
from commonweal.voting.views.ballots import visible_ballot
from commonweal.voting.wording.titles import in_language, title_of

PAGE_SIZE = 100
ROUNDS_SIZE = 50


def seen_count(request: HttpRequest, ballot: Ballot) -> tuple[Count | None, Decision]:
    """The count, if this reader may see it, and why not otherwise."""
    decision = access.may_see_result(ballot, viewer(request), timezone.now())
    return (queries.count_of(ballot) if decision else None), decision


def waiting(request: HttpRequest, ballot: Ballot, decision: Decision) -> HttpResponse:
    """The page that says why there is no result to see yet."""
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "phase": summary.phase(ballot, timezone.now()),
        "reason": said(decision),
    }
    return render(request, "voting/result_waiting.html", context, status=403)


@open_to_all
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What came out, why, and how to check it."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    found = count.result
    page = Paginator(reasons.ranked_losers(found), PAGE_SIZE).get_page(request.GET.get("page"))
    winners = found["funded"][:PAGE_SIZE]
    place = story.round_asked(request.GET.get("round"), len(found["funded"]))
    options = queries.options_of(ballot)
    names = summary.categories()
    funded = reasons.funded_rows(winners, found, options, names)
    satisfied, votes = found["satisfied"]
    total = len(found["funded"]) + len(found["not_funded"])
    context = {
        "ballot": ballot,
        "count": count,
        "title": title_of(ballot),
        "published": ballot.state == BallotState.PUBLISHED,
        "sentence": figures.sentence(len(found["funded"]), total, satisfied, votes),
        "easy": _easy(found, len(found["funded"]), total),
        "found": found,
        "left_cents": found["budget_cents"] - found["spent_cents"],
        "funded": funded,
        "funded_more": len(found["funded"]) - len(funded),
        "round": story.shown(found, options, names, place),
        "opening": story.opening(found),
        "page": page,
        "unfunded": reasons.unfunded_rows(page.object_list, found, options, names),
        "fairness": {
            "checks": fairness.checks(found, options),
            "beside": fairness.beside(found, options),
            "not_checked": fairness.not_checked(found, with_points=ballot.form == BallotForm.POINTS),
            "nothing": fairness.nothing(found),
            "ties": fairness.ties(found),
            "themes": fairness.theme_rows(found, names),
        },
        "reached": figures.reached(found),
        "bars": figures.money_bars(funded, found, len(found["funded"])),
        "rule_name": figures.rule_name(found["outcome"]["rule"]),
        "is_greedy": found["outcome"]["rule"] == "greedy",
        "plain_count": len(found["greedy"]["winners"]),
        "share": figures.amount(found["outcome"]["endowment"])
        if found["outcome"]["endowment"] is not None
        else "",
        "turnout": figures.turnout_groups(count.turnout),
        "voters": sum(group["voters"] for group in count.turnout["region"]),
        "paper": queries.paper_not_counted(ballot, count),
        "bylaw": figures.bylaw_rows(ballot.bylaw),
        "command": figures.command(ballot.bylaw),
    }
    return render(request, "voting/result.html", context)


def _easy(found: Mapping[str, Any], winners: int, total: int) -> str:
    satisfied, votes = found["satisfied"]
    lines = [
        ngettext("One member voted.", "%(n)s members voted.", votes) % {"n": number(votes)},
        ngettext(
            "There was one project to choose from.", "There were %(total)s projects to choose from.", total
        )
        % {"total": number(total)},
        ngettext("One project gets money.", "%(n)s projects get money.", winners) % {"n": number(winners)},
        _("They cost %(spent)s together. There was %(budget)s.")
        % {"spent": euros(found["spent_cents"]), "budget": euros(found["budget_cents"])},
        ngettext(
            "One member chose a project that gets money.",
            "%(n)s members chose at least one project that gets money.",
            satisfied,
        )
        % {"n": number(satisfied)},
        _("Below you read why each project gets money, or why not."),
    ]
    return "\n".join(lines)


@open_to_all
def result_rounds(request: HttpRequest, pk: int) -> HttpResponse:
    """How the money went, round by round: one round as a picture, all of them as a list."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    found = count.result
    total = len(found["funded"])
    place = story.round_asked(request.GET.get("round"), total)
    pages = Paginator(range(1, total + 1), ROUNDS_SIZE)
    page = pages.get_page(request.GET.get("page") or max(place - 1, 0) // ROUNDS_SIZE + 1)
    options = queries.options_of(ballot)
    names = summary.categories()
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "opening": story.opening(found),
        "round": story.shown(found, options, names, place),
        "rounds": story.listed(found, options, names, page.object_list),
        "page": page,
    }
    return render(request, "voting/result_rounds.html", context)


@open_to_all
def result_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole result as data: by-law, shares, rounds, payments, ties, certificates, and the hash of what was counted."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    return HttpResponse(canonical(count.result), content_type="application/json")


@open_to_all
def ballots_file(request: HttpRequest, pk: int) -> HttpResponse:
    """All opened ballots in the Pabulib format, by tracking code."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    response = HttpResponse(queries.published_file(ballot), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ballots.pb"'
    return response


RESULT_HEAD = (
    "number",
    "title",
    "place",
    "category",
    "cost_euro",
    "supported",
    "order",
    "supporters",
    "payers",
    "full_payers",
    "full_min_euro",
    "full_max_euro",
    "partial_payers",
    "partial_paid_euro",
    "tied_with",
    "through",
    "reason",
    "money_left_euro",
    "missing_euro",
    "lost_in_round",
    "more_votes_needed",
    "cost_needed_euro",
    "most_votes_first",
)


@open_to_all
def result_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every project with what became of it."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    plain = set(count.result["greedy"]["winners"])
    said = {each["project"]: each for each in [*count.result["funded"], *count.result["not_funded"]]}
    tied = {each["project"]: each["tied"] for each in count.result["ties"]}
    rows = []
    for option in queries.options_of(ballot).values():
        each = said[str(option.number)]
        rows.append(
            [
                option.number,
                option.title,
                in_language(option.places),
                option.category,
                _decimal(Fraction(option.cost_cents, 100)),
                "yes" if "order" in each else "no",
                each.get("order", ""),
                each["supporters"],
                each.get("payers", ""),
                each["payers"] - each["partial_payers"] if "payers" in each else "",
                _decimal(each.get("full_min")),
                _decimal(each.get("full_max")),
                each.get("partial_payers", ""),
                _decimal(each.get("partial_paid")),
                " ".join(tied.get(each["project"], [])),
                each.get("phase", ""),
                each.get("reason", ""),
                _decimal(each.get("money_left")),
                _decimal(each.get("missing")),
                "" if each.get("lost_in_round") is None else each["lost_in_round"],
                each.get("votes_needed") or "",
                each.get("cost_needed") or "",
                "yes" if str(option.number) in plain else "no",
            ]
        )
    return csv_file(f"projects-{ballot.pk}.csv", RESULT_HEAD, rows)


# Who took a paper ballot stands with those who voted: no group knows whose paper came back.
TURNOUT_HEAD = ("by", "group", "on_roll", "voted_or_took_paper")


@open_to_all
def turnout_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is on the roll and who voted, or took a paper ballot, by region, age band and door, small groups together."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    rows = [
        [name, group["code"], group["voters"], group["votes"]]
        for name, groups in count.turnout.items()
        for group in groups
    ]
    return csv_file(f"turnout-{ballot.pk}.csv", TURNOUT_HEAD, rows)


def _decimal(exact: Fraction | int | str | None) -> Decimal | None:
    # To the cent: the exact fractions stand in the outcome that anyone can count again.
    return None if exact is None else exact_euros(figures.cents(str(exact)))
