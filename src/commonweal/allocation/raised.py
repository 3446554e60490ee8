"""What each raised share buys, remembered, so that an election can be recounted many times for its losers.

A project that is not bought changes nothing for the others. So what a share buys is worked out once, together
with a limit for every loser: fewer additional voters than this, or a cost above this, and the loser is surely
still not bought. Only shares beyond the limit are counted anew. Never answers from a limit alone that a
project IS bought.

A recount with more voters tries shares between those of the original count. The same then holds for a whole
range of shares, by monotonicity (Peters, Pierczynski, Skowron 2021 define the prices; the argument is ours):
with a higher share, every purse is fuller after the same purchases and every price lower. So when, at the
upper end of the range, after each purchase no rival can match the price paid at the lower end, every share in
the range buys the same.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from commonweal.allocation.bylaw import ByLaw, Stop, Utility
from commonweal.allocation.count import first_share, total_cost
from commonweal.allocation.equal_shares import Market, Rho, rounds
from commonweal.allocation.supports import Supports

# More repeats make a cost limit tighter and take longer; three leave few needless counts.
REPEATS = 3


class Known(NamedTuple):
    """What a share, or a range of shares, buys as long as a loser stays within its limit.

    `voters_limit[p]`: with fewer additional voters than this, loser `p` is not bought (None: however many).
    `cost_limit[p]`: at a higher cost than this it is not bought. `others`: what is not bought, cheapest
    first.
    """

    bought: list[int]
    spent: Fraction
    others: list[tuple[Fraction, int]]
    voters_limit: dict[int, int | None]
    cost_limit: dict[int, Fraction]


class RaisedShares:
    """The shares tried by `add1` for one election and by-law, and what is known about them."""

    def __init__(self, supports: Supports, bylaw: ByLaw, places: tuple[int, ...]) -> None:
        self.supports = supports
        self.bylaw = bylaw
        self.places = places
        self.first = first_share(supports, bylaw)
        self.known: dict[tuple[int, bool], Known | None] = {}

    def with_voters(self, changed: Supports, project: int, count: int) -> list[int]:
        """What the raised shares buy at last when `count` voters who support only `project` were added."""

        def safe(known: Known) -> bool:
            limit = known.voters_limit.get(project, 0)
            return limit is None or count < limit

        return self._raise(changed, project, safe)

    def with_cost(self, changed: Supports, project: int, cost: Fraction) -> list[int]:
        """What the raised shares buy at last when `project` costs `cost`."""

        def safe(known: Known) -> bool:
            return project in known.cost_limit and cost > known.cost_limit[project]

        return self._raise(changed, project, safe)

    def _raise(self, changed: Supports, project: int, safe: Callable[[Known], bool]) -> list[int]:
        """The loop of `count.raise_shares` for a changed election, taking what is known where it is safe."""
        places = changed.places(self.bylaw.ties)
        share, last, leap = first_share(changed, self.bylaw), list[int](), 1
        while True:
            purchases: list[tuple[int, Rho]] | None = None
            known = self._known_at(share)
            if known is not None and safe(known):
                bought, spent, others = known.bought, known.spent, known.others
            else:
                purchases = _purchases(changed, share, places)
                bought = [number for number, _ in purchases]
                spent, others = total_cost(changed, bought), _others(changed, bought)
            if spent > changed.budget:
                return last
            last = bought
            left = changed.budget - spent
            open_costs = [price for price, other in others[:2] if other != project][:1]
            if project not in bought and changed.backers[project]:
                open_costs.append(changed.costs[project])
            if not open_costs or (self.bylaw.stop is Stop.EXHAUSTIVE and min(open_costs) > left):
                return last
            while purchases is not None:
                high = share + leap * self.bylaw.step
                purchases = same_purchases(changed, purchases, high)
                share, leap = (share, max(1, leap // 2)) if purchases is None else (high, 2 * leap)
            share += self.bylaw.step

    def _known_at(self, share: Fraction) -> Known | None:
        """What is known about this share, or about the range between two steps that it lies in."""
        steps, beyond = divmod(share - self.first, self.bylaw.step)
        key = int(steps), bool(beyond)
        if key not in self.known:
            low = self.first + steps * self.bylaw.step
            high = low + self.bylaw.step if beyond else low
            self.known[key] = survey(self.supports, self.places, low, high)
        return self.known[key]


def survey(supports: Supports, places: tuple[int, ...], low: Fraction, high: Fraction) -> Known | None:
    """What every share from `low` to `high` buys, with the limits of the losers.

    None when it is not sure that all of them buy the same. Cost limits are worked out for a single share
    only.
    """
    purchases = _purchases(supports, low, places)
    bought = [project for project, _ in purchases]
    limits = _Limits(supports, set(range(len(supports.ids))).difference(bought), high, with_costs=low == high)
    market = Market(supports, high)
    later = {p: market.lowest(p) for p in bought}
    for project, rho in purchases:
        limits.update(market, rho.exact())
        del later[project]
        if low != high and not _all_dearer(market, later, rho):
            return None
        market.ask(project)
        market.buy(project)
    limits.update(market, None)
    if any(limit is not None and limit < 1 for limit in limits.voters.values()):
        return None
    return Known(bought, total_cost(supports, bought), _others(supports, bought), limits.voters, limits.costs)


def _purchases(supports: Supports, share: Fraction, places: tuple[int, ...]) -> list[tuple[int, Rho]]:
    """What this share buys, with the prices."""
    market = Market(supports, share)
    purchases = []
    for project, rho in rounds(market, places):
        market.buy(project)
        purchases.append((project, rho))
    return purchases


def same_purchases(
    supports: Supports, purchases: list[tuple[int, Rho]], high: Fraction
) -> list[tuple[int, Rho]] | None:
    """The purchases at the share `high`, when it and every share below buy the same; None when that is not
    sure.

    `purchases` are those of the lower end of the range. See the head of this file for why this is enough.
    """
    market = Market(supports, high)
    rivals = {p: market.lowest(p) for p, backers in enumerate(supports.backers) if backers}
    found = []
    for project, rho in purchases:
        del rivals[project]
        if not _all_dearer(market, rivals, rho):
            return None
        now = market.ask(project)
        assert now is not None, "what a lower share could buy, a higher share can"
        market.buy(project)
        found.append((project, now))
    return None if any(market.ask(rival) for rival in rivals) else found


def _all_dearer(market: Market, rivals: dict[int, Rho], rho: Rho) -> bool:
    """Whether none of these projects can be bought at `rho` in this market.

    `rivals` holds lower bounds of their prices; those in reach of `rho` are worked out anew.
    """
    for project, bound in rivals.items():
        if not rho < bound:
            asked = market.ask(project)
            if asked is None:
                continue
            if not rho < asked:
                return False
            rivals[project] = asked
    return True


def _others(supports: Supports, bought: list[int]) -> list[tuple[Fraction, int]]:
    """The supported projects that were not bought, cheapest first."""
    chosen = set(bought)
    return sorted(
        (supports.costs[p], p) for p, backers in enumerate(supports.backers) if backers and p not in chosen
    )


class _Limits:
    """For each loser, the least change with which it might be bought, over all moments shown so far."""

    def __init__(self, supports: Supports, losers: set[int], share: Fraction, *, with_costs: bool) -> None:
        self.supports = supports
        self.share = share
        self.heaviest = supports.heaviest()
        self.voters: dict[int, int | None] = dict.fromkeys(losers, None)
        self.costs: dict[int, Fraction] = dict.fromkeys(losers, Fraction(0)) if with_costs else {}

    def update(self, market: Market, rho: Fraction | None) -> None:
        """Take in the moment at which a project is bought at `rho` (None: the end, when nothing can be
        bought).
        """
        for project, limit in self.voters.items():
            price = None if rho is None else ceil(rho * self.supports.unit[project] * market.parts)
            brings = int(self.share * market.parts)
            if price is not None:
                brings = min(brings, price * self.heaviest)
            lacking = int(self.supports.costs[project] * market.parts) - self._cover(market, project, price)
            if lacking <= 0:
                self.voters[project] = 0
            elif brings:
                needed = -(-lacking // brings)
                self.voters[project] = needed if limit is None else min(limit, needed)
            if project in self.costs:
                self.costs[project] = max(self.costs[project], self._affordable(market, project, rho))

    def _cover(self, market: Market, project: int, price: int | None) -> int:
        """What the supporters can pay at this price per weight (None: all they have), in parts of a unit."""
        purses, backers = market.purses, self.supports.backers[project]
        if price is None:
            return sum([size * purses[group] for group, size, _ in backers])
        return sum([size * min(purses[group], price * weight) for group, size, weight in backers])

    def _affordable(self, market: Market, project: int, rho: Fraction | None) -> Fraction:
        """A cost that is at least the highest at which the supporters would match this rho.

        With utility "cost" the price rises with the cost itself: what they can pay at the price for a cost
        that is too high is again an upper bound, and a few repeats bring it close.
        """
        reach = self._cover(market, project, None)
        if rho is not None and self.supports.utility is not Utility.COST:
            reach = self._cover(market, project, ceil(rho * self.supports.unit[project] * market.parts))
        elif rho is not None:
            if rho * self.supports.supporters(project) < 1 or reach <= self.costs[project] * market.parts:
                return Fraction(0)
            for _ in range(REPEATS):
                reach = self._cover(market, project, ceil(rho * reach))
        return Fraction(reach, market.parts)
