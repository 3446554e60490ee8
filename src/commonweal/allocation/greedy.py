"""Greedy: projects in order of support, each taken when it still fits. Never looks at who supports what."""

from fractions import Fraction

from commonweal.allocation.supports import Supports


def greedy_order(supports: Supports, places: tuple[int, ...], *, per_cost: bool) -> list[int]:
    """All projects, best first: by `supports.score`, or by score per currency unit; `places` decides ties.

    Per currency unit, a project that costs nothing and has a supporter comes first.
    """

    def key(project: int) -> tuple[bool, Fraction, int]:
        score, cost = supports.score[project], supports.costs[project]
        if not per_cost:
            return False, -score, places[project]
        free = not cost and score > 0
        return not free, -score / (cost or 1), places[project]

    return sorted(range(len(supports.ids)), key=key)


def greedy(
    supports: Supports, places: tuple[int, ...], *, per_cost: bool, taken: tuple[int, ...] = ()
) -> list[int]:
    """The projects taken beside those already `taken`, in `greedy_order`, each if it still fits the budget.

    Projects with a score of zero come last and are taken too when they fit.
    """
    left = supports.budget - sum([supports.costs[project] for project in taken])
    chosen = []
    for project in greedy_order(supports, places, per_cost=per_cost):
        if project not in taken and supports.costs[project] <= left:
            left -= supports.costs[project]
            chosen.append(project)
    return chosen
