"""What would have been needed for a project to win: the same election counted again with one thing changed.

Never approximates: every answer is the result of a count. Only losers are asked about; as long as one of them
is not bought, it changes nothing for the others.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

from commonweal.allocation.bylaw import ByLaw, Completion, Rule
from commonweal.allocation.count import completed, goes_per_cost, select
from commonweal.allocation.equal_shares import Progress, equal_shares
from commonweal.allocation.greedy import greedy_order
from commonweal.allocation.raised import RaisedShares
from commonweal.allocation.supports import Supports

Raise = Callable[[Supports, RaisedShares], list[int]]
# Up to so many possible answers each is tried in turn, else they are searched by leaps and halving.
TRIED_IN_TURN = 64


class Recount:
    """One election under one by-law, ready to be counted again with more voters or another cost for a
    project.
    """

    def __init__(self, supports: Supports, bylaw: ByLaw) -> None:
        self.supports = supports
        self.bylaw = bylaw
        self.places = supports.places(bylaw.ties)
        self.selection = select(supports, bylaw)
        raises = bylaw.rule is Rule.EQUAL_SHARES and bylaw.completion in (Completion.ADD1, Completion.ADD1U)
        self.raised = RaisedShares(supports, bylaw, self.places) if raises else None
        self.left_by_group: list[Fraction] = []
        if self.selection.share is not None:
            self.left_by_group = equal_shares(supports, self.selection.share, self.places).left
        elif self.selection.sequence is not None:
            last, spent = self.selection.sequence.last_load, self.selection.sequence.spent
            self.left_by_group = [last - already for already in spent]

    def money_left(self, project: int) -> Fraction:
        """What was left for this loser; see `explain.NotFunded`."""
        supports = self.supports
        if self.bylaw.rule in (Rule.EQUAL_SHARES, Rule.PHRAGMEN):
            return sum(
                [size * self.left_by_group[g] for g, size, _ in supports.backers[project]], Fraction(0)
            )
        order = greedy_order(supports, self.places, per_cost=goes_per_cost(self.bylaw))
        before = set(order[: order.index(project)]).intersection(self.selection.taken)
        return supports.budget - sum([supports.costs[other] for other in before])

    def votes_needed(self, project: int, progress: Progress | None = None) -> int | None:
        """See `explain.NotFunded`."""
        if self.supports.costs[project] > self.supports.budget:
            return None
        most = self.supports.voters

        def wins(count: int, raise_shares: Raise) -> bool:
            if progress:
                progress("trying additional voters", count, None)
            return self._wins(self.supports.with_voters(project, count), project, raise_shares)

        def surely(count: int) -> bool:
            return wins(count, lambda changed, raised: raised.with_voters(changed, project, count))

        def search(is_enough: Callable[[int], bool]) -> int | None:
            loses, leap = 0, 1
            while loses < most:
                count = min(loses + leap, most)
                if is_enough(count):
                    return _boundary(is_enough, loses, count)
                loses, leap = count, 2 * leap
            return None

        if most <= TRIED_IN_TURN:
            return next((count for count in range(1, most + 1) if surely(count)), None)
        if self.raised:
            found = search(lambda count: wins(count, lambda changed, raised: raised.guess(changed, project)))
            if found and surely(found) and not (found > 1 and surely(found - 1)):
                return found
        return search(surely)

    def cost_needed(self, project: int, progress: Progress | None = None) -> int | None:
        """See `explain.NotFunded`."""
        beyond = min(ceil(self.supports.costs[project]), floor(self.supports.budget) + 1)

        def wins(cost: int, raise_shares: Raise) -> bool:
            if progress:
                progress("trying lower costs", cost, None)
            return self._wins(self.supports.with_cost(project, Fraction(cost)), project, raise_shares)

        def surely(cost: int) -> bool:
            return wins(cost, lambda changed, raised: raised.with_cost(changed, project, Fraction(cost)))

        def search(is_enough: Callable[[int], bool]) -> int | None:
            # Small leaps at first: the nearer to the answer, the fewer shares have to be counted anew.
            loses, leap = beyond, max(1, beyond // 32)
            while loses > 1:
                cost = max(1, loses - leap)
                if is_enough(cost):
                    return _boundary(is_enough, loses, cost)
                loses, leap = cost, 2 * leap
            return None

        if beyond - 1 <= TRIED_IN_TURN:
            return next((cost for cost in range(beyond - 1, 0, -1) if surely(cost)), None)
        if self.raised:
            found = search(lambda cost: wins(cost, lambda changed, raised: raised.guess(changed, project)))
            if found and surely(found) and not (found + 1 < beyond and surely(found + 1)):
                return found
        return search(surely)

    def _wins(self, changed: Supports, project: int, raise_shares: Raise) -> bool:
        """Whether the project is selected in the changed election; `raise_shares` says what raised shares
        buy.
        """
        if not self.raised:
            selection = select(changed, self.bylaw)
            return project in selection.bought or project in selection.taken
        bought = raise_shares(changed, self.raised)
        return project in bought or project in completed(changed, self.bylaw, bought)


def _boundary(wins: Callable[[int], bool], loses_at: int, wins_at: int) -> int:
    """The number next to one that loses, found by halving between a number that loses and one that wins."""
    while abs(wins_at - loses_at) > 1:
        middle = (wins_at + loses_at) // 2
        if wins(middle):
            wins_at = middle
        else:
            loses_at = middle
    return wins_at
