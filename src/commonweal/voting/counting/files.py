"""The committee's file against the ballot it was opened for. Pure."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from commonweal import allocation
from commonweal.voting.committee import euros, form_of
from commonweal.voting.rules import choices as rules
from commonweal.voting.rules.envelopes import is_code


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
