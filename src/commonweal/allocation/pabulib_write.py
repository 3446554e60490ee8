"""Writes an election as a Pabulib text: the same election always gives the same bytes.

Never rounds, and never leaves out a fact for want of a column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from commonweal.allocation.election import BallotForm, Ballots, Election, Project, number_to_text
from commonweal.allocation.pabulib_rows import field_to_text, row_to_text

_ROWS_AT_ONCE = 1 << 12

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
    return "".join(chain(lines, _vote_lines(election.ballots, columns)))


def _vote_lines(ballots: Ballots, columns: Sequence[str]) -> Iterator[str]:
    """The line of each ballot, made column by column for a block of ballots at a time."""
    plain = all(field_to_text(project_id) == project_id for project_id in ballots.project_ids)
    for first in range(0, len(ballots), _ROWS_AT_ONCE):
        block = ballots[first : first + _ROWS_AT_ONCE]
        bounds = list(pairwise(block.starts.tolist()))
        named = [ballots.project_ids[number] for number in block.choices.tolist()]
        facts = {name: list(texts) for name, texts in block.columns.items()}
        facts |= {
            "voter_id": list(block.voter_ids),
            "vote": [",".join(named[start:end]) for start, end in bounds],
            "points": _points_texts(block, bounds),
        }
        _check_columns(facts, columns)
        cells = []
        for name in columns:
            texts = facts.get(name, [""] * len(block))
            as_they_are = name == "points" or (name == "vote" and plain)
            cells.append(texts if as_they_are else [field_to_text(text) for text in texts])
        yield from [";".join(row) + "\n" for row in zip(*cells, strict=True)]


def _points_texts(ballots: Ballots, bounds: list[tuple[int, int]]) -> list[str]:
    given = ballots.points_as_given(0, len(ballots.choices))
    if given is None:
        return [""] * len(bounds)
    text = {value: number_to_text(value) for value in set(given)}
    listed = [text[value] for value in given]
    return [",".join(listed[start:end]) for start, end in bounds]


def _check_columns(facts: Mapping[str, list[str]], columns: Sequence[str]) -> None:
    """ValueError for the first ballot with a fact that has no column and would be lost."""
    homeless = sorted(name for name in facts if name not in columns and any(facts[name]))
    if homeless:
        row = min(facts[name].index(next(filter(None, facts[name]))) for name in homeless)
        _values({name: facts[name][row] for name in facts}, columns, f"voter {facts['voter_id'][row]}")


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


def _vote_columns(ballots: Ballots, form: BallotForm) -> tuple[str, ...]:
    names = {"voter_id", "vote"} | ({"points"} if form.has_points or ballots.points is not None else set())
    for name, texts in ballots.columns.items():
        if any(text is not None for text in texts.or_none()):
            names.add(name)
    return tuple(_ordered(names, VOTE_ORDER))
