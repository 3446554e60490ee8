"""Sequential Phragmen in arrays: floats search, exact loads decide where two moments nearly coincide.

Sources as in the plain rule: Los, Christoff, Grossi (IJCAI 2022); Brill, Freeman, Janson, Lackner (AAAI 2017). What a
voter had earned when their money was last spent is the moment of one of the purchases, so an exact load is built from
counts: how many supporters last paid at which purchase.
"""

from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import gcd, inf
from typing import NamedTuple

import numpy as np

from commonweal.allocation.fast.equal_shares import ABOVE, BELOW, ROOM, times
from commonweal.allocation.fast.marks import HALF_ULP, Marks


class Moment(NamedTuple):
    """A project bought once every voter had earned `load`. `before` counts its supporters by the purchase at which
    they had last paid: (place of that purchase or -1, voters), in order of place. `tied` are the other projects that
    could be bought at exactly this load.
    """

    project: int
    load: float
    before: tuple[tuple[int, int], ...]
    tied: tuple[int, ...]


class Sequence:
    """The purchases of one count, with exact loads on demand."""

    def __init__(self, marks: Marks, places: tuple[int, ...]) -> None:
        self.marks = marks
        self.places = places
        self.loads = np.zeros(len(marks.group_sizes))
        self.last = np.full(len(marks.group_sizes), -1, dtype=np.int64)
        self.doubt = 0.0
        self.moments: list[Moment] = []
        self.parts = marks.parts
        self.exact: list[int] = []
        self.left = marks.budget
        self.last_load = Fraction(0)
        self.cut_short = False
        self.affordable = [p for p, cost in enumerate(marks.costs) if cost <= marks.budget]
        self.heap = [
            (marks.cost_floats[p] / marks.supporters[p] * BELOW, places[p], p)
            for p in self.affordable
            if marks.supporters[p]
        ]
        heapify(self.heap)

    def run(self) -> "Sequence":
        """Buy until the first moment at which a project can be bought that no longer fits the budget."""
        while self.heap:
            tied = self._next()
            if any(self.marks.costs[project] > self.left for project in tied):
                self.last_load = self._load(tied[0])
                self.cut_short = True
                return self
            self.buy(tied[0], tuple(sorted(tied[1:])))
        if self.moments:
            self.last_load = self.load(len(self.moments) - 1)
        return self

    def _next(self) -> list[int]:
        """The projects that can be bought next, all at the same load, in the named order.

        The first of them is off the heap; the others are on it again.
        """
        ceiling = inf
        asked: list[tuple[float, int, int]] = []
        while self.heap and self.heap[0][0] <= ceiling:
            _, place, project = heappop(self.heap)
            load, doubt = self._ask(project)
            asked.append((load - doubt, place, project))
            ceiling = min(ceiling, load + doubt)
        rivals = [project for low, _, project in asked if low <= ceiling]
        if len(rivals) > 1:
            exact = {project: self._load(project) for project in rivals}
            least = min(exact.values())
            rivals = sorted(
                [p for p in rivals if exact[p] == least], key=lambda project: self.places[project]
            )
        for entry in asked:
            if entry[2] != rivals[0]:
                heappush(self.heap, entry)
        return rivals

    def _ask(self, project: int) -> tuple[float, float]:
        """The load at which the supporters own the cost, and how wrong that may be."""
        marks = self.marks
        sizes = marks.sizes[project]
        loads = self.loads.take(marks.members[project])
        carried = float(np.add.reduce(loads)) if sizes is None else times(loads, sizes)
        load = (carried + marks.cost_floats[project]) / marks.supporters[project]
        return load, (self.doubt + (len(loads) + 16) * HALF_ULP * load) * ROOM

    def _before(self, project: int) -> tuple[tuple[int, int], ...]:
        sizes = self.marks.sizes[project]
        voters = np.bincount(self.last[self.marks.members[project]] + 1, weights=sizes)
        found = np.flatnonzero(voters)
        return tuple(zip((found - 1).tolist(), voters[found].astype(np.int64).tolist(), strict=True))

    def _load(self, project: int) -> Fraction:
        """The exact load at which the supporters own the cost of the project now."""
        self._settle(len(self.moments))
        return Fraction(
            self._owed(project, self._before(project)), self.marks.supporters[project] * self.parts
        )

    def load(self, place: int) -> Fraction:
        """The exact load of the purchase in this place."""
        self._settle(place + 1)
        return Fraction(self.exact[place], self.parts)

    def _owed(self, project: int, before: tuple[tuple[int, int], ...]) -> int:
        """The cost and what the supporters had earned when they last paid, in parts of a currency unit."""
        cost = self.marks.costs[project]
        owed = cost.numerator * (self.parts // cost.denominator)
        return owed + sum([voters * self.exact[place] for place, voters in before if place >= 0])

    def _settle(self, count: int) -> None:
        """Work out the exact loads of the first `count` purchases, over one common denominator."""
        for moment in self.moments[len(self.exact) : count]:
            owed, voters = self._owed(moment.project, moment.before), self.marks.supporters[moment.project]
            common = gcd(owed, voters)
            split = voters // common
            self.parts *= split
            self.exact = [earlier * split for earlier in self.exact]
            self.exact.append(owed // common)

    def buy(self, project: int, tied: tuple[int, ...] = ()) -> None:
        """Spend all the money of the supporters."""
        load, doubt = self._ask(project)
        self.doubt = max(self.doubt, doubt * ABOVE)
        members = self.marks.members[project]
        self.moments.append(Moment(project, load, self._before(project), tied))
        self.loads[members] = load
        self.last[members] = len(self.moments) - 1
        self.left -= self.marks.costs[project]

    def unsupported(self) -> list[int]:
        """When every supported project was bought: the others, in the named order, while all that remain fit."""
        rest = [p for p in self.affordable if not self.marks.supporters[p] and not self.cut_short]
        rest.sort(key=lambda project: self.places[project])
        left, found = self.left, list[int]()
        while rest and all(self.marks.costs[project] <= left for project in rest):
            left -= self.marks.costs[rest[0]]
            found.append(rest.pop(0))
        return found
