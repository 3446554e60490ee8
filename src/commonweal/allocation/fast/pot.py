"""What each loser lacked to be taken from the pot, where the by-law spends money by order of votes. Exact."""

from bisect import bisect_left
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor
from operator import sub

from commonweal.allocation.bylaw import ByLaw, Completion, Rule, Utility
from commonweal.allocation.fast.hindsight import Lacking
from commonweal.allocation.fast.marks import Marks
from commonweal.allocation.greedy import goes_per_cost, greedy_key, greedy_keys
from commonweal.allocation.tally import Tally, least, tie_key, total_cost


class PotLacking:
    """The order in which the pot is spent, and what is left of it at each turn."""

    def __init__(self, marks: Marks, bylaw: ByLaw, tally: Tally) -> None:
        self.marks = marks
        self.bylaw = bylaw
        self.per_cost = goes_per_cost(bylaw)
        self.spends = bylaw.rule in (Rule.GREEDY, Rule.GREEDY_PER_COST) or (
            bylaw.rule is Rule.EQUAL_SHARES and bylaw.completion in (Completion.GREEDY, Completion.ADD1U)
        )
        keys = greedy_keys(marks, bylaw)
        taken = sorted(tally.taken, key=keys.__getitem__)
        self.keys = [keys[project] for project in taken]
        start = marks.budget - total_cost(marks, [found.project for found in tally.bought])
        # What is left after none, one, two … of the projects that are taken.
        self.left = list(accumulate([marks.costs[project] for project in taken], sub, initial=start))

    def or_less(self, project: int, found: Lacking) -> Lacking:
        """The least of what is known and of what the pot would have asked."""
        if not self.spends:
            return found
        most = self.marks.voters if found.votes is None else found.votes - 1
        votes = least(lambda more: self._takes(project, more=more), 1, most)
        known, cost = found.cost or 0, self.marks.costs[project]
        dearest = min(ceil(cost) - 1, floor(self.marks.budget))
        saved = least(
            lambda less: self._takes(project, cost=Fraction(dearest + 1 - less)), 1, dearest - known
        )
        return Lacking(
            found.votes if votes is None else votes,
            found.cost if saved is None else dearest + 1 - saved,
            found.since,
        )

    def _takes(self, project: int, *, more: int = 0, cost: Fraction | None = None) -> bool:
        """Whether the project is taken, with more voters or another cost: the pot still has it when its turn comes."""
        marks = self.marks
        price = marks.costs[project] if cost is None else cost
        points = marks.heaviest * (marks.unit[project] if marks.utility is Utility.POINTS else 1)
        tie = tie_key(self.bylaw, marks.supporters[project] + more, price, marks.ids[project])
        key = greedy_key(marks.score[project] + more * points, price, tie, per_cost=self.per_cost)
        return price <= self.left[bisect_left(self.keys, key)]
