"""Greedy: projects in order of support, each taken when it still fits. Never looks at who supports what.

Both engines share it: once the votes are added up there is nothing left to make faster.
"""

from collections.abc import Sequence
from fractions import Fraction

from commonweal.allocation.bylaw import ByLaw, Completion, Rule, Utility
from commonweal.allocation.tally import Standing, Tally, TieKey, room_beside, tie_key, total_cost


def goes_per_cost(bylaw: ByLaw) -> bool:
    """Whether the greedy rule of this by-law goes by support per currency unit."""
    return bylaw.rule is Rule.GREEDY_PER_COST or (
        bylaw.rule is Rule.GREEDY and bylaw.utility is Utility.CARDINALITY
    )


GreedyKey = tuple[bool, Fraction, TieKey]


def greedy_key(score: Fraction, cost: Fraction, tie: TieKey, *, per_cost: bool) -> GreedyKey:
    """What greedy sorts by, smallest first: score, or score per currency unit, then the named order.

    Per currency unit, a project that costs nothing and has a supporter comes first.
    """
    if not per_cost:
        return False, -score, tie
    free = not cost and score > 0
    return not free, -score / (cost or 1), tie


def greedy_keys(standing: Standing, bylaw: ByLaw) -> list[GreedyKey]:
    """The key of each project."""
    per_cost = goes_per_cost(bylaw)
    return [
        greedy_key(score, cost, tie_key(bylaw, votes, cost, name), per_cost=per_cost)
        for score, cost, votes, name in zip(
            standing.score, standing.costs, standing.supporters, standing.ids, strict=True
        )
    ]


def greedy_order(standing: Standing, bylaw: ByLaw) -> list[int]:
    """All projects, best first."""
    return sorted(range(len(standing.ids)), key=greedy_keys(standing, bylaw).__getitem__)


def greedy(standing: Standing, bylaw: ByLaw, already: Sequence[int] = ()) -> list[int]:
    """The projects taken beside those there `already`, in `greedy_order`, each if it still fits budget and ceilings.

    Projects with a score of zero come last and are taken too when they fit.
    """
    left, chosen = standing.budget - total_cost(standing, already), []
    room = room_beside(standing, bylaw, already)
    for project in greedy_order(standing, bylaw):
        if standing.costs[project] <= left and room.fits(project):
            left -= standing.costs[project]
            room.take(project)
            chosen.append(project)
    return chosen


def completed(standing: Standing, bylaw: ByLaw, bought: Sequence[int]) -> list[int]:
    """What a completion with `greedy` takes beside the projects that shares bought; nothing otherwise."""
    fills = bylaw.completion in (Completion.GREEDY, Completion.ADD1U)
    return greedy(standing, bylaw, bought) if fills else []


def taken_and_tied(standing: Standing, bylaw: ByLaw, tally: Tally) -> list[tuple[int, tuple[int, ...]]]:
    """Each project taken from the pot, with those of the same support that would also have fitted at its turn."""
    keys = greedy_keys(standing, bylaw)
    before = [*tally.reserved, *[bought.project for bought in tally.bought]]
    left, found, room = (
        standing.budget - total_cost(standing, before),
        [],
        room_beside(standing, bylaw, before),
    )
    for project in tally.taken:
        later = [p for p in range(len(keys)) if keys[p][:2] == keys[project][:2] and keys[p] > keys[project]]
        found.append((project, tuple([p for p in later if standing.costs[p] <= left and room.fits(p)])))
        left -= standing.costs[project]
        room.take(project)
    return found


def pot_left(standing: Standing, bylaw: ByLaw, tally: Tally, project: int) -> Fraction:
    """What is left of the pot when the turn of this project comes, where all is spent by the greedy rule."""
    keys = greedy_keys(standing, bylaw)
    before = [p for p in tally.taken if keys[p] < keys[project]]
    return standing.budget - total_cost(standing, [*tally.reserved, *before])
