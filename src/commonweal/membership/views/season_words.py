"""Words around an exit season, as pages and the report to the general meeting write them. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commonweal.membership import queries
from commonweal.membership.queries import Plan, holder_names
from commonweal.membership.rules.exits import ExitTest, Outcome, may_decide
from commonweal.membership.rules.seasons import Answer
from commonweal.membership.states import ExitState
from commonweal.membership.views import wording
from commonweal.membership.wording import means
from commonweal.people.access import said
from commonweal.ui.formats import day, euros, number

if TYPE_CHECKING:
    from commonweal.membership.models import ExitSeason, SeasonTest

REPORT = Path(__file__).parent.parent / "documents" / "exits.typ"
Rows = list[dict[str, str]]


def _rows(pairs: Iterable[tuple[str, str]]) -> Rows:
    return [{"label": label, "value": value} for label, value in pairs]


def share_of(part: int, whole: int) -> str:
    """`12.5 %`, rounded to a tenth; a dash without a whole."""
    return f"{number(Decimal(part * 1000 // whole).scaleb(-1), 1)}\u00a0%" if whole else "–"


def figures(season: ExitSeason, plan: Plan) -> Rows:
    """What the season asks for beside everything, and what the tests leave."""
    load, percent = plan.load, _percent(season)
    reached = _("reached") if load.reaches(percent) else _("not reached")
    missing = _("a test is missing")
    return _rows(
        [
            (
                _("Asked back, of all that was paid for shares"),
                f"{euros(load.asked_cents)} / {euros(load.all_cents)} ({share_of(load.asked_cents, load.all_cents)})",
            ),
            (
                _("Members who want to leave, of all members"),
                f"{number(load.leavers)} / {number(load.members)} ({share_of(load.leavers, load.members)})",
            ),
            (
                _("Threshold from which the board may refuse"),
                f"{number(percent)}\u00a0% ({reached})",
            ),
            (_("Paying everyone takes"), missing if plan.untested else euros(plan.total_cents)),
            (
                _("The tests leave to pay out"),
                missing if plan.room_cents is None else euros(plan.room_cents),
            ),
        ]
    )


def _percent(season: ExitSeason) -> int:
    terms = queries.exit_terms_on(season.effect_on)
    return terms.refusal_percent if terms else 100


def verdict(season: ExitSeason, plan: Plan, outcome: Outcome, budget: int | None) -> str:
    """Why the board cannot decide so; empty when it can."""
    decision = may_decide(
        outcome,
        total_cents=plan.total_cents,
        budget_cents=budget,
        room_cents=plan.room_cents,
        refusable=plan.load.reaches(_percent(season)),
    )
    return "" if decision else said(decision)


def planned_sum(plan: Plan) -> Rows:
    """What a decision means in all."""
    told = ", ".join(f"{number(count)} {_(ExitState(code).label)}" for code, count in plan.states().items())
    return _rows([(_("Requests"), told or "0"), (_("How much is paid in all"), euros(plan.cents))])


def planned_classes(plan: Plan) -> list[dict[str, Any]]:
    """One row a class: asked for, given back, paid on those, refunded."""
    return [
        {"code": code, "asked": asked, "shares": shares, "paid": paid, "cents": cents}
        for code, (asked, shares, paid, cents) in plan.by_class().items()
    ]


def classes(found: Mapping[str, tuple[int, int, int]]) -> list[dict[str, Any]]:
    """One row a class of a decided season: given back, paid on those, refunded."""
    return [
        {"code": code, "shares": shares, "paid": paid, "cents": cents}
        for code, (shares, paid, cents) in found.items()
    ]


def states(found: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many requests stand where, in the order of the states."""
    return [{"label": state.label, "count": found[state]} for state in ExitState if found.get(state)]


