"""All ballots of an election in columns: 400,000 of them in a few arrays instead of millions of objects.

Looks like a sequence of `Ballot`, each made when it is asked for. Never changes, and never checks what a ballot
may hold: `ballot_checks` does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from commonweal.allocation.limits import ElectionError
from commonweal.allocation.texts import Places, Texts

Numbers = NDArray[Any]

_ROWS_AT_ONCE = 1 << 12


@dataclass(frozen=True, slots=True)
class Ballot:
    """One voter's ballot: project ids (best first when ordinal) and, for the forms with points, one number
    each.
    """

    voter_id: str
    choices: tuple[str, ...]
    points: tuple[Fraction, ...] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def whole_numbers(values: Sequence[int]) -> Numbers:
    """The numbers as int64, or as Python integers where int64 would not hold them."""
    try:
        return np.array(values, np.int64)
    except OverflowError:
        return np.array(values, object)


@dataclass(frozen=True, slots=True, eq=False)
class Ballots(Sequence[Ballot]):
    """The ballots of an election, in order. Immutable; equal to any sequence of the same ballots.

    project_ids
        What the project numbers stand for; in an `Election`, the ids of its projects in their order.
    starts, choices
        Ballot `v` names the projects with the numbers `choices[starts[v]:starts[v + 1]]`, in its own order;
        `starts` has one entry more than there are ballots (int64), `choices` one a mark (int32).
    points, points_parts
        The points given to choice `i` are `points[i] / points_parts`, exactly: whole numbers (int64, or Python
        integers where int64 would not hold them) over one common denominator. None for ballots without points.
    voter_ids, columns
        The ids and the further fields (age, sex, …), decoded only when asked.
    """

    project_ids: tuple[str, ...]
    starts: NDArray[np.int64]
    choices: NDArray[np.int32]
    points: Numbers | None
    points_parts: int
    voter_ids: Texts
    columns: Mapping[str, Texts]

    def __post_init__(self) -> None:
        for array in (self.starts, self.choices, self.points):
            if array is not None:
                array.flags.writeable = False

    @classmethod
    def of(cls, ballots: Iterable[Ballot], project_ids: Iterable[str]) -> Self:
        """The columns of these ballots.

        A project that is not among `project_ids` gets a number after theirs (`Election` refuses it).
        ElectionError for points that do not go with the choices one to one, on all ballots or on none.
        """
        number = {project_id: place for place, project_id in enumerate(project_ids)}
        listed = list(ballots)
        starts, choices = [0], []
        for row, ballot in enumerate(listed):
            choices += [number.setdefault(choice, len(number)) for choice in ballot.choices]
            starts.append(len(choices))
            given = len(ballot.points or ())
            with_points = ballot.points is not None
            if with_points != (listed[0].points is not None) or (
                with_points and given != len(ballot.choices)
            ):
                message = f"{len(ballot.choices)} projects named but {given} numbers of points given"
                message = f"voter {ballot.voter_id}: {message}"
                raise ElectionError(message, section="votes", row=row, column="points")
        points, parts = None, 1
        if listed and listed[0].points is not None:
            values = list(chain.from_iterable([ballot.points or () for ballot in listed]))
            parts = lcm(*{value.denominator for value in values})
            points = whole_numbers([value.numerator * (parts // value.denominator) for value in values])
        names = dict.fromkeys(chain.from_iterable([ballot.fields for ballot in listed]))
        return cls(
            tuple(number),
            np.array(starts, np.int64),
            np.array(choices, np.int32),
            points,
            parts,
            Texts.of([ballot.voter_id for ballot in listed]),
            {name: Texts.of([ballot.fields.get(name) for ballot in listed]) for name in names},
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, at: int) -> Ballot: ...
    @overload
    def __getitem__(self, at: slice) -> "Ballots": ...
    def __getitem__(self, at: int | slice) -> "Ballot | Ballots":
        if isinstance(at, slice):
            return self.take(np.arange(*at.indices(len(self))))
        row = range(len(self))[at]
        return next(self._rows(row, row + 1))

    def __iter__(self) -> Iterator[Ballot]:
        for first in range(0, len(self), _ROWS_AT_ONCE):
            yield from self._rows(first, min(first + _ROWS_AT_ONCE, len(self)))

    def _rows(self, first: int, end: int) -> Iterator[Ballot]:
        bounds = self.starts[first : end + 1].tolist()
        begin = bounds[0]
        named = [self.project_ids[number] for number in self.choices[begin : bounds[-1]].tolist()]
        given = self.points_as_given(begin, bounds[-1])
        further = {name: list(texts[first:end].or_none()) for name, texts in self.columns.items()}
        for row, voter_id in enumerate(self.voter_ids[first:end]):
            here = slice(bounds[row] - begin, bounds[row + 1] - begin)
            fields = {name: text for name, texts in further.items() if (text := texts[row]) is not None}
            yield Ballot(voter_id, tuple(named[here]), None if given is None else tuple(given[here]), fields)

    def points_as_given(self, first: int, end: int) -> list[Fraction] | None:
        """The points of the choices `first` to `end` - 1; None for ballots without points."""
        if self.points is None:
            return None
        listed = self.points[first:end].tolist()
        exact = {value: Fraction(value, self.points_parts) for value in set(listed)}
        return [exact[value] for value in listed]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        if isinstance(other, Ballots) and self.project_ids == other.project_ids:
            return self._same_columns(other)
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def _same_columns(self, other: "Ballots") -> bool:
        """Equality without making a Ballot."""
        return (
            np.array_equal(self.starts, other.starts)
            and np.array_equal(self.choices, other.choices)
            and _same_points(self, other)
            and list(self.voter_ids) == list(other.voter_ids)
            and _filled(self.columns) == _filled(other.columns)
        )

    def take(self, rows: Places) -> "Ballots":
        """The ballots of these rows, in this order."""
        begins = self.starts[:-1][rows]
        lengths = self.starts[1:][rows] - begins
        starts = np.concatenate([[0], np.cumsum(lengths)])
        marks = np.arange(starts[-1]) + np.repeat(begins - starts[:-1], lengths)
        return replace(
            self,
            starts=starts,
            choices=self.choices[marks],
            points=None if self.points is None else self.points[marks],
            voter_ids=self.voter_ids.take(rows),
            columns={name: texts.take(rows) for name, texts in self.columns.items()},
        )

    def without_opposed(self) -> "Ballots":
        """The same ballots without the projects they give negative points: naming them so is no support."""
        if self.points is None or not (self.points < 0).any():
            return self
        kept = (self.points >= 0).astype(np.bool_)
        before = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
        return replace(self, starts=before[self.starts], choices=self.choices[kept], points=self.points[kept])

    def renumbered(self, project_ids: Sequence[str]) -> "Ballots":
        """The same ballots with the numbers of these projects; ids that are not among them come after."""
        if self.project_ids == tuple(project_ids):
            return self
        number = {project_id: place for place, project_id in enumerate(project_ids)}
        used = np.bincount(self.choices, minlength=len(self.project_ids)).tolist()
        table = [
            number.setdefault(project_id, len(number)) if uses else 0
            for project_id, uses in zip(self.project_ids, used, strict=True)
        ]
        return replace(self, project_ids=tuple(number), choices=np.array(table, np.int32)[self.choices])


def _filled(columns: Mapping[str, Texts]) -> dict[str, list[str | None]]:
    """The columns without those that no ballot has."""
    listed = {name: list(texts.or_none()) for name, texts in columns.items()}
    return {name: texts for name, texts in listed.items() if any(text is not None for text in texts)}


def _same_points(mine: Ballots, theirs: Ballots) -> bool:
    """Whether the points are equal; whether there could be any says nothing where there is no ballot."""
    if mine.points is None or theirs.points is None:
        return mine.points is theirs.points or not len(mine)
    if mine.points_parts == theirs.points_parts:
        return np.array_equal(mine.points, theirs.points)
    scaled = [value * theirs.points_parts for value in mine.points.tolist()]
    return scaled == [value * mine.points_parts for value in theirs.points.tolist()]
