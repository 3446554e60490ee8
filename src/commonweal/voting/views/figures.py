"""A count in words and rows: why each project is supported, what each other one lacked. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from shlex import quote
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from commonweal.allocation import ByLaw, without_effect
from commonweal.kernel.days import day_of
from commonweal.people.rules import Channel
from commonweal.places.queries import regions
from commonweal.places.rules import name_in
from commonweal.ui.formats import euros, joined, number
from commonweal.voting.rules.turnout import MERGED, UNKNOWN

BARS_MAX = 30


def sentence(winners: int, options: int, satisfied: int, votes: int) -> str:
    """The result in one sentence."""
    if not votes and not winners:
        return _("Nobody voted, so no project is carried.")
    if not votes:
        # Rules that go by number of votes take projects in by cost when all have none.
        return ngettext(
            "Nobody voted. By the rule fixed before the vote, %(winners)s of %(options)s projects comes in all the same.",
            "Nobody voted. By the rule fixed before the vote, %(winners)s of %(options)s projects come in all the same.",
            winners,
        ) % {"winners": number(winners), "options": number(options)}
    carried = ngettext(
        "%(winners)s of %(options)s projects is carried",
        "%(winners)s of %(options)s projects are carried",
        winners,
    ) % {"winners": number(winners), "options": number(options)}
    seen = ngettext(
        "for %(satisfied)s of %(votes)s member who voted, at least one of their choices is supported",
        "for %(satisfied)s of %(votes)s members who voted, at least one of their choices is supported",
        votes,
    ) % {"satisfied": number(satisfied), "votes": number(votes)}
    return joined(carried, seen, sign=";") + "."


def cents(amount: int | str | None) -> int:
    """An exact amount of euro from a result (`7`, `22/7`) as cents, rounded half up."""
    exact = Fraction(amount or 0) * 100
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def amount(exact: int | str | None) -> str:
    """An exact amount in words a person reads, to the cent."""
    if exact and 0 < Fraction(exact) * 200 < 1:
        return _("less than one cent")
    return euros(cents(exact))


def money_bars(rows: list[dict[str, Any]], result: Mapping[str, Any], total: int) -> list[dict[str, Any]]:
    """The first of `total` supported projects by cost as bars, the ones beyond thirty together, and what was left."""
    bars = [
        {
            "label": row["title"],
            "value": row["cost_cents"],
            "text": euros(row["cost_cents"]),
            "code": row["code"] if row["code"] in SIGNS else "",
            "href": f"#p{row['number']}",
        }
        for row in rows[:BARS_MAX]
    ]
    others = total - len(bars)
    if others:
        rest = result["spent_cents"] - sum(bar["value"] for bar in bars)
        label = ngettext("%(n)s other project", "%(n)s other projects", others) % {"n": number(others)}
        bars.append({"label": label, "value": rest, "text": euros(rest)})
    left = result["budget_cents"] - result["spent_cents"]
    return [*bars, {"label": _("not used"), "value": left, "text": euros(left)}]


SIGNS = ("inclusion", "cooperatives", "neighbourhoods")


def reached(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Members who see a choice supported: under this ballot's rule, and with most votes first."""
    satisfied, votes = result["satisfied"]
    rows = [{"label": rule_name(result["outcome"]["rule"]), "value": satisfied, "of": votes}]
    if result["outcome"]["rule"] != "greedy":
        other, _votes = result["greedy"]["satisfied"]
        rows.append({"label": rule_name("greedy"), "value": other, "of": votes})
    return rows


def rule_name(rule: str) -> str:
    """A counting rule's name."""
    return {
        "equal-shares": _("Equal shares"),
        "phragmen": _("Saving up together (Phragmén)"),
        "greedy": _("Most votes first"),
        "greedy-per-cost": _("Most votes per euro first"),
    }[rule]


def tie_order(bylaw: Mapping[str, str]) -> str:
    """What decides between projects that stand equal, in the order in which it is asked."""
    by_lot = bool(bylaw.get("lot"))
    return {
        ("votes", False): _("most supporters, then lowest cost, then the number read as text, 10 before 9"),
        ("cost", False): _("lowest cost, then most supporters, then the number read as text, 10 before 9"),
        ("id", False): _("the number read as text, 10 before 9"),
        ("votes", True): _("most supporters, then lowest cost, then the lot named in the rule"),
        ("cost", True): _("lowest cost, then most supporters, then the lot named in the rule"),
    }[bylaw["ties"], by_lot and bylaw["ties"] != "id"]


