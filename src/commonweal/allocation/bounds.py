"""Floors and ceilings: how much money may, and how much should, go to the projects of one label.

The labels of a project are what its column `category` (or region, district) says, separated by commas: a project may
have several, and its cost counts in full for each (as in Jain, Sornat, Talmon, Zehavi, "Participatory Budgeting with
Project Groups", IJCAI 2021, who bound the cost of each group from above). The floors are our own addition. A ceiling
is kept by passing over what would break it; see `floors` for how floors are reached.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from commonweal.allocation.bylaw import ByLaw
from commonweal.allocation.election import Election

Labels = tuple[frozenset[str], ...]


def labels_of(election: Election, column: str) -> Labels:
    """The labels of each project, from this column of the projects; none where `column` is empty."""
    found = []
    for project in election.projects:
        words = project.fields.get(column, "").split(",") if column else []
        found.append(frozenset([word.strip() for word in words if word.strip()]))
    return tuple(found)


class Room:
    """What may still be funded beside what is: nothing twice, and nothing that breaks a ceiling.

    Room only shrinks, so what does not fit once never fits again.
    """

    def __init__(
        self, labels: Labels, costs: Sequence[Fraction], bylaw: ByLaw, funded: Iterable[int] = ()
    ) -> None:
        self.labels = labels
        self.costs = costs
        self.ceilings = bylaw.ceiling_of
        self.spent: dict[str, Fraction] = {}
        self.funded: set[int] = set()
        for project in funded:
            self.take(project)

    def fits(self, project: int, price: Fraction | None = None) -> bool:
        """Whether the project is not funded yet and breaks no ceiling, at its cost or at this `price`."""
        if project in self.funded:
            return False
        bounded = self.labels[project] & self.ceilings.keys()
        cost = self.costs[project] if price is None else price
        return all(self.spent.get(label, 0) + cost <= self.ceilings[label] for label in bounded)

    def take(self, project: int) -> None:
        """Note that the project is funded."""
        self.funded.add(project)
        for label in self.labels[project]:
            self.spent[label] = self.spent.get(label, Fraction(0)) + self.costs[project]
