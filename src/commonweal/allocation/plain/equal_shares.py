"""The method of equal shares, for one given share per voter, in whole-number arithmetic.

Source: Peters, Pierczynski, Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS
2021), and equalshares.net. Each voter starts with the same share. A project costs its supporters rho per unit
of utility: each pays rho x utility, or all they have left when that is less. In each round the project with
the smallest rho is bought, until no project can be paid by its supporters. Never rounds, never looks at the
budget: what a share may be, and whether the outcome fits the budget, is decided in `count`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from math import gcd, lcm
from typing import NamedTuple

from commonweal.allocation.bounds import Room
from commonweal.allocation.plain.supports import Backer, Supports
from commonweal.allocation.tally import Bought


class Rho:
    """A price per unit of utility as two whole numbers, compared exactly.

    The same as a Fraction that is never reduced: the numbers are large and compared far more often than kept.
    """

    __slots__ = ("above", "below")

    def __init__(self, above: int, below: int) -> None:
        self.above = above
        self.below = below

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rho) and self.above * other.below == other.above * self.below

    def __lt__(self, other: "Rho") -> bool:
        return self.above * other.below < other.above * self.below

    def exact(self) -> Fraction:
        """The price as a reduced fraction, in currency units."""
        return Fraction(self.above, self.below)


class Spending(NamedTuple):
    """The purchases in order, and what a voter of each group has left at the end."""

    purchases: list[Bought]
    left: list[Fraction]


def equal_shares(supports: Supports, share: Fraction, places: tuple[int, ...], room: Room) -> Spending:
    """What is bought when every voter has `share` currency units, and who paid; `places` decides ties.

    What has no `room` is passed over.
    """
    market = Market(supports, share)
    purchases: list[Bought] = []
    for project, rho in rounds(market, places, room):
        full, partly = market.paid_in_full(project), market.paid_partly(project)
        gone = {found.project for found in purchases} | {project}
        tied = [
            other
            for other, backers in enumerate(supports.backers)
            if backers and other not in gone and room.fits(other) and market.ask(other) == rho
        ]
        purchases.append(Bought(project, rho.exact(), full, partly, tuple(tied)))
        market.buy(project)
    return Spending(purchases, [Fraction(purse, market.parts) for purse in market.purses])


def projects_bought(supports: Supports, share: Fraction, places: tuple[int, ...], room: Room) -> list[int]:
    """The same projects as `equal_shares` in the same order, without the accounts."""
    market = Market(supports, share)
    bought = []
    for project, _ in rounds(market, places, room):
        market.buy(project)
        bought.append(project)
    return bought


def rounds(market: "Market", places: tuple[int, ...], room: Room) -> Iterator[tuple[int, Rho]]:
    """The next project to buy and its rho, again and again; the caller buys it before asking for the next."""
    # A price can only rise while purses empty, so the last known price of a project is a lower bound; before
    # the first, it is the price if every supporter could pay in full. The heap keeps these bounds; a project
    # is bought when it is on top with a price worked out in this very round.
    bounds = [
        (market.lowest(p), places[p], p) for p, backers in enumerate(market.supports.backers) if backers
    ]
    heapify(bounds)
    asked_in: dict[int, int] = {}
    bought = 0
    while bounds:
        bound, place, project = bounds[0]
        if not room.fits(project):
            heappop(bounds)
            continue
        if asked_in.get(project) == bought:
            heappop(bounds)
            yield project, bound
            bought += 1
            room.take(project)
            continue
        rho = market.ask(project)
        if rho is None:
            heappop(bounds)
        else:
            asked_in[project] = bought
            heapreplace(bounds, (rho, place, project))


class Market:
    """What every group of voters has left, in whole parts of a currency unit.

    There are `parts` parts to the currency unit; a purchase that does not divide evenly multiplies them. For
    each project its supporters are split into rich (they can pay their full price, `weights` is the sum of
    their weights) and poor (they pay all they have). Once poor, always poor: prices only rise and purses only
    empty.
    """

    def __init__(self, supports: Supports, share: Fraction) -> None:
        self.supports = supports
        self.parts = lcm(share.denominator, *[cost.denominator for cost in supports.costs])
        self.purses = [self.in_parts(share)] * len(supports.group_sizes)
        self.rich: list[Sequence[Backer]] = list(supports.backers)
        self.poor: list[Sequence[Backer]] = [()] * len(supports.backers)
        self.weights = list(supports.weights)
        self.offers: dict[int, tuple[int, int]] = {}

    def in_parts(self, amount: Fraction) -> int:
        """A cost, or the share, in parts of a currency unit: always a whole number of them."""
        return amount.numerator * (self.parts // amount.denominator)

    def lowest(self, project: int) -> Rho:
        """The rho at which the project would be bought if every supporter could pay in full."""
        cost, weights = self.supports.costs[project], self.weights[project]
        return self._rho(project, cost.numerator, weights * cost.denominator)

    def _rho(self, project: int, owed: int, weights: int) -> Rho:
        """`owed` currency units shared by `weights`, per unit of utility."""
        unit = self.supports.unit[project]
        return Rho(owed * unit.denominator, weights * unit.numerator)

    def ask(self, project: int) -> Rho | None:
        """The smallest rho at which the supporters can pay the project now; None when they cannot.

        Everybody starts as rich. The rich share what the poor leave in proportion to their weight; who cannot
        pay that price is poor from now on, which raises the price for the rest, and so on until nobody is
        added.
        """
        purses = self.purses
        poor = [backer for backer in self.poor[project] if purses[backer[0]]]
        rich = self.rich[project]
        weights = self.weights[project]
        cost = self.in_parts(self.supports.costs[project])
        while rich:
            owed = cost - sum([size * purses[group] for group, size, _ in poor])
            prices = {weight: -(-owed * weight // weights) for weight in self.supports.kinds[project]}
            able = [backer for backer in rich if purses[backer[0]] >= prices[backer[2]]]
            if len(able) == len(rich):
                self.rich[project], self.poor[project] = rich, poor
                self.offers[project] = owed, weights
                self.weights[project] = weights
                return self._rho(project, owed, weights * self.parts)
            poor += [backer for backer in rich if purses[backer[0]] < prices[backer[2]]]
            rich, weights = able, sum([size * weight for _, size, weight in able])
        return None

    def buy(self, project: int) -> None:
        """Take the price of the last `ask` from the purses of the supporters."""
        owed, weights = self.offers[project]
        common = gcd(owed, weights)
        price, split = owed // common, weights // common
        if split > 1:
            self.parts *= split
            self.purses = [purse * split for purse in self.purses]
        for group, _, weight in self.rich[project]:
            self.purses[group] -= price * weight
        for group, _, _ in self.poor[project]:
            self.purses[group] = 0

    def paid_in_full(self, project: int) -> tuple[tuple[Fraction, int], ...]:
        """Who will pay the full price of the last `ask`: (amount, voters), smallest amount first."""
        owed, weights = self.offers[project]
        voters: Counter[int] = Counter()
        for _, size, weight in self.rich[project]:
            voters[weight] += size
        return tuple(
            [
                (Fraction(owed * weight, weights * self.parts), voters[weight])
                for weight in sorted(voters)
                if owed
            ]
        )

    def paid_partly(self, project: int) -> tuple[int, Fraction]:
        """How many will pay less than the full price, all they have left, and what they pay together."""
        paying = [(size, self.purses[group]) for group, size, _ in self.poor[project] if self.purses[group]]
        paid = sum([size * purse for size, purse in paying])
        return sum([size for size, _ in paying]), Fraction(paid, self.parts)
