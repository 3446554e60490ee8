"""The committee's file against the ballot it was opened for. Pure."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from commonweal import allocation
from commonweal.voting.committee import euros, form_of, left_out_in, pabulib_text
from commonweal.voting.rules import choices as rules
from commonweal.voting.rules.envelopes import is_code

# What the reader of ballot files says, in English, of a file people may well bring: the code under which it is told.
_KNOWN = (
    ("not_a_ballot_file", re.compile(r"a Pabulib file begins with the line META|a NUL character")),
    ("cut_off", re.compile(r"the file ends before the section|section \w+ has no header line")),
    ("votes_stated", re.compile(r"num_votes says (?P<stated>.+) but there are (?P<found>\d+)")),
    ("projects_stated", re.compile(r"num_projects says (?P<stated>.+) but there are (?P<found>\d+)")),
    ("ballot_twice", re.compile(r"voter_id .* is empty or occurs twice")),
)


class WrongFile(ValueError):
    """The file is not one of this ballot; the message says in English what does not agree.

    `code` names it for those who say it in other languages, `values` are the figures in it; `unreadable` is all that
    only the reader of ballot files can say, with `line` and `said`.
    """

    def __init__(self, message: str, code: str, **values: str | int) -> None:
        super().__init__(message)
        self.code, self.values = code, values


def _read(file: str) -> allocation.Election:
    try:
        # As bytes: a text of one line would be taken for the name of a file on this machine.
        return allocation.read(file.encode())
    except allocation.PabulibError as wrong:
        for code, pattern in _KNOWN:
            if found := pattern.match(wrong.message):
                raise WrongFile(str(wrong), code, line=wrong.line, **found.groupdict()) from wrong
        raise WrongFile(str(wrong), "unreadable", line=wrong.line, said=wrong.message) from wrong


def checked(
    definition: dict[str, Any], frozen_hash: str, file: str, *, as_written: bool = True
) -> allocation.Election:
    """The election in a file, once it agrees with the frozen definition in every point. Raises WrongFile.

    `as_written`: and once it is, byte for byte, what the committee's tool writes of these ballots. Names, themes, days or
    the kind of vote are then those of the definition, and nothing else stands in it. Not asked of a file that was taken in.
    """
    election = _read(file)
    if frozen_hash not in election.meta.get("comment", "").split():
        raise WrongFile("it was opened for another ballot", "other_ballot")
    options = {str(option["number"]): option for option in definition["options"]}
    if {project.id for project in election.projects} != set(options):
        raise WrongFile("its projects are not the ones on this ballot", "other_projects")
    if any(project.cost != euros(options[project.id]["cost_cents"]) for project in election.projects):
        raise WrongFile("a project has another cost than on this ballot", "other_cost")
    if election.budget != euros(definition["budget_cents"]):
        raise WrongFile("its budget is not this ballot's", "other_budget")
    form = form_of(definition)
    costs = {option["number"]: option["cost_cents"] for option in definition["options"]}
    found: dict[str, rules.Choice] = {}
    for ballot in election.ballots:
        if not is_code(ballot.voter_id):
            raise WrongFile("a ballot has no tracking code", "no_code")
        points = ballot.points or tuple(Fraction(1) for _choice in ballot.choices)
        choice = rules.tidy(
            (int(number), int(given)) for number, given in zip(ballot.choices, points, strict=True)
        )
        if not rules.allowed(choice, form, costs):
            raise WrongFile("a ballot chooses what the form does not allow", "not_allowed")
        found[ballot.voter_id] = choice
    if as_written:
        left_out = left_out_in(election.meta["comment"])
        _same_text(file, pabulib_text(definition, frozen_hash, found, left_out))
    return election


def _same_text(file: str, expected: str) -> None:
    """Raises WrongFile with the first line in which a file is another than the committee's tool writes."""
    if file == expected:
        return
    # Cut at line feeds alone: a carriage return, a page break or a mark before the first line is a difference as well.
    pairs = zip_longest(file.split("\n"), expected.split("\n"))
    line = next(number for number, (here, there) in enumerate(pairs, start=1) if here != there)
    raise WrongFile(f"line {line} is not as the committee's tool writes it", "other_text", line=line)
