"""The rounds of a count, one by one: a picture of the money that moved, and all its facts in words. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.ui.formats import euros, number
from commonweal.voting.models import Option
from commonweal.voting.views import reasons
from commonweal.voting.views.figures import SIGNS, amount

# A neutral fill of the charts for each group of purses, the same in every round.
FILL = {"whole": "a", "most": "e", "some": "b", "none": "d"}


def round_asked(text: str | None, total: int) -> int:
    """The round an address asks for, or the first or last one where there is no such round; 0 when there are none."""
    try:
        asked = int(text or 1)
    except ValueError:
        asked = 1
    return max(min(asked, total), min(1, total))


def opening(result: Mapping[str, Any]) -> str:
    """What everyone had at the start, and how it was raised."""
    outcome = result["outcome"]
    if outcome["rule"] == "phragmen":
        return _(
            "Every member who voted saved at the same pace. A project was carried the moment those who chose it had "
            "saved its cost together."
        )
    if outcome["endowment"] is None:
        return _(
            "There are no shares under this rule: each project was paid from the budget, as long as it fitted in."
        )
    said = ngettext(
        "The %(n)s member who voted had a first share of %(share)s.",
        "Each of the %(n)s members who voted had the same first share: %(share)s.",
        result["votes"],
    ) % {"n": number(result["votes"]), "share": amount(outcome["first_endowment"])}
    if outcome["endowment"] == outcome["first_endowment"]:
        return said
    raised = _(
        "So that more of the budget is used, all shares were raised to %(share)s. That may be more than the budget in "
        "all, because not everyone can spend the whole share. The rounds are those of that count."
    )
    return said + " " + raised % {"share": amount(outcome["endowment"])}


def sources(before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the money of a round lay before it: the purses by what was left in them, or the budget."""
    if not before["groups"]:
        left, cost = before["pot_cents"], before["cost_cents"]
        said = {"value": left, "given": cost, "text": "", "given_text": euros(cost), "had_text": euros(left)}
        return [{"label": _("What was left of the budget"), "code": FILL["whole"], **said}]
    return [_purse(group) for group in before["groups"] if group["voters"]]


def _purse(group: Mapping[str, Any]) -> dict[str, Any]:
    voters, payers = group["voters"], group["payers"]
    label = {
        "whole": ngettext(
            "%(n)s member has spent nothing yet", "%(n)s members have spent nothing yet", voters
        ),
        "most": ngettext(
            "%(n)s member has half or more left", "%(n)s members have half or more left", voters
        ),
        "some": ngettext(
            "%(n)s member has less than half left", "%(n)s members have less than half left", voters
        ),
        "none": ngettext("%(n)s member has nothing left", "%(n)s members have nothing left", voters),
    }[group["group"]] % {"n": number(voters)}
    had, paid = euros(group["cents"]), euros(group["paid_cents"])
    if not group["cents"]:
        text = ""
    elif payers:
        text = _("%(had)s; %(payers)s of %(voters)s pay, %(paid)s together") % {
            "had": had,
            "payers": number(payers),
            "voters": number(voters),
            "paid": paid,
        }
    else:
        text = _("%(had)s; nobody pays") % {"had": had}
    said = {
        "value": group["cents"],
        "given": group["paid_cents"],
        "text": text,
        "given_text": paid,
        "had_text": had,
    }
    return {"label": label, "code": FILL[group["group"]], **said}


def shown(
    result: Mapping[str, Any], options: Mapping[int, Option], names: Mapping[str, str], place: int
) -> dict[str, Any] | None:
    """Everything the picture of one round shows; None when there are no rounds."""
    total = len(result["outcome"]["rounds"])
    if not place:
        return None
    before = result["purses"][place - 1]
    (row,) = listed(result, options, names, [place])
    from_where = sources(before)
    had = sum(each["value"] for each in from_where)
    # Purses have one scale, the rest of the budget another: it is a small part of all shares.
    alike = [each for each in result["purses"] if bool(each["groups"]) == bool(before["groups"])]
    scale = max(sum(source["value"] for source in sources(each)) for each in alike)
    return {
        **row,
        "total": total,
        "before": place - 1 if place > 1 else None,
        "next": place + 1 if place < total else None,
        "sources": from_where,
        "scale": scale,
        "had": euros(had),
        "with_purses": bool(before["groups"]),
        "target": {
            "label": row["title"],
            "language": row["language"],
            "text": euros(row["cost_cents"]),
            "code": row["code"] if row["code"] in SIGNS else "f",
        },
        "left": euros(max(had - before["cost_cents"], 0)),
    }


def listed(
    result: Mapping[str, Any], options: Mapping[int, Option], names: Mapping[str, str], rounds: Iterable[int]
) -> list[dict[str, Any]]:
    """Some rounds with all their facts in words."""
    places = list(rounds)
    rows = reasons.funded_rows([result["funded"][place - 1] for place in places], result, options, names)
    return [{**row, "after": _after(result["purses"][row["order"] - 1])} for row in rows]


def _after(before: Mapping[str, Any]) -> str:
    cost, unspent = before["cost_cents"], before["pot_cents"] - before["cost_cents"]
    budget = _("%(left)s of the budget was not yet spent.") % {"left": euros(unspent)}
    if not before["groups"]:
        return _("Afterwards:") + " " + budget
    left = max(sum(group["cents"] for group in before["groups"]) - cost, 0)
    purses = _("Afterwards the members had %(left)s left together.") % {"left": euros(left)}
    return purses + " " + budget
