"""A tally and its what-ifs by the fast rules."""

from fractions import Fraction

import numpy as np

from commonweal.allocation.bylaw import ByLaw, Completion, Rule
from commonweal.allocation.election import Election
from commonweal.allocation.fast.equal_shares import Market
from commonweal.allocation.fast.hindsight import Lacking, equal_shares_lacking, phragmen_lacking
from commonweal.allocation.fast.marks import Marks, TooFine
from commonweal.allocation.fast.phragmen import Sequence
from commonweal.allocation.fast.pot import PotLacking
from commonweal.allocation.fast.raising import raise_shares
from commonweal.allocation.greedy import completed, greedy, pot_left
from commonweal.allocation.tally import (
    Bought,
    Progress,
    Tally,
    first_share,
    is_final,
    places,
    utility_of,
)


class FastCount:
    """One election under one by-law, counted in arrays. Raises `marks.TooFine` for what floats cannot hold."""

    def __init__(self, election: Election, bylaw: ByLaw, progress: Progress | None = None) -> None:
        if bylaw.floors or bylaw.ceilings:
            raise TooFine("the plain rules alone know floors and ceilings")
        self.bylaw = bylaw
        self.standing = Marks.of(election, utility_of(bylaw), bylaw.weights)
        self.places = places(self.standing, bylaw)
        self.market: Market | None = None
        self.sequence: Sequence | None = None
        self.lacking: dict[int, Lacking] | None = None
        self.pot: PotLacking | None = None
        self.tally = self._tally(progress)

    def _tally(self, progress: Progress | None) -> Tally:
        if self.bylaw.rule is Rule.EQUAL_SHARES:
            return self._equal_shares(progress)
        if self.bylaw.rule is Rule.PHRAGMEN:
            return self._phragmen()
        if self.bylaw.rule is Rule.OVERSPENDING:
            raise TooFine("the plain rules alone know bounded overspending")
        return Tally((), tuple(greedy(self.standing, self.bylaw)), None, None, frozenset())

    def _equal_shares(self, progress: Progress | None) -> Tally:
        marks, bylaw = self.standing, self.bylaw
        first = share = first_share(marks, bylaw)
        early: frozenset[int] = frozenset()
        if bylaw.completion in (Completion.ADD1, Completion.ADD1U):
            share, early = self._raised(first, progress)
        self.market = market = Market(marks, share, self.places)
        purchases = list(market.rounds())
        accounts = market.accounts
        bought = []
        for place, purchase in enumerate(purchases):
            price = accounts.price(place)
            payments = tuple([(price * weight, voters) for weight, voters in purchase.kinds])
            partly = int(marks.group_sizes[purchase.poor].sum())
            paid = marks.costs[purchase.project] - price * purchase.rich
            rho = price / marks.unit[purchase.project]
            bought.append(Bought(purchase.project, rho, payments, (partly, paid), purchase.tied))
        if share == first:
            early = frozenset([found.project for found in bought])
        taken = completed(marks, bylaw, [found.project for found in bought])
        return Tally(tuple(bought), tuple(taken), share, first, early)

    def _raised(self, first: Fraction, progress: Progress | None) -> tuple[Fraction, frozenset[int]]:
        """The share after all raises, and what the first share bought."""
        outcomes: list[list[int]] = []

        def final(bought: list[int]) -> bool:
            outcomes.append(bought)
            return is_final(self.standing, self.bylaw, bought)

        share, _ = raise_shares(self.standing, self.places, first, self.bylaw.step, final, progress)
        return share, frozenset(outcomes[0])

    def money_left(self, project: int) -> Fraction:
        """See `explain.NotFunded`: exact."""
        marks, members = self.standing, self.standing.members[project]
        if self.market is not None:
            accounts = self.market.accounts
            accounts.settle(len(accounts.purchases))
            alive = members[self.market.left[members] > 0]
            return Fraction(accounts.held(alive, len(accounts.purchases)), accounts.parts)
        if self.sequence is None:
            return pot_left(marks, self.bylaw, self.tally, project)
        sequence = self.sequence
        voters = np.bincount(sequence.last[members] + 1, weights=marks.sizes[project])
        spent = [int(voters[k]) * sequence.load(k - 1) for k in np.flatnonzero(voters).tolist() if k]
        return marks.supporters[project] * sequence.last_load - sum(spent, Fraction(0))

    def _phragmen(self) -> Tally:
        marks = self.standing
        self.sequence = sequence = Sequence(marks, self.places).run()
        bought = []
        for place, moment in enumerate(sequence.moments):
            load = sequence.load(place)
            paid = [
                (load - (sequence.load(at) if at >= 0 else Fraction(0)), voters)
                for at, voters in moment.before
            ]
            payments = tuple(sorted([(amount, voters) for amount, voters in paid if amount]))
            bought.append(Bought(moment.project, load, _merged(payments), (0, Fraction(0)), moment.tied))
        return Tally(tuple(bought), tuple(sequence.unsupported()), sequence.last_load, None, frozenset())

    def votes_needed(self, project: int) -> int | None:
        """See `explain.NotFunded`."""
        return self._lacks(project).votes

    def cost_needed(self, project: int) -> int | None:
        """See `explain.NotFunded`."""
        return self._lacks(project).cost

    def lost_in_round(self, project: int) -> int | None:
        """See `explain.NotFunded`."""
        return self._lacks(project).since

    def _lacks(self, project: int) -> Lacking:
        """What the voters' money lacked, or the pot's, whichever is less."""
        if self.lacking is None:
            self.lacking = {}
            if self.market is not None:
                self.lacking = equal_shares_lacking(self.standing, self.tally, self.market, self.bylaw)
            elif self.sequence is not None:
                self.lacking = phragmen_lacking(
                    self.standing, self.tally, self.places, self.bylaw, cut_short=self.sequence.cut_short
                )
            self.pot = PotLacking(self.standing, self.bylaw, self.tally)
        assert self.pot is not None
        return self.pot.or_less(project, self.lacking.get(project, Lacking(None, None, None)))


def _merged(payments: tuple[tuple[Fraction, int], ...]) -> tuple[tuple[Fraction, int], ...]:
    """Equal amounts, sorted, as one line each."""
    merged: dict[Fraction, int] = {}
    for amount, voters in payments:
        merged[amount] = merged.get(amount, 0) + voters
    return tuple(merged.items())
