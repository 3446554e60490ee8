"""Why each project is supported, and what each other one lacked: a count's reasons in words. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.ui.formats import euros, number
from commonweal.voting.models import Option
from commonweal.voting.views import figures, summary
from commonweal.voting.views.figures import amount, cents


def funded_rows(
    found: Iterable[Mapping[str, Any]],
    result: Mapping[str, Any],
    options: Mapping[int, Option],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Some of the supported projects in order of selection, each with who carried it and whether it stood equal."""
    plain = set(result["greedy"]["winners"])
    tied = {each["project"]: each["tied"] for each in result["ties"]}
    rows = []
    for each in found:
        (row,) = summary.option_rows([options[int(each["project"])]], names)
        why, equal = carried(each), tied.get(each["project"], [])
        tie = tie_words(equal, result["outcome"]["bylaw"], options) if equal else ""
        rows.append({**row, "order": each["order"], "why": why, "tie": tie, "also": each["project"] in plain})
    return rows


def carried(each: Mapping[str, Any]) -> str:
    """Who chose a supported project, and what those who carried it paid."""
    supporters = each["supporters"]
    chose = ngettext("%(n)s member chose it.", "%(n)s members chose it.", supporters) % {
        "n": number(supporters)
    }
    if not each["payers"]:
        return chose + " " + _("It was taken in order of votes, from what was left of the budget.")
    when = {
        "add1": _("The shares had been raised until the money was used."),
        "phragmen": _("It was carried the moment they had saved its cost together."),
    }.get(each["phase"], "")
    return " ".join(part for part in (chose, _paid(each), when) if part)


def _paid(each: Mapping[str, Any]) -> str:
    partial = each["partial_payers"]
    full = each["payers"] - partial
    low, high = amount(each["full_min"]), amount(each["full_max"])
    gaps = {"n": number(full), "low": low, "high": high}
    rest = {"n": number(partial), "sum": amount(each["partial_paid"])}
    if not full:
        words = ngettext(
            "%(n)s paid all they had left: %(sum)s.",
            "%(n)s paid all they had left, %(sum)s together.",
            partial,
        )
        return words % rest
    if low == high:
        words = ngettext(
            "%(n)s paid %(low)s from their share", "%(n)s paid %(low)s each from their share", full
        )
    else:
        words = ngettext(
            "%(n)s paid between %(low)s and %(high)s from their share",
            "%(n)s paid between %(low)s and %(high)s each from their share",
            full,
        )
    if not partial:
        return words % gaps + "."
    more = ngettext(
        "%(n)s more paid all they had left: %(sum)s.",
        "%(n)s more paid all they had left, %(sum)s together.",
        partial,
    )
    return words % gaps + "; " + more % rest


TIED_NAMED = 2


def tie_words(tied: list[str], bylaw: Mapping[str, str], options: Mapping[int, Option]) -> str:
    """That a project stood equal with others, and what decided."""
    named = [_("“%(title)s”") % {"title": options[int(project)].title} for project in tied[:TIED_NAMED]]
    others = len(tied) - len(named)
    if others:
        named.append(ngettext("%(n)s other project", "%(n)s other projects", others) % {"n": number(others)})
    listed = _(" and ").join(named) if len(named) < 3 else ", ".join(named[:-1]) + _(" and ") + named[-1]
    decided = _("The order fixed before the vote decided: %(order)s.") % {"order": figures.tie_order(bylaw)}
    return _("It stood equal with %(others)s.") % {"others": listed} + " " + decided


def ranked_losers(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What each other project lacked, most supporters first."""
    return sorted(result["not_funded"], key=lambda each: (-each["supporters"], int(each["project"])))


def unfunded_rows(
    found: Iterable[Mapping[str, Any]],
    result: Mapping[str, Any],
    options: Mapping[int, Option],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Some of the other projects, each with what it lacked and what would have carried it."""
    plain = set(result["greedy"]["winners"])
    rows = []
    for each in found:
        (row,) = summary.option_rows([options[int(each["project"])]], names)
        facts = {"lacked": lacked(each), "lost_in_round": each["lost_in_round"] or 0}
        more = {"needed": needed(each, result["outcome"])}
        rows.append({**row, **facts, **more, "also": each["project"] in plain})
    return rows


def lacked(each: Mapping[str, Any]) -> str:
    """What an unsupported project lacked."""
    gaps = {
        "left": amount(each["money_left"]),
        "missing": amount(each["missing"]),
        "n": number(each["supporters"]),
    }
    if each["reason"] == "too-dear":
        return _("It costs more than the whole budget.")
    if each["reason"] == "nobody":
        return _("Nobody who voted chose it.")
    if each["reason"] == "supporters":
        had = ngettext(
            "The member who chose it had %(left)s left; %(missing)s was lacking.",
            "The %(n)s members who chose it had %(left)s left together; %(missing)s was lacking.",
            each["supporters"],
        )
        return had % gaps + _lost(each["lost_in_round"])
    chose = ngettext("%(n)s member chose it.", "%(n)s members chose it.", each["supporters"]) % gaps
    if cents(each["missing"]):
        return (
            chose
            + " "
            + _("When its turn came, %(left)s of the budget was left; %(missing)s was lacking.") % gaps
        )
    return chose + " " + _("When its turn came, the budget was used up.")


def _lost(after_round: int | None) -> str:
    if after_round is None:
        return ""
    if not after_round:
        return " " + _("Even with all their shares together they did not have its cost.")
    return " " + _("After round %(round)s its supporters together no longer had its cost.") % {
        "round": number(after_round)
    }


def needed(each: Mapping[str, Any], outcome: Mapping[str, Any]) -> str:
    """What would have carried it; nothing where no number of supporters and no cost would have.

    The figures come from counting again with the share everyone had in the end. More voters change that share, and
    so does a lower cost where shares are raised until the money is used: then the sentence says that it stays.
    """
    bylaw = outcome["bylaw"]
    own_share = bylaw["rule"] in ("equal-shares", "bounded-overspending")
    raised = bylaw["rule"] == "equal-shares" and bylaw["completion"] in ("add1", "add1u")
    said = []
    if each["votes_needed"]:
        said.append(_more_supporters(each["votes_needed"], same_share=own_share))
    if each["cost_needed"]:
        said.append(_lower_cost(euros(each["cost_needed"] * 100), same_share=raised))
    return " ".join(said)


def _more_supporters(more: int, *, same_share: bool) -> str:
    gaps = {"n": number(more)}
    if same_share:
        words = ngettext(
            "With one more supporter it would have been carried, everyone’s share being the same.",
            "With %(n)s more supporters it would have been carried, everyone’s share being the same.",
            more,
        )
        return words % gaps
    words = ngettext(
        "With one more supporter it would have been carried.",
        "With %(n)s more supporters it would have been carried.",
        more,
    )
    return words % gaps


def _lower_cost(cost: str, *, same_share: bool) -> str:
    if same_share:
        return _(
            "At a cost of up to %(cost)s it would have been carried, everyone’s share being the same."
        ) % {"cost": cost}
    return _("At a cost of up to %(cost)s it would have been carried.") % {"cost": cost}
