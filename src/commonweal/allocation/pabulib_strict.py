"""Reads the rows of a Pabulib file one by one, and says line and column of what is wrong.

This is the meaning of a file. The quick reader (`pabulib_columns`) may only be quicker: where it is not sure to read
the same, it leaves the file to this one. Never changes a value to make a file fit.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from commonweal.allocation.election import Ballot, Election, ElectionError, Project, number_from_text
from commonweal.allocation.limits import shown
from commonweal.allocation.pabulib_rows import PabulibError, Row, rows

SECTIONS = ("META", "PROJECTS", "VOTES")


@dataclass(frozen=True, slots=True)
class Section:
    """A title line, a header line, and the rows below, each with as many fields as the header."""

    title: Row
    header: Row
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class VoteColumns:
    """The places of the columns of the votes: the choices, their points, and the further ones by name."""

    vote: int
    points: int | None
    extra: tuple[tuple[int, str], ...]


def read_strictly(text: str, without: Collection[str] = ()) -> Election:
    """The election in a Pabulib text, without these META keys; PabulibError with line and column (from 1)."""
    meta_section, project_section, vote_section = sections(rows(text))
    meta = {key: value for key, value in read_meta(meta_section).items() if key not in without}
    projects = read_projects(project_section)
    ballots = _read_ballots(vote_section, meta)
    try:
        return Election(meta, projects, ballots, project_section.header.values, vote_section.header.values)
    except ElectionError as error:
        raise _located(error, meta_section, project_section, vote_section) from None


def sections(lines: Iterable[Row]) -> list[Section]:
    """The sections META, PROJECTS and VOTES, in this order; PabulibError for anything else."""
    sections: list[Section] = []
    title: Row | None = None
    last = 1
    for row in _unpadded(lines):
        last = row.line
        if title is not None:
            if row.values in [(name,) for name in SECTIONS]:
                raise PabulibError(row.line, 1, f"section {title.values[0]} has no header line")
            if title.values[0] == "META" and len(row.values) == 2 and row.values[0].lower() != "key":
                # Many published files leave the line `key;value` out; what stands there is the first key.
                sections.append(Section(title, Row(title.line, ("key", "value"), (1, 1)), [row]))
            else:
                sections.append(Section(title, _checked_header(row, title.values[0]), []))
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


def _unpadded(lines: Iterable[Row]) -> Iterator[Row]:
    """The rows without what a spreadsheet adds: empty fields up to the width of the widest row.

    Only in a file whose first line says so (`META;;`); elsewhere a field too many stays a trouble of its own. A row
    keeps as many fields as its header has names; one of empty fields alone is a blank line.
    """
    padded, width = False, 0
    named = False
    for number, row in enumerate(lines):
        if number == 0:
            padded = len(row.values) > 1 and row.values[0] == SECTIONS[0] and not any(row.values[1:])
        if not padded:
            yield row
            continue
        filled = len(row.values)
        while filled and not row.values[filled - 1]:
            filled -= 1
        if not filled:
            continue
        if filled == 1 and row.values[0] in SECTIONS:
            named, keep = True, 1
        else:
            width = filled if named else width
            named, keep = False, max(filled, width)
        yield Row(row.line, row.values[:keep], row.columns[:keep])


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


def read_meta(section: Section) -> dict[str, str]:
    """The keys and their values, as text; PabulibError for an empty or repeated key."""
    meta: dict[str, str] = {}
    for row in section.rows:
        key, value = row.values
        if not key or key in meta:
            raise PabulibError(row.line, 1, f"the key {key!r} is empty or occurs twice")
        meta[key] = value
    return meta


def read_projects(section: Section) -> tuple[Project, ...]:
    """The projects; PabulibError for a cost that is not a plain decimal."""
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


def vote_columns(section: Section, meta: Mapping[str, str]) -> VoteColumns:
    """Which column of the votes holds what; PabulibError where points and vote type do not go together."""
    names = section.header.values
    must = meta.get("vote_type") in ("cumulative", "scoring")
    with_points = must or (meta.get("vote_type") == "ordinal" and "points" in names)
    if must and "points" not in names:
        raise PabulibError(section.header.line, 1, f"{meta['vote_type']} votes need a column points")
    if "points" in names and not with_points:
        column = section.header.columns[names.index("points")]
        raise PabulibError(
            section.header.line, column, "a column points goes with cumulative, scoring or ordinal votes only"
        )
    extra = [(at, name) for at, name in enumerate(names) if name not in ("voter_id", "vote", "points")]
    return VoteColumns(names.index("vote"), names.index("points") if with_points else None, tuple(extra))


def _read_ballots(section: Section, meta: Mapping[str, str]) -> tuple[Ballot, ...]:
    where = vote_columns(section, meta)
    ballots = []
    for row in section.rows:
        choices = _listed(row.values[where.vote])
        points = None
        if where.points is not None:
            listed = _listed(row.values[where.points])
            points = tuple([_number(row, where.points, value, "points") for value in listed])
        fields = {column: row.values[at] for at, column in where.extra}
        ballots.append(Ballot(row.values[0], choices, points, fields))
    return tuple(ballots)


def _listed(text: str) -> tuple[str, ...]:
    return tuple([part.strip() for part in text.split(",")]) if text else ()


def _number(row: Row, at: int, text: str, column: str) -> Fraction:
    try:
        return number_from_text(text)
    except ValueError:
        message = f"{column} {shown(text)} is not a plain decimal number"
        raise PabulibError(row.line, row.columns[at], message) from None


def _located(error: ElectionError, meta: Section, projects: Section, votes: Section) -> PabulibError:
    """The same complaint with the line and column it is about."""
    if error.section == "meta":
        for row in meta.rows:
            if row.values[0] == error.row:
                return PabulibError(row.line, row.columns[1], error.message)
        return PabulibError(meta.header.line, 1, error.message)
    section = projects if error.section == "projects" else votes
    row = section.rows[int(error.row)]
    return PabulibError(row.line, row.columns[section.header.values.index(error.column)], error.message)
