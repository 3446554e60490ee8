"""The result of a count as plain data: what came out, why, and all that is needed to check it."""

from __future__ import annotations

import hashlib
from typing import Any

from commonweal import allocation
from commonweal.voting.committee import left_out_in
from commonweal.voting.counting.files import checked
from commonweal.voting.counting.purses import purses_before
from commonweal.voting.rules.choices import BallotForm

# Grows when the keys change; a result kept in an earlier shape is counted again from its file.
RESULT_FORMAT = "commonweal-result/3"


def result_of(
    definition: dict[str, Any],
    frozen_hash: str,
    file: str,
    progress: allocation.Progress | None = None,
    *,
    as_written: bool = True,
) -> dict[str, Any]:
    """The result as plain data; `as_written` as in `checked`.

    `input_hash` (SHA-256 of the file), `votes`, `left_out` (places in the box of envelopes that could not be
    counted), `winners` (option numbers as text, in order of selection), `outcome`
    (see `allocation.Outcome`: by-law, shares, rounds with their payments), `funded`, `not_funded` (see
    `allocation.Explained`), `ties` (rounds in which the named order decided), `purses` (see `purses_before`),
    `certificates`, `themes` (see `allocation.ThemeShare`; empty where no option has a category), `satisfied` (voters
    with a project, voters), `nothing` (voters with none), and the same for `greedy`, the count most cities use,
    beside it. Raises WrongFile.
    """
    election = checked(definition, frozen_hash, file, as_written=as_written)
    bylaw = allocation.ByLaw.from_json(definition["bylaw"])
    found = allocation.explained(election, bylaw, progress)
    outcome = found.outcome
    satisfied, votes = allocation.satisfied_share(election, outcome.winners)
    priced = allocation.priceability(election, outcome) if votes else None
    return {
        "format": RESULT_FORMAT,
        "input_hash": hashlib.sha256(file.encode()).hexdigest(),
        "votes": votes,
        "left_out": list(left_out_in(election.meta["comment"])),
        "winners": list(outcome.winners),
        "spent_cents": int(outcome.spent * 100),
        "budget_cents": definition["budget_cents"],
        "outcome": outcome.to_json(),
        "funded": [each.to_json() for each in found.funded],
        "not_funded": [each.to_json() for each in found.not_funded],
        "ties": [
            {"round": each.number, "project": each.project, "tied": list(each.tied)}
            for each in outcome.rounds
            if each.tied
        ],
        "purses": purses_before(election, outcome),
        "certificates": {
            "priceability": priced.to_json() if priced else None,
            "proportionality": _proportionality(definition, election, outcome),
        },
        "themes": _themes(definition, election, outcome),
        "satisfied": [satisfied, votes],
        "nothing": votes - satisfied,
        "greedy": _greedy(definition, election, outcome),
    }


def _greedy(
    definition: dict[str, Any], election: allocation.Election, outcome: allocation.Outcome
) -> dict[str, Any]:
    bylaw = outcome.bylaw
    utility = bylaw.utility if bylaw.utility == allocation.Utility.POINTS else allocation.Utility.COST
    plain = allocation.ByLaw(rule=allocation.Rule.GREEDY, utility=utility, ties=bylaw.ties)
    greedy = allocation.count(election, plain)
    beside = allocation.compare(outcome, greedy, election)
    return {
        "winners": list(greedy.winners),
        "spent_cents": int(greedy.spent * 100),
        "satisfied": [beside.some_b, beside.some_b + beside.nothing_b],
        "nothing": beside.nothing_b,
        "prefer_rule": beside.prefer_a,
        "prefer_greedy": beside.prefer_b,
        "proportionality": _proportionality(definition, election, greedy),
    }


def _proportionality(
    definition: dict[str, Any], election: allocation.Election, outcome: allocation.Outcome
) -> dict[str, Any] | None:
    # The promise is about projects named or not; with points it would pass over what voters said of each.
    if definition["form"]["kind"] == BallotForm.POINTS or not len(election.ballots):
        return None
    try:
        return dict(allocation.proportionality(election, outcome).to_json())
    except ValueError:
        # Costs finer than whole numbers hold: nothing is claimed.
        return None


def _themes(
    definition: dict[str, Any], election: allocation.Election, outcome: allocation.Outcome
) -> list[dict[str, Any]]:
    category = {str(option["number"]): option["category"] for option in definition["options"]}
    if not any(category.values()):
        return []
    shares = allocation.theme_shares(election, outcome, [category[each.id] for each in election.projects])
    return [
        {
            "theme": each.theme,
            "projects": each.projects,
            "funded": each.funded,
            "choices": each.choices,
            "cost_cents": int(each.cost * 100),
        }
        for each in shares
    ]
