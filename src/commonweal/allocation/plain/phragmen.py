"""Sequential Phragmén for participatory budgeting, in whole-number arithmetic.

Source: Los, Christoff, Grossi, "Proportional Budget Allocations: Towards a Systematization" (IJCAI 2022);
Brill, Freeman, Janson, Lackner, "Phragmén's Voting Methods and Justified Representation" (AAAI 2017). Every
voter earns money at the same pace. The moment the supporters of a project together own its cost, they buy it
and are left with nothing. The rule ends at the moment a project can be bought that no longer fits the budget.
Never spends over it.
"""

from collections import Counter
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import lcm
from typing import NamedTuple

from commonweal.allocation.bounds import Room
from commonweal.allocation.plain.supports import Supports


class Moment(NamedTuple):
    """A project bought once every voter had earned `load` currency units in all; None: nobody supports it.

    `paid` lists (amount, voters who paid it), smallest first, without those who had nothing to pay with. `tied` are
    the other projects that could be bought at the same moment.
    """

    project: int
    load: Fraction | None
    paid: tuple[tuple[Fraction, int], ...]
    tied: tuple[int, ...]


class Sequence(NamedTuple):
    """The purchases in order; what each voter had earned when the rule ended (0 when nothing could be
    bought); and how much of that a voter of each group had spent.
    """

    moments: list[Moment]
    last_load: Fraction
    spent: list[Fraction]


def phragmen(supports: Supports, places: tuple[int, ...], room: Room) -> Sequence:
    """The projects bought, in order; `places` decides ties, and what has no `room` is passed over.

    Projects dearer than the whole budget are left out from the start. When several projects can be bought at
    the same moment and one of them does not fit, the rule ends. When every supported project has been bought,
    the others follow in the named order as long as all that remain fit.
    """
    left = supports.budget
    affordable = [p for p, cost in enumerate(supports.costs) if cost <= left]
    earnings = _Earnings(supports)
    # Loads only grow, so the last known load of a project is a lower bound; see the same idea in
    # `equal_shares`.
    bounds = [(Fraction(0), places[p], p) for p in affordable if supports.backers[p]]
    heapify(bounds)
    moments: list[Moment] = []
    last = Fraction(0)
    while bounds:
        tied = [found for found in _next_moment(earnings, bounds) if room.fits(found[2])]
        if not tied:
            continue
        last, _, project = tied[0]
        if any(supports.costs[p] > left for _, _, p in tied):
            return Sequence(moments, last, earnings.spent())
        for rest in tied[1:]:
            heappush(bounds, rest)
        at_once = tuple(sorted([other for _, _, other in tied[1:]]))
        moments.append(Moment(project, last, earnings.paid(project, last), at_once))
        earnings.buy(project, last)
        left -= supports.costs[project]
        room.take(project)
    unsupported = sorted([p for p in affordable if not supports.backers[p]], key=lambda p: places[p])
    while rest_of_them := [p for p in unsupported if room.fits(p)]:
        if any(supports.costs[p] > left for p in rest_of_them):
            break
        left -= supports.costs[rest_of_them[0]]
        room.take(rest_of_them[0])
        moments.append(Moment(rest_of_them[0], None, (), ()))
    return Sequence(moments, last, earnings.spent())


def _next_moment(
    earnings: "_Earnings", bounds: list[tuple[Fraction, int, int]]
) -> list[tuple[Fraction, int, int]]:
    """The projects that can be bought next, all at the same load, in the named order; taken off the heap."""
    first: Fraction | None = None
    fresh: list[tuple[Fraction, int, int]] = []
    while bounds and (first is None or bounds[0][0] <= first):
        _, place, project = heappop(bounds)
        load = earnings.load_to_buy(project)
        fresh.append((load, place, project))
        first = load if first is None else min(first, load)
    for later in fresh:
        if later[0] != first:
            heappush(bounds, later)
    return sorted([found for found in fresh if found[0] == first])


class _Earnings:
    """What a voter of each group had earned when their money was last spent, in whole parts of a currency
    unit.

    There are `parts` parts to the currency unit; a purchase that does not divide evenly multiplies them.
    """

    def __init__(self, supports: Supports) -> None:
        self.supports = supports
        self.supporters = supports.supporters
        self.parts = lcm(*[cost.denominator for cost in supports.costs])
        self.loads = [0] * len(supports.group_sizes)

    def load_to_buy(self, project: int) -> Fraction:
        """What every voter must have earned for the supporters to own the cost, spent money not counted."""
        backers = self.supports.backers[project]
        carried = sum([size * self.loads[group] for group, size, _ in backers])
        cost = int(self.supports.costs[project] * self.parts)
        return Fraction(carried + cost, self.supporters[project] * self.parts)

    def paid(self, project: int, load: Fraction) -> tuple[tuple[Fraction, int], ...]:
        """Who pays what when the project is bought at this load."""
        voters: Counter[int] = Counter()
        for group, size, _ in self.supports.backers[project]:
            voters[self.loads[group]] += size
        amounts = [(load - Fraction(before, self.parts), count) for before, count in voters.items()]
        return tuple(sorted((amount, count) for amount, count in amounts if amount))

    def buy(self, project: int, load: Fraction) -> None:
        """Spend all the money of the supporters."""
        split = lcm(self.parts, load.denominator) // self.parts
        if split > 1:
            self.parts *= split
            self.loads = [before * split for before in self.loads]
        new = int(load * self.parts)
        for group, _, _ in self.supports.backers[project]:
            self.loads[group] = new

    def spent(self) -> list[Fraction]:
        """What a voter of each group has spent in all, in currency units."""
        return [Fraction(before, self.parts) for before in self.loads]
