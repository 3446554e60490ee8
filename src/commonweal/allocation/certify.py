"""Certificates: checks that an outcome is fair which need nothing but the ballots and the published outcome.

Whoever doubts a count can run these instead of believing the program that counted. Nothing here looks at how an
outcome was found. Where a promise is broken, the counterexample is named.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from commonweal.allocation.bylaw import Rule, Utility
from commonweal.allocation.election import Election
from commonweal.allocation.fast.marks import EXACT, Marks
from commonweal.allocation.outcome import JsonValue, Outcome, exact_json
from commonweal.allocation.tally import utility_of
from commonweal.allocation.voters import purses_after

# Amounts are compared to this share of the cost: published prices are exact, their sums here are floats.
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Priceability:
    """Whether the payments are a price system (Peters, Skowron, "Proportionality and the Limits of Welfarism", EC 2020).

    Everyone starts with the same endowment and pays only for what they support; the payments for each project bought
    add up to its cost; and the supporters of no other project within the budget have more left together than it costs.
    `failing` is the
    first project for which that is not so: bought and not paid for, or affordable and not bought. Projects that a
    completion took from the pot were not bought.
    """

    holds: bool
    failing: str | None

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        return {"holds": self.holds, "failing": self.failing}


def priceability(election: Election, outcome: Outcome, marks: Marks | None = None) -> Priceability | None:
    """Replay all payments from the published prices and check them; None for a rule without payments (greedy)
    or one that lets voters pay less than the cost (bounded overspending).

    `marks` are the arrays of this election under the utility of the by-law, where the caller has them already.
    """
    if outcome.endowment is None or outcome.bylaw.rule is Rule.OVERSPENDING:
        return None
    marks = marks or Marks.of(election, utility_of(outcome.bylaw), outcome.bylaw.weights)
    left, taken = purses_after(marks, outcome)
    bought = [found.project for found in outcome.rounds if found.price is not None]
    costs = dict(zip(marks.ids, marks.cost_floats, strict=True))
    for project_id, paid in zip(bought, taken, strict=True):
        if abs(paid - costs[project_id]) > CLOSE * (1 + costs[project_id]):
            return Priceability(False, project_id)
    for number, project_id in enumerate(marks.ids):
        members = marks.members[number]
        spare = float((left[members] * marks.group_sizes[members]).sum())
        possible = project_id not in bought and marks.costs[number] <= marks.budget
        if possible and spare > costs[project_id] + CLOSE * (1 + costs[project_id]):
            return Priceability(False, project_id)
    return Priceability(True, None)


@dataclass(frozen=True, slots=True)
class Neglect:
    """A group that got less than its part: `voters` supporters of `project`, which was not funded, deserve
    `deserves` currency units (their part of the budget), but even with the project none of them would have more than
    `at_most`, the cost of the funded projects they support.
    """

    project: str
    voters: int
    deserves: Fraction
    at_most: Fraction

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys; see `outcome.exact_json` for the numbers."""
        return {
            "project": self.project,
            "voters": self.voters,
            "deserves": exact_json(self.deserves),
            "at_most": exact_json(self.at_most),
        }


@dataclass(frozen=True, slots=True)
class Proportionality:
    """Extended justified representation (EJR+) up to one project, with the cost of funded projects as satisfaction.

    Broken when some project is not funded although a group of its supporters, each with less funded money plus this
    project's cost than the group's part of the budget, could have had it (after Brill, Peters, "Robust and Verifiable
    Proportionality Axioms for Multiwinner Voting", EC 2023; the reading for costs is ours). Approvals, or projects
    named where the ballots carry more. `neglects` names the worst group for each such project, in text order.
    """

    holds: bool
    neglects: tuple[Neglect, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        return {"holds": self.holds, "neglects": [neglect.to_json() for neglect in self.neglects]}


def proportionality(election: Election, outcome: Outcome, marks: Marks | None = None) -> Proportionality:
    """Check EJR+ up to one project for every project that was not funded: sort its supporters by what they got.

    In whole parts of a currency unit throughout, so that a tie is no neglect. Voters with several shares count with
    them. `marks` are the arrays of this election where the caller has them already. ValueError where costs are too
    fine for whole numbers below 2**63.
    """
    if marks is None or marks.utility is Utility.POINTS:
        marks = Marks.of(election, Utility.COST, outcome.bylaw.weights)
    costs = [cost.numerator * (marks.parts // cost.denominator) for cost in marks.costs]
    scale = marks.budget.denominator
    budget = int(marks.budget * marks.parts * scale)
    if sum(costs) >= EXACT or max(sum(costs) * scale, budget) * max(marks.voters, 1) >= 2**62:
        raise ValueError("costs too large or too fine to be checked in 64-bit whole numbers")
    funded = np.array([project_id in set(outcome.winners) for project_id in marks.ids])
    worth = np.where(funded, np.array(costs, dtype=np.int64), 0)[marks.row_projects]
    summed = np.concatenate((np.zeros(1, np.int64), np.cumsum(worth)))
    got = (summed[marks.row_starts[1:]] - summed[marks.row_starts[:-1]]) * scale
    neglects = []
    for number in sorted(np.flatnonzero(~funded).tolist(), key=lambda place: marks.ids[place]):
        members = marks.members[number]
        have = got[members]
        order = np.argsort(have, kind="stable")
        voters = np.cumsum(marks.group_sizes[members][order])
        gap = voters * budget - (have[order] + costs[number] * scale) * marks.voters
        if len(gap) and gap.max() > 0:
            worst = int(gap.argmax())
            size, parts = int(voters[worst]), marks.parts * scale
            neglects.append(
                Neglect(
                    marks.ids[number],
                    size,
                    Fraction(size * budget, marks.voters * parts),
                    Fraction(int(have[order][worst]) + costs[number] * scale, parts),
                )
            )
    return Proportionality(not neglects, tuple(neglects))
