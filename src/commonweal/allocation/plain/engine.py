"""A tally and its what-ifs by the plain rules: every question is answered by counting again."""

from fractions import Fraction
from itertools import chain
from math import ceil, floor

from commonweal.allocation.bylaw import ByLaw, Completion, Rule
from commonweal.allocation.election import Election
from commonweal.allocation.greedy import completed, greedy, pot_left
from commonweal.allocation.plain.equal_shares import Market, equal_shares, projects_bought, rounds
from commonweal.allocation.plain.overspending import overspending
from commonweal.allocation.plain.phragmen import phragmen
from commonweal.allocation.plain.supports import Supports
from commonweal.allocation.tally import (
    Bought,
    Progress,
    Tally,
    first_share,
    is_final,
    least,
    places,
    total_cost,
    utility_of,
)


class PlainCount:
    """One election under one by-law, counted plainly."""

    def __init__(self, election: Election, bylaw: ByLaw, progress: Progress | None = None) -> None:
        self.bylaw = bylaw
        self.standing = Supports.of(election, utility_of(bylaw), bylaw.weights)
        self.left: list[Fraction] | None = None
        self.tally = self._tally(progress)

    def _tally(self, progress: Progress | None) -> Tally:
        if self.bylaw.rule is Rule.EQUAL_SHARES:
            return self._equal_shares(progress)
        if self.bylaw.rule is Rule.PHRAGMEN:
            return self._phragmen()
        if self.bylaw.rule is Rule.OVERSPENDING:
            return self._overspending()
        return Tally((), tuple(greedy(self.standing, self.bylaw)), None, None, frozenset())

    def _equal_shares(self, progress: Progress | None) -> Tally:
        supports, bylaw = self.standing, self.bylaw
        at = places(supports, bylaw)
        first = share = first_share(supports, bylaw)
        early = bought = projects_bought(supports, share, at)
        raises = bylaw.completion in (Completion.ADD1, Completion.ADD1U)
        steps = 0
        while raises and not is_final(supports, bylaw, bought):
            higher = projects_bought(supports, share + bylaw.step, at)
            if total_cost(supports, higher) > supports.budget:
                break
            share, bought, steps = share + bylaw.step, higher, steps + 1
            if progress:
                progress("raising the shares", steps, None)
        spending = equal_shares(supports, share, at)
        self.left = spending.left
        return Tally(
            tuple(spending.purchases),
            tuple(completed(supports, bylaw, bought)),
            share,
            first,
            frozenset(early),
        )

    def _phragmen(self) -> Tally:
        supports = self.standing
        sequence = phragmen(supports, places(supports, self.bylaw))
        bought = [
            Bought(moment.project, moment.load, moment.paid, (0, Fraction(0)), moment.tied)
            for moment in sequence.moments
            if moment.load is not None
        ]
        taken = [moment.project for moment in sequence.moments if moment.load is None]
        self.left = [sequence.last_load - spent for spent in sequence.spent]
        return Tally(tuple(bought), tuple(taken), sequence.last_load, None, frozenset())

    def _overspending(self) -> Tally:
        supports, share = self.standing, first_share(self.standing, self.bylaw)
        spending = overspending(supports, share, places(supports, self.bylaw))
        self.left = spending.left
        bought = [found.project for found in spending.purchases]
        taken = tuple(completed(supports, self.bylaw, bought))
        return Tally(tuple(spending.purchases), taken, share, share, frozenset(bought))

    def money_left(self, project: int) -> Fraction:
        """See `explain.NotFunded`."""
        if self.left is None:
            return pot_left(self.standing, self.bylaw, self.tally, project)
        backers = self.standing.backers[project]
        return sum([size * self.left[group] for group, size, _ in backers], Fraction(0))

    def votes_needed(self, project: int) -> int | None:
        """See `explain.NotFunded`: by halving, since more votes never hurt a project while the share stays."""
        most = self.standing.voters

        def wins(more: int) -> bool:
            return self._wins(self.standing.with_voters(project, more), project)

        return least(wins, 1, most)

    def cost_needed(self, project: int) -> int | None:
        """See `explain.NotFunded`."""
        cost, budget = self.standing.costs[project], self.standing.budget
        dearest = min(ceil(cost) - 1, floor(budget))

        def wins(cheaper: int) -> bool:
            return self._wins(self.standing.with_cost(project, Fraction(dearest + 1 - cheaper)), project)

        found = least(wins, 1, dearest)
        return None if found is None else dearest + 1 - found

    def lost_in_round(self, project: int) -> int | None:
        """See `explain.NotFunded`: the purchases once more, adding up what its supporters have left."""
        supports, share = self.standing, self.tally.share
        if self.bylaw.rule is not Rule.EQUAL_SHARES or share is None:
            return None
        market = Market(supports, share)
        cost, backers = supports.costs[project], supports.backers[project]
        after = 0
        for bought, _ in chain([(None, None)], rounds(market, places(supports, self.bylaw))):
            if bought is not None:
                market.buy(bought)
                after += 1
            if (
                Fraction(sum([size * market.purses[group] for group, size, _ in backers]), market.parts)
                < cost
            ):
                return after
        return None

    def _wins(self, changed: Supports, project: int) -> bool:
        """Whether the project is among the winners of the changed election, counted with the same share."""
        bylaw, at = self.bylaw, places(changed, self.bylaw)
        if bylaw.rule in (Rule.EQUAL_SHARES, Rule.OVERSPENDING):
            share = self.tally.share
            assert share is not None
            bought = (
                projects_bought(changed, share, at)
                if bylaw.rule is Rule.EQUAL_SHARES
                else [found.project for found in overspending(changed, share, at).purchases]
            )
            return project in bought or project in completed(changed, bylaw, bought)
        if bylaw.rule is Rule.PHRAGMEN:
            return project in [moment.project for moment in phragmen(changed, at).moments]
        return project in greedy(changed, bylaw)
