"""Greedy: projects in order of support, each taken when it still fits. Never looks at who supports what.

Both engines share it: once the votes are added up there is nothing left to make faster.
"""

from collections.abc import Sequence
from fractions import Fraction

from commonweal.allocation.bylaw import ByLaw, Completion, Rule, Utility
from commonweal.allocation.tally import Standing, Tally, TieKey, tie_key, total_cost


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
    """The projects taken beside those there `already`, in `greedy_order`, each if it still fits the budget.

    Projects with a score of zero come last and are taken too when they fit.
    """
    left, chosen, there = standing.budget - total_cost(standing, already), [], set(already)
    for project in greedy_order(standing, bylaw):
        if project not in there and standing.costs[project] <= left:
            left -= standing.costs[project]
            chosen.append(project)
    return chosen


def completed(standing: Standing, bylaw: ByLaw, bought: Sequence[int]) -> list[int]:
    """What a completion with `greedy` takes beside the projects that shares bought; nothing otherwise."""
    fills = bylaw.completion in (Completion.GREEDY, Completion.ADD1U)
    return greedy(standing, bylaw, bought) if fills else []


def taken_and_tied(standing: Standing, bylaw: ByLaw, tally: Tally) -> list[tuple[int, tuple[int, ...]]]:
    """Each project taken from the pot, with those of the same support that would also have fitted at its turn."""
    keys = greedy_keys(standing, bylaw)
    rest = set(range(len(keys))).difference([found.project for found in tally.bought])
    left, found = standing.budget - total_cost(standing, [b.project for b in tally.bought]), []
    for project in tally.taken:
        rest.discard(project)
        equal = [p for p in rest if keys[p][:2] == keys[project][:2] and keys[p] > keys[project]]
        found.append((project, tuple(sorted([p for p in equal if standing.costs[p] <= left]))))
        left -= standing.costs[project]
    return found


def pot_left(standing: Standing, bylaw: ByLaw, tally: Tally, project: int) -> Fraction:
    """What is left of the pot when the turn of this project comes, where all is spent by the greedy rule."""
    keys = greedy_keys(standing, bylaw)
    return standing.budget - total_cost(standing, [p for p in tally.taken if keys[p] < keys[project]])
