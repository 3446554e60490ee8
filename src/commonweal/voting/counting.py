"""From a ballot's frozen definition and the committee's file to the figures that are published. Pure: same in, same out."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from commonweal import allocation
from commonweal.voting.committee import euros, form_of
from commonweal.voting.rules import choices as rules
from commonweal.voting.rules.envelopes import is_code

# Counting again for every loser takes time that grows with the choices made, the losers, and the steps by which
# the shares were raised: about two seconds a million. Above this the page says what a project lacked, but not
# how many voices would have carried it.
WHAT_IF_WORK = 5_000_000


class WrongFile(ValueError):
    """The file is not one of this ballot; the message says what does not agree."""


def checked(definition: dict[str, Any], frozen_hash: str, file: str) -> allocation.Election:
    """The election in a file, once it agrees with the frozen definition in every point. Raises WrongFile."""
    try:
        # As bytes: a text of one line would be taken for the name of a file on this machine.
        election = allocation.read(file.encode())
    except (allocation.PabulibError, allocation.ElectionError) as wrong:
        raise WrongFile(str(wrong)) from wrong
    if frozen_hash not in election.meta.get("comment", "").split():
        raise WrongFile("it was opened for another ballot")
    options = {str(option["number"]): option for option in definition["options"]}
    if {project.id for project in election.projects} != set(options):
        raise WrongFile("its projects are not the ones on this ballot")
    if any(project.cost != euros(options[project.id]["cost_cents"]) for project in election.projects):
        raise WrongFile("a project has another cost than on this ballot")
    if election.budget != euros(definition["budget_cents"]):
        raise WrongFile("its budget is not this ballot's")
    form = form_of(definition)
    costs = {option["number"]: option["cost_cents"] for option in definition["options"]}
    for ballot in election.ballots:
        if not is_code(ballot.voter_id):
            raise WrongFile("a ballot has no tracking code")
        points = ballot.points or tuple(Fraction(1) for _choice in ballot.choices)
        choice = rules.tidy(
            (int(number), int(given)) for number, given in zip(ballot.choices, points, strict=True)
        )
        if not rules.allowed(choice, form, costs):
            raise WrongFile("a ballot chooses what the form does not allow")
    return election


def _what_if_work(election: allocation.Election, outcome: allocation.Outcome) -> int:
    """Choices x losers x steps of the raising: what it takes to ask what each loser would have needed."""
    raised = (outcome.endowment or 0) - (outcome.first_endowment or outcome.endowment or 0)
    choices = sum(len(ballot.choices) for ballot in election.ballots)
    return choices * len(outcome.losers) * (1 + ceil(raised / outcome.bylaw.step))


def result_of(
    definition: dict[str, Any], frozen_hash: str, file: str, progress: allocation.Progress | None = None
) -> dict[str, Any]:
    """The result as plain data.

    `votes`, `winners` (option numbers as text, in order of selection), `outcome` (see `allocation.Outcome`),
    `funded`, `not_funded` (see `allocation.explain`), `satisfied` (voters with a project, voters), and the same
    for `greedy`, the count most cities use, beside it. Raises WrongFile.
    """
    election = checked(definition, frozen_hash, file)
    bylaw = allocation.ByLaw.from_json(definition["bylaw"])
    outcome = allocation.count(election, bylaw, progress)
    what_if = _what_if_work(election, outcome) <= WHAT_IF_WORK
    funded, not_funded = allocation.explain_all(election, outcome, what_if=what_if, progress=progress)
    utility = bylaw.utility if bylaw.utility == allocation.Utility.POINTS else allocation.Utility.COST
    plain = allocation.ByLaw(rule=allocation.Rule.GREEDY, utility=utility, ties=bylaw.ties)
    greedy = allocation.count(election, plain)
    beside = allocation.compare(outcome, greedy, election)
    return {
        "votes": len(election.ballots),
        "winners": list(outcome.winners),
        "spent_cents": int(outcome.spent * 100),
        "budget_cents": definition["budget_cents"],
        "outcome": outcome.to_json(),
        "funded": [each.to_json() for each in funded],
        "not_funded": [each.to_json() for each in not_funded],
        "what_if": what_if,
        "satisfied": list(allocation.satisfied_share(election, outcome.winners)),
        "greedy": {
            "winners": list(greedy.winners),
            "spent_cents": int(greedy.spent * 100),
            "satisfied": list(allocation.satisfied_share(election, greedy.winners)),
            "prefer_rule": beside.prefer_a,
            "prefer_greedy": beside.prefer_b,
        },
    }
