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

# Up to so many voters, additional voters are tried one by one, else by doubling and halving.
FEW_VOTERS = 64


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

        def wins(count: int) -> bool:
            if progress:
                progress("trying additional voters", count, None)
            changed = self.supports.with_voters(project, count)
            raised = self.raised.with_voters(changed, project, count) if self.raised else None
            return self._wins(changed, project, raised)

        most = self.supports.voters
        if most <= FEW_VOTERS:
            return next((count for count in range(1, most + 1) if wins(count)), None)
        loses, count = 0, 1
        while not wins(count):
            if count == most:
                return None
            loses, count = count, min(2 * count, most)
        return _boundary(wins, loses, count)

    def cost_needed(self, project: int, progress: Progress | None = None) -> int | None:
        """See `explain.NotFunded`."""

        def wins(cost: int) -> bool:
            if progress:
                progress("trying lower costs", cost, None)
            changed = self.supports.with_cost(project, Fraction(cost))
            raised = self.raised.with_cost(changed, project, Fraction(cost)) if self.raised else None
            return self._wins(changed, project, raised)

        loses = min(ceil(self.supports.costs[project]), floor(self.supports.budget) + 1)
        while loses > 1:
            # Lower by a tenth at a time: the nearer to the answer, the fewer shares have to be counted anew.
            cost = loses * 9 // 10
            if wins(cost):
                return _boundary(wins, loses, cost)
            loses = cost
        return None

    def _wins(self, changed: Supports, project: int, raised: list[int] | None) -> bool:
        """Whether the project is selected in the changed election; `raised`: what raised shares buy."""
        if raised is None:
            selection = select(changed, self.bylaw)
            return project in selection.bought or project in selection.taken
        return project in raised or project in completed(changed, self.bylaw, raised)


def _boundary(wins: Callable[[int], bool], loses_at: int, wins_at: int) -> int:
    """The number next to one that loses, found by halving between a number that loses and one that wins."""
    while abs(wins_at - loses_at) > 1:
        middle = (wins_at + loses_at) // 2
        if wins(middle):
            wins_at = middle
        else:
            loses_at = middle
    return wins_at
