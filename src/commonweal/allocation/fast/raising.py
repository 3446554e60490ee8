"""Raising every share step by step, without counting every step: one look certifies a whole stretch of shares.

Take the purchases at some share, in order, with their prices. With a higher share and the same purchases so far,
every purse is fuller, so every price is lower (Peters, Pierczynski, Skowron 2021 define the prices; the argument is
ours). So if at a higher share, after the same purchases, no rival can match the price paid at the LOWER share, then
no rival can at any share between, and all of them buy the same. The look is a count whose purchases are given, so it
needs no exact arithmetic: where floats are not sure, it simply does not certify.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from commonweal.allocation.fast.accounts import Purchase
from commonweal.allocation.fast.equal_shares import ABOVE, Market, Offer
from commonweal.allocation.fast.marks import Marks
from commonweal.allocation.tally import total_cost

Progress = Callable[[str, int, int | None], None]
# A stretch that held is doubled for the next look, up to this many steps.
LONGEST = 1 << 16
# The arrays are made anew without hopeless projects where these hold at least this part of the marks.
WORTH_LEAVING_OUT = 0.5


class Bought(NamedTuple):
    """A project, an upper bound of the rho it was bought at, and whether every supporter paid in full."""

    project: int
    high: float
    in_full: bool


class Stretches:
    """The outcomes at rising shares of one election."""

    def __init__(self, marks: Marks, places: tuple[int, ...], step: Fraction) -> None:
        self.marks = self.payable = marks
        self.payable_to = Fraction(0)
        self.places = places
        self.step = step
        # A project that everybody can pay for in full keeps its price whatever the share: it goes by this order.
        floors = [
            (cost / (total * unit) if total else Fraction(0), places[project])
            for project, (cost, total, unit) in enumerate(
                zip(marks.costs, marks.totals, marks.unit, strict=True)
            )
        ]
        self.rank = [0] * len(floors)
        for rank, project in enumerate(sorted(range(len(floors)), key=floors.__getitem__)):
            self.rank[project] = rank

    def _market(self, share: Fraction) -> Market:
        """A market at this share, without the projects that could not be paid even with twice as much."""
        if share > self.payable_to:
            self.payable_to = 2 * share
            hopeless = [
                voters * self.payable_to < cost
                for voters, cost in zip(self.marks.supporters, self.marks.costs, strict=True)
            ]
            left_out = sum(
                [len(members) for members, none in zip(self.marks.members, hopeless, strict=True) if none]
            )
            self.payable = self.marks
            if left_out >= WORTH_LEAVING_OUT * len(self.marks.row_projects):
                self.payable = self.marks.supported_by_nobody(np.array(hopeless, dtype=np.bool_))
        return Market(self.payable, share, self.places)

    def bought(self, share: Fraction) -> list[Bought]:
        """What this share buys, in order."""
        market = self._market(share)
        return [self._noted(purchase) for purchase in market.rounds()]

    def _noted(self, purchase: Purchase) -> Bought:
        unit = self.marks.unit_floats[purchase.project]
        in_full = not purchase.rich or purchase.rich == self.marks.totals[purchase.project]
        return Bought(purchase.project, (purchase.price + purchase.error) / unit * ABOVE, in_full)

    def same(self, bought: list[Bought], share: Fraction) -> list[Bought] | None:
        """`bought` with its prices at this higher share, when every share up to it surely buys the same; else None."""
        market = self._market(share)
        noted = [self._noted(purchase) for purchase in market.take_free()]
        due = bought[len(noted) :]
        done: set[int] = set()
        for found in due:
            if not self._no_rival(market, found, done):
                return None
            offer = market.ask(found.project, 0.0, float("inf"))
            assert isinstance(offer, Offer), "a fuller purse can pay what an emptier one could"
            noted.append(self._noted(market.buy(offer)))
            done.add(found.project)
        for bound, _, project in market.heap:
            if project not in done and market.ask(project, bound, float("inf")) is not None:
                return None
        return noted

    def _no_rival(self, market: Market, found: Bought, done: set[int]) -> bool:
        """Whether no other project can match the price of this purchase in this market."""
        seen = []
        sure = True
        while sure and (entry := market.pop(found.high)) is not None:
            bound, place, project = entry
            if project in done or project == found.project:
                continue
            if found.in_full and self.rank[project] > self.rank[found.project]:
                seen.append(entry)
                continue
            answer = market.ask(project, bound, found.high)
            if isinstance(answer, Offer):
                sure = False
            elif answer is not None:
                seen.append((answer, place, project))
        market.put_back(seen)
        return sure


def raise_shares(
    marks: Marks,
    places: tuple[int, ...],
    first: Fraction,
    step: Fraction,
    is_final: Callable[[list[int]], bool],
    progress: Progress | None = None,
) -> tuple[Fraction, list[int]]:
    """Raise every share by `step` until `is_final` or the next outcome costs too much; the last share, what it bought."""
    stretches = Stretches(marks, places, step)
    share, bought = first, stretches.bought(first)
    length, steps, equal, patience = 0, 0, 0, 1
    while not is_final([found.project for found in bought]):
        if progress:
            progress("raising the shares", steps, None)
        if length:
            further = stretches.same(bought, share + length * step)
            if further is not None:
                share, bought, steps = share + length * step, further, steps + length
                length, patience = min(2 * length, LONGEST), 1
                continue
            length //= 4
            if length:
                continue
            equal, patience = 0, patience + 1
        following = stretches.bought(share + step)
        projects = [found.project for found in following]
        if total_cost(marks, projects) > marks.budget:
            break
        # Where looks ahead keep failing, more equal outcomes are waited for before the next.
        equal = equal + 1 if projects == [found.project for found in bought] else 0
        length = 2 if equal >= patience else 0
        share, bought, steps = share + step, following, steps + 1
    return share, [found.project for found in bought]
