"""What each loser lacked: one replay of the purchases serves them all, since a loser changes nothing for the others.

Everything here is asked about the same election with the same share for each voter. The measures are known as
singleton-add and cost reduction (Boehmer et al., "Evaluation of Project Performance in Participatory Budgeting",
IJCAI 2024). In each round the loser would have won with enough more voters, or at a low enough cost; the least over
all rounds is the answer. Floats give an interval; where a whole number lies inside it, that number is tried by
counting again, exactly.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, inf
from typing import NamedTuple

import numpy as np

from commonweal.allocation.bylaw import ByLaw, Utility
from commonweal.allocation.fast.equal_shares import Market, Offer, cover_at, rich_at, times
from commonweal.allocation.fast.marks import HALF_ULP, Floats, Marks
from commonweal.allocation.fast.phragmen import Sequence
from commonweal.allocation.tally import Tally, least, places

# Relative room for the rounding of a few operations.
FINE = 1e-12
# A slope this near to one is taken for one.
NARROW = 1e-6
# Newton's method for a cost takes a handful of looks; more would mean it is stuck between two floats.
LOOKS_MAX = 60


class Lacking(NamedTuple):
    """`votes` and `cost` as in `explain.NotFunded`; after round `since` its supporters no longer had its cost."""

    votes: int | None
    cost: int | None
    since: int | None


class Losers:
    """The losers of one count, with what is known of each: an interval for both answers, and two lines above what its
    supporters can pay: at price y at most `line` + `slope` x y, now and ever after.
    """

    def __init__(self, marks: Marks, tally: Tally) -> None:
        chosen = {found.project for found in tally.bought} | set(tally.taken)
        self.projects = [p for p in range(len(marks.ids)) if p not in chosen]
        self.cost = np.array([marks.cost_floats[p] for p in self.projects])
        self.unit = np.array([marks.unit_floats[p] for p in self.projects])
        self.supporters = np.array([float(marks.supporters[p]) for p in self.projects])
        self.line = np.zeros(len(self.projects))
        self.slope = np.array([float(marks.totals[p]) for p in self.projects])
        self.cost_line, self.cost_slope = self.line.copy(), self.slope.copy()
        self.total = np.zeros(len(self.projects))
        self.votes_low = np.full(len(self.projects), inf)
        self.votes_high = np.full(len(self.projects), inf)
        self.cost_low = np.zeros(len(self.projects))
        self.cost_high = np.zeros(len(self.projects))
        self.since: list[int | None] = [None] * len(self.projects)

    def note_votes(self, at: int, need: float, doubt: float) -> None:
        """In this round so many more voters would have been enough."""
        doubt += abs(need) * FINE
        self.votes_low[at] = min(self.votes_low[at], need - doubt)
        self.votes_high[at] = min(self.votes_high[at], need + doubt)

    def note_cost(self, at: int, cost: float, doubt: float) -> None:
        """In this round it would have been bought at this cost."""
        doubt += cost * FINE
        self.cost_low[at] = max(self.cost_low[at], cost - doubt)
        self.cost_high[at] = max(self.cost_high[at], cost + doubt)


def equal_shares_lacking(marks: Marks, tally: Tally, ended: Market, bylaw: ByLaw) -> dict[int, Lacking]:
    """What each project that is not among the winners lacked, by number. `ended` is the market after the count."""
    losers = Losers(marks, tally)
    _at_the_end(marks, ended, losers)
    market = Market(marks, ended.accounts.share, ended.places)
    replay = _Replay(marks, market, losers)
    for _ in market.take_free():
        replay.bought(0.0)
    while (offer := market.best()) is not None:
        replay.look(offer)
        market.buy(offer)
        replay.bought(marks.cost_floats[offer.project])

    def wins(changed: Marks, project: int) -> bool:
        again = Market(changed, ended.accounts.share, places(changed, bylaw))
        return any(purchase.project == project for purchase in again.rounds())

    return _answers(marks, losers, wins)


def _at_the_end(marks: Marks, market: Market, losers: Losers) -> None:
    """When nothing can be bought any more, the supporters may still put all they have together."""
    for at, project in enumerate(losers.projects):
        total = market.total(project)
        wrong = market.slack * marks.supporters[project] + len(marks.members[project]) * HALF_ULP * total
        if market.start:
            losers.note_votes(at, (float(losers.cost[at]) - total) / market.start, wrong / market.start)
        elif not losers.cost[at]:
            losers.note_votes(at, 0.0, 0.0)
        losers.note_cost(at, total, wrong)


class _Replay:
    """The purchases once more, with an eye on the losers."""

    def __init__(self, marks: Marks, market: Market, losers: Losers) -> None:
        self.marks = marks
        self.market = market
        self.losers = losers
        self.by_cost = marks.utility is Utility.COST
        self.rounds = 0
        self.fresh = losers.supporters * market.start
        self.spent = np.zeros(len(losers.projects))
        losers.total[:] = self.fresh
        for at in range(len(losers.projects)):
            self._check_total(at, losers.supporters[at] * market.start)

    def look(self, offer: Offer) -> None:
        """What would have made each loser win this round, where that may beat what is known."""
        losers = self.losers
        rho = offer.price / self.marks.unit_floats[offer.project]
        doubt = (offer.high - offer.low) / 2 + rho * FINE
        price = rho * losers.unit
        brings = np.minimum(self.market.start, price * self.marks.heaviest)
        reach = np.minimum(losers.line + losers.slope * price, losers.total)
        by_votes = (losers.cost - reach) / brings <= losers.votes_high * (1 + FINE)
        for at in np.flatnonzero(by_votes).tolist():
            cover, rich, wrong = self._cover(at, float(price[at]), doubt * losers.unit[at])
            losers.note_votes(at, (losers.cost[at] - cover) / brings[at], wrong / brings[at])
            losers.line[at], losers.slope[at] = cover - rich * price[at], rich
        if self.by_cost:
            bend = 1 - losers.cost_slope * rho
            upper = np.where(bend > NARROW, losers.cost_line / np.where(bend > NARROW, bend, 1.0), inf)
            by_cost = np.minimum(upper, losers.total) > losers.cost_low
        else:
            by_cost = reach > losers.cost_low
        for at in np.flatnonzero(by_cost).tolist():
            self._look_at_cost(at, rho, doubt)

    def _look_at_cost(self, at: int, rho: float, doubt: float) -> None:
        """The highest cost at which this loser would have been bought at `rho`; from above, by Newton's method."""
        losers = self.losers
        if not self.by_cost:
            price = rho * float(losers.unit[at])
            cover, _, wrong = self._cover(at, price, doubt * losers.unit[at])
            losers.note_cost(at, cover, wrong)
            return
        cost = float(losers.cost[at])
        sure = False
        for _ in range(LOOKS_MAX):
            cover, rich, wrong = self._cover(at, rho * cost, doubt * cost)
            losers.cost_line[at], losers.cost_slope[at] = cover - rich * rho * cost, rich
            bend = 1 - rich * rho
            if bend <= NARROW:
                break
            if cover >= cost * (1 - FINE) - wrong:
                sure = self._cover(at, rho * cost * NARROW, 0.0)[1] * rho > 1 + NARROW
                break
            cost = (cover - rich * rho * cost) / bend
            if cost <= losers.cost_low[at]:
                return
        if sure:
            losers.note_cost(at, cost, (wrong + cost * FINE) / bend)
        else:
            # At any lower cost, too, its price would only have matched: the named order decides, so count again.
            losers.cost_high[at] = max(losers.cost_high[at], cost * (1 + NARROW))

    def _cover(self, at: int, price: float, doubt: float) -> tuple[float, float, float]:
        """What the supporters can pay at this price, the weight of those who are richer, and how wrong that may be."""
        marks, project = self.marks, self.losers.projects[at]
        purses = self.market.left.take(marks.members[project])
        cover = cover_at(purses, price, marks.sizes[project], marks.weights[project])
        rich = rich_at(purses, price, marks.sizes[project], marks.weights[project])
        summing = (len(purses) + 16) * HALF_ULP * cover
        return (
            cover,
            rich,
            self.market.slack * marks.supporters[project] + summing + doubt * marks.totals[project],
        )

    def bought(self, cost: float) -> None:
        """A project of this cost was bought: at most its cost left the purses of each loser's supporters."""
        self.rounds += 1
        self.spent += cost
        for at in np.flatnonzero(self.fresh - self.spent <= self.losers.cost * (1 + FINE)).tolist():
            if self.losers.since[at] is None:
                total = self.market.total(self.losers.projects[at])
                self.losers.total[at] = self.fresh[at] = total * (1 + FINE)
                self.spent[at] = 0.0
                self._check_total(at, total)

    def _check_total(self, at: int, total: float) -> None:
        """Note when the supporters together have less than the cost."""
        project, market = self.losers.projects[at], self.market
        cost = self.marks.cost_floats[project]
        wrong = market.slack * self.marks.supporters[project] + (total + cost) * FINE
        short = total < cost
        if abs(total - cost) <= wrong:
            accounts = market.accounts
            accounts.settle(len(accounts.purchases))
            members = self.marks.members[project]
            alive = members[market.left[members] > 0]
            held = accounts.held(alive, len(accounts.purchases))
            short = held < accounts.in_parts(self.marks.costs[project])
        if short:
            self.losers.since[at] = self.rounds


