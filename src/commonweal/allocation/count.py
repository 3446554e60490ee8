"""Counts an election under a by-law: runs the rule, completes it, and writes down what happened.

Never reads a clock, a file or a setting, and never depends on the order of projects or ballots.
"""

from fractions import Fraction
from math import floor
from typing import NamedTuple

from commonweal.allocation.bylaw import ByLaw, Completion, Rule, Start, Stop, Utility
from commonweal.allocation.election import Election
from commonweal.allocation.equal_shares import Progress, equal_shares, projects_bought
from commonweal.allocation.greedy import greedy
from commonweal.allocation.outcome import Outcome, Payment, Phase, Round
from commonweal.allocation.phragmen import Sequence, phragmen
from commonweal.allocation.supports import Supports


class Selection(NamedTuple):
    """The projects selected, by number: those bought by voters, in order, then those taken from the pot.

    `share` is the share that bought the first part (equal shares only); `sequence` the accounts of phragmen.
    """

    bought: list[int]
    taken: list[int]
    share: Fraction | None
    sequence: Sequence | None


def supports_for(election: Election, bylaw: ByLaw) -> Supports:
    """The election as the rule of this by-law sees it; UtilityError when its ballots carry no points."""
    return Supports.of(election, Utility.CARDINALITY if bylaw.rule is Rule.PHRAGMEN else bylaw.utility)


def select(supports: Supports, bylaw: ByLaw, progress: Progress | None = None) -> Selection:
    """Only the selection, for callers that count the same election many times with one thing changed."""
    places = supports.places(bylaw.ties)
    if bylaw.rule is Rule.PHRAGMEN:
        sequence = phragmen(supports, places)
        bought = [moment.project for moment in sequence.moments if moment.load is not None]
        taken = [moment.project for moment in sequence.moments if moment.load is None]
        return Selection(bought, taken, None, sequence)
    if bylaw.rule is not Rule.EQUAL_SHARES:
        return Selection([], greedy(supports, places, per_cost=goes_per_cost(bylaw)), None, None)
    share = first_share(supports, bylaw)
    bought = projects_bought(supports, share, places, progress)
    if bylaw.completion in (Completion.ADD1, Completion.ADD1U):
        share, bought = raise_shares(supports, bylaw, places, share, bought, progress)
    return Selection(bought, completed(supports, bylaw, bought), share, None)


def completed(supports: Supports, bylaw: ByLaw, bought: list[int]) -> list[int]:
    """What a completion with `greedy` takes beside the projects that shares bought; nothing otherwise."""
    if bylaw.completion not in (Completion.GREEDY, Completion.ADD1U):
        return []
    return greedy(supports, supports.places(bylaw.ties), per_cost=False, taken=tuple(bought))


def goes_per_cost(bylaw: ByLaw) -> bool:
    """Whether the greedy rule of this by-law goes by support per currency unit."""
    return bylaw.rule is Rule.GREEDY_PER_COST or bylaw.utility is Utility.CARDINALITY


def first_share(supports: Supports, bylaw: ByLaw) -> Fraction:
    """The share each voter starts with: budget / voters, rounded down if the by-law says so; 0 without
    voters.
    """
    if not supports.voters:
        return Fraction(0)
    share = supports.budget / supports.voters
    return Fraction(floor(share)) if bylaw.start is Start.FLOOR else share


def raise_shares(
    supports: Supports,
    bylaw: ByLaw,
    places: tuple[int, ...],
    share: Fraction,
    bought: list[int],
    progress: Progress | None,
) -> tuple[Fraction, list[int]]:
    """Raise every share by steps until the stop rule holds; the last share and what it bought."""
    steps = 0
    while not _final(supports, bylaw, bought):
        higher = share + bylaw.step
        outcome = projects_bought(supports, higher, places)
        if total_cost(supports, outcome) > supports.budget:
            break
        share, bought = higher, outcome
        steps += 1
        if progress:
            progress("raising the shares", steps, None)
    return share, bought


def _final(supports: Supports, bylaw: ByLaw, bought: list[int]) -> bool:
    """Whether no further raise can matter (all is bought), or none is wanted (nothing else fits)."""
    others = [p for p, backers in enumerate(supports.backers) if backers and p not in set(bought)]
    if bylaw.stop is Stop.OVER_BUDGET:
        return not others
    left = supports.budget - total_cost(supports, bought)
    return all(supports.costs[p] > left for p in others)


def total_cost(supports: Supports, projects: list[int]) -> Fraction:
    return sum([supports.costs[p] for p in projects], Fraction(0))


def count(election: Election, bylaw: ByLaw, progress: Progress | None = None) -> Outcome:
    """The outcome of the election under the by-law, with its accounts.

    `progress` is called now and then with (what, done, total or None). Raises UtilityError when the by-law
    asks for points and the ballots carry none.
    """
    supports = supports_for(election, bylaw)
    if progress:
        progress("groups of equal ballots", len(supports.group_sizes), supports.voters)
    selection = select(supports, bylaw, progress)
    return _written_down(supports, bylaw, selection)


def _written_down(supports: Supports, bylaw: ByLaw, selection: Selection) -> Outcome:
    rounds = []
    first = endowment = None
    places = supports.places(bylaw.ties)
    if selection.share is not None:
        first, endowment = first_share(supports, bylaw), selection.share
        rounds = _equal_shares_rounds(supports, places, first, endowment)
    elif selection.sequence is not None:
        endowment = selection.sequence.last_load
        rounds = _phragmen_rounds(supports, selection.sequence)
    for project in selection.taken:
        rounds.append(_round(supports, len(rounds), project, Phase.GREEDY, None, ()))
    chosen = [*selection.bought, *selection.taken]
    losers = sorted(set(range(len(supports.ids))).difference(chosen), key=lambda p: places[p])
    return Outcome(
        bylaw=bylaw,
        budget=supports.budget,
        voters=supports.voters,
        spent=total_cost(supports, chosen),
        winners=tuple([supports.ids[p] for p in chosen]),
        losers=tuple([supports.ids[p] for p in losers]),
        endowment=endowment,
        first_endowment=first,
        rounds=tuple(rounds),
    )


def _equal_shares_rounds(
    supports: Supports, places: tuple[int, ...], first: Fraction, share: Fraction
) -> list[Round]:
    spending = equal_shares(supports, share, places)
    early = set(projects_bought(supports, first, places)) if share != first else None
    rounds: list[Round] = []
    for project, rho, paid in spending.purchases:
        phase = Phase.EQUAL_SHARES if early is None or project in early else Phase.ADD1
        rounds.append(_round(supports, len(rounds), project, phase, rho, paid))
    return rounds


def _phragmen_rounds(supports: Supports, sequence: Sequence) -> list[Round]:
    rounds: list[Round] = []
    for moment in sequence.moments:
        if moment.load is not None:
            rounds.append(
                _round(supports, len(rounds), moment.project, Phase.PHRAGMEN, moment.load, moment.paid)
            )
    return rounds


def _round(
    supports: Supports,
    before: int,
    project: int,
    phase: Phase,
    price: Fraction | None,
    paid: tuple[tuple[Fraction, int], ...],
) -> Round:
    payments = tuple([Payment(amount, payers) for amount, payers in paid])
    return Round(before + 1, supports.ids[project], phase, price, supports.supporters(project), payments)
