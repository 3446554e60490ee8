"""What there was before each round of a count, and who of the voters paid: replayed from the published prices alone.

Pure, in whole numbers, so that any machine writes the same figures.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commonweal import allocation

# Amounts are whole millionths of a cent: exact enough for 400,000 purses to add up to the cent, and in 64 bits
# enough for ninety billion euro.
UNITS = 100_000_000
CENT = UNITS // 100
GROUPS = ("whole", "most", "some", "none")


def purses_before(election: allocation.Election, outcome: allocation.Outcome) -> list[dict[str, Any]]:
    """For each round `cost_cents` of its project, `pot_cents` of the budget not spent before, and `groups`.

    Groups are the voters by what they still had, and what those who paid gave: `whole` have all of their share, `most`
    half of it or more, `some` less, `none` less than a cent. With Phragmén the share is what every voter had earned
    when the round came. A round paid from the pot has no groups.
    """
    backers = _Backers(election, outcome.bylaw)
    cost_of = {project.id: project.cost for project in election.projects}
    paid = np.zeros(len(election.ballots), np.int64)
    pot = outcome.budget
    found: list[dict[str, Any]] = []
    for each in outcome.rounds:
        row = {"cost_cents": int(cost_of[each.project] * 100), "pot_cents": int(pot * 100), "groups": []}
        pot -= cost_of[each.project]
        found.append(row)
        if each.price is None or outcome.endowment is None:
            continue
        saving = each.phase == allocation.Phase.PHRAGMEN
        share = _units(each.price if saving else outcome.endowment)
        left = share - paid
        members, due = backers.of(each.project, each.price)
        given = left[members] if saving else np.minimum(left[members], due)
        row["groups"] = _groups(left, share, members, given)
        paid[members] += given
    return found


class _Backers:
    """Who supports each project, and what each of them pays at a price."""

    def __init__(self, election: allocation.Election, bylaw: allocation.ByLaw) -> None:
        ballots = election.ballots
        self._place = {project.id: place for place, project in enumerate(election.projects)}
        self._costs = [project.cost for project in election.projects]
        self._utility = bylaw.utility
        self._marks = np.argsort(ballots.choices, kind="stable")
        self._bounds = np.searchsorted(ballots.choices[self._marks], np.arange(len(self._costs) + 1))
        self._owner = np.repeat(np.arange(len(ballots)), np.diff(ballots.starts))
        self._points, self._parts = ballots.points, ballots.points_parts

    def of(self, project: str, price: Fraction) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ballots that name a project, and the full price for each in units."""
        place = self._place[project]
        marks = self._marks[self._bounds[place] : self._bounds[place + 1]]
        members = self._owner[marks]
        if self._utility == allocation.Utility.POINTS and self._points is not None:
            points, which = np.unique(self._points[marks], return_inverse=True)
            full = [_units(price * Fraction(int(given), self._parts)) for given in points]
            return members, np.array(full, np.int64)[which]
        worth = self._costs[place] if self._utility == allocation.Utility.COST else 1
        return members, np.full(len(members), _units(price * worth))


def _units(exact: Fraction) -> int:
    return round(exact * UNITS)


def _groups(
    left: NDArray[np.int64], share: int, members: NDArray[np.int64], given: NDArray[np.int64]
) -> list[dict[str, Any]]:
    group = np.select([left >= share, 2 * left >= share, left >= CENT], [0, 1, 2], 3)
    payer = given > 0
    of_payer = group[members[payer]]
    rows = []
    for place, name in enumerate(GROUPS):
        inside = group == place
        rows.append(
            {
                "group": name,
                "voters": int(np.count_nonzero(inside)),
                "cents": _cents(left[inside].sum()),
                "payers": int(np.count_nonzero(of_payer == place)),
                "paid_cents": _cents(given[payer][of_payer == place].sum()),
            }
        )
    return rows


def _cents(units: Any) -> int:
    return (2 * int(units) + CENT) // (2 * CENT)
