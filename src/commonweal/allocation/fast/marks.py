"""An election as arrays: which voters stand behind each project, and how strongly. Never counts.

A mark is one project on one ballot. Ballots that say the same become one group with a size where that makes the
arrays clearly shorter. Every number here is whole and below 2**53, so that a float holds it exactly; an election
that needs more is refused with `TooFine` and belongs to the plain rules.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from commonweal.allocation.ballots import Ballots
from commonweal.allocation.bounds import Labels, labels_of
from commonweal.allocation.bylaw import Utility
from commonweal.allocation.election import BallotForm, Election
from commonweal.allocation.tally import UtilityError
from commonweal.allocation.weights import shares_of_ballots

T = TypeVar("T")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# Half a unit in the last place: the largest relative error of one float operation.
HALF_ULP = 2.0**-53
# Whole numbers up to here are exact as floats.
EXACT = 2**53
# Grouping equal ballots pays when it leaves at most this share of them.
WORTH_GROUPING = 0.7


class TooFine(ValueError):
    """Weights or costs too large or too fine for exact floats; the plain rules count them."""


class Stall(NamedTuple):
    """A project as the market looks at it, again and again: `summing` bounds the error of adding up its cost."""

    members: Ints
    sizes: Floats | None
    weights: Floats | None
    cost: float
    unit: float
    supporters: int
    summing: float


@dataclass(frozen=True, slots=True)
class Marks:
    """The groups of voters behind each project. Projects and groups go by number, from 0.

    For project `p`: `members[p]` are the groups that support it (weight above 0), ascending; `sizes[p]` their
    numbers of voters and `weights[p]` the weight each of these voters gives it, as floats that hold whole numbers
    (None where all are 1). The utility of a voter is weight x `unit[p]`. `supporters[p]` counts voters,
    `totals[p]` adds up their weights, `score[p]` is what greedy orders by. `rows` hold the same marks by group:
    group `g` supports `row_projects[row_starts[g]:row_starts[g + 1]]` with `row_weights` (None: 1 each).
    `group_of[v]` is the group of ballot `v`, `group_sizes` how many voters are in each. Every cost is a whole number
    of 1 / `parts`; `heaviest` is the largest weight. Costs and units are there as floats too. Where voters hold
    different numbers of shares, every number of voters here is a number of shares.
    """

    utility: Utility
    ids: tuple[str, ...]
    costs: tuple[Fraction, ...]
    budget: Fraction
    voters: int
    group_sizes: Ints
    group_of: Ints
    grouped: bool
    row_starts: Ints
    row_projects: Ints
    row_weights: Ints | None
    members: tuple[Ints, ...]
    sizes: tuple[Floats | None, ...]
    weights: tuple[Floats | None, ...]
    supporters: tuple[int, ...]
    totals: tuple[int, ...]
    unit: tuple[Fraction, ...]
    score: tuple[Fraction, ...]
    heaviest: int
    parts: int
    cost_floats: tuple[float, ...]
    unit_floats: tuple[float, ...]
    labels: Labels
    stalls: tuple[Stall, ...] = field(init=False)

    def __post_init__(self) -> None:
        stalls = [
            Stall(
                members=members,
                sizes=self.sizes[project],
                weights=self.weights[project],
                cost=self.cost_floats[project],
                unit=self.unit_floats[project],
                supporters=self.supporters[project],
                summing=(len(members) + 16) * HALF_ULP * self.cost_floats[project],
            )
            for project, members in enumerate(self.members)
        ]
        object.__setattr__(self, "stalls", tuple(stalls))

    @classmethod
    def of(cls, election: Election, utility: Utility, weights: str = "") -> "Marks":
        """Read the ballots of an election under a utility; `weights` names the column with the shares of each voter.

        Raises UtilityError when they cannot express it, TooFine when floats cannot hold it.
        """
        ballots = election.ballots if utility is Utility.POINTS else election.ballots.without_opposed()
        starts, choices, worth, parts = _worth(election, ballots, utility)
        costs = tuple([project.cost for project in election.projects])
        unit = tuple([Fraction(1, parts)] * len(costs))
        if utility is Utility.COST:
            unit = tuple([cost or Fraction(1) for cost in costs])
        shares = _shares(election, weights)
        each = None if shares is None else np.repeat(shares, np.diff(starts))
        score = _scores(len(costs), choices, worth, parts, each)
        if worth is not None and (worth <= 0).any():
            starts, choices, worth = _only(starts, choices, worth, worth > 0)
        if worth is not None and (worth == 1).all():
            worth = None
        return _gathered(
            election=election,
            utility=utility,
            costs=costs,
            unit=unit,
            score=score,
            starts=starts,
            choices=choices,
            worth=worth,
            shares=shares,
        )

    def supported_by_nobody(self, projects: NDArray[np.bool_]) -> "Marks":
        """The same election once nobody supports these projects; `group_of` leads from the groups before."""
        kept = _only(self.row_starts, self.row_projects, self.row_weights, ~projects[self.row_projects])
        return replace(self, **_crowds(len(self.ids), *kept, self.group_sizes))

    def with_cost(self, project: int, cost: Fraction) -> "Marks":
        """The same election with another cost for one project."""
        costs, floats = _changed(self.costs, project, cost), _changed(self.cost_floats, project, float(cost))
        changed = replace(self, costs=costs, cost_floats=floats, parts=lcm(self.parts, cost.denominator))
        if self.utility is not Utility.COST:
            return changed
        unit = cost or Fraction(1)
        return replace(
            changed,
            unit=_changed(self.unit, project, unit),
            unit_floats=_changed(self.unit_floats, project, float(unit)),
        )

    def with_voters(self, project: int, count: int) -> "Marks":
        """The same election with `count` more voters who support this project only, as strongly as anyone does."""
        group = len(self.group_sizes)
        members, sizes, weights = self.members[project], self.sizes[project], self.weights[project]
        crowd = np.ones(len(members)) if sizes is None else sizes
        heavy = None if weights is None else np.append(weights, float(self.heaviest))
        row_weights = self.row_weights
        points = self.heaviest * (self.unit[project] if self.utility is Utility.POINTS else 1)
        return replace(
            self,
            voters=self.voters + count,
            group_sizes=np.append(self.group_sizes, count),
            row_starts=np.append(self.row_starts, self.row_starts[-1] + 1),
            row_projects=np.append(self.row_projects, project),
            row_weights=None if row_weights is None else np.append(row_weights, self.heaviest),
            members=_changed(self.members, project, np.append(members, group)),
            sizes=_changed(self.sizes, project, np.append(crowd, float(count))),
            weights=_changed(self.weights, project, heavy),
            supporters=_changed(self.supporters, project, self.supporters[project] + count),
            totals=_changed(self.totals, project, self.totals[project] + count * self.heaviest),
            score=_changed(self.score, project, self.score[project] + count * points),
        )


def _shares(election: Election, weights: str) -> Ints | None:
    """The shares of the voter of each ballot; TooFine where together they are too many."""
    shares = shares_of_ballots(election, weights)
    if shares is not None and sum(shares) >= EXACT:
        raise TooFine("shares")
    return None if shares is None else np.array(shares, dtype=np.int64)


def _changed(values: tuple[T, ...], at: int, value: T) -> tuple[T, ...]:
    return (*values[:at], value, *values[at + 1 :])


def _worth(election: Election, ballots: Ballots, utility: Utility) -> tuple[Ints, Ints, Ints | None, int]:
    """Where each ballot begins, the projects it names, the weight of each (None: 1), and the weights per point."""
    starts, choices = ballots.starts, ballots.choices.astype(np.int64)
    if utility is not Utility.POINTS:
        return starts, choices, None, 1
    if election.form is BallotForm.ORDINAL and ballots.points is None:
        lengths = np.diff(starts)
        return starts, choices, np.repeat(starts[1:], lengths) - np.arange(len(choices)), 1
    if ballots.points is None:
        raise UtilityError(f"{election.form} ballots carry no points: the utility can be cost or cardinality")
    default = election.limits.default_score if election.form is BallotForm.SCORING else None
    parts = lcm(ballots.points_parts, default.denominator if default else 1)
    points = _whole(ballots.points, parts // ballots.points_parts)
    if default:
        starts, choices, points = _with_default(
            starts, choices, points, len(election.projects), int(default * parts)
        )
    return starts, choices, points, parts


def _whole(points: NDArray[Any], times: int) -> Ints:
    """The points as 64-bit whole numbers, multiplied; TooFine where they do not fit."""
    largest = (
        max((abs(int(extreme)) for extreme in (points.min(), points.max())), default=0) if len(points) else 0
    )
    if largest * times >= EXACT:
        raise TooFine("points")
    return points.astype(np.int64) * times


def _with_default(
    starts: Ints, choices: Ints, points: Ints, projects: int, default: int
) -> tuple[Ints, Ints, Ints]:
    """The marks once each ballot also gives `default` to every project it does not name."""
    voters = len(starts) - 1
    full = np.full((voters, projects), default, dtype=np.int64)
    full[np.repeat(np.arange(voters), np.diff(starts)), choices] = points
    return (
        np.arange(voters + 1, dtype=np.int64) * projects,
        np.tile(np.arange(projects, dtype=np.int64), voters),
        full.ravel(),
    )


def _only(
    starts: Ints, choices: Ints, worth: Ints | None, kept: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints | None]:
    """The marks where `kept` says so."""
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int64)))
    return before[starts], choices[kept], None if worth is None else worth[kept]


def _scores(
    projects: int, choices: Ints, worth: Ints | None, parts: int, each: Ints | None
) -> tuple[Fraction, ...]:
    """The supporters or total points of each project; `each` are the shares behind each mark (None: 1)."""
    if worth is None:
        return tuple([Fraction(int(named)) for named in np.bincount(choices, each, minlength=projects)])
    voices = len(worth) if each is None else int(each.max(initial=0)) * len(each)
    if int(np.abs(worth).max(initial=0)) * voices >= EXACT:
        raise TooFine("scores")
    given = worth if each is None else worth * each
    summed = np.bincount(choices, weights=given.astype(np.float64), minlength=projects)
    return tuple([Fraction(int(points), parts) for points in summed])


def _gathered(
    *,
    election: Election,
    utility: Utility,
    costs: tuple[Fraction, ...],
    unit: tuple[Fraction, ...],
    score: tuple[Fraction, ...],
    starts: Ints,
    choices: Ints,
    worth: Ints | None,
    shares: Ints | None,
) -> Marks:
    return Marks(
        utility=utility,
        ids=tuple([project.id for project in election.projects]),
        costs=costs,
        budget=election.budget,
        voters=len(starts) - 1 if shares is None else int(shares.sum()),
        **_crowds(len(costs), starts, choices, worth, shares),
        unit=unit,
        score=score,
        heaviest=int(worth.max(initial=1)) if worth is not None else 1,
        parts=lcm(*[cost.denominator for cost in costs]),
        cost_floats=tuple([float(cost) for cost in costs]),
        unit_floats=tuple([float(value) for value in unit]),
        labels=labels_of(election, ""),
    )


def _crowds(
    projects: int, starts: Ints, choices: Ints, worth: Ints | None, shares: Ints | None
) -> dict[str, Any]:
    """The fields of `Marks` that tell groups and who supports what; `shares` are the voters behind each ballot."""
    voters = len(starts) - 1
    first, group_of = _groups(starts, choices, worth, projects)
    grouped = shares is not None or len(first) < voters
    group_sizes = np.bincount(group_of, shares, minlength=len(first)).astype(np.int64)
    if len(first) < voters:
        starts, choices, worth = _leading(first, starts, choices, worth)
    of_mark = np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(starts))
    order = np.argsort(choices.astype(np.uint16 if projects < 2**16 else np.int64), kind="stable")
    edges = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(choices, minlength=projects))))
    by_project = of_mark[order]
    strength = None if worth is None else worth[order].astype(np.float64)
    crowd = group_sizes.astype(np.float64)[by_project] if grouped else None
    members, sizes, weights, supporters, totals = [], [], [], [], []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        members.append(by_project[start:end])
        sizes.append(None if crowd is None else crowd[start:end])
        weights.append(None if strength is None else strength[start:end])
        supporters.append(end - start if crowd is None else int(crowd[start:end].sum()))
        totals.append(_total(sizes[-1], weights[-1], end - start))
    return {
        "group_sizes": group_sizes,
        "group_of": group_of,
        "grouped": grouped,
        "row_starts": starts,
        "row_projects": choices,
        "row_weights": worth,
        "members": tuple(members),
        "sizes": tuple(sizes),
        "weights": tuple(weights),
        "supporters": tuple(supporters),
        "totals": tuple(totals),
    }


def _leading(first: Ints, starts: Ints, choices: Ints, worth: Ints | None) -> tuple[Ints, Ints, Ints | None]:
    """The marks of the first ballot of each group."""
    leads = np.zeros(len(starts) - 1, np.bool_)
    leads[first] = True
    lengths = np.diff(starts)
    kept = np.repeat(leads, lengths)
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths[leads], dtype=np.int64)))
    return before, choices[kept], None if worth is None else worth[kept]


def _total(sizes: Floats | None, weights: Floats | None, marks: int) -> int:
    if weights is None:
        return marks if sizes is None else int(sizes.sum())
    # Below 2**53, as `_scores` made sure for all marks together.
    return int(weights.sum() if sizes is None else weights.dot(sizes))


def _groups(starts: Ints, choices: Ints, worth: Ints | None, projects: int) -> tuple[Ints, Ints]:
    """The first ballot of each group of equal ballots, ascending, and the group of each ballot.

    Every ballot is a group by itself where few are equal. Ballots are compared by a sum of fixed numbers, and then
    mark by mark, so that an unlucky sum can cost time but never a vote.
    """
    voters = len(starts) - 1
    everyone = np.arange(voters, dtype=np.int64)
    numbers = _drawn(projects)
    drawn = numbers[choices] if worth is None else numbers[choices] * _spread(worth)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(drawn, dtype=np.uint64)))
    keys = sums[starts[1:]] - sums[starts[:-1]]
    if np.count_nonzero(np.diff(np.sort(keys))) + 1 > WORTH_GROUPING * voters:
        return everyone, everyone
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    ordered = np.argsort(first, kind="stable")
    rank = np.empty_like(ordered)
    rank[ordered] = np.arange(len(ordered))
    first, group_of = first[ordered].astype(np.int64), rank[inverse].astype(np.int64)
    return (
        (first, group_of) if _equal_within(starts, choices, worth, first[group_of]) else (everyone, everyone)
    )


def _drawn(projects: int) -> NDArray[np.uint64]:
    """A fixed odd number for each project."""
    return np.random.Generator(np.random.PCG64(20231)).integers(
        0, 2**63, projects, dtype=np.uint64
    ) | np.uint64(1)


def _spread(worth: Ints) -> NDArray[np.uint64]:
    """A number for each weight that is unlikely to add up with others by chance."""
    mixed = worth.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x2545F4914F6CDD1D)
    return mixed ^ (mixed >> np.uint64(29)) | np.uint64(1)


def _equal_within(starts: Ints, choices: Ints, worth: Ints | None, lead: Ints) -> bool:
    """Whether each ballot holds the same marks as the ballot `lead` names for it."""
    lengths = np.diff(starts)
    if not np.array_equal(lengths, lengths[lead]):
        return False
    of_mark = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    key = of_mark * (int(choices.max(initial=0)) + 1) + choices
    # Ballots come one after the other: nearly in order already, which the stable sort makes use of.
    order = np.argsort(key, kind="stable")
    offset = np.arange(len(choices), dtype=np.int64) - starts[of_mark]
    theirs = starts[lead[of_mark]] + offset
    ranked = choices[order]
    if not np.array_equal(ranked, ranked[theirs]):
        return False
    return worth is None or np.array_equal(worth[order], worth[order][theirs])


def rows_of(marks: Marks, groups: Ints) -> tuple[Ints, Ints, Ints]:
    """The marks of these groups: for each its place in `groups`, the project, the weight."""
    lengths = marks.row_starts[groups + 1] - marks.row_starts[groups]
    of_mark = np.repeat(np.arange(len(groups), dtype=np.int64), lengths)
    offsets = np.arange(int(lengths.sum()), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    where = marks.row_starts[groups][of_mark] + offsets
    weights = np.ones(len(where), np.int64) if marks.row_weights is None else marks.row_weights[where]
    return of_mark, marks.row_projects[where], weights
