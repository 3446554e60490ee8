"""Ballots in columns: the same sequence of ballots as one by one, refused for the same reasons in the same words."""

import copy
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commonweal.allocation import Ballot, BallotForm, Ballots, Election, ElectionError, ballot_checks, texts
from commonweal.allocation.ballot_checks import check_columns, check_each
from commonweal.allocation.limits import Limits
from commonweal.allocation.texts import Texts
from tests.examples_count import examples

from .elections import approval, point_elections, projects

THREE = (
    Ballot("é", ("b", "a"), None, {"age": "34", "sex": "F"}),
    Ballot("2", (), None, {"age": ""}),
    Ballot("\udcff\0", ("c",), None, {}),
)
POINTS = (
    Ballot("1", ("a", "b"), (Fraction(1, 3), Fraction(-2))),
    Ballot("2", (), ()),
    Ballot("3", ("c",), (Fraction(10**30),)),
)


@pytest.mark.parametrize("listed", [THREE, POINTS, ()])
def test_what_goes_in_comes_out(listed: tuple[Ballot, ...]) -> None:
    ballots = Ballots.of(listed, "abc")
    assert ballots == listed
    assert listed == ballots
    assert tuple(ballots) == listed
    assert [ballots[row] for row in range(len(listed))] == list(listed)
    assert [ballots[row] for row in range(-len(listed), 0)] == list(listed)
    assert copy.deepcopy(ballots) == listed
    with pytest.raises(IndexError):
        ballots[len(listed)]


def test_the_columns_are_as_promised() -> None:
    ballots = Ballots.of(POINTS, "abc")
    assert ballots.project_ids == ("a", "b", "c")
    assert (ballots.starts.tolist(), ballots.starts.dtype) == ([0, 2, 2, 3], np.int64)
    assert (ballots.choices.tolist(), ballots.choices.dtype) == ([0, 1, 2], np.int32)
    assert ballots.points is not None
    assert (ballots.points.tolist(), ballots.points_parts) == ([1, -6, 3 * 10**30], 3)
    assert (ballots.points.dtype, Ballots.of(POINTS[:2], "ab").points.dtype) == (object, np.int64)
    assert list(ballots.voter_ids) == ["1", "2", "3"]
    assert Ballots.of(THREE, "abc").points is None
    assert {name: list(column.or_none()) for name, column in Ballots.of(THREE, "abc").columns.items()} == {
        "age": ["34", "", None],
        "sex": ["F", None, None],
    }


def test_ballots_cannot_be_changed() -> None:
    ballots = Ballots.of(POINTS, "abc")
    for array in (ballots.starts, ballots.choices, ballots.points):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7
    with pytest.raises(AttributeError):
        ballots.points_parts = 2  # type: ignore[misc]


@pytest.mark.parametrize("listed", [THREE, POINTS])
@pytest.mark.parametrize("part", [slice(1, None), slice(None, None, -1), slice(5, 9), slice(-2, -1)])
def test_a_slice_is_a_slice(listed: tuple[Ballot, ...], part: slice) -> None:
    assert Ballots.of(listed, "abc")[part] == listed[part]
    assert list(Ballots.of(listed, "abc").voter_ids[part]) == [ballot.voter_id for ballot in listed[part]]


def test_ballots_differ_where_one_thing_differs() -> None:
    assert Ballots.of(THREE, "abc") == Ballots.of(THREE, "cab")
    assert Ballots.of(POINTS, "abc") == Ballots.of(list(POINTS), "abc")
    others = [
        [*POINTS[:2], Ballot("4", *(POINTS[2].choices, POINTS[2].points))],
        [*POINTS[:2], Ballot("3", ("a",), POINTS[2].points)],
        [*POINTS[:2], Ballot("3", ("c",), (Fraction(10**30 + 1),))],
        [*POINTS[:2], Ballot("3", ("c",), (Fraction(1, 7),))],
        [*POINTS[:2], Ballot("3", (), ())],
        [*POINTS[:2], Ballot("3", ("c",), POINTS[2].points, {"age": ""})],
        POINTS[:2],
        [Ballot(ballot.voter_id, ballot.choices) for ballot in POINTS],
    ]
    for ids in ("abc", "cba"):
        for other in others:
            assert Ballots.of(POINTS, "abc") != Ballots.of(other, ids)
            assert Ballots.of(POINTS, "abc") != other
    assert Ballots.of(POINTS, "abc") != 3
    assert Ballots.of([], "abc") == Ballots.of([], "abc")


