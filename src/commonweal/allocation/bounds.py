"""Floors and ceilings: how much money may, and how much should, go to the projects of one label.

The labels of a project are what its column `category` (or region, district) says, separated by commas: a project may
have several, and its cost counts in full for each (as in Jain, Sornat, Talmon, Zehavi, "Participatory Budgeting with
Project Groups", IJCAI 2021, who bound the cost of each group from above). The floors are our own addition. A ceiling
is kept by passing over what would break it; see `floors` for how floors are reached.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from commonweal.allocation.bylaw import ByLaw, ByLawError
from commonweal.allocation.election import Election

Labels = tuple[frozenset[str], ...]


def labels_of(election: Election, column: str) -> Labels:
    """The labels of each project, from this column of the projects; none where `column` is empty."""
    found = []
    for project in election.projects:
        words = project.fields.get(column, "").split(",") if column else []
        found.append(frozenset([word.strip() for word in words if word.strip()]))
    return tuple(found)


def check_labels(election: Election, bylaw: ByLaw) -> None:
    """Raises ByLawError for a column or a label that no project has: a slip of the pen would count as no bound."""
    if not bylaw.labels or not election.projects:
        return
    columns = dict.fromkeys(name for project in election.projects for name in project.fields)
    if bylaw.labels not in columns:
        listed = ", ".join(columns) or "none"
        raise ByLawError(f"labels: the projects have no column {bylaw.labels!r}; further columns: {listed}")
    known = frozenset[str]().union(*labels_of(election, bylaw.labels))
    for name, amounts in (("floors", bylaw.floor_of), ("ceilings", bylaw.ceiling_of)):
        for label in amounts:
            if label not in known:
                listed = ", ".join(sorted(known)) or "none"
                raise ByLawError(f"{name}: no project has the label {label!r}; labels: {listed}")


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
