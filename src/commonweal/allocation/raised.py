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

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from commonweal.allocation.bylaw import ByLaw, Stop, Utility
from commonweal.allocation.count import first_share, total_cost
from commonweal.allocation.equal_shares import Market, Rho, projects_bought, rounds
from commonweal.allocation.supports import Supports

# More repeats make a cost limit tighter and take longer; three leave few needless counts.
REPEATS = 3


class Known(NamedTuple):
    """What a share, or a range of shares, buys as long as a loser stays within its limit.

    `limit[p]` answers the question that was asked. Additional voters: with fewer than this, loser `p` is not
    bought (None: however many). Another cost: above this it is not bought. `others`: what is not bought,
    cheapest first.
    """

    bought: list[int]
    spent: Fraction
    others: list[tuple[Fraction, int]]
    limit: Mapping[int, Fraction | None]


# Makes the limits that answer one question (more voters, or another cost) for shares up to the given one.
Question = Callable[[Supports, Fraction], "Limits"]


class RaisedShares:
    """The shares tried by `add1` for one election and by-law, and what is known about them."""

    def __init__(self, supports: Supports, bylaw: ByLaw, places: tuple[int, ...]) -> None:
        self.supports = supports
        self.bylaw = bylaw
        self.places = places
        self.first = first_share(supports, bylaw)
        self.last_guess = 0
        self.purchases: dict[int, list[tuple[int, Rho]]] = {}
        self.known: dict[tuple[int, bool, Question], Known | None] = {}

    def with_voters(self, changed: Supports, project: int, count: int) -> list[int]:
        """What the raised shares buy at last when `count` voters who support only `project` were added."""

        def safe(known: Known) -> bool:
            limit = known.limit.get(project, Fraction(0))
            return limit is None or count < limit

        return self._raise(changed, project, VoterLimits, safe)

    def with_cost(self, changed: Supports, project: int, cost: Fraction) -> list[int]:
        """What the raised shares buy at last when `project` costs `cost`."""

        def safe(known: Known) -> bool:
            limit = known.limit.get(project)
            return limit is not None and cost > limit

        return self._raise(changed, project, CostLimits, safe)

    def _raise(
        self,
        changed: Supports,
        project: int,
        question: Question,
        safe: Callable[[Known], bool],
    ) -> list[int]:
        """The loop of `count.raise_shares` for a changed election, taking what is known where it is safe."""
        places = changed.places(self.bylaw.ties)
        share, last = first_share(changed, self.bylaw), list[int]()
        while True:
            known = self._known_at(share, question)
            if known is not None and safe(known):
                bought, spent, others = known.bought, known.spent, known.others
            else:
                bought = projects_bought(changed, share, places)
                spent, others = total_cost(changed, bought), _others(changed, bought)
            if spent > changed.budget:
                return last
            last = bought
            if self._final(changed, project, bought, changed.budget - spent, others):
                return last
            share += self.bylaw.step

    def _final(
        self,
        changed: Supports,
        project: int,
        bought: list[int],
        left: Fraction,
        others: list[tuple[Fraction, int]],
    ) -> bool:
        """The stop rule of `count`; `others` may hold `project` at its old cost."""
        open_costs = [price for price, other in others[:2] if other != project][:1]
        if project not in bought and changed.backers[project]:
            open_costs.append(changed.costs[project])
        return not open_costs or (self.bylaw.stop is Stop.EXHAUSTIVE and min(open_costs) > left)

    def guess(self, changed: Supports, project: int) -> list[int]:
        """What the raised shares would buy at last if every share beyond the first that ends the raising
        ended it.

        Found with a few counts instead of hundreds; good for searching, never for an answer.
        """
        places, first = changed.places(self.bylaw.ties), first_share(changed, self.bylaw)
        outcomes: dict[int, list[int]] = {}

        def ends(steps: int) -> bool:
            bought = projects_bought(changed, first + steps * self.bylaw.step, places)
            spent = total_cost(changed, bought)
            if spent <= changed.budget:
                outcomes[steps] = bought
            others = _others(changed, bought)
            return spent > changed.budget or self._final(
                changed, project, bought, changed.budget - spent, others
            )

        goes_on, stops = -1, self.last_guess
        while not ends(stops):
            goes_on, stops = stops, 2 * stops + 1
        while stops - goes_on > 1:
            middle = (goes_on + stops) // 2
            goes_on, stops = (goes_on, middle) if ends(middle) else (middle, stops)
        self.last_guess = stops
        return outcomes.get(stops) or outcomes.get(goes_on) or []

    def _known_at(self, share: Fraction, question: Question) -> Known | None:
        """What is known about this share, or about the range between two steps that it lies in."""
        steps, beyond = divmod(share - self.first, self.bylaw.step)
        key = int(steps), bool(beyond), question
        if key not in self.known:
            low = self.first + steps * self.bylaw.step
            if key[0] not in self.purchases:
                market = Market(self.supports, low)
                self.purchases[key[0]] = []
                for project, rho in rounds(market, self.places):
                    market.buy(project)
                    self.purchases[key[0]].append((project, rho))
            high = low + self.bylaw.step if beyond else low
            limits = question(self.supports, high)
            self.known[key] = survey(
                self.supports, self.purchases[key[0]], high, limits, is_range=bool(beyond)
            )
        return self.known[key]


