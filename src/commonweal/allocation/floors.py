"""Funds what the floors ask for, before anything else is counted.

Label after label, in text order: the supported projects of the label in greedy order, each if it still fits the whole
budget and every ceiling, until together they cost at least the floor. The pot pays for them, so the shares of all
voters are made from what it leaves. A floor is reached whenever this can reach it; where it is not, no supported
project of the label was left that fitted.
"""

from commonweal.allocation.bounds import Room
from commonweal.allocation.bylaw import ByLaw
from commonweal.allocation.greedy import greedy_order
from commonweal.allocation.tally import Standing


def reserved(standing: Standing, bylaw: ByLaw) -> tuple[int, ...]:
    """The projects the floors fund, in order."""
    floors = bylaw.floor_of
    if not floors:
        return ()
    room, left, found = Room(standing.labels, standing.costs, bylaw), standing.budget, list[int]()
    supporters, order = standing.supporters, greedy_order(standing, bylaw)
    for label in sorted(floors):
        for project in order:
            if room.spent.get(label, 0) >= floors[label]:
                break
            asked = label in standing.labels[project] and supporters[project]
            if asked and standing.costs[project] <= left and room.fits(project):
                room.take(project)
                left -= standing.costs[project]
                found.append(project)
    return tuple(found)
