"""The facts a count starts from: projects with a cost, ballots, a budget and the limits on a ballot.

Never counts anything, never reads a file, and never lets an inconsistent election exist: every object here
has been checked when it is built, so the rules need no checks of their own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Self

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_WHOLE = re.compile(r"[0-9]+", re.ASCII)


class BallotForm(StrEnum):
    """The vote types of the Pabulib format."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"
    SCORING = "scoring"

    @property
    def has_points(self) -> bool:
        """Whether each choice on a ballot carries a number of points."""
        return self in (BallotForm.CUMULATIVE, BallotForm.SCORING)


class ElectionError(ValueError):
    """An election that contradicts itself.

    `section` is "meta", "projects" or "votes", `row` the 0-based place in that section (the key for "meta")
    and `column` the name of the offending field, so that a file reader can turn them into a line and a
    column.
    """

    def __init__(self, message: str, *, section: str, row: int | str, column: str) -> None:
        super().__init__(message)
        self.message = message
        self.section = section
        self.row = row
        self.column = column


def number_from_text(text: str) -> Fraction:
    """The exact value of a plain decimal such as `12`, `-3` or `0.50`; ValueError for anything else."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a plain decimal number")
    return Fraction(text)


def number_to_text(number: Fraction) -> str:
    """The shortest decimal text of `number`; ValueError when it has no finite decimal expansion (1/3)."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        raise ValueError(f"{number} has no finite decimal form")
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


@dataclass(frozen=True, slots=True)
class Project:
    """An option with a cost in currency units. `fields` are further columns (category, votes, …), as text."""

    id: str
    cost: Fraction
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def beneficiaries(self) -> str:
        """Whom the project is for. Pabulib renamed its column `target` to `beneficiaries`; both are
        understood.
        """
        return self.fields.get("beneficiaries", self.fields.get("target", ""))


