"""Elections as Arrow tables: out and back without loss, and nothing rounded on the way."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import Ballot, BallotForm, Ballots, Election, ElectionError, Project, read
from commonweal.allocation.arrow import from_arrow, to_arrow, votes_from_arrow, votes_to_arrow
from tests.examples_count import examples

from .elections import approval_elections, data_files, point_elections
from .mutations import valid_files
from .test_readers_agree import plain_elections


def same(one: Election, two: Election) -> bool:
    return (one.meta, one.projects, one.ballots) == (two.meta, two.projects, two.ballots)


@pytest.mark.parametrize("form", list(valid_files()))
def test_a_file_survives_the_way_through_arrow(form: str) -> None:
    election = read(valid_files()[form])
    assert from_arrow(*to_arrow(election)) == election
    projects, votes = to_arrow(election)
    assert votes.column_names == list(election.vote_columns)
    assert votes["vote"].to_pylist() == [list(ballot.choices) for ballot in election.ballots]
    assert votes["voter_id"].to_pylist() == list(election.ballots.voter_ids)
    assert [Fraction(cost) for cost in projects["cost"].to_pylist()] == [p.cost for p in election.projects]


@examples(200)
@given(
    st.one_of(
        plain_elections(), approval_elections(), point_elections(), point_elections(BallotForm.SCORING, -3)
    ),
    st.integers(1, 3),
)
def test_every_generated_election_survives_the_way_through_arrow(election: Election, size: int) -> None:
    projects, votes = to_arrow(election)
    assert same(from_arrow(projects, votes), election)
    # In pieces, each with a dictionary of its own, as other programs hand tables over.
    pieces = [
        votes_to_arrow(election.ballots[at : at + size]) for at in range(0, len(election.ballots), size)
    ]
    together = pa.concat_tables(pieces, promote_options="permissive") if pieces else votes
    ballots = votes_from_arrow(together, [project.id for project in election.projects])
    assert election.with_ballots(ballots) == election


def test_what_only_some_have_is_null_for_the_others() -> None:
    projects = [Project("a", Fraction(1), "", {"zone": "N"}), Project("b", Fraction(5, 2))]
    ballots = [Ballot("1", ("b", "a"), None, {"age": ""}), Ballot("2", ())]
    election = Election.make(budget=9, form=BallotForm.ORDINAL, projects=projects, ballots=ballots)
    project_table, votes = to_arrow(election)
    assert project_table.to_pydict() == {
        "project_id": ["a", "b"],
        "cost": [1, Fraction(5, 2)],
        "zone": ["N", None],
    }
    assert votes.to_pydict() == {"voter_id": ["1", "2"], "vote": [["b", "a"], []], "age": ["", None]}
    assert same(from_arrow(project_table, votes), election)
    assert same(from_arrow(project_table, votes.replace_schema_metadata(None), election.meta), election)


def test_the_marks_are_handed_over_without_a_copy() -> None:
    ballots = Ballots.of([Ballot("1", ("b", "a"), (Fraction(2), Fraction(1)))], "ab")
    votes = votes_to_arrow(ballots)
    for name, array in (("vote", ballots.choices), ("points", ballots.points)):
        column = votes[name].chunk(0).values
        buffer = (column.indices if name == "vote" else column).buffers()[1]
        assert buffer.address == array.ctypes.data


class Stream:
    """Any other program's table: all it has is the Arrow stream."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def test_tables_of_other_programs_are_read() -> None:
    projects = pa.table({"project_id": [7, 8], "cost": pa.array([1, 2], pa.uint8())})
    votes = pa.table(
        {
            "vote": pa.array([[8], [7, 8]], pa.list_(pa.int16())),
            "voter_id": [1, 2],
            "age": [34, None],
        }
    )
    meta = {"budget": "3", "vote_type": "approval"}
    election = from_arrow(Stream(projects), Stream(votes), meta)
    assert election.ballots == [Ballot("1", ("8",), None, {"age": "34"}), Ballot("2", ("7", "8"))]
    assert [project.cost for project in election.projects] == [1, 2]
    assert same(from_arrow(projects, votes.slice(1), meta), election.with_ballots(election.ballots[1:]))


def test_points_of_every_kind_stay_exact() -> None:
    given = [Fraction(1, 8), Fraction(-(10**30)), Fraction(2)]
    for points in (given, given[1:], given[2:]):
        ballots = Ballots.of([Ballot("1", tuple("abc"[: len(points)]), tuple(points))], "abc")
        again = votes_from_arrow(votes_to_arrow(ballots), "abc")
        assert again == ballots
        assert again.points.dtype == ballots.points.dtype
    small = votes_to_arrow(Ballots.of([Ballot("1", ("a",), (Fraction(2),))], "a"))
    small = small.set_column(2, "points", pa.array([[2]], pa.list_(pa.int8())))
    assert votes_from_arrow(small, "a").points.dtype == np.int64


def test_what_arrow_cannot_hold_exactly_is_refused() -> None:
    for points, message in ((Fraction(1, 3), "no finite decimal form"), (Fraction(10**40), "precision")):
        with pytest.raises(ValueError, match=message):
            votes_to_arrow(Ballots.of([Ballot("1", ("a",), (points,))], "a"))


def test_tables_that_are_no_election_are_refused() -> None:
    projects = pa.table({"project_id": ["a"], "cost": [1]})
    meta = {"budget": "3", "vote_type": "scoring"}
    good = {"voter_id": ["1"], "vote": [["a"]], "points": [[1]]}
    assert from_arrow(projects, pa.table(good), meta).ballots == [Ballot("1", ("a",), (Fraction(1),))]
    wrong: list[tuple[dict[str, object], type[Exception], str]] = [
        ({"points": [[0.5]]}, ValueError, "whole numbers or decimals expected, without holes, not double"),
        ({"points": [[1, 2]]}, ValueError, "one number for each choice"),
        ({"points": [[None]]}, ValueError, "is null"),
        ({"vote": pa.array([None], pa.list_(pa.string()))}, ValueError, "is null"),
        ({"vote": ["a"]}, ValueError, "a column of lists expected, not string"),
        ({"vote": [[None]]}, ValueError, "is null"),
        ({"vote": [["b"]]}, ElectionError, "voter 1: there is no project 'b'"),
        ({"voter_id": [None]}, ElectionError, "voter_id '' is empty"),
    ]
    for change, kind, message in wrong:
        with pytest.raises(kind, match=message):
            from_arrow(projects, pa.table(good | change), meta)
    for costs in ([0.5], [None], ["1"]):
        with pytest.raises(ValueError, match="whole numbers or decimals expected"):
            from_arrow(pa.table({"project_id": ["a"], "cost": costs}), pa.table(good), meta)
    with pytest.raises(KeyError):
        from_arrow(projects, pa.table({"vote": [["a"]]}), meta)
    with pytest.raises(ElectionError, match="the key budget is missing"):
        from_arrow(projects, pa.table(good))


def test_published_files_survive_the_way_through_arrow() -> None:
    for path in data_files():
        election = read(path)
        assert from_arrow(*to_arrow(election)) == election, path.name
