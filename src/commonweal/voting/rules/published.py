"""What anyone may work out from published ballots: shelves to fetch them by, and what one vote paid.

Pure. The page script `my-vote.js` does the same in the browser; a test holds the two together.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from commonweal.voting.rules.choices import Choice
from commonweal.voting.rules.envelopes import ALPHABET

SHELF_MIN = 500
WHOLE_SHELF = "all"


def shelf_length(votes: int) -> int:
    """How many first letters of a code name its shelf, so that a shelf holds about 500 votes or more."""
    length = 0
    while votes >= SHELF_MIN * len(ALPHABET) ** (length + 1):
        length += 1
    return length


def shelf_of(code: str, votes: int) -> str:
    """The shelf a code lies on among so many votes; `all` when there is only one."""
    return code[: shelf_length(votes)] or WHOLE_SHELF


def is_shelf(name: str, votes: int) -> bool:
    """Whether a name is one of the shelves of so many votes."""
    length = shelf_length(votes)
    return name == WHOLE_SHELF if length == 0 else len(name) == length and all(c in ALPHABET for c in name)


def votes_in(file: str, shelf: str) -> dict[str, Choice]:
    """Code -> choice of the ballots on a shelf, read from a ballot file that was taken in."""
    lines = file.split("\n")
    section = next(place for place, line in enumerate(lines) if line.strip() == "VOTES")
    start = "" if shelf == WHOLE_SHELF else shelf
    found = {}
    for row in csv.DictReader(lines[section + 1 :], delimiter=";"):
        if row["voter_id"].startswith(start):
            numbers = [int(number) for number in row["vote"].split(",")]
            points = (
                [int(given) for given in row["points"].split(",")] if "points" in row else [1] * len(numbers)
            )
            found[row["voter_id"]] = tuple(zip(numbers, points, strict=True))
    return found


@dataclass(frozen=True, slots=True)
class Paid:
    """What became of one choice: its option number, the points given, funded or not, and what the voter paid.

    `euros` is None when the rule gives nobody a share.
    """

    number: int
    points: int
    funded: bool
    euros: Fraction | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What one vote did. `share` and `left` are in euro, None when the rule gives nobody a share."""

    choices: tuple[Paid, ...]
    share: Fraction | None
    left: Fraction | None


def what_it_did(choice: Choice, outcome: Mapping[str, Any], costs_cents: Mapping[int, int]) -> Spent:
    """Replays one vote over the rounds of an outcome as JSON (`allocation.Outcome.to_json`).

    With equal shares a voter pays the price times what the project is worth to them, or all they have left;
    with Phragmén all they had earned since they last paid.
    """
    share = None if outcome["endowment"] is None else Fraction(outcome["endowment"])
    worth = _worth(choice, outcome["bylaw"]["utility"], costs_cents)
    paid: dict[int, Fraction] = {}
    left, earned = share or Fraction(0), Fraction(0)
    for found in _priced(outcome["rounds"], worth):
        number, price = int(found["project"]), Fraction(found["price"])
        if found["phase"] == "phragmen":
            paid[number], earned = price - earned, price
        else:
            paid[number] = min(left, price * worth[number])
        left -= paid[number]
    winners = {int(winner) for winner in outcome["winners"]}
    choices = tuple(
        Paid(number, points, number in winners, None if share is None else paid.get(number, Fraction(0)))
        for number, points in choice
    )
    return Spent(choices, share, None if share is None else left)


def _worth(choice: Choice, utility: str, costs_cents: Mapping[int, int]) -> dict[int, Fraction]:
    if utility == "points":
        return {number: Fraction(points) for number, points in choice}
    if utility == "cost":
        return {number: Fraction(costs_cents[number], 100) for number, _points in choice}
    return {number: Fraction(1) for number, _points in choice}


def _priced(rounds: Iterable[Mapping[str, Any]], worth: Mapping[int, Fraction]) -> list[Mapping[str, Any]]:
    return [found for found in rounds if found["price"] is not None and int(found["project"]) in worth]
