"""Why each project is supported, and what each other one lacked: a count's reasons in words. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.ui.formats import euros, joined, number
from commonweal.voting.models import Option
from commonweal.voting.views import summary
from commonweal.voting.views.figures import amount, cents


def funded_rows(
    found: Iterable[Mapping[str, Any]],
    result: Mapping[str, Any],
    options: Mapping[int, Option],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Some of the supported projects in order of selection, each with who carried it and whether it stood equal."""
    plain = set(result["greedy"]["winners"])
    rows = []
    for each in found:
        (row,) = summary.option_rows([options[int(each["project"])]], names)
        why, tie = carried(each), tie_words(each["project"], result, options)
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
    return joined(words % gaps, more % rest, sign=";")


TIED_NAMED = 2


def tie_words(project: str, result: Mapping[str, Any], options: Mapping[int, Option]) -> str:
    """With which others a project stood equal, and what decided between just these; nothing where it never did."""
    said = []
    for each in result["ties"]:
        if each["project"] == project:
            listed = _listed(each["tied"], options)
            said.append(_("It stood equal with %(others)s.") % {"others": listed})
            said += _decided(project, each["tied"], result, options)
        elif project in each["tied"]:
            first = _listed([each["project"]], options)
            said.append(_("It stood equal with %(other)s, which came first.") % {"other": first})
            said += _decided(each["project"], [project], result, options)
    return " ".join(said)


def _listed(projects: list[str], options: Mapping[int, Option]) -> str:
    named = [_("“%(title)s”") % {"title": options[int(each)].title} for each in projects[:TIED_NAMED]]
    others = len(projects) - len(named)
    if others:
        named.append(ngettext("%(n)s other project", "%(n)s other projects", others) % {"n": number(others)})
    return _(" and ").join(named) if len(named) < 3 else ", ".join(named[:-1]) + _(" and ") + named[-1]


def _decided(
    first: str, others: list[str], result: Mapping[str, Any], options: Mapping[int, Option]
) -> list[str]:
    """What put a project before others that stood equal, in the order fixed before the vote: a sentence each."""
    bylaw = result["outcome"]["bylaw"]
    order = {"votes": ("votes", "cost"), "cost": ("cost", "votes"), "id": ()}[bylaw["ties"]]
    chose = {each["project"]: each["supporters"] for each in [*result["funded"], *result["not_funded"]]}
    said, left = [], list(others)
    for what in order:
        if what == "votes":
            apart = [each for each in left if chose[each] != chose[first]]
            figures_ = sorted({chose[each] for each in apart}, reverse=True)
            mine, shown = number(chose[first]), [number(each) for each in figures_]
        else:
            own = options[int(first)].cost_cents
            apart = [each for each in left if options[int(each)].cost_cents != own]
            figures_ = sorted({options[int(each)].cost_cents for each in apart})
            mine, shown = euros(own), [euros(each) for each in figures_]
        if apart:
            said.append(_by(what, several=len(shown) > 1) % {"mine": mine, "other": shown[0]})
        left = [each for each in left if each not in apart]
    if left and bylaw.get("lot") and bylaw["ties"] != "id":
        said.append(_("The lot named in the rule decided."))
    elif left:
        gaps = {"mine": first, "other": min(left)}
        said.append(_("The number read as text decided: %(mine)s before %(other)s.") % gaps)
    return said


def _by(what: str, *, several: bool) -> str:
    if what == "votes":
        return (
            _("Most supporters decided: %(mine)s against %(other)s or fewer.")
            if several
            else _("Most supporters decided: %(mine)s against %(other)s.")
        )
    return (
        _("The lowest cost decided: %(mine)s against %(other)s or more.")
        if several
        else _("The lowest cost decided: %(mine)s against %(other)s.")
    )


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
        tie = tie_words(each["project"], result, options)
        facts = {"lacked": lacked(each), "tie": tie, "lost_in_round": each["lost_in_round"] or 0}
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
