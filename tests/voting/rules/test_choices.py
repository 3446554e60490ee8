"""Ballot forms: what fits, what does not, and how a line of typed numbers is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.voting.rules import choices as rules
from commonweal.voting.rules.choices import Form, NotAChoice, allowed, choice_as_typed, rotated, tidy, totals

COSTS = {number: number * 1_000_00 for number in range(1, 7)}
APPROVAL = Form("approval", 1, 3)
POINTS = Form("points", 1, 3, points_total=7, points_each=4)
BASKET = Form("basket", 1, 3, budget_cents=4_000_00)


@pytest.mark.parametrize(
    ("form", "choice", "code"),
    [
        (APPROVAL, ((1, 1),), ""),
        (APPROVAL, ((1, 1), (2, 1), (6, 1)), ""),
        (APPROVAL, (), "too_few"),
        (APPROVAL, ((1, 1), (2, 1), (3, 1), (4, 1)), "too_many"),
        (APPROVAL, ((7, 1),), "unknown_option"),
        (APPROVAL, ((0, 1),), "unknown_option"),
        (APPROVAL, ((1, 1), (1, 1)), "unknown_option"),
        (APPROVAL, ((1, 2),), "points_not_asked"),
        (APPROVAL, ((1, 0),), "negative_points"),
        (APPROVAL, ((1, -1),), "negative_points"),
        (Form("approval", 2, 3), ((1, 1),), "too_few"),
        (POINTS, ((1, 4), (2, 3)), ""),
        (POINTS, ((1, 1),), ""),
        (POINTS, ((1, 5),), "too_many_points"),
        (POINTS, ((1, 4), (2, 4)), "too_many_points"),
        (BASKET, ((1, 1), (3, 1)), ""),
        (BASKET, ((2, 1), (3, 1)), "over_budget"),
        (BASKET, ((1, 2),), "points_not_asked"),
    ],
)
def test_a_choice_fits_or_is_refused_with_its_reason(form: Form, choice: rules.Choice, code: str) -> None:
    decision = allowed(choice, form, COSTS)
    assert (decision.allowed, decision.code) == (not code, code)
    assert bool(decision.reason) == bool(code)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "approval", "choices_min": 0},
        {"kind": "approval", "choices_min": 3, "choices_max": 2},
        {"kind": "approval", "choices_max": 201},
        {"kind": "points"},
        {"kind": "points", "points_total": 3, "points_each": 4},
        {"kind": "points", "points_total": 60_001, "points_each": 4},
        {"kind": "basket"},
        {"kind": "ranking"},
    ],
)
def test_a_form_that_makes_no_sense_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"make sense|needs a budget|unknown"):
        Form(**wrong)


@given(st.dictionaries(st.integers(1, 60), st.integers(0, 9)))
def test_a_choice_has_one_canonical_order_without_empty_places(points: dict[int, int]) -> None:
    tidied = tidy(points)
    assert tidied == tidy(reversed(list(points.items())))
    assert list(tidied) == sorted(tidied)
    assert dict(tidied) == {number: given for number, given in points.items() if given}


@pytest.mark.parametrize(
    ("text", "with_points", "choice"),
    [
        ("3 7 12", False, ((3, 1), (7, 1), (12, 1))),
        (" 12,3;7 ", False, ((3, 1), (7, 1), (12, 1))),
        ("3:2 7:1", True, ((3, 2), (7, 1))),
        ("7:1, 3:2", True, ((3, 2), (7, 1))),
        ("3:0 7:1", True, ((7, 1),)),
    ],
)
def test_a_typed_line_is_read(text: str, with_points: bool, choice: rules.Choice) -> None:
    assert choice_as_typed(text, with_points=with_points) == choice


@pytest.mark.parametrize(
    ("text", "with_points", "word", "code"),
    [
        ("3 x 12", False, "x", "number"),
        ("3:2 7:1", False, "3:2", "number"),
        ("3 7", True, "3", "points"),
        ("3: 7:1", True, "3:", "points"),
        ("3:-1", True, "3:-1", "points"),
        ("3 3", False, "3", "twice"),
        ("3:1 3:2", True, "3:2", "twice"),
        ("", False, "", "number"),
        ("-3", False, "-3", "number"),
        ("123456", False, "123456", "number"),
        ("³", False, "³", "number"),
        ("٣", False, "٣", "number"),
    ],
)
def test_a_slip_in_a_typed_line_is_named(text: str, with_points: bool, word: str, code: str) -> None:
    with pytest.raises(NotAChoice) as wrong:
        choice_as_typed(text, with_points=with_points)
    assert (wrong.value.word, wrong.value.code) == (word, code)


@given(st.dictionaries(st.integers(0, 99_999), st.integers(1, 99_999), min_size=1))
def test_what_is_typed_is_what_is_read(points: dict[int, int]) -> None:
    line = " ".join(f"{number}:{given}" for number, given in points.items())
    assert choice_as_typed(line, with_points=True) == tidy(points)


def test_totals_add_up_and_pass_over_what_is_not_on_the_ballot() -> None:
    assert totals(((1, 4), (3, 2), (99, 1)), COSTS) == rules.Totals(3, 7, 4_000_00)


@given(st.lists(st.integers(), max_size=9), st.integers(0, 1_000))
def test_a_rotated_list_holds_the_same_in_the_same_round(items: list[int], by: int) -> None:
    turned = rotated(items, by)
    assert sorted(turned) == sorted(items)
    if items:
        start = by % len(items)
        assert turned == items[start:] + items[:start]