def _answers(marks: Marks, losers: Losers, wins: Callable[[Marks, int], bool]) -> dict[int, Lacking]:
    """The whole numbers in the intervals; where more than one is possible, each is tried."""
    found = {}
    for at, project in enumerate(losers.projects):
        votes = _votes(marks, project, float(losers.votes_low[at]), float(losers.votes_high[at]), wins)
        cost = _cost(marks, project, float(losers.cost_low[at]), float(losers.cost_high[at]), wins)
        found[project] = Lacking(votes, cost, losers.since[at])
    return found


def _votes(
    marks: Marks, project: int, low: float, high: float, wins: Callable[[Marks, int], bool]
) -> int | None:
    if low > marks.voters:
        return None
    first, surely = max(1, ceil(low)), max(1, floor(high) + 1) if high < marks.voters else marks.voters + 1
    tried = least(
        lambda count: wins(marks.with_voters(project, count), project), first, min(surely - 1, marks.voters)
    )
    return tried if tried is not None else surely if surely <= marks.voters else None


def _cost(
    marks: Marks, project: int, low: float, high: float, wins: Callable[[Marks, int], bool]
) -> int | None:
    dearest = min(ceil(marks.costs[project]) - 1, floor(marks.budget))
    first, surely = min(dearest, floor(high)), min(dearest, max(0, ceil(low) - 1))
    tried = least(
        lambda less: wins(marks.with_cost(project, Fraction(first + 1 - less)), project), 1, first - surely
    )
    return first + 1 - tried if tried is not None else surely if surely >= 1 else None


