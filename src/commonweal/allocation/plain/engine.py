"""A tally and its what-ifs by the plain rules: every question is answered by counting again."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import chain
from math import ceil, floor

from commonweal.allocation.bounds import Room
from commonweal.allocation.bylaw import ByLaw, Completion, Rule
from commonweal.allocation.election import Election
from commonweal.allocation.floors import reserved
from commonweal.allocation.greedy import completed, greedy, pot_left
from commonweal.allocation.plain.equal_shares import Market, equal_shares, projects_bought, rounds
from commonweal.allocation.plain.lacking import Replay, Wish
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
    room_beside,
    total_cost,
    utility_of,
)


class PlainCount:
    """One election under one by-law, counted plainly."""

    def __init__(self, election: Election, bylaw: ByLaw, progress: Progress | None = None) -> None:
        self.bylaw = bylaw
        self.standing = Supports.of(election, utility_of(bylaw), bylaw.weights, bylaw.labels)
        self.reserved = reserved(self.standing, bylaw)
        self.rest = _beside(self.standing, self.reserved)
        self.left: list[Fraction] | None = None
        self.lacking: dict[int, tuple[int | None, int | None]] | None = None
        self.tally = self._tally(progress)

    def _tally(self, progress: Progress | None) -> Tally:
        if self.bylaw.rule is Rule.EQUAL_SHARES:
            return self._equal_shares(progress)
        if self.bylaw.rule is Rule.PHRAGMEN:
            return self._phragmen()
        if self.bylaw.rule is Rule.OVERSPENDING:
            return self._overspending()
        taken = tuple(greedy(self.standing, self.bylaw, self.reserved))
        return Tally((), taken, None, None, frozenset(), self.reserved)

    def _room(self) -> Room:
        """What the ceilings leave room for beside what the floors reserved."""
        return room_beside(self.standing, self.bylaw, self.reserved)

    def _completed(self, bought: list[int]) -> tuple[int, ...]:
        return tuple(completed(self.standing, self.bylaw, [*self.reserved, *bought]))

    def _equal_shares(self, progress: Progress | None) -> Tally:
        supports, bylaw = self.rest, self.bylaw
        at = places(supports, bylaw)
        first = share = first_share(supports, bylaw)
        early = bought = projects_bought(supports, share, at, self._room())
        raises = bylaw.completion in (Completion.ADD1, Completion.ADD1U)
        enough = _enough(supports) if bylaw.ceilings or self.reserved else None
        steps = 0
        while raises and not is_final(supports, bylaw, bought, self._room_beside(bought)):
            if enough is not None and share >= enough:
                break
            higher = projects_bought(supports, share + bylaw.step, at, self._room())
            if total_cost(supports, higher) > supports.budget:
                break
            share, bought, steps = share + bylaw.step, higher, steps + 1
            if progress:
                progress("raising the shares", steps, None)
        spending = equal_shares(supports, share, at, self._room())
        self.left = spending.left
        return Tally(
            tuple(spending.purchases), self._completed(bought), share, first, frozenset(early), self.reserved
        )

    def _room_beside(self, bought: list[int]) -> Room:
        return room_beside(self.standing, self.bylaw, [*self.reserved, *bought])

    def _phragmen(self) -> Tally:
        supports = self.rest
        sequence = phragmen(supports, places(supports, self.bylaw), self._room())
        bought = [
            Bought(moment.project, moment.load, moment.paid, (0, Fraction(0)), moment.tied)
            for moment in sequence.moments
            if moment.load is not None
        ]
        taken = [moment.project for moment in sequence.moments if moment.load is None]
        self.left = [sequence.last_load - spent for spent in sequence.spent]
        return Tally(tuple(bought), tuple(taken), sequence.last_load, None, frozenset(), self.reserved)

    def _overspending(self) -> Tally:
        supports, share = self.rest, first_share(self.rest, self.bylaw)
        spending = overspending(supports, share, places(supports, self.bylaw), self._room())
        self.left = spending.left
        bought = [found.project for found in spending.purchases]
        return Tally(
            tuple(spending.purchases), self._completed(bought), share, share, frozenset(bought), self.reserved
        )

    def money_left(self, project: int) -> Fraction:
        """See `explain.NotFunded`."""
        if self.left is None:
            return pot_left(self.standing, self.bylaw, self.tally, project)
        backers = self.standing.backers[project]
        return sum([size * self.left[group] for group, size, _ in backers], Fraction(0))

    def votes_needed(self, project: int) -> int | None:
        """See `explain.NotFunded`: by halving, since more votes never hurt a project while the share stays."""
        if self.bylaw.rule is Rule.OVERSPENDING:
            return self._lacks(project)[0]
        most = self.standing.voters

        def wins(more: int) -> bool:
            return self._wins(self.standing.with_voters(project, more), project)

        return least(wins, 1, most)

    def cost_needed(self, project: int) -> int | None:
        """See `explain.NotFunded`."""
        if self.bylaw.rule is Rule.OVERSPENDING:
            return self._lacks(project)[1]
        cost, budget = self.standing.costs[project], self.standing.budget
        dearest = min(ceil(cost) - 1, floor(budget))

        def wins(cheaper: int) -> bool:
            return self._wins(self.standing.with_cost(project, Fraction(dearest + 1 - cheaper)), project)

        found = least(wins, 1, dearest)
        return None if found is None else dearest + 1 - found

    def _lacks(self, project: int) -> tuple[int | None, int | None]:
        """The votes and the cost needed with bounded overspending, for all losers at once."""
        if self.lacking is None:
            share, standing = self.tally.share, self.standing
            assert share is not None
            losers = sorted(set(range(len(standing.ids))).difference(self.tally.chosen))
            wishes = [Wish.votes(p, standing.voters) for p in losers]
            wishes += [Wish.cost(p, standing.costs[p], standing.budget) for p in losers]
            Replay(self.rest, share, self.bylaw, self._room()).run(self.tally.bought, wishes)
            for wish in wishes:
                found = least(partial(self._pot_grants, wish), 1, wish.open)
                wish.open = wish.open if found is None else found - 1
            answers = [wish.answer for wish in wishes]
            both = zip(answers[: len(losers)], answers[len(losers) :], strict=True)
            self.lacking = dict(zip(losers, both, strict=True))
        return self.lacking[project]

    def _pot_grants(self, wish: Wish, amount: int) -> bool:
        """Whether a floor or a completion would take the project with this amount of the wish, bought or not."""
        more, cost = wish.means(amount)
        changed = (
            self.standing.with_voters(wish.project, more)
            if cost is None
            else self.standing.with_cost(wish.project, cost)
        )
        before = [*reserved(changed, self.bylaw), *[found.project for found in self.tally.bought]]
        return wish.project in [*before, *completed(changed, self.bylaw, before)]

    def lost_in_round(self, project: int) -> int | None:
        """See `explain.NotFunded`: the purchases once more, adding up what its supporters have left."""
        supports, share = self.standing, self.tally.share
        if self.bylaw.rule is not Rule.EQUAL_SHARES or share is None:
            return None
        market = Market(supports, share)
        cost, backers = supports.costs[project], supports.backers[project]
        after = 0
        for bought, _ in chain([(None, None)], rounds(market, places(supports, self.bylaw), self._room())):
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
        bylaw, at, first = self.bylaw, places(changed, self.bylaw), reserved(changed, self.bylaw)
        if project in first:
            return True
        rest, room = _beside(changed, first), room_beside(changed, bylaw, first)
        if bylaw.rule is Rule.EQUAL_SHARES:
            share = self.tally.share
            assert share is not None
            bought = projects_bought(rest, share, at, room)
            return project in bought or project in completed(changed, bylaw, [*first, *bought])
        if bylaw.rule is Rule.PHRAGMEN:
            return project in [moment.project for moment in phragmen(rest, at, room).moments]
        return project in greedy(changed, bylaw, first)


def _beside(supports: Supports, funded: Sequence[int]) -> Supports:
    """The same election with the money these projects leave."""
    return replace(supports, budget=supports.budget - total_cost(supports, funded))


def _enough(supports: Supports) -> Fraction:
    """A share with which everybody can pay for everything in full: above it nothing changes any more.

    Without ceilings raising ends by itself, when all is bought or too much; with them it might not.
    """
    prices = [
        cost * max(kinds) / weights
        for cost, kinds, weights in zip(supports.costs, supports.kinds, supports.weights, strict=True)
        if weights
    ]
    return sum(prices, Fraction(0))