def test_equal_points_over_another_denominator_are_equal() -> None:
    half = Ballots.of([Ballot("1", ("a",), (Fraction(1, 2),)), Ballot("2", (), ())], "a")
    with_third = Ballots.of([half[0], Ballot("2", ("a",), (Fraction(1, 3),))], "a")
    assert (half.points_parts, with_third.points_parts) == (2, 6)
    assert with_third[:1] == half[:1]
    assert with_third[:1].points_parts == 6


def test_numbers_follow_the_projects_of_the_election() -> None:
    ballots = Ballots.of(THREE, "abc")
    other = ballots.renumbered("xcba")
    assert other == ballots
    assert (other.project_ids, other.choices.tolist()) == (("x", "c", "b", "a"), [2, 3, 1])
    # A project nobody names is forgotten; one that is named stays, after those that are known.
    assert ballots[:1].renumbered("a").project_ids == ("a", "b")
    election = Election(
        {"budget": "1", "vote_type": "approval"}, projects([1, 1, 1, 1]), [Ballot("1", ("9",))]
    )
    assert election.with_projects(election.projects[::-1]).ballots.choices.tolist() == [3]
    assert election.with_ballots(election.ballots).ballots is election.ballots


def test_points_go_with_the_choices_on_every_ballot_or_on_none() -> None:
    for second in (Ballot("2", ("a",)), Ballot("2", ("a",), (Fraction(1), Fraction(1)))):
        with pytest.raises(
            ElectionError, match=r"voter 2: 1 projects named but [02] numbers of points"
        ) as found:
            Ballots.of([POINTS[0], second], "ab")
        assert (found.value.section, found.value.row, found.value.column) == ("votes", 1, "points")
    with pytest.raises(ElectionError, match="voter 1: 2 projects named but 2 numbers"):
        Ballots.of([Ballot("2", ("a",)), POINTS[0]], "ab")


def test_texts_are_had_one_by_one_too() -> None:
    column = Texts.of(["é", None, "", "x"])
    assert [column[row] for row in (0, 1, 2, -1)] == ["é", "", "", "x"]
    assert list(column[1:].or_none()) == [None, "", "x"]
    with pytest.raises(IndexError):
        column[4]


def test_an_election_without_ballots_knows_whether_there_could_be_points() -> None:
    for form in BallotForm:
        election = Election.make(budget=1, form=form, projects=projects([1]), ballots=[])
        assert (election.ballots.points is not None) == form.has_points
        again = election.with_ballots(Ballots.of([], "a"))
        assert (again.ballots.points is not None) == form.has_points
        assert again == election


# Few ids and small numbers, so that every rule is broken often, in any row and together with others.
VOTERS = st.sampled_from(["", "1", "2", "3", "4", "5", "6", "7", "a longer id than eight bytes"])
CHOICES = st.lists(st.sampled_from(["9", "10", "b", "nobody", ""]), max_size=4).map(tuple)
TIDY = st.lists(st.sampled_from(["9", "10", "b"]), unique=True, max_size=3).map(tuple)
NUMBERS = st.sampled_from([Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(2), Fraction(10**25, 3)])


@st.composite
def any_ballots(draw: st.DrawFn) -> list[Ballot]:
    with_points = draw(st.booleans())
    found = []
    for _ in range(draw(st.integers(0, 6))):
        choices = draw(st.one_of(TIDY, TIDY, CHOICES))
        size = len(choices)
        points = draw(st.lists(NUMBERS, min_size=size, max_size=size).map(tuple)) if with_points else None
        found.append(Ballot(draw(VOTERS), choices, points))
    return found


LIMITS = st.builds(
    Limits,
    min_length=st.none() | st.integers(0, 2),
    max_length=st.none() | st.integers(0, 3),
    min_points=st.none() | NUMBERS,
    max_points=st.none() | NUMBERS,
    min_sum_points=st.none() | NUMBERS,
    max_sum_points=st.none() | NUMBERS,
    min_sum_cost=st.none() | NUMBERS,
    max_sum_cost=st.none() | NUMBERS,
    default_score=st.none(),
)
NO_LIMITS = Limits(None, None, None, None, None, None, None, None, None)
COSTS = {"9": Fraction(1, 2), "10": Fraction(10**30), "b": Fraction(1)}