@dataclass(frozen=True, slots=True)
class Ballot:
    """One voter's ballot: project ids (best first when ordinal) and, for the forms with points, one number
    each.
    """

    voter_id: str
    choices: tuple[str, ...]
    points: tuple[Fraction, ...] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a ballot may hold, read from the META keys of the same names; None means no limit."""

    min_length: int | None
    max_length: int | None
    min_points: Fraction | None
    max_points: Fraction | None
    min_sum_points: Fraction | None
    max_sum_points: Fraction | None
    min_sum_cost: Fraction | None
    max_sum_cost: Fraction | None
    default_score: Fraction | None

    @classmethod
    def from_meta(cls, meta: Mapping[str, str]) -> Self:
        """Parse the limits; ElectionError names the key that is not a number."""

        def whole(key: str) -> int | None:
            return None if key not in meta else whole_from_meta(meta, key)

        def number(key: str) -> Fraction | None:
            return None if key not in meta else number_from_meta(meta, key)

        return cls(
            min_length=whole("min_length"),
            max_length=whole("max_length"),
            min_points=number("min_points"),
            max_points=number("max_points"),
            min_sum_points=number("min_sum_points"),
            max_sum_points=number("max_sum_points"),
            min_sum_cost=number("min_sum_cost"),
            max_sum_cost=number("max_sum_cost"),
            default_score=number("default_score"),
        )


def whole_from_meta(meta: Mapping[str, str], key: str) -> int:
    """A whole number >= 0 from META, where the key is present, or ElectionError."""
    if not _WHOLE.fullmatch(meta[key]):
        raise ElectionError(f"{key} must be a whole number", section="meta", row=key, column="value")
    return int(meta[key])


def number_from_meta(meta: Mapping[str, str], key: str) -> Fraction:
    """A decimal number from META, or ElectionError."""
    if key not in meta:
        raise ElectionError(f"the key {key} is missing", section="meta", row=key, column="key")
    try:
        return number_from_text(meta[key])
    except ValueError:
        message = f"{key} must be a plain decimal number"
        raise ElectionError(message, section="meta", row=key, column="value") from None


@dataclass(frozen=True, slots=True)
class Election:
    """Projects, ballots and META keys (as text). Checked when built; raises ElectionError.

    META must hold `budget` (currency units) and `vote_type`; `num_projects` and `num_votes` are filled in,
    and must agree when given. `project_columns` and `vote_columns` remember the columns of a file, in order,
    so that writing it back loses nothing; leave them empty for an election that comes from elsewhere.
    """

    meta: Mapping[str, str]
    projects: tuple[Project, ...]
    ballots: tuple[Ballot, ...]
    project_columns: tuple[str, ...] = ()
    vote_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        meta = dict(self.meta)
        for key, found in (("num_projects", len(self.projects)), ("num_votes", len(self.ballots))):
            if key in meta and whole_from_meta(meta, key) != found:
                message = f"{key} says {meta[key]} but there are {found}"
                raise ElectionError(message, section="meta", row=key, column="value")
            meta[key] = str(found)
        object.__setattr__(self, "meta", meta)
        object.__setattr__(self, "projects", tuple(self.projects))
        object.__setattr__(self, "ballots", tuple(self.ballots))
        _check_meta(meta)
        _check_projects(self.projects)
        _check_ballots(self)

    @classmethod
    def make(
        cls,
        *,
        budget: Fraction | int,
        form: BallotForm,
        projects: Sequence[Project],
        ballots: Sequence[Ballot],
        meta: Mapping[str, str] | None = None,
    ) -> Self:
        """An election from values instead of META texts; `budget` in currency units with a finite decimal
        form.
        """
        facts = dict(meta or {})
        facts |= {"budget": number_to_text(Fraction(budget)), "vote_type": form.value}
        return cls(facts, tuple(projects), tuple(ballots))

    @property
    def budget(self) -> Fraction:
        """The money to be allocated, in currency units."""
        return number_from_meta(self.meta, "budget")

    @property
    def form(self) -> BallotForm:
        """The vote type."""
        return BallotForm(self.meta["vote_type"])

    @property
    def limits(self) -> Limits:
        """What a ballot may hold."""
        return Limits.from_meta(self.meta)

    def project(self, project_id: str) -> Project:
        """The project with this id; KeyError when there is none."""
        for project in self.projects:
            if project.id == project_id:
                return project
        raise KeyError(project_id)

    def with_ballots(self, ballots: Sequence[Ballot]) -> "Election":
        """The same election with other ballots; all else, limits included, stays and is checked again."""
        meta = {key: value for key, value in self.meta.items() if key != "num_votes"}
        return Election(meta, self.projects, tuple(ballots), self.project_columns, self.vote_columns)

    def with_projects(self, projects: Sequence[Project]) -> "Election":
        """The same election with other projects (another cost, for instance); checked again."""
        meta = {key: value for key, value in self.meta.items() if key != "num_projects"}
        return Election(meta, tuple(projects), self.ballots, self.project_columns, self.vote_columns)


def _check_meta(meta: Mapping[str, str]) -> None:
    if number_from_meta(meta, "budget") < 0:
        raise ElectionError("budget must not be negative", section="meta", row="budget", column="value")
    if "vote_type" not in meta:
        raise ElectionError("the key vote_type is missing", section="meta", row="vote_type", column="key")
    if meta["vote_type"] not in list(BallotForm):
        known = ", ".join(BallotForm)
        message = f"vote_type {meta['vote_type']!r} is not one of {known}"
        raise ElectionError(message, section="meta", row="vote_type", column="value")


def _check_projects(projects: tuple[Project, ...]) -> None:
    seen: set[str] = set()
    for row, project in enumerate(projects):
        if not project.id or "," in project.id or project.id != project.id.strip():
            message = f"project_id {project.id!r} is empty, holds a comma or has spaces around it"
            raise ElectionError(message, section="projects", row=row, column="project_id")
        if project.id in seen:
            message = f"project_id {project.id!r} occurs twice"
            raise ElectionError(message, section="projects", row=row, column="project_id")
        if project.cost < 0:
            message = f"project {project.id!r} has a negative cost"
            raise ElectionError(message, section="projects", row=row, column="cost")
        if "target" in project.fields and "beneficiaries" in project.fields:
            message = "the columns target and beneficiaries mean the same thing: keep one"
            raise ElectionError(message, section="projects", row=row, column="target")
        seen.add(project.id)


def _check_ballots(election: Election) -> None:
    form, limits = election.form, election.limits
    costs = {project.id: project.cost for project in election.projects}
    seen: set[str] = set()
    for row, ballot in enumerate(election.ballots):
        if not ballot.voter_id or ballot.voter_id in seen:
            message = f"voter_id {ballot.voter_id!r} is empty or occurs twice"
            raise ElectionError(message, section="votes", row=row, column="voter_id")
        seen.add(ballot.voter_id)
        problem = _choices_problem(ballot, form, limits, costs)
        if problem:
            raise ElectionError(
                f"voter {ballot.voter_id}: {problem}", section="votes", row=row, column="vote"
            )
        problem = _points_problem(ballot, form, limits)
        if problem:
            raise ElectionError(
                f"voter {ballot.voter_id}: {problem}", section="votes", row=row, column="points"
            )


def _choices_problem(
    ballot: Ballot, form: BallotForm, limits: Limits, costs: Mapping[str, Fraction]
) -> str | None:
    choices = ballot.choices
    for choice in choices:
        if choice not in costs:
            return f"there is no project {choice!r}"
    length = len(choices)
    if len(set(choices)) != length:
        return "the same project is named twice"
    if form is BallotForm.CHOOSE_ONE and length > 1:
        return f"{length} projects named, at most 1 may be"
    if limits.min_length is not None and length < limits.min_length:
        return f"{length} projects named, at least {limits.min_length} must be"
    if limits.max_length is not None and length > limits.max_length:
        return f"{length} projects named, at most {limits.max_length} may be"
    if limits.min_sum_cost is not None or limits.max_sum_cost is not None:
        total = sum((costs[choice] for choice in choices), Fraction(0))
        if limits.min_sum_cost is not None and total < limits.min_sum_cost:
            return f"the named projects cost {total}, at least {limits.min_sum_cost} is required"
        if limits.max_sum_cost is not None and total > limits.max_sum_cost:
            return f"the named projects cost {total}, at most {limits.max_sum_cost} is allowed"
    return None


def _points_problem(ballot: Ballot, form: BallotForm, limits: Limits) -> str | None:
    points = ballot.points
    if not form.has_points:
        return None if points is None else f"points do not belong on a {form} ballot"
    if points is None or len(points) != len(ballot.choices):
        given = 0 if points is None else len(points)
        return f"{len(ballot.choices)} projects named but {given} numbers of points given"
    for value in points:
        if form is BallotForm.CUMULATIVE and value < 0:
            return f"{value} points: a cumulative ballot has no negative points"
        if limits.min_points is not None and value < limits.min_points:
            return f"{value} points for a project, at least {limits.min_points} must be given"
        if limits.max_points is not None and value > limits.max_points:
            return f"{value} points for a project, at most {limits.max_points} may be given"
    total = sum(points, Fraction(0))
    if limits.min_sum_points is not None and total < limits.min_sum_points:
        return f"{total} points in all, at least {limits.min_sum_points} must be given"
    if limits.max_sum_points is not None and total > limits.max_sum_points:
        return f"{total} points in all, at most {limits.max_sum_points} may be given"
    return None