def answers(found: Iterable[Answer]) -> list[dict[str, Any]]:
    """What single requests would get."""
    rows = list(found)
    names = holder_names(each.asked.number for each in rows)
    return [
        {
            "number": each.asked.number,
            "name": names.get(each.asked.number, ""),
            "asked": [wording.shares(line.count, line.share_class) for line in each.asked.lines],
            "given": [wording.shares(refund.shares, refund.line.share_class) for refund in each.refunds],
            "cents": each.cents,
            "state": ExitState(each.state).label,
            "note": _by_hand(each),
        }
        for each in rows
    ]


def _by_hand(answer: Answer) -> str:
    if not answer.by_hand:
        return ""
    if answer.untested:
        return _("the value of a share is not recorded yet")
    return _("the rest is decided by hand")


def decision(season: ExitSeason, language: str, paid_cents: int) -> Rows:
    """The booked decision with the figures it rested on; `paid_cents` is what all requests get together.

    A part is paid in whole shares, so what is paid is mostly less than what was set aside: both are said.
    """
    pairs = [(_("Decision"), capfirst(_(Outcome(season.outcome).label)))]
    if season.budget_cents:
        pairs.append((_("Set aside for a part, at most"), euros(season.budget_cents)))
    pairs.append((_("How much is paid in all"), euros(paid_cents)))
    if season.reasons.get(language):
        pairs.append((_("Reason"), season.reasons[language]))
    asked, everything = season.asked_cents or 0, season.all_cents or 0
    leavers, members = season.leavers or 0, season.members or 0
    pairs += [
        (_("Decided on"), day(season.decided_on) if season.decided_on else ""),
        (_("Minutes it stands in"), season.document),
        (
            _("Asked back, of all that was paid for shares"),
            f"{euros(asked)} / {euros(everything)} ({share_of(asked, everything)})",
        ),
        (
            _("Members who want to leave, of all members"),
            f"{number(leavers)} / {number(members)} ({share_of(leavers, members)})",
        ),
        (_("Paying everyone takes"), euros(season.total_cents or 0)),
        (_("The tests leave to pay out"), euros(season.room_cents or 0)),
    ]
    return _rows(pairs)


def paid_in_all(booked: Mapping[str, tuple[int, int, int]]) -> int:
    """Cents all requests of a decided season get together."""
    return sum(cents for _shares, _paid, cents in booked.values())


def report(
    season: ExitSeason,
    language: str,
    recorded: Mapping[ExitTest, SeasonTest],
    booked: Mapping[str, tuple[int, int, int]],
    stand: Mapping[str, int],
) -> dict[str, Any]:
    """What the report to the general meeting holds: figures, no names."""

    def sheet(title: str, rows: Rows) -> dict[str, Any]:
        return {"title": title, "rows": [[row["label"], row["value"]] for row in rows]}

    parts = [sheet(_("The decision"), decision(season, language, paid_in_all(booked)))]
    parts += [
        sheet(capfirst(_(kind.label)), means.test_rows(kind, recorded[kind]))
        for kind in ExitTest
        if kind in recorded
    ]
    return {
        "site": settings.SITE["name"],
        "language": language,
        "title": _("Report on the exit season %(year)s") % {"year": season.year},
        "opening": [
            _("Requests made from %(opens)s to %(closes)s, with effect on %(effect)s.")
            % {
                "opens": day(season.opens_on),
                "closes": day(season.closes_on),
                "effect": day(season.effect_on),
            }
        ],
        "head": [_("What"), _("Figure")],
        "parts": parts,
        "requests": {
            "title": _("Requests"),
            "head": [_("Where it stands"), _("Requests")],
            "rows": [[capfirst(_(each["label"])), number(each["count"])] for each in states(stand)],
        },
        "classes": {
            "title": _("Given back, by class"),
            "head": [_("Class"), _("Shares"), _("Paid on them"), _("Given back")],
            "rows": [
                [code, number(shares), euros(paid), euros(cents)]
                for code, (shares, paid, cents) in booked.items()
            ],
        },
    }