def bylaw_rows(bylaw: Mapping[str, str]) -> list[dict[str, str]]:
    """Each choice the count depended on: its argument, its word and what it means."""
    known = {
        "rule": (
            _("Rule"),
            {
                "equal-shares": _(
                    "each member who voted gets the same share of the budget for the projects they chose"
                ),
                "phragmen": _("each member saves at the same pace for the projects they chose"),
                "greedy": _("the projects with most votes come first, as long as they fit in the budget"),
                "greedy-per-cost": _("the projects with most votes per euro come first"),
            },
        ),
        "utility": (
            _("What a project is worth"),
            {
                "cost": _("a project is worth its cost to those who chose it"),
                "cardinality": _("every project is worth the same"),
                "points": _("a project is worth the points it was given"),
            },
        ),
        "completion": (
            _("What happens to money that is left"),
            {
                "none": _("it stays unspent"),
                "add1": _("all shares are raised together until the budget is used"),
                "add1u": _("all shares are raised together; what is left then goes by number of votes"),
                "greedy": _("it goes by number of votes"),
            },
        ),
        "ties": (
            _("Who comes first when all is equal"),
            {bylaw["ties"]: tie_order(bylaw)},
        ),
        "start": (
            _("The first share"),
            {
                "exact": _("the budget divided by the votes, exactly"),
                "floor": _("rounded down to whole euro"),
            },
        ),
        "step": (_("How much the shares are raised each time"), {}),
        "stop": (
            _("When raising ends"),
            {
                "exhaustive": _("as soon as no other project fits"),
                "over-budget": _("when the next raise would spend too much"),
            },
        ),
    }
    rows = []
    for name, (label, words) in known.items():
        value = bylaw[name]
        meaning = amount(value) if name == "step" else words[value]
        rows.append({"label": label, "argument": f"--{name} {value}", "meaning": meaning})
    return rows


def command(bylaw: Mapping[str, str]) -> str:
    """The command that counts the published file again; the database does not keep the order of the words."""
    law = ByLaw.from_json(bylaw)
    idle = without_effect(law)
    words = law.to_json().items()
    return "commonweal count ballots.pb " + " ".join(
        f"--{name} {quote(value)}" for name, value in words if value and name not in idle
    )


AGES = ("under 25", "25-39", "40-54", "55-69", "70 and over")


def turnout_groups(turnout: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Turnout by region, age band and door as rows for a chart, with a name for each group."""
    names = {
        region.nis: name_in(region, get_language() or "en") for region in regions(day_of(timezone.now()))
    }
    doors = {channel.value: _(channel.label) for channel in Channel}
    ages = {"under 25": _("under 25"), "70 and over": _("70 and over")}
    shared = {UNKNOWN: _("not known"), MERGED: _("all smaller groups together")}
    # Who lives abroad votes in no region.
    names[UNKNOWN] = _("abroad, or not known")
    kinds = (
        ("region", _("Voted, or took a paper ballot, by region"), names),
        ("age", _("Voted, or took a paper ballot, by age"), ages),
        ("door", _("Voted, or took a paper ballot, by door"), doors),
    )
    order = {code: place for place, code in enumerate((*AGES, UNKNOWN, MERGED))}
    found = []
    for name, title, words in kinds:
        groups = turnout[name]
        if name == "age":
            groups = sorted(groups, key=lambda group: order.get(group["code"], len(order)))
        alone = {MERGED: _("everyone together")} if len(groups) == 1 else {}
        named = {**shared, **alone, **words}
        rows = [_turnout_row(group, named, by_door=name == "door") for group in groups]
        found.append({"title": title, "rows": rows, "by_door": name == "door"})
    return found


def _turnout_row(group: Mapping[str, Any], names: Mapping[str, str], *, by_door: bool) -> dict[str, Any]:
    label = names.get(group["code"], group["code"])
    votes, voters = group["votes"], group["voters"]
    if by_door:
        return {"label": label, "value": votes, "text": number(votes)}
    share = votes * 100 // voters if voters else 0
    said = _("%(votes)s of %(voters)s (%(share)s %%)") % {
        "votes": number(votes),
        "voters": number(voters),
        "share": share,
    }
    parts = [
        {"label": _("voted, or took a paper ballot"), "value": share, "text": number(votes)},
        {"label": _("did not vote"), "value": 100 - share, "text": number(voters - votes)},
    ]
    return {"label": joined(label, said), "parts": parts}
