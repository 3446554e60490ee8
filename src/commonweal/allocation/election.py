"""The facts a count starts from: projects with a cost, ballots, a budget and the limits on a ballot.

Never counts anything, never reads a file, and never lets an inconsistent election exist: every object here
has been checked when it is built, so the rules need no checks of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Self

from commonweal.allocation.ballot_checks import check_columns, check_each
from commonweal.allocation.ballots import Ballot, Ballots, whole_numbers
from commonweal.allocation.limits import (
    BallotForm,
    ElectionError,
    Limits,
    number_from_meta,
    number_from_text,
    number_to_text,
    whole_from_meta,
)

# Ballots and limits are part of an election: who needs one finds them here.
__all__ = [
    "Ballot",
    "BallotForm",
    "Ballots",
    "Election",
    "ElectionError",
    "Limits",
    "Project",
    "number_from_meta",
    "number_from_text",
    "number_to_text",
    "whole_from_meta",
]


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


@dataclass(frozen=True, slots=True, init=False)
class Election:
    """Projects, ballots and META keys (as text). Checked when built; raises ElectionError.

    META must hold `budget` (currency units) and `vote_type`; `num_projects` and `num_votes` are filled in,
    and must agree when given. Ballots may come one by one or in columns, and are kept in columns.
    `project_columns` and `vote_columns` remember the columns of a file, in order, so that writing it back
    loses nothing; leave them empty for an election that comes from elsewhere.
    """

    meta: Mapping[str, str]
    projects: tuple[Project, ...]
    ballots: Ballots
    project_columns: tuple[str, ...]
    vote_columns: tuple[str, ...]

    def __init__(
        self,
        meta: Mapping[str, str],
        projects: Iterable[Project],
        ballots: Iterable[Ballot],
        project_columns: tuple[str, ...] = (),
        vote_columns: tuple[str, ...] = (),
    ) -> None:
        projects = tuple(projects)
        listed = ballots if isinstance(ballots, Ballots) else tuple(ballots)
        meta = dict(meta)
        for key, found in (("num_projects", len(projects)), ("num_votes", len(listed))):
            if key in meta and whole_from_meta(meta, key) != found:
                message = f"{key} says {meta[key]} but there are {found}"
                raise ElectionError(message, section="meta", row=key, column="value")
            meta[key] = str(found)
        _check_meta(meta)
        _check_projects(projects)
        object.__setattr__(self, "meta", meta)
        object.__setattr__(self, "projects", projects)
        object.__setattr__(self, "ballots", _checked_ballots(listed, self))
        object.__setattr__(self, "project_columns", project_columns)
        object.__setattr__(self, "vote_columns", vote_columns)

    @classmethod
    def make(
        cls,
        *,
        budget: Fraction | int,
        form: BallotForm,
        projects: Sequence[Project],
        ballots: Iterable[Ballot],
        meta: Mapping[str, str] | None = None,
    ) -> Self:
        """An election from values instead of META texts; `budget` in currency units with a finite decimal
        form.
        """
        facts = dict(meta or {})
        facts |= {"budget": number_to_text(Fraction(budget)), "vote_type": form.value}
        return cls(facts, projects, ballots)

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

    def with_ballots(self, ballots: Iterable[Ballot]) -> "Election":
        """The same election with other ballots; all else, limits included, stays and is checked again."""
        meta = {key: value for key, value in self.meta.items() if key != "num_votes"}
        return Election(meta, self.projects, ballots, self.project_columns, self.vote_columns)

    def with_projects(self, projects: Sequence[Project]) -> "Election":
        """The same election with other projects (another cost, for instance); checked again."""
        meta = {key: value for key, value in self.meta.items() if key != "num_projects"}
        return Election(meta, projects, self.ballots, self.project_columns, self.vote_columns)


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


def _checked_ballots(listed: Ballots | tuple[Ballot, ...], election: Election) -> Ballots:
    """The ballots in columns, numbered as the projects of the election, once they keep to its rules."""
    costs = {project.id: project.cost for project in election.projects}
    form, limits = election.form, election.limits
    if isinstance(listed, Ballots):
        ballots = listed.renumbered(tuple(costs))
        check_columns(ballots, form, limits, costs)
    else:
        check_each(listed, form, limits, costs)
        ballots = Ballots.of(listed, costs)
    if not ballots:
        return replace(ballots, points=whole_numbers([]) if form.has_points else None)
    return ballots