def phragmen_lacking(
    marks: Marks, tally: Tally, at: tuple[int, ...], bylaw: ByLaw, *, cut_short: bool
) -> dict[int, Lacking]:
    """The same for phragmen, where the question is when the supporters own the cost while the budget still has it."""
    losers = Losers(marks, tally)
    sequence = Sequence(marks, at)
    left = marks.budget
    for found in tally.bought:
        _look_at_load(marks, sequence, losers, float(found.price), float(left))
        sequence.buy(found.project)
        left -= marks.costs[found.project]
    assert tally.share is not None
    _look_at_load(marks, sequence, losers, float(tally.share), float(left))
    if not cut_short:
        # Nothing ended the rule: whoever fits what is left is bought sooner or later.
        for number, project in enumerate(losers.projects):
            if marks.costs[project] <= left:
                losers.note_votes(number, 0.0, 0.0)
            if marks.supporters[project]:
                losers.note_cost(number, float(left), float(left) * FINE)

    def wins(changed: Marks, project: int) -> bool:
        again = Sequence(changed, places(changed, bylaw)).run()
        return any(moment.project == project for moment in again.moments) or project in again.unsupported()

    answers = _answers(marks, losers, wins)
    for project in losers.projects:
        if not marks.supporters[project]:
            # Who nobody supports is taken at the end or not at all: no moment says at which cost.
            dearest = min(ceil(marks.costs[project]) - 1, floor(marks.budget))
            cost = _cost(marks, project, 0.0, float(dearest), wins)
            answers[project] = answers[project]._replace(cost=cost)
    return answers


def _look_at_load(marks: Marks, sequence: Sequence, losers: Losers, load: float, left: float) -> None:
    """What would have made each loser buyable by the time every voter has earned `load`."""
    for at, project in enumerate(losers.projects):
        cost, voters = float(losers.cost[at]), float(losers.supporters[at])
        sizes = marks.sizes[project]
        loads: Floats = sequence.loads.take(marks.members[project])
        spent = float(np.add.reduce(loads)) if sizes is None else times(loads, sizes)
        money = voters * load - spent
        wrong = (sequence.doubt + load * FINE) * voters * 2
        fits = min(money, left)
        losers.note_cost(at, fits, wrong + left * FINE)
        if cost <= left * (1 + FINE) and load > 0:
            losers.note_votes(at, (cost - money) / load, wrong / load)
