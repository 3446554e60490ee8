"""What is certified of a result, and who would have been passed over otherwise, in words. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.ui.formats import euros, number
from commonweal.voting.models import Option
from commonweal.voting.views.figures import SIGNS, amount

THEMES_MAX = 6


def checks(result: Mapping[str, Any], options: Mapping[int, Option]) -> list[dict[str, Any]]:
    """The certificates of the result: `title`, `holds`, `text`, and the `term` experts use."""
    found = []
    priced, shared = result["certificates"]["priceability"], result["certificates"]["proportionality"]
    if priced:
        holds = _(
            "Everyone had the same share and paid only for projects they chose; what was paid for each project adds "
            "up to its cost; and those who chose another project had not enough left together to pay for it too."
        )
        broken = _("The payments for “%(title)s” do not add up as they should.")
        title = options[int(priced["failing"])].title if priced["failing"] else ""
        found.append(
            {
                "title": _("The money adds up") if priced["holds"] else _("The money does not add up"),
                "holds": priced["holds"],
                "text": holds if priced["holds"] else broken % {"title": title},
                "term": _("price system"),
            }
        )
    if shared:
        holds = _(
            "For each project that is not carried, we looked at every group of members who chose it. No group got "
            "less for its part of the budget than it could have had with this project."
        )
        found.append(
            {
                "title": _("No group was passed over") if shared["holds"] else _("A group was passed over"),
                "holds": shared["holds"],
                "text": holds if shared["holds"] else neglect_words(shared["neglects"], options),
                "term": _("EJR+ up to one project"),
            }
        )
    return found


def beside(result: Mapping[str, Any], options: Mapping[int, Option]) -> dict[str, str] | None:
    """Whom most votes first would have passed over; None where it is this ballot's rule, or nothing can be said."""
    found = result["greedy"]["proportionality"]
    if result["outcome"]["rule"] == "greedy" or found is None:
        return None
    if found["holds"]:
        text = _("In this vote, no group would have been passed over with most votes first either.")
        return {"title": _("Most votes first, for comparison"), "text": text}
    groups = len(found["neglects"])
    title = ngettext(
        "Most votes first would have passed over the supporters of %(n)s project",
        "Most votes first would have passed over the supporters of %(n)s projects",
        groups,
    ) % {"n": number(groups)}
    return {"title": title, "text": neglect_words(found["neglects"], options)}


def neglect_words(neglects: list[Mapping[str, Any]], options: Mapping[int, Option]) -> str:
    """The largest of the groups that got less than their part, as an example."""
    each = _largest(neglects)
    option = options[int(each["project"])]
    words = ngettext(
        "%(n)s member chose “%(title)s”, which costs %(cost)s. Their part of the budget is %(deserves)s. Yet the project "
        "is left out; even with it, they would have had projects for no more than %(most)s.",
        "%(n)s members chose “%(title)s”, which costs %(cost)s. Their part of the budget is %(deserves)s together. Yet "
        "the project is left out; even with it, none of them would have had projects for more than %(most)s.",
        each["voters"],
    )
    return words % {
        "n": number(each["voters"]),
        "title": option.title,
        "cost": euros(option.cost_cents),
        "deserves": amount(each["deserves"]),
        "most": amount(each["at_most"]),
    }


def _largest(neglects: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return max(neglects, key=lambda each: (each["voters"], -int(each["project"])))


def not_checked(result: Mapping[str, Any], *, with_points: bool) -> str:
    """Why nothing is claimed about groups, where members gave points."""
    if not with_points or result["certificates"]["proportionality"] is not None:
        return ""
    return _(
        "On this ballot members gave points. The check of groups knows only projects that are chosen or not, so we claim "
        "nothing about it here."
    )


def nothing(result: Mapping[str, Any]) -> str:
    """How many voters see none of their choices carried, and how many it would be with most votes first."""
    here = ngettext(
        "%(n)s member who voted sees none of their choices supported.",
        "%(n)s members who voted see none of their choices supported.",
        result["nothing"],
    ) % {"n": number(result["nothing"])}
    if result["outcome"]["rule"] == "greedy":
        return here
    return (
        here
        + " "
        + _("With most votes first it would be %(n)s.") % {"n": number(result["greedy"]["nothing"])}
    )


def ties(result: Mapping[str, Any]) -> str:
    """In how many rounds the order fixed beforehand had to decide."""
    found = len(result["ties"])
    if not found:
        return _("In no round did projects stand exactly equal: no draw or order had to decide.")
    return ngettext(
        "In %(n)s round projects stood exactly equal; the order fixed before the vote decided. It is said beside the "
        "project.",
        "In %(n)s rounds projects stood exactly equal; the order fixed before the vote decided. It is said beside each "
        "project.",
        found,
    ) % {"n": number(found)}


def theme_rows(result: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each ambition's part of the choices and of the money, as rows for a chart; none for a single ambition."""
    themes = sorted(result["themes"], key=lambda each: (each["theme"] not in SIGNS, -each["choices"]))
    if len(themes) < 2:
        return []
    main, others = themes[:THEMES_MAX], themes[THEMES_MAX:]
    rows = []
    for label, key, write in ((_("Choices"), "choices", number), (_("Money"), "cost_cents", euros)):
        whole = sum(each[key] for each in themes)
        if not whole:
            continue
        parts = [
            _part(names.get(each["theme"], each["theme"]) or _("other"), each[key], whole, write, each)
            for each in main
        ]
        if others:
            parts.append(
                _part(_("all others"), sum(each[key] for each in others), whole, write, {"theme": ""})
            )
        rows.append({"label": label, "parts": parts})
    return rows


def _part(label: str, value: int, whole: int, write: Any, each: Mapping[str, Any]) -> dict[str, Any]:
    # In thousandths, so that both rows are as long and a rounded share does not shorten one.
    share = value * 1000 // whole
    text = _("%(amount)s (%(share)s %%)") % {"amount": write(value), "share": (share + 5) // 10}
    code = {"code": each["theme"]} if each["theme"] in SIGNS else {}
    return {"label": label, "value": share, "text": text, **code}