def survey(
    supports: Supports,
    purchases: list[tuple[int, Rho]],
    high: Fraction,
    limits: "Limits",
    *,
    is_range: bool,
) -> Known | None:
    """What every share buys from the one that made these purchases up to `high`, with the limits of the
    losers.

    None when it is not sure that all of them buy the same.
    """
    bought = [project for project, _ in purchases]
    losers = set(range(len(supports.ids))).difference(bought)
    market = Market(supports, high)
    later = {p: market.lowest(p) for p in bought}
    for project, rho in purchases:
        limits.update(market, losers, rho)
        del later[project]
        if is_range and not _all_dearer(market, later, rho):
            return None
        market.ask(project)
        market.buy(project)
    limits.update(market, losers, None)
    if is_range and any(limit is not None and limit < 1 for limit in limits.limit.values()):
        return None
    return Known(bought, total_cost(supports, bought), _others(supports, bought), limits.limit)


def _all_dearer(market: Market, rivals: dict[int, Rho], rho: Rho) -> bool:
    """Whether each of these projects costs more than `rho` in this market.

    `rivals` holds lower bounds of their prices; those in reach of `rho` are worked out anew.
    """
    for project, bound in rivals.items():
        if not rho < bound:
            asked = market.ask(project)
            if asked is None or not rho < asked:
                return False
            rivals[project] = asked
    return True


def _others(supports: Supports, bought: list[int]) -> list[tuple[Fraction, int]]:
    """The supported projects that were not bought, cheapest first."""
    chosen = set(bought)
    return sorted(
        (supports.costs[p], p) for p, backers in enumerate(supports.backers) if backers and p not in chosen
    )


class Limits(ABC):
    """For each loser, the least change with which it might be bought, over all moments shown so far."""

    def __init__(self, supports: Supports, share: Fraction) -> None:
        self.supports = supports
        self.share = share
        self.heaviest = supports.heaviest()
        self.limit: dict[int, Fraction | None] = {}

    @abstractmethod
    def update(self, market: Market, losers: set[int], rho: Rho | None) -> None:
        """Take in the moment at which a project is bought at `rho` (None: the end, when nothing can be
        bought).
        """

    def price(self, market: Market, project: int, rho: Rho) -> int:
        """What a supporter pays per weight at this rho, in parts of a unit, rounded up."""
        unit = self.supports.unit[project]
        return -(-rho.above * unit.numerator * market.parts // (rho.below * unit.denominator))

    def cover(self, market: Market, project: int, price: int | None) -> int:
        """What the supporters can pay at this price per weight (None: all they have), in parts of a unit."""
        purses, backers = market.purses, self.supports.backers[project]
        if price is None:
            return sum([size * purses[group] for group, size, _ in backers])
        return sum([size * min(purses[group], price * weight) for group, size, weight in backers])


class VoterLimits(Limits):
    """With fewer additional voters than this the loser is not bought."""

    def update(self, market: Market, losers: set[int], rho: Rho | None) -> None:
        for project in losers:
            price = None if rho is None else self.price(market, project, rho)
            brings = market.in_parts(self.share)
            if price is not None:
                brings = min(brings, price * self.heaviest)
            limit = self.limit.setdefault(project, None)
            lacking = market.in_parts(self.supports.costs[project]) - self.cover(market, project, price)
            if lacking <= 0:
                self.limit[project] = Fraction(0)
            elif brings:
                needed = Fraction(-(-lacking // brings))
                self.limit[project] = needed if limit is None else min(limit, needed)


class CostLimits(Limits):
    """At a higher cost than this the loser is not bought."""

    def update(self, market: Market, losers: set[int], rho: Rho | None) -> None:
        for project in losers:
            limit = self.limit.get(project) or Fraction(0)
            self.limit[project] = max(limit, Fraction(self._affordable(market, project, rho), market.parts))

    def _affordable(self, market: Market, project: int, rho: Rho | None) -> int:
        """A cost, in parts of a unit, at least the highest at which the supporters would match this rho.

        With utility "cost" the price rises with the cost itself: what they can pay at the price for a cost
        that is too high is again an upper bound, and a few repeats bring it close. When even all of them
        paying in full would make rho larger, they cannot match it at any cost.
        """
        if rho is None:
            return self.cover(market, project, None)
        if self.supports.utility is not Utility.COST:
            return self.cover(market, project, self.price(market, project, rho))
        if rho.above * self.supports.weights[project] < rho.below:
            return 0
        reach = self.cover(market, project, None)
        if reach <= (self.limit.get(project) or 0) * market.parts:
            return 0
        for _ in range(REPEATS):
            reach = self.cover(market, project, -(-rho.above * reach // rho.below))
        return reach
