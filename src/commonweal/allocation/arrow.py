"""Elections as Arrow tables, in and out: for data frames, DuckDB, Parquet files and other languages.

Needs pyarrow (the extra `arrow`), which nothing else of this library imports. Never rounds: a number is a whole number
or a decimal, or it is refused.

Two tables: one row a project, one row a ballot. META is the schema metadata of the votes. A field that a project or
ballot does not have is null. `vote` is a list of project ids (a dictionary in Arrow's sense, so a number a mark),
`points` a list of numbers beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any

import numpy as np
import pyarrow as pa

from commonweal.allocation.ballots import Ballots, Numbers, whole_numbers
from commonweal.allocation.election import Election, Project, number_to_text
from commonweal.allocation.texts import Texts

# The most digits a decimal128 holds.
_DIGITS = 38


def to_arrow(election: Election) -> tuple[pa.Table, pa.Table]:
    """The tables of the projects and of the votes, in the order of the columns the election was read with.

    Raises ValueError for a number that no decimal of 38 digits holds (1/3), or a text that is not Unicode.
    """
    projects = election.projects
    facts = {
        "project_id": pa.array([project.id for project in projects], pa.string()),
        "cost": _numbers([project.cost for project in projects]),
    }
    if "name" in election.project_columns or any(project.name for project in projects):
        facts["name"] = pa.array([project.name for project in projects], pa.string())
    for name in dict.fromkeys(chain.from_iterable([project.fields for project in projects])):
        facts[name] = pa.array([project.fields.get(name) for project in projects], pa.string())
    votes = votes_to_arrow(election.ballots)
    return (
        pa.table(facts).select(_ordered(facts, election.project_columns)),
        votes.select(_ordered(votes.column_names, election.vote_columns)).replace_schema_metadata(
            dict(election.meta)
        ),
    )


def _ordered(names: Iterable[str], order: Sequence[str]) -> list[str]:
    """The names in this order, those it lacks at the end."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def votes_to_arrow(ballots: Ballots) -> pa.Table:
    """The table of the votes alone; the numbers of the projects and the bounds of the ballots are not copied.

    Raises ValueError as `to_arrow` does.
    """
    starts = pa.array(ballots.starts)
    ids = pa.array(ballots.project_ids, pa.string())
    named = pa.DictionaryArray.from_arrays(pa.array(ballots.choices), ids)
    columns = {"voter_id": _texts(ballots.voter_ids), "vote": pa.LargeListArray.from_arrays(starts, named)}
    if ballots.points is not None:
        whole = ballots.points_parts == 1 and ballots.points.dtype == np.int64
        given = pa.array(ballots.points) if whole else _numbers(ballots.points_as_given(0, len(named)) or [])
        columns["points"] = pa.LargeListArray.from_arrays(starts, given)
    return pa.table(columns | {name: _texts(texts) for name, texts in ballots.columns.items()})


def _texts(texts: Texts) -> pa.Array:
    return pa.array(list(texts.or_none()), pa.string())


def _numbers(numbers: Sequence[Fraction]) -> pa.Array:
    """Whole numbers of 64 bits where they do, else decimals."""
    if all(number.denominator == 1 and abs(number) < 2**63 for number in numbers):
        return pa.array([number.numerator for number in numbers], pa.int64())
    exact = {number: Decimal(number_to_text(number)) for number in set(numbers)}
    places = max(-int(value.as_tuple().exponent) for value in exact.values())
    return pa.array([exact[number] for number in numbers], pa.decimal128(_DIGITS, places))


def from_arrow(projects: Any, votes: Any, meta: Mapping[str, str] | None = None) -> Election:
    """The election in two tables, of pyarrow or of anything that offers Arrow streams (`__arrow_c_stream__`).

    `meta` are the META keys; by default those in the metadata of the votes. Raises ElectionError for what an
    election may not be, KeyError for a missing column, ValueError for a column of another kind.
    """
    projects, votes = pa.table(projects), pa.table(votes)
    if meta is None:
        meta = {key.decode(): value.decode() for key, value in (votes.schema.metadata or {}).items()}
    costs = [Fraction(cost) for cost in _exact(projects["cost"]).to_pylist()]
    further = [name for name in projects.column_names if name not in ("project_id", "cost", "name")]
    texts = {name: projects[name].cast(pa.string()).to_pylist() for name in ("project_id", *further)}
    names = projects["name"].to_pylist() if "name" in projects.column_names else [None] * len(costs)
    listed = []
    for row, cost in enumerate(costs):
        fields = {name: texts[name][row] for name in further if texts[name][row] is not None}
        listed.append(Project(texts["project_id"][row] or "", cost, names[row] or "", fields))
    ballots = votes_from_arrow(votes, [project.id for project in listed])
    return Election(meta, listed, ballots, tuple(projects.column_names), tuple(votes.column_names))


def votes_from_arrow(votes: Any, project_ids: Iterable[str]) -> Ballots:
    """The ballots in a table of votes; ids that are not among `project_ids` get numbers after theirs.

    Raises KeyError for a missing column, ValueError for a column of another kind or a hole in a list.
    """
    votes = pa.table(votes)
    number = {project_id: place for place, project_id in enumerate(project_ids)}
    starts, blocks = _lists(votes["vote"])
    choices = [np.zeros(0, np.int32)]
    for block in blocks:
        coded = block if pa.types.is_dictionary(block.type) else block.cast(pa.string()).dictionary_encode()
        table = [number.setdefault(name, len(number)) for name in coded.dictionary.to_pylist()]
        choices.append(np.array(table, np.int32)[coded.indices.to_numpy().astype(np.int64)])
    points, parts = None, 1
    if "points" in votes.column_names:
        bounds, blocks = _lists(votes["points"])
        if not np.array_equal(bounds, starts):
            raise ValueError("the column points needs one number for each choice in the column vote")
        points, parts = _whole(pa.chunked_array(blocks, votes["points"].type.value_type))
    texts = {
        name: Texts.of(votes[name].cast(pa.string()).to_pylist())
        for name in ("voter_id", *votes.column_names)
        if name not in ("vote", "points")
    }
    voter_ids = texts.pop("voter_id")
    return Ballots(tuple(number), starts, np.concatenate(choices), points, parts, voter_ids, texts)


def _lists(column: pa.ChunkedArray) -> tuple[Numbers, list[pa.Array]]:
    """The bounds of the lists of a column, and their items in blocks; ValueError for a hole or for no lists."""
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        raise ValueError(f"a column of lists expected, not {column.type}")
    lengths, blocks = [np.zeros(1, np.int64)], []
    for chunk in column.chunks:
        items = chunk.flatten()
        if chunk.null_count or items.null_count:
            raise ValueError("a list of a ballot, or something in it, is null")
        lengths.append(chunk.value_lengths().to_numpy().astype(np.int64))
        blocks.append(items)
    return np.cumsum(np.concatenate(lengths)), blocks


def _exact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column itself; ValueError unless it holds a whole number or a decimal in every row."""
    if not (pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)) or column.null_count:
        raise ValueError(f"whole numbers or decimals expected, without holes, not {column.type}")
    return column


def _whole(column: pa.ChunkedArray) -> tuple[Numbers, int]:
    """The numbers as whole numbers over one common denominator."""
    if _exact(column).type == pa.int64():
        return column.to_numpy(), 1
    exact = {value: Fraction(value) for value in column.unique().to_pylist()}
    parts = lcm(*[value.denominator for value in exact.values()])
    whole = {value: int(number * parts) for value, number in exact.items()}
    return whole_numbers([whole[value] for value in column.to_pylist()]), parts