def complaint(check: Callable[[], object]) -> tuple[str, str, int | str, str] | None:
    try:
        check()
    except ElectionError as error:
        return error.message, error.section, error.row, error.column
    return None


@pytest.mark.untraced
@examples(1500)
@given(any_ballots(), st.sampled_from(BallotForm), st.one_of(st.just(NO_LIMITS), LIMITS))
@example([Ballot("1", ("9", "9"))], BallotForm.APPROVAL, NO_LIMITS)
@example([Ballot("1", ()), Ballot("2", ("9", "nobody"))], BallotForm.APPROVAL, NO_LIMITS)
def test_all_at_once_refuses_what_one_by_one_refuses(
    listed: list[Ballot], form: BallotForm, limits: Limits
) -> None:
    one_by_one = complaint(lambda: check_each(listed, form, limits, COSTS))
    all_at_once = complaint(lambda: check_columns(Ballots.of(listed, COSTS), form, limits, COSTS))
    assert all_at_once == one_by_one


def test_repeats_are_found_in_every_block_of_voters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballot_checks, "_CELLS", 7)
    for row in range(9):
        listed = [Ballot(str(place), ("9", "b")) for place in range(9)]
        listed[row] = Ballot(str(row), ("b", "9", "b"))
        ballots = Ballots.of(listed, COSTS)
        with pytest.raises(ElectionError, match=f"voter {row}: the same project is named twice") as found:
            check_columns(ballots, BallotForm.APPROVAL, NO_LIMITS, COSTS)
        assert found.value.row == row


def test_a_sum_beyond_64_bits_is_compared_as_it_is() -> None:
    """In 64 bits 2 x 2**62 would wrap around to less than nothing."""
    great = Ballot("1", ("9", "b"), (Fraction(2**62), Fraction(2**62)))
    least = Limits(None, None, None, None, Fraction(0), None, None, None, None)
    ballots = Ballots.of([great], COSTS)
    assert ballots.points is not None
    assert ballots.points.dtype == np.int64
    check_columns(ballots, BallotForm.SCORING, least, COSTS)
    most = Limits(None, None, None, None, None, Fraction(2**63 - 1), None, None, None)
    with pytest.raises(ElectionError, match="9223372036854775808 points in all, at most 9223372036854775807"):
        check_columns(ballots, BallotForm.SCORING, most, COSTS)


@examples(300)
@given(st.lists(st.text(st.sampled_from("ab\0é"), max_size=10) | st.text(max_size=80), max_size=8))
@example(["a", "a\0", "a\0\0"])
@example(["1", "2", "10", "11"])
@example(["1", "2", "2", "10"])
@example(["sorted-id-01", "sorted-id-02", "sorted-id-02", "sorted-id-03"])
@example(["x" * 70, "y" * 70, "x" * 70])
def test_repeated_texts_are_found_whatever_they_hold(listed: list[str]) -> None:
    expected = [text in listed[:row] for row, text in enumerate(listed)]
    assert Texts.of(listed).repeats().tolist() == expected
    assert list(Texts.of(listed)) == listed


def test_equal_sums_are_no_proof_of_a_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a factor of nought all sums are equal; the texts themselves must then decide."""
    monkeypatch.setattr(texts, "GOLDEN", np.uint64(0))
    assert Texts.of(["a", "b", "c"]).repeats().tolist() == [False, False, False]
    assert Texts.of(["a", "b", "a"]).repeats().tolist() == [False, False, True]


@examples(100)
@given(point_elections())
def test_an_election_is_the_same_from_values_and_from_columns(election: Election) -> None:
    listed = list(election.ballots)
    assert election.with_ballots(listed) == election
    assert election.with_ballots(iter(listed)) == election
    assert election.with_ballots(Ballots.of(listed, reversed(election.ballots.project_ids))) == election


def test_columns_that_break_a_rule_are_refused_by_the_election() -> None:
    election = approval(5, [2, 2], ["9"])
    with pytest.raises(ElectionError, match="there is no project 'z'"):
        election.with_ballots(Ballots.of([Ballot("1", ("z",))], "z"))
