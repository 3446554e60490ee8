"""What each loser of a count with bounded overspending lacked: one replay of the purchases serves them all.

A loser changes nothing for the others until it is bought. So it would have been bought with more voters, or at a lower
cost, if at some purchase it would have come before what was bought there, or if it could be bought after the last.
More of either never hurts at any single purchase: with more voters the supporters bring more at every payment y, and at
a lower cost a smaller y brings the same part; both lower rho / alpha or leave it. So halving finds the least.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from commonweal.allocation.bounds import Room
from commonweal.allocation.bylaw import ByLaw, Utility
from commonweal.allocation.plain.overspending import best_offer, best_part, crowd
from commonweal.allocation.plain.supports import Supports
from commonweal.allocation.tally import Bought, TieKey, least, tie_key


@dataclass(slots=True)
class Wish:
    """What a loser asks for: `most` more voters at most, or the `dearest` cost and up to `most` - 1 less.

    What is still open is whether any less than the answer so far would do: 1 to `open` of it. With `open` of it rho /
    alpha is at least `bound` from now on, because purses only empty.
    """

    project: int
    most: int
    dearest: int | None
    open: int
    bound: Fraction = Fraction(0)

    @classmethod
    def votes(cls, project: int, most: int) -> "Wish":
        """The wish for up to `most` more voters."""
        return cls(project, most, None, most)

    @classmethod
    def cost(cls, project: int, cost: Fraction, budget: Fraction) -> "Wish":
        """The wish for a lower cost, in whole currency units, of at most the budget."""
        dearest = min(ceil(cost) - 1, floor(budget))
        return cls(project, dearest, dearest, dearest)

    def means(self, amount: int) -> tuple[int, Fraction | None]:
        """What this amount of the wish means: so many more voters, and the changed cost (None: its own)."""
        return (amount, None) if self.dearest is None else (0, Fraction(self.dearest + 1 - amount))

    @property
    def answer(self) -> int | None:
        """The fewest voters or the highest cost found; None: nothing would do."""
        if self.open >= self.most:
            return None
        return self.open + 1 if self.dearest is None else self.dearest - self.open


class Replay:
    """The purchases of one count once more, one by one, with an eye on the losers."""

    def __init__(self, supports: Supports, share: Fraction, bylaw: ByLaw, room: Room) -> None:
        self.supports = supports
        self.share = share
        self.bylaw = bylaw
        self.room = room
        self.purses = [share] * len(supports.group_sizes)
        self.left = supports.budget
        self.heaviest = supports.heaviest()
        self.supporters = supports.supporters

    def run(self, purchases: Iterable[Bought], wishes: Sequence[Wish]) -> None:
        """Grant each wish as little as would have had its project bought."""
        for found in purchases:
            offer = best_offer(self.supports, self.purses, found.project)
            assert offer is not None, "it was bought"
            first = offer.value, self._tie(found.project)
            for wish in wishes:
                if wish.open > 0 and wish.bound <= offer.value:
                    self._look(wish, first)
            for group, _, weight in self.supports.backers[found.project]:
                self.purses[group] = max(Fraction(0), self.purses[group] - offer.charge * weight)
            self.left -= self.supports.costs[found.project]
            self.room.take(found.project)
        for wish in wishes:
            if wish.open > 0:
                self._look(wish, None)

    def _look(self, wish: Wish, first: tuple[Fraction, TieKey] | None) -> None:
        """Whether less would do in this round, where `first` was bought; None: nothing was."""
        if not self._fits(wish, wish.open):
            return
        weights = crowd(self.supports, self.purses, wish.project)

        def wins(amount: int) -> bool:
            value = self._value(wish, amount, weights)
            if value is None or not self._fits(wish, amount):
                return False
            return first is None or (value, self._tie(wish.project, *wish.means(amount))) < first

        found = least(wins, 1, wish.open)
        if found is not None:
            wish.open = found - 1
        wish.bound = self._value(wish, wish.open, weights) or wish.bound

    def _fits(self, wish: Wish, amount: int) -> bool:
        _, price = wish.means(amount)
        price = self.supports.costs[wish.project] if price is None else price
        return price <= self.left and self.room.fits(wish.project, price)

    def _value(self, wish: Wish, amount: int, weights: Counter[Fraction]) -> Fraction | None:
        """The rho / alpha of the project with this amount of the wish; None: nobody has anything to pay it."""
        more, price = wish.means(amount)
        cost, unit = self.supports.costs[wish.project], self.supports.unit[wish.project]
        if price is not None:
            cost, unit = price, price if self.supports.utility is Utility.COST else unit
        joined = weights.copy()
        if more and self.share:
            joined[self.share / self.heaviest] += more * self.heaviest
        offer = best_part(joined, cost, unit)
        return None if offer is None else offer.value

    def _tie(self, project: int, more: int = 0, price: Fraction | None = None) -> TieKey:
        cost = self.supports.costs[project] if price is None else price
        return tie_key(self.bylaw, self.supporters[project] + more, cost, self.supports.ids[project])
