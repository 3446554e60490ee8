"""Turnout by group: nobody can be read out of it, and nothing is lost in it."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.voting.rules.turnout import (
    MERGED,
    SMALLEST_GROUP,
    UNKNOWN,
    Group,
    age_band,
    merged,
    shown_turnout,
)

groups = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8).map(
    lambda found: [
        Group(f"g{place}", voters, min(voters, votes)) for place, (voters, votes) in enumerate(found)
    ]
)


@given(groups)
def test_no_group_shown_is_small_unless_all_together_are(given_groups: list[Group]) -> None:
    shown = merged(given_groups)
    assert len(shown) <= 1 or all(group.votes >= SMALLEST_GROUP for group in shown)


@given(groups)
def test_totals_are_kept(given_groups: list[Group]) -> None:
    shown = merged(given_groups)
    assert sum(group.voters for group in shown) == sum(group.voters for group in given_groups)
    assert sum(group.votes for group in shown) == sum(group.votes for group in given_groups)


@given(groups)
def test_taking_shown_groups_from_the_total_leaves_nobody_or_enough_people(given_groups: list[Group]) -> None:
    shown = merged(given_groups)
    total = sum(group.votes for group in shown)
    for size in range(1, len(shown)):
        for taken in itertools.combinations(shown, size):
            assert total - sum(group.votes for group in taken) >= SMALLEST_GROUP


@given(groups)
def test_a_group_that_is_not_named_is_never_alone(given_groups: list[Group]) -> None:
    shown = merged(given_groups)
    named = {group.code for group in shown}
    hidden = [group for group in given_groups if group.code not in named]
    assert len(hidden) != 1 or len(given_groups) == 1


@given(groups)
def test_groups_that_are_large_enough_stay_as_they_are_when_the_others_are_enough_together(
    given_groups: list[Group],
) -> None:
    small = [group for group in given_groups if group.votes < SMALLEST_GROUP]
    large = [group for group in given_groups if group.votes >= SMALLEST_GROUP]
    shown = merged(given_groups)
    if not small:
        assert list(shown) == given_groups
    elif sum(group.votes for group in small) >= SMALLEST_GROUP:
        assert list(shown[:-1]) == large
        assert shown[-1].code == MERGED


def test_a_small_rest_takes_the_smallest_group_along() -> None:
    shown = merged([Group("a", 300, 100), Group("b", 45, 25), Group("c", 300, 3)])
    assert shown == (Group("a", 300, 100), Group(MERGED, 345, 28))


def test_three_votes_among_thousands_of_members_are_not_named() -> None:
    shown = merged([Group("a", 9_000, 400), Group("b", 7_000, 3), Group("c", 5_000, 0)])
    assert shown == (Group(MERGED, 21_000, 403),)
    assert merged([Group("a", 30, 2), Group("b", 40, 3)]) == (Group(MERGED, 70, 5),)


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (None, UNKNOWN),
        (17, "under 25"),
        (24, "under 25"),
        (25, "25-39"),
        (54, "40-54"),
        (70, "70 and over"),
        (250, UNKNOWN),
    ],
)
def test_an_age_falls_in_one_band(age: int | None, band: str) -> None:
    assert age_band(age) == band


@given(groups, st.integers(1, 40))
def test_what_was_put_together_under_another_rule_is_shown_by_todays(
    given_groups: list[Group], smallest: int
) -> None:
    older = merged(given_groups, smallest)
    kept = {"region": [{"code": g.code, "voters": g.voters, "votes": g.votes} for g in older]}
    shown = [Group(**group) for group in shown_turnout(kept)["region"]]
    assert len(shown) <= 1 or all(group.votes >= SMALLEST_GROUP for group in shown)
    assert len({group.code for group in shown}) == len(shown)
    assert sum(group.votes for group in shown) == sum(group.votes for group in given_groups)
    assert sum(group.voters for group in shown) == sum(group.voters for group in given_groups)
    assert shown_turnout({"region": [dataclasses.asdict(each) for each in shown]})["region"] == [
        dataclasses.asdict(each) for each in shown
    ]


def test_a_turnout_without_a_kind_of_group_shows_none_of_it() -> None:
    assert shown_turnout({}) == {"region": [], "age": [], "door": []}
