"""The method of equal shares in arrays: floats search, and only where they could mislead do whole numbers decide.

Source of the rule: Peters, Pierczynski, Skowron, "Proportional Participatory Budgeting with Additive Utilities"
(NeurIPS 2021). What its supporters pay for a project at price p per unit of weight, sum(min(purse, p x weight)), is
concave in p, so Newton's method from a lower bound arrives from below; and prices only rise while purses empty, so
the last price stays a lower bound. A project that cannot beat the best so far is dismissed after one pass.

Every float carries a proven bound on its error: `slack` for a purse, `low` and `high` for a price. When two prices,
or a price and a purse, lie closer than their bounds, `accounts` says what they are exactly.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from commonweal.allocation.fast.accounts import Accounts, Purchase
from commonweal.allocation.fast.marks import HALF_ULP, Floats, Ints, Marks

# A little room above bounds that are themselves worked out in floats.
ROOM = 1.0 + 2.0**-20
# How far around a price, relative to it, its slope is looked at.
NARROW = 1e-7
# Takes in the rounding of the few operations between a bound on a price and a bound on rho.
BELOW, ABOVE = 1 - 16 * HALF_ULP, 1 + 16 * HALF_ULP
# Above this share of the first purse the bounds on the errors of the purses are measured anew.
LOOSE = 1e-9
# Arrays shorter than this are multiplied by BLAS in one thread.
SHORT = 8192
# The innermost calls, under short names: they are made hundreds of times in a count.
minimum, add, count_nonzero = np.minimum, np.add.reduce, np.count_nonzero
Flags = NDArray[np.bool_]


class Offer(NamedTuple):
    """What a project costs its supporters now: `price` currency units per unit of weight.

    The true rho, the price per unit of utility, lies between `low` and `high`; `exact` is the price itself where
    floats could not decide. `tied` are the other projects that have exactly this rho.
    """

    project: int
    price: float
    low: float
    high: float
    exact: Fraction | None
    tied: tuple[int, ...] = ()


class Market:
    """What every group of voters has left at one share, and the projects nobody has bought yet."""

    def __init__(self, marks: Marks, share: Fraction, places: tuple[int, ...]) -> None:
        self.marks = marks
        self.places = places
        self.accounts = Accounts(marks, share)
        self.start = float(share)
        self.slack = self.start * HALF_ULP
        self.left = np.full(len(marks.group_sizes), self.start)
        self.doubts = np.full(len(marks.group_sizes), self.slack)
        self.heap: list[tuple[float, int, int]] = []
        free = []
        for project, total in enumerate(marks.totals):
            if total and not marks.costs[project]:
                free.append(project)
            elif total and marks.supporters[project] * self.start * ABOVE >= marks.cost_floats[project]:
                # Before the first round: the rho at which every supporter can pay in full.
                lowest = marks.cost_floats[project] / total / marks.unit_floats[project] * BELOW
                self.heap.append((lowest, places[project], project))
        heapify(self.heap)
        self.free = sorted(free, key=lambda project: places[project])

    def rounds(self) -> Iterator[Purchase]:
        """The purchases, one after the other, until nothing more can be bought."""
        yield from self.take_free()
        while (offer := self.best()) is not None:
            yield self.buy(offer)

    def take_free(self) -> list[Purchase]:
        """The projects that cost nothing: they come first, and nobody pays."""
        nobody = np.empty(0, dtype=np.int64)
        taken = [
            Purchase(project, 0.0, 0.0, nobody, 0, (), tuple(sorted(self.free[place + 1 :])))
            for place, project in enumerate(self.free)
        ]
        self.free = []
        for purchase in taken:
            self.accounts.add(purchase)
        return taken

    def pop(self, ceiling: float) -> tuple[float, int, int] | None:
        """The entry (bound of rho, place, project) with the lowest bound, off the heap, if it is not above this."""
        return heappop(self.heap) if self.heap and self.heap[0][0] <= ceiling else None

    def put_back(self, entries: list[tuple[float, int, int]]) -> None:
        """Put entries on the heap again."""
        for entry in entries:
            heappush(self.heap, entry)

    def total(self, project: int) -> float:
        """What the supporters of a project have left together."""
        purses, sizes = self.left.take(self.marks.members[project]), self.marks.sizes[project]
        return float(np.add.reduce(purses)) if sizes is None else times(purses, sizes)

    def best(self) -> Offer | None:
        """The offer that wins this round; the others go back on the heap with what is now known of them."""
        asked = self._asked()
        if not asked:
            return None
        ceiling = min([offer.high for offer in asked])
        rivals = [offer for offer in asked if offer.low <= ceiling]
        best = rivals[0] if len(rivals) == 1 else self._settled(rivals)
        lost = [offer for offer in asked if offer.project != best.project]
        self.put_back([(offer.low, self.places[offer.project], offer.project) for offer in lost])
        return best

    def _asked(self) -> list[Offer]:
        """The offers of all projects that may win this round, and perhaps of some that may not."""
        asked: list[Offer] = []
        dismissed: list[tuple[float, int, int]] = []
        ceiling = inf
        while (entry := self.pop(ceiling)) is not None:
            bound, place, project = entry
            found = self.ask(project, bound, ceiling)
            if isinstance(found, float):
                dismissed.append((found, place, project))
            elif found is not None:
                asked.append(found)
                ceiling = min(ceiling, found.high)
        self.put_back(dismissed)
        return asked

    def ask(self, project: int, bound: float, beat: float) -> Offer | float | None:
        """The offer of a project; or only a higher bound of its rho when it is above `beat`; None: cannot be bought.

        `bound` is a known lower bound of rho.
        """
        members, sizes, weights, cost, unit, voters, summing = self.marks.stalls[project]
        purses = self.left.take(members)
        doubt = (self.slack * voters + summing) * ROOM
        if bound < beat < inf:
            limit = beat * unit * ROOM
            cover = cover_at(purses, limit, sizes, weights)
            if cover + doubt < cost:
                rich = rich_at(purses, limit, sizes, weights)
                return (limit + (cost - cover - doubt) / rich) / unit * BELOW if rich else None
        price = bound * unit
        while (cover := cover_at(purses, price, sizes, weights)) < cost - summing:
            rich = rich_at(purses, price, sizes, weights)
            if not rich:
                return None if cover + doubt < cost else self._exact_offer(project, bound, inf)
            price += (cost - cover) / rich
        # Within this margin on either side of the price the slope is at least that of those richer still.
        margin = NARROW * price + 2 * self.slack
        rich = rich_at(purses, price + margin, sizes, weights)
        if rich * margin < 2 * (doubt + summing):
            return self._exact_offer(project, bound, inf)
        margin = 2 * (doubt + summing) / rich
        return Offer(
            project, price, max((price - margin) / unit * BELOW, bound), (price + margin) / unit * ABOVE, None
        )

    def _settled(self, rivals: list[Offer]) -> Offer:
        """The true winner among offers that floats cannot tell apart."""
        rho = {offer.project: self._exact(offer) / self.marks.unit[offer.project] for offer in rivals}
        best = min(rivals, key=lambda offer: (rho[offer.project], self.places[offer.project]))
        tied = [p for p in rho if rho[p] == rho[best.project] and p != best.project]
        return best._replace(
            exact=rho[best.project] * self.marks.unit[best.project], tied=tuple(sorted(tied))
        )

    def _exact(self, offer: Offer) -> Fraction:
        """The exact price of an offer, per unit of weight."""
        if offer.exact is not None:
            return offer.exact
        found = self._exact_offer(offer.project, offer.low, offer.high)
        assert found is not None, "what has a price"
        assert found.exact is not None, "has an exact one"
        return found.exact

    def _exact_offer(self, project: int, low: float, high: float) -> Offer | None:
        """The offer of a project whose rho lies between these bounds, worked out exactly; None: cannot be bought."""
        found = self._exact_price(
            project,
            low * self.marks.unit_floats[project] * BELOW,
            high * self.marks.unit_floats[project] * ABOVE,
        )
        if found is None:
            return None
        price = float(found)
        rho = price / self.marks.unit_floats[project]
        return Offer(project, price, rho * BELOW, rho * ABOVE, found)

    def _exact_price(self, project: int, low: float, high: float) -> Fraction | None:
        """The exact price per unit of weight, known to lie between `low` and `high`; None: cannot be bought.

        Supporters whose purse is surely below it are poor, those surely above it rich. The others are sorted by
        their exact purse per unit of weight and walked through until the price is found; equal ones are one step.
        """
        accounts = self.accounts
        members, sizes, weights = _written_out(*self._crowd(project))
        purses = self.left.take(members)
        surely = self.slack * ROOM
        poor = (purses + surely < low * weights) & (purses > 0)
        rich = purses - surely > high * weights
        open_ = ~poor & ~rich & (purses > 0)
        now = len(accounts.purchases)
        if open_.any() or poor.any():
            accounts.settle(now)
        weight = int((sizes * weights)[open_ | rich].sum())
        amounts, which = accounts.purses(members[open_])
        owed = accounts.in_parts(self.marks.costs[project]) - accounts.held(members[poor], now)
        steps: Counter[tuple[int, int]] = Counter()
        for number, heavy, size in zip(
            which.tolist(), weights[open_].tolist(), sizes[open_].tolist(), strict=True
        ):
            steps[number, int(heavy)] += int(size)
        by_ratio = sorted(steps.items(), key=lambda step: Fraction(amounts[step[0][0]], step[0][1]))
        for (number, heavy), size in by_ratio:
            if owed * heavy <= amounts[number] * weight:
                return Fraction(owed, weight * accounts.parts)
            owed -= size * amounts[number]
            weight -= size * heavy
        return Fraction(owed, weight * accounts.parts) if weight else None

    def buy(self, offer: Offer) -> Purchase:
        """Take the price from the purses of the supporters."""
        project, exact = offer.project, offer.exact
        members, sizes, weights, *_ = self.marks.stalls[project]
        purses, doubts = self.left.take(members), self.doubts.take(members)
        poor, rich = self._parted(
            project, purses, purses < (offer.price if weights is None else offer.price * weights)
        )
        # Nobody is rich where floats take those who can just pay for poor: they are near, and looked at exactly.
        price, error = self._shared(project, purses, doubts, poor, rich) if rich else (offer.price, 0.0)
        after = purses - (price if weights is None else price * weights)
        near = self._near(offer, purses, after)
        if exact is not None or near is not None:
            exact = self._exact(offer)
            price, error = float(exact), 2 * HALF_ULP * float(exact)
            after = purses - (price if weights is None else price * weights)
            if near is not None:
                after[near] = self._rests(project, exact, near)
            poor, rich = self._parted(project, purses, after < 0)
        self.left[members] = np.maximum(after, 0.0, out=after)
        doubts += (error if weights is None else error * weights) + 2 * HALF_ULP * self.start
        self.doubts[members] = doubts
        self.slack = (self.slack + error * self.marks.heaviest + 2 * HALF_ULP * self.start) * ROOM
        kinds: tuple[tuple[int, int], ...] = ((1, int(rich)),)
        if weights is not None:
            kinds = _kinds((purses > 0) & ~poor, sizes, weights)
        purchase = Purchase(project, price, error, members.compress(poor), int(rich), kinds, offer.tied)
        self.accounts.add(purchase)
        if self.slack > LOOSE * self.start:
            self._tighten()
        return purchase

    def _parted(self, project: int, purses: Floats, short: Flags) -> tuple[Flags, float]:
        """Which of those who are short of the price have something left, and the weight of those who are not short."""
        if not count_nonzero(short):
            return short, float(self.marks.totals[project])
        # Who has nothing left is short too.
        rich = self.marks.totals[project] - _weight(
            short, self.marks.sizes[project], self.marks.weights[project]
        )
        return short & (purses > 0), rich

    def _near(self, offer: Offer, purses: Floats, after: Floats) -> Flags | None:
        """Which supporters have about as much as they are to pay; None: nobody."""
        band = (
            self.slack
            + (offer.high - offer.low) * self.marks.unit_floats[offer.project] * self.marks.heaviest
        )
        distance = np.abs(after)
        if np.minimum.reduce(distance) > band * ROOM:
            return None
        near = (distance <= band * ROOM) & (purses > 0)
        return near if near.any() else None

    def _crowd(self, project: int) -> tuple[Ints, Floats | None, Floats | None]:
        return self.marks.members[project], self.marks.sizes[project], self.marks.weights[project]

    def _shared(
        self, project: int, purses: Floats, doubts: Floats, poor: Flags, rich: float
    ) -> tuple[float, float]:
        """The price as what the poor leave, shared by the rich, and a bound of its error."""
        cost, sizes = self.marks.cost_floats[project], self.marks.sizes[project]
        if not np.count_nonzero(poor):
            return cost / rich, 2 * HALF_ULP * cost / rich
        count = poor.astype(np.float64) if sizes is None else poor * sizes
        price = (cost - times(purses, count)) / rich
        summing = (len(purses) + 16) * HALF_ULP * cost
        return price, ((times(doubts, count) + summing) / rich + 4 * HALF_ULP * price) * ROOM

    def _rests(self, project: int, exact: Fraction, near: Flags) -> Floats:
        """What supporters whose purse is about the price have left after paying it; below 0: they are poor."""
        self.accounts.settle(len(self.accounts.purchases))
        amounts, which = self.accounts.purses(self.marks.members[project][near])
        weights = self.marks.weights[project]
        heavy = np.ones(len(which)) if weights is None else weights[near]
        known: dict[tuple[int, int], float] = {}
        rests = np.empty(len(which))
        for at, key in enumerate(zip(which.tolist(), heavy.astype(np.int64).tolist(), strict=True)):
            if key not in known:
                rest = Fraction(amounts[key[0]], self.accounts.parts) - exact * key[1]
                known[key] = -1.0 if rest < 0 else float(rest)
            rests[at] = known[key]
        return rests

    def _tighten(self) -> None:
        """Measure how wrong the prices were, instead of adding up how wrong they might have been."""
        purchases = self.accounts.purchases
        self.accounts.settle(len(purchases))
        self.doubts.fill(self.start * HALF_ULP)
        for place, purchase in enumerate(purchases):
            wrong = abs(Fraction(purchase.price) - self.accounts.price(place))
            error = float(wrong) * self.marks.heaviest * ROOM + 2 * HALF_ULP * self.start
            self.doubts[self.marks.members[purchase.project]] += error
        self.slack = float(self.doubts.max(initial=0.0)) * ROOM


def cover_at(purses: Floats, price: float, sizes: Floats | None, weights: Floats | None) -> float:
    """What the supporters can pay together at this price per unit of weight."""
    paid = minimum(purses, price if weights is None else price * weights)
    if sizes is None:
        return float(add(paid))
    return float(paid.dot(sizes) if len(sizes) < SHORT else add(paid * sizes))


def rich_at(purses: Floats, price: float, sizes: Floats | None, weights: Floats | None) -> float:
    """The weight of the supporters who have more than this price; a whole number."""
    if weights is not None:
        return _weight(purses > price * weights, sizes, weights)
    above = purses > price
    if sizes is None:
        return float(count_nonzero(above))
    return float(sizes.dot(above) if len(sizes) < SHORT else add(sizes * above))


def _weight(these: Flags, sizes: Floats | None, weights: Floats | None) -> float:
    """The weight of these supporters together; a whole number."""
    if weights is None:
        return float(np.count_nonzero(these)) if sizes is None else times(these, sizes)
    return times(these, weights if sizes is None else weights * sizes)


def _kinds(rich: Flags, sizes: Floats | None, weights: Floats) -> tuple[tuple[int, int], ...]:
    """(weight, voters of this weight) among the rich, lightest first."""
    heavy, which = np.unique(weights[rich], return_inverse=True)
    voters = np.bincount(which, weights=None if sizes is None else sizes[rich])
    return tuple(zip(heavy.astype(np.int64).tolist(), voters.astype(np.int64).tolist(), strict=True))


def times(values: Floats | Flags, by: Floats) -> float:
    """The sum of the products. Long arrays keep away from BLAS, which would start threads for them."""
    return float(values.dot(by) if len(by) < SHORT else np.add.reduce(values * by))


def _written_out(members: Ints, sizes: Floats | None, weights: Floats | None) -> tuple[Ints, Floats, Floats]:
    """Groups with their sizes and weights written out."""
    ones = np.ones(len(members))
    return members, ones if sizes is None else sizes, ones if weights is None else weights
