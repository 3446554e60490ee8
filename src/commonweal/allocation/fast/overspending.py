"""Equal shares with bounded overspending in arrays: floats search, and exact fractions decide what they leave open.

Source of the rule: see the plain one. Supporters who pay y per unit of weight bring S(y) = sum(min(purse, y x weight)),
and the project and y with the least y x cost² / (unit x S²) are bought; the least lies where a purse is just used up or
where S is the cost. Sorting the purses gives S at all of them in one pass.

Proof of the floats: every purse is within `slack` of the truth. Purses that are all larger by that much bring at least
as much, at every y, as the true ones, and purses that are all smaller at most as much; so the least of all true values
lies in a known interval. The charge of what is bought is worked out exactly each time and rounded once, so `slack` grows by
a few roundings of the first purse for each purchase and by nothing else.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import inf
from typing import NamedTuple

import numpy as np

from commonweal.allocation.bounds import Room
from commonweal.allocation.fast.equal_shares import ABOVE, BELOW, ROOM
from commonweal.allocation.fast.histories import Histories
from commonweal.allocation.fast.marks import HALF_ULP, Floats, Ints, Marks
from commonweal.allocation.tally import Bought

class Crowd(NamedTuple):
    """The supporters of a project who have something left, group by group: voters, weight of each, purse, history."""

    sizes: Floats
    weights: Floats
    purses: Floats
    histories: Ints

    def joined_by(self, voters: int, weight: int, share: float) -> "Crowd":
        """With so many more voters who have paid for nothing yet."""
        return Crowd(
            np.append(self.sizes, float(voters)),
            np.append(self.weights, float(weight)),
            np.append(self.purses, share),
            np.append(self.histories, 0),
        )


class Parts(NamedTuple):
    """What a crowd can pay of a project: its least rho / alpha lies between `low` and `high`.

    `order` sorts the crowd by purse per unit of weight, its `ratios`; at each of them rho / alpha is at least what `lows`
    says, and at least `end` where the cost is met, which is after ratio `soonest` - 1 and not after ratio `latest`. A ratio
    may be wrong by `doubt`.
    """

    low: float
    high: float
    order: Ints
    ratios: Floats
    lows: Floats
    end: float
    soonest: int
    latest: int
    doubt: float

    def window(self) -> tuple[int, int]:
        """The places in `order`, from the first up to, not including, the last, among which the exact least lies."""
        found = np.flatnonzero(self.lows <= self.high).tolist()
        if self.end <= self.high:
            found += [max(self.soonest - 1, 0), min(self.latest, len(self.ratios) - 1)]
        wide = 4 * self.doubt
        first, last = self.ratios[min(found)] - wide, self.ratios[max(found)] + wide
        return int(np.searchsorted(self.ratios, first)), int(np.searchsorted(self.ratios, last, "right"))


class Offer(NamedTuple):
    """What a project costs exactly: `value` is rho / alpha, `charge` rho per unit of weight (rho x unit)."""

    project: int
    value: Fraction
    charge: Fraction
    tied: tuple[int, ...] = ()


NOBODY = np.empty(0, dtype=np.int64)
FREE = Parts(0.0, 0.0, NOBODY, np.empty(0), np.empty(0), 0.0, 0, 0, 0.0)


def parts_of(crowd: Crowd, cost: float, unit: float, slack: float) -> Parts | None:
    """What the crowd can pay of a project, as far as floats can say; None: nobody has anything."""
    if not cost:
        return FREE
    count = len(crowd.purses)
    if not count:
        return None
    ratios, heads = crowd.purses / crowd.weights, crowd.sizes * crowd.weights
    order = np.argsort(ratios)
    ratios, heads = ratios[order], heads[order]
    richer = np.cumsum(heads[::-1])[::-1]
    brings = np.cumsum(np.diff(ratios, prepend=0.0) * richer)
    # The doubt takes in the rounding of the quotient, too.
    doubt, rounding = 2 * slack, (count + 16) * HALF_ULP * ROOM
    scale, spread = cost * cost / unit, doubt * float(richer[0])
    upper = brings * (1 + rounding) + spread
    lower = brings * (1 - rounding) - spread
    lows = np.maximum(ratios - doubt, 0.0) * (scale * BELOW) / np.minimum(upper, cost) ** 2
    highs = np.full(count, inf)
    highs = np.divide(ratios + doubt, np.minimum(lower, cost) ** 2, out=highs, where=lower > 0)
    low, high = float(lows.min()), float(highs.min()) * scale * ABOVE
    soonest, latest = int(np.searchsorted(upper, cost)), int(np.searchsorted(lower, cost))
    end = inf
    if soonest < count:
        level = float(ratios[soonest] + doubt - (upper[soonest] - cost) / richer[soonest])
        end = max(level, 0.0) / unit * BELOW
    if latest < count:
        level = float(ratios[latest] - (lower[latest] - cost) / richer[latest])
        high = min(high, level / unit * ABOVE)
    return Parts(min(low, end), high, order, ratios, lows, end, soonest, latest, doubt)


def exactly(
    crowd: Crowd, parts: Parts, histories: Histories, cost: Fraction, unit: Fraction
) -> tuple[Fraction, Fraction]:
    """The least rho / alpha, and rho per unit of weight: as the plain rule finds it, but looking at the window only."""
    if not cost:
        return Fraction(0), Fraction(0)
    first, last = parts.window()
    below, within = parts.order[:first], parts.order[first:last]
    spent = histories.together(crowd.histories[below], crowd.sizes[below])
    heads = crowd.sizes * crowd.weights
    richer = int(heads[parts.order[first:]].sum())
    steps: Counter[Fraction] = Counter()
    for history, weight, head in zip(
        crowd.histories[within].tolist(), crowd.weights[within].tolist(), heads[within].tolist(), strict=True
    ):
        steps[histories.left(history) / int(weight)] += int(head)
    found: list[tuple[Fraction, Fraction, Fraction]] = []
    for ratio in sorted(steps):
        level = min(ratio, (cost - spent) / richer)
        brought = spent + level * richer
        found.append((level / brought**2, -brought, level))
        if brought == cost:
            break
        spent += ratio * steps[ratio]
        richer -= steps[ratio]
    least, brought, level = min(found)
    return least * cost**2 / unit, level * cost / -brought


class Overspending:
    """What every group of voters has left, and the projects nobody has bought yet."""

    def __init__(self, marks: Marks, share: Fraction, places: tuple[int, ...], room: Room) -> None:
        self.marks = marks
        self.places = places
        self.room = room
        self.left = marks.budget
        self.histories = Histories(share)
        self.start = float(share)
        self.slack = self.start * HALF_ULP
        groups = len(marks.group_sizes)
        self.purses = np.full(groups, self.start)
        self.history = np.zeros(groups, dtype=np.int64)
        self.members = list(marks.members)
        self.sizes = list(marks.sizes)
        self.weights = list(marks.weights)
        self.heap = [(0.0, places[p], p) for p, total in enumerate(marks.totals) if total]
        heapify(self.heap)

    def rounds(self) -> Iterator[Offer]:
        """What to buy next, again and again; the caller pays it before asking for the next."""
        while (offer := self._best()) is not None:
            yield offer

    def crowd(self, project: int) -> Crowd:
        """The supporters of the project who have something left. Whoever has nothing is forgotten for good."""
        members = self.members[project]
        purses = self.purses.take(members)
        alive = purses > 0
        sizes, weights = self.sizes[project], self.weights[project]
        if not alive.all():
            members, purses = members[alive], purses[alive]
            sizes = sizes if sizes is None else sizes[alive]
            weights = weights if weights is None else weights[alive]
            self.members[project], self.sizes[project], self.weights[project] = members, sizes, weights
        ones = np.ones(len(members))
        return Crowd(
            ones if sizes is None else sizes,
            ones if weights is None else weights,
            purses,
            self.history.take(members),
        )

    def _best(self) -> Offer | None:
        """The exact offer that wins this round; the others go back on the heap with what is now known of them."""
        marks = self.marks
        asked: list[tuple[Parts, Crowd, int]] = []
        ceiling = inf
        while self.heap and self.heap[0][0] <= ceiling:
            _, _, project = heappop(self.heap)
            if marks.costs[project] > self.left or not self.room.fits(project):
                continue
            crowd = self.crowd(project)
            parts = parts_of(crowd, marks.cost_floats[project], marks.unit_floats[project], self.slack)
            if parts is not None:
                asked.append((parts, crowd, project))
                ceiling = min(ceiling, parts.high)
        offers = [
            Offer(
                project, *exactly(crowd, parts, self.histories, marks.costs[project], marks.unit[project])
            )
            for parts, crowd, project in asked
            if parts.low <= ceiling
        ]
        if not offers:
            return None
        best = min(offers, key=lambda offer: (offer.value, self.places[offer.project]))
        for parts, _, project in asked:
            if project != best.project:
                heappush(self.heap, (parts.low, self.places[project], project))
        tied = [o.project for o in offers if o.value == best.value and o.project != best.project]
        return best._replace(tied=tuple(sorted(tied)))

    def pay(self, offer: Offer) -> Bought:
        """Take what the supporters pay from their purses."""
        project, charge = offer.project, offer.charge
        crowd, members = self.crowd(project), self.members[project]
        self.left -= self.marks.costs[project]
        self.room.take(project)
        price = charge / self.marks.unit[project]
        self.histories.charge(charge)
        if not charge:
            return Bought(project, price, (), (0, Fraction(0)), offer.tied)
        due = float(charge) * crowd.weights
        after = crowd.purses - due
        near = np.flatnonzero(np.abs(after) <= self.slack + 8 * HALF_ULP * self.start)
        for at in near.tolist():
            rest = self.histories.left(int(crowd.histories[at])) - charge * int(crowd.weights[at])
            after[at] = max(float(rest), self.slack) if rest > 0 else -1.0 if rest < 0 else 0.0
        poor = after < 0
        partly = crowd.histories[poor], crowd.sizes[poor]
        voters: Counter[int] = Counter()
        for weight, size in zip(crowd.weights[~poor].tolist(), crowd.sizes[~poor].tolist(), strict=True):
            voters[int(weight)] += int(size)
        payments = tuple([(charge * weight, voters[weight]) for weight in sorted(voters)])
        paid = int(partly[1].sum()), self.histories.together(*partly)
        alive = after > 0
        self.purses[members] = np.where(alive, after, 0.0)
        self.history[members[alive]] = self.histories.paid(
            crowd.histories[alive], crowd.weights[alive].astype(np.int64)
        )
        self.slack += 4 * HALF_ULP * self.start * ROOM
        return Bought(project, price, payments, paid, offer.tied)
