"""Equal shares over several kinds of support at once: euro, coaching hours, van days. Exact, by the definition.

Source: Motamed, Soeteman, Rey, Endriss, "Participatory Budgeting with Multiple Resources" (EUMAS 2022), who give every
voter an equal part of each resource and let a project be bought when its supporters can pay it in all of them. In each
resource every supporter pays the same, or all they have left of it. Of two projects the one comes first whose dearest
resource weighs less: the largest part of its need for any one resource that a single supporter carries. That reading of
"first", by the largest part over all resources, is ours. With one resource this is the method of equal shares with
utility `cost`. Resources are never exchanged for one another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from commonweal.allocation.outcome import JsonValue, exact_json

Amounts = Mapping[str, Fraction | int]


class ResourceError(ValueError):
    """A project that needs an unknown resource or less than nothing, or a ballot for a project that is not there."""


@dataclass(frozen=True, slots=True)
class ResourceElection:
    """What there is of each resource, what each project needs of it (in the resource's own unit), and who supports what.

    `budgets` maps a resource to its amount, `needs` a project to its amounts (a resource left out is not needed), and
    `ballots` a voter to the projects they approve. Raises ResourceError for what does not fit together.
    """

    budgets: Amounts
    needs: Mapping[str, Amounts]
    ballots: Mapping[str, Sequence[str]]

    def __post_init__(self) -> None:
        for project, amounts in self.needs.items():
            for resource, amount in amounts.items():
                if resource not in self.budgets or amount < 0:
                    raise ResourceError(f"project {project}: {amount} of {resource} cannot be given")
        if any(amount < 0 for amount in self.budgets.values()):
            raise ResourceError("less than nothing cannot be shared")
        for voter, choices in self.ballots.items():
            if len(set(choices)) != len(choices) or not self.needs.keys() >= set(choices):
                raise ResourceError(f"voter {voter} names a project twice, or one that is not there")

    def supporters(self, project: str) -> list[str]:
        """The voters who approve the project, in the order of the ballots."""
        return [voter for voter, choices in self.ballots.items() if project in choices]


@dataclass(frozen=True, slots=True)
class ResourceRound:
    """One project bought. `prices` says what a supporter pays of each resource it needs, in its unit, unless less is
    left; `part` is the largest part of a need that one supporter carries; `paid` what each paid of each resource.
    """

    project: str
    part: Fraction
    prices: Mapping[str, Fraction]
    paid: Mapping[str, Mapping[str, Fraction]]

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys; see `outcome.exact_json` for the numbers."""
        return {
            "project": self.project,
            "part": exact_json(self.part),
            "prices": {name: exact_json(price) for name, price in self.prices.items()},
            "paid": {
                voter: {name: exact_json(amount) for name, amount in paid.items()}
                for voter, paid in self.paid.items()
            },
        }


@dataclass(frozen=True, slots=True)
class ResourceOutcome:
    """The rounds in order; `left` is what each voter still has of each resource, `lacking` for each project that was
    not bought the resources its supporters have too little of, and how much is missing.
    """

    rounds: tuple[ResourceRound, ...]
    left: Mapping[str, Mapping[str, Fraction]]
    lacking: Mapping[str, Mapping[str, Fraction]]

    @property
    def winners(self) -> tuple[str, ...]:
        """The projects bought, in order."""
        return tuple([found.project for found in self.rounds])


def count_resources(election: ResourceElection) -> ResourceOutcome:
    """Buy project after project until no project is left that its supporters can pay in every resource it needs.

    Projects with an equal part go by most supporters, then by id as text. What nobody supports is never bought.
    """
    voters = max(len(election.ballots), 1)
    share = {name: Fraction(amount) / voters for name, amount in election.budgets.items()}
    left = {voter: dict(share) for voter in election.ballots}
    rounds: list[ResourceRound] = []
    open_ = [project for project in election.needs if election.supporters(project)]
    while True:
        offers = []
        for project in open_:
            prices = prices_now(election, left, project)
            if prices is not None:
                part = _largest_part(election, project, prices)
                offers.append((part, -len(election.supporters(project)), project, prices))
        if not offers:
            break
        part, _, project, prices = min(offers, key=lambda offer: offer[:3])
        paid = {
            voter: {name: min(left[voter][name], price) for name, price in prices.items()}
            for voter in election.supporters(project)
        }
        for voter, amounts in paid.items():
            for name, amount in amounts.items():
                left[voter][name] -= amount
        rounds.append(ResourceRound(project, part, prices, paid))
        open_.remove(project)
    bought = {found.project for found in rounds}
    lacking = {name: _missing(election, left, name) for name in election.needs if name not in bought}
    return ResourceOutcome(tuple(rounds), left, lacking)


def prices_now(
    election: ResourceElection, left: Mapping[str, Mapping[str, Fraction]], project: str
) -> dict[str, Fraction] | None:
    """What each supporter pays of each resource the project needs, or all they have; None: they cannot."""
    prices = {}
    for name, need in _needed(election, project).items():
        purses = sorted([left[voter][name] for voter in election.supporters(project)])
        price = None
        owed = need
        for place, purse in enumerate(purses):
            each = owed / (len(purses) - place)
            if each <= purse:
                price = each
                break
            owed -= purse
        if price is None:
            return None
        prices[name] = price
    return prices


def _needed(election: ResourceElection, project: str) -> dict[str, Fraction]:
    return {name: Fraction(amount) for name, amount in election.needs[project].items() if amount}


def _largest_part(election: ResourceElection, project: str, prices: Mapping[str, Fraction]) -> Fraction:
    needed = _needed(election, project)
    return max([price / needed[name] for name, price in prices.items()], default=Fraction(0))


def _missing(
    election: ResourceElection, left: Mapping[str, Mapping[str, Fraction]], project: str
) -> dict[str, Fraction]:
    """Of which resources the supporters have too little left together, and by how much."""
    supporters = election.supporters(project)
    short = {
        name: need - sum([left[voter][name] for voter in supporters], Fraction(0))
        for name, need in _needed(election, project).items()
    }
    return {name: amount for name, amount in short.items() if amount > 0}
