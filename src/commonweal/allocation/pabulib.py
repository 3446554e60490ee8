"""Reads and writes elections in the Pabulib format (pabulib.org/format; Stolicki, Szufa, Talmon 2020).

Strict: whatever could make a count silently wrong (a repeated voter, a missing line, an unknown project,
points that do not match the choices) is a PabulibError with line and column. Never changes a value to make a
file fit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from commonweal.allocation.election import (
    Ballot,
    BallotForm,
    Election,
    ElectionError,
    Project,
    number_from_text,
    number_to_text,
)
from commonweal.allocation.pabulib_rows import PabulibError, Row, row_to_text, rows, text_from_bytes

__all__ = ["PabulibError", "TotalMismatch", "check_totals", "read", "write"]

SECTIONS = ("META", "PROJECTS", "VOTES")
# The order in which columns and keys are written when a file did not fix another; the rest follows by name.
# fmt: off
META_ORDER = (
    "description", "country", "unit", "district", "subunit", "instance", "num_projects",
    "num_votes", "budget", "vote_type", "rule", "date_begin", "date_end", "min_length",
    "max_length", "min_sum_cost", "max_sum_cost", "min_points", "max_points", "min_sum_points",
    "max_sum_points", "default_score", "scoring_fn", "edition", "language", "currency",
    "fully_funded", "experimental", "comment",
)
PROJECT_ORDER = (
    "project_id", "cost", "votes", "score", "name", "category", "target", "beneficiaries",
    "selected", "neighborhood", "subunit", "district",
)
VOTE_ORDER = (
    "voter_id", "vote", "points", "age", "sex", "voting_method", "district", "neighborhood",
    "education",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class _Section:
    title: Row
    header: Row
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class TotalMismatch:
    """A `votes` or `score` column that disagrees with the ballots: what the file says and what they add up
    to.
    """

    project_id: str
    column: str
    stated: str
    counted: Fraction


def read(text_or_path: str | bytes | Path) -> Election:
    """The election in a Pabulib text, in bytes, or in a file.

    A Path, or a str of one line, names a file; a str of several lines is the text itself. Blank lines and a
    byte order mark are passed over. Raises PabulibError (line and column from 1), and OSError for a file out
    of reach.
    """
    if isinstance(text_or_path, str) and "\n" in text_or_path:
        text = text_or_path
    elif isinstance(text_or_path, bytes):
        text = text_from_bytes(text_or_path)
    else:
        text = text_from_bytes(Path(text_or_path).read_bytes())
    meta_section, project_section, vote_section = _sections(rows(text))
    meta = _read_meta(meta_section)
    projects = _read_projects(project_section)
    ballots = _read_ballots(vote_section, meta)
    try:
        return Election(meta, projects, ballots, project_section.header.values, vote_section.header.values)
    except ElectionError as error:
        raise _located(error, meta_section, project_section, vote_section) from None


def _sections(lines: Iterable[Row]) -> list[_Section]:
    sections: list[_Section] = []
    title: Row | None = None
    last = 1
    for row in lines:
        last = row.line
        if title is not None:
            if row.values in [(name,) for name in SECTIONS]:
                raise PabulibError(row.line, 1, f"section {title.values[0]} has no header line")
            sections.append(_Section(title, _checked_header(row, title.values[0]), []))
            title = None
        elif len(row.values) == 1 and row.values[0] in SECTIONS:
            expected = SECTIONS[len(sections)] if len(sections) < len(SECTIONS) else "the end of the file"
            if row.values[0] != expected:
                raise PabulibError(row.line, 1, f"{expected} expected here, not {row.values[0]}")
            title = row
        elif not sections:
            raise PabulibError(row.line, 1, "a Pabulib file begins with the line META")
        else:
            width = len(sections[-1].header.values)
            if len(row.values) != width:
                column = row.columns[min(width, len(row.columns) - 1)]
                raise PabulibError(row.line, column, f"{width} fields expected, {len(row.values)} found")
            sections[-1].rows.append(row)
    if title is not None:
        raise PabulibError(last, 1, f"section {title.values[0]} has no header line")
    if len(sections) < len(SECTIONS):
        raise PabulibError(last, 1, f"the file ends before the section {SECTIONS[len(sections)]}")
    return sections


def _checked_header(row: Row, title: str) -> Row:
    """The header line, once its first and required names and the absence of repeats are sure."""
    names = row.values
    required = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}[
        title
    ]
    if title == "META" and names != required:
        raise PabulibError(row.line, 1, "the header of META is key;value")
    if names[0] != required[0]:
        raise PabulibError(row.line, 1, f"the first column of {title} is {required[0]}")
    if required[1] not in names:
        raise PabulibError(row.line, 1, f"{title} has no column {required[1]}")
    for at, name in enumerate(names):
        if not name or name in names[:at]:
            raise PabulibError(row.line, row.columns[at], f"column name {name!r} is empty or occurs twice")
    return row


def _read_meta(section: _Section) -> dict[str, str]:
    meta: dict[str, str] = {}
    for row in section.rows:
        key, value = row.values
        if not key or key in meta:
            raise PabulibError(row.line, 1, f"the key {key!r} is empty or occurs twice")
        meta[key] = value
    return meta


def _read_projects(section: _Section) -> tuple[Project, ...]:
    names = section.header.values
    cost_at = names.index("cost")
    name_at = names.index("name") if "name" in names else None
    extra = [(at, name) for at, name in enumerate(names) if name not in ("project_id", "cost", "name")]
    projects = []
    for row in section.rows:
        cost = _number(row, cost_at, row.values[cost_at], "cost")
        name = "" if name_at is None else row.values[name_at]
        fields = {column: row.values[at] for at, column in extra}
        projects.append(Project(row.values[0], cost, name, fields))
    return tuple(projects)


def _read_ballots(section: _Section, meta: Mapping[str, str]) -> tuple[Ballot, ...]:
    names = section.header.values
    with_points = meta.get("vote_type") in ("cumulative", "scoring")
    if with_points and "points" not in names:
        raise PabulibError(section.header.line, 1, f"{meta['vote_type']} votes need a column points")
    if "points" in names and not with_points:
        column = section.header.columns[names.index("points")]
        raise PabulibError(
            section.header.line, column, "a column points goes with cumulative or scoring votes only"
        )
    vote_at = names.index("vote")
    points_at = names.index("points") if with_points else None
    extra = [(at, name) for at, name in enumerate(names) if name not in ("voter_id", "vote", "points")]
    ballots = []
    for row in section.rows:
        choices = _listed(row.values[vote_at])
        points = None
        if points_at is not None:
            listed = _listed(row.values[points_at])
            points = tuple([_number(row, points_at, value, "points") for value in listed])
        fields = {column: row.values[at] for at, column in extra}
        ballots.append(Ballot(row.values[0], choices, points, fields))
    return tuple(ballots)


def _listed(text: str) -> tuple[str, ...]:
    return tuple([part.strip() for part in text.split(",")]) if text else ()


def _number(row: Row, at: int, text: str, column: str) -> Fraction:
    try:
        return number_from_text(text)
    except ValueError:
        message = f"{column} {text!r} is not a plain decimal number"
        raise PabulibError(row.line, row.columns[at], message) from None


def _located(error: ElectionError, meta: _Section, projects: _Section, votes: _Section) -> PabulibError:
    """The same complaint with the line and column it is about."""
    if error.section == "meta":
        for row in meta.rows:
            if row.values[0] == error.row:
                return PabulibError(row.line, row.columns[1], error.message)
        return PabulibError(meta.header.line, 1, error.message)
    section = projects if error.section == "projects" else votes
    row = section.rows[int(error.row)]
    return PabulibError(row.line, row.columns[section.header.values.index(error.column)], error.message)


def write(election: Election) -> str:
    """The Pabulib text of an election: LF line ends, no byte order mark, numbers in their shortest form.

    The same election always gives the same text, and `read(write(election)) == election` for an election that
    was read. META keys come in the order of the format, further ones by name; columns in the order of the
    file they came from, else of the format. Raises ValueError for a number without a finite decimal form
    (1/3).
    """
    lines = ["META\n", "key;value\n"]
    lines += [row_to_text([key, election.meta[key]]) for key in _ordered(election.meta, META_ORDER)]
    columns = election.project_columns or _project_columns(election.projects)
    lines += ["PROJECTS\n", row_to_text(list(columns))]
    for project in election.projects:
        facts = {**project.fields, "project_id": project.id, "cost": number_to_text(project.cost)}
        facts["name"] = project.name
        lines.append(row_to_text(_values(facts, columns, f"project {project.id}")))
    columns = election.vote_columns or _vote_columns(election.ballots, election.form)
    lines += ["VOTES\n", row_to_text(list(columns))]
    for ballot in election.ballots:
        facts = {**ballot.fields, "voter_id": ballot.voter_id, "vote": ",".join(ballot.choices)}
        facts["points"] = ",".join([number_to_text(value) for value in ballot.points or ()])
        lines.append(row_to_text(_values(facts, columns, f"voter {ballot.voter_id}")))
    return "".join(lines)


def _values(facts: Mapping[str, str], columns: Iterable[str], whose: str) -> list[str]:
    """The facts in the order of the columns; ValueError for a fact without a column, which would be lost."""
    values = [facts.get(column, "") for column in columns]
    homeless = [name for name, value in facts.items() if value and name not in columns]
    if homeless:
        raise ValueError(
            f"{whose} has a value for {', '.join(sorted(homeless))}, for which there is no column"
        )
    return values


def _ordered(names: Iterable[str], order: Iterable[str]) -> list[str]:
    found = set(names)
    known = [name for name in order if name in found]
    return known + sorted(found.difference(known))


def _project_columns(projects: Iterable[Project]) -> tuple[str, ...]:
    names = {"project_id", "cost"}
    for project in projects:
        names.update(project.fields)
        if project.name:
            names.add("name")
    return tuple(_ordered(names, PROJECT_ORDER))


def _vote_columns(ballots: Iterable[Ballot], form: BallotForm) -> tuple[str, ...]:
    names = {"voter_id", "vote"} | ({"points"} if form.has_points else set())
    for ballot in ballots:
        names.update(ballot.fields)
    return tuple(_ordered(names, VOTE_ORDER))


def check_totals(election: Election) -> list[TotalMismatch]:
    """Where the columns `votes` and `score` of the projects differ from the ballots; empty when they agree.

    `votes` is compared with the number of ballots naming the project, `score` with its total points (with the
    number of ballots when they carry no points). Published files need not agree, so `read` does not insist.
    """
    votes: Counter[str] = Counter()
    scores: dict[str, Fraction] = {project.id: Fraction(0) for project in election.projects}
    for ballot in election.ballots:
        votes.update(ballot.choices)
        for choice, value in zip(
            ballot.choices, ballot.points or [Fraction(1)] * len(ballot.choices), strict=True
        ):
            scores[choice] += value
    found = []
    for project in election.projects:
        for column, counted in (("votes", Fraction(votes[project.id])), ("score", scores[project.id])):
            stated = project.fields.get(column, "")
            if stated and not _says(stated, counted):
                found.append(TotalMismatch(project.id, column, stated, counted))
    return found


def _says(stated: str, counted: Fraction) -> bool:
    try:
        return number_from_text(stated) == counted
    except ValueError:
        return False
