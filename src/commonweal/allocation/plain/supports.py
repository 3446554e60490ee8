"""Who supports what, and how strongly: an election as the counting rules see it.

Voters whose ballots say the same are one group, since every rule here treats them the same. Never counts;
never depends on the order of projects or ballots in a file, except in the numbering of projects and groups.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from commonweal.allocation.bounds import Labels, labels_of
from commonweal.allocation.bylaw import Utility
from commonweal.allocation.election import Ballot, BallotForm, Election
from commonweal.allocation.tally import UtilityError
from commonweal.allocation.weights import shares_of_ballots

# (group, voters in the group, weight each of them gives the project); the weight is a whole number above
# zero.
Backer = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Supports:
    """The groups of voters behind each project. Projects and groups go by number, from 0.

    `weights[p]` is the sum of the weights of all supporters, `kinds[p]` the different weights there are, and
    `unit[p]` the utility of one unit of weight for project `p`: the utility of a voter is weight x unit.
    `score[p]` is what greedy orders by: supporters, or total points with utility "points". `group_of[v]` is
    the group of ballot `v`; a ballot that supports nothing is in a group without projects. Where voters hold
    different numbers of shares, every number of voters here is a number of shares.
    """

    utility: Utility
    ids: tuple[str, ...]
    costs: tuple[Fraction, ...]
    budget: Fraction
    voters: int
    group_sizes: tuple[int, ...]
    group_of: tuple[int, ...]
    backers: tuple[tuple[Backer, ...], ...]
    weights: tuple[int, ...]
    kinds: tuple[frozenset[int], ...]
    unit: tuple[Fraction, ...]
    score: tuple[Fraction, ...]
    labels: Labels

    @classmethod
    def of(cls, election: Election, utility: Utility, weights: str = "", labels: str = "") -> "Supports":
        """Read the ballots of an election under a utility; UtilityError when they cannot express it.

        `weights` names the column with the shares of each voter (see `weights.shares_of_ballots`), `labels` that
        with the labels of the projects.
        """
        shares = shares_of_ballots(election, weights) or [1] * len(election.ballots)
        number = {project.id: place for place, project in enumerate(election.projects)}
        costs = tuple([project.cost for project in election.projects])
        worth = _worth(election, utility)
        score = [Fraction(0)] * len(costs)
        groups: dict[tuple[tuple[int, Fraction | int], ...], int] = {}
        sizes: list[int] = []
        group_of: list[int] = []
        for ballot, held in zip(election.ballots, shares, strict=True):
            key = tuple(sorted([(number[choice], value) for choice, value in worth(ballot)]))
            group = groups.setdefault(key, len(sizes))
            if group == len(sizes):
                sizes.append(0)
            sizes[group] += held
            group_of.append(group)
        parts = lcm(*{value.denominator for key in groups for _, value in key})
        backers: list[list[Backer]] = [[] for _ in costs]
        for key, group in groups.items():
            for project, value in key:
                score[project] += value * sizes[group]
                if value > 0:
                    backers[project].append((group, sizes[group], int(value * parts)))
        unit = [Fraction(1, parts)] * len(costs)
        if utility is Utility.COST:
            unit = [cost or Fraction(1) for cost in costs]
        return cls(
            utility=utility,
            ids=tuple(number),
            costs=costs,
            budget=election.budget,
            voters=sum(shares),
            group_sizes=tuple(sizes),
            group_of=tuple(group_of),
            backers=tuple([tuple(listed) for listed in backers]),
            weights=tuple([sum([size * weight for _, size, weight in listed]) for listed in backers]),
            kinds=tuple([frozenset([weight for _, _, weight in listed]) for listed in backers]),
            unit=tuple(unit),
            score=tuple(score),
            labels=labels_of(election, labels),
        )

    @property
    def supporters(self) -> tuple[int, ...]:
        """How many voters support each project: named it or, with utility points, gave it more than zero."""
        return tuple([sum([size for _, size, _ in listed]) for listed in self.backers])

    def heaviest(self) -> int:
        """The greatest weight any voter gives any project (1 for approvals or without a single vote)."""
        return max([weight for backers in self.backers for _, _, weight in backers], default=1)

    def with_cost(self, project: int, cost: Fraction) -> "Supports":
        """The same election with another cost for one project."""
        costs, unit = list(self.costs), list(self.unit)
        costs[project] = cost
        if self.utility is Utility.COST:
            unit[project] = cost or Fraction(1)
        return replace(self, costs=tuple(costs), unit=tuple(unit))

    def with_voters(self, project: int, count: int) -> "Supports":
        """The same election with `count` more voters who support this project only, as strongly as anyone
        does.
        """
        group, weight = len(self.group_sizes), self.heaviest()
        backers, weights, score = list(self.backers), list(self.weights), list(self.score)
        kinds = list(self.kinds)
        kinds[project] |= {weight}
        weights[project] += count * weight
        backers[project] = (*backers[project], (group, count, weight))
        score[project] += count * weight * (self.unit[project] if self.utility is Utility.POINTS else 1)
        return replace(
            self,
            voters=self.voters + count,
            group_sizes=(*self.group_sizes, count),
            group_of=self.group_of + (group,) * count,
            backers=tuple(backers),
            weights=tuple(weights),
            kinds=tuple(kinds),
            score=tuple(score),
        )


def _worth(election: Election, utility: Utility) -> Callable[[Ballot], Iterable[tuple[str, Fraction | int]]]:
    """A function from a ballot to what each project is worth to its voter (1 each, unless it is points)."""
    default = election.limits.default_score if election.form is BallotForm.SCORING else None
    everything = [project.id for project in election.projects]

    def by_naming(ballot: Ballot) -> Iterable[tuple[str, Fraction | int]]:
        opposed = {c for c, given in zip(ballot.choices, ballot.points or (), strict=False) if given < 0}
        return [(choice, 1) for choice in ballot.choices if choice not in opposed]

    def by_rank(ballot: Ballot) -> Iterable[tuple[str, Fraction | int]]:
        if ballot.points is not None:
            return by_points(ballot)
        length = len(ballot.choices)
        return [(choice, length - rank) for rank, choice in enumerate(ballot.choices)]

    def by_points(ballot: Ballot) -> Iterable[tuple[str, Fraction | int]]:
        given = dict(zip(ballot.choices, ballot.points or (), strict=True))
        if default:
            return [(choice, given.get(choice, default)) for choice in everything]
        return given.items()

    if utility is not Utility.POINTS:
        return by_naming
    if election.form is BallotForm.ORDINAL:
        return by_rank
    if election.form.has_points:
        return by_points
    raise UtilityError(f"{election.form} ballots carry no points: the utility can be cost or cardinality")
