"""A by-law is complete, checked, and the same after it was stored."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import ByLaw, ByLawError, Completion, Rule, Start, Stop, Ties, Utility

ANY = st.builds(
    ByLaw,
    rule=st.sampled_from(list(Rule)),
    utility=st.sampled_from(list(Utility)),
    completion=st.sampled_from(list(Completion)),
    ties=st.sampled_from(list(Ties)),
    start=st.sampled_from(list(Start)),
    step=st.fractions(min_value=Fraction(1, 100), max_value=100),
    stop=st.sampled_from(list(Stop)),
    labels=st.just("category"),
    floors=st.sampled_from(["", "art=1", "art=0.5;a=b=3"]),
    ceilings=st.sampled_from(["", "art=1;sport=2"]),
    weights=st.sampled_from(["", "shares"]),
    lot=st.sampled_from(["", "4 8 15", "Lot “é”"]),
)


@given(ANY)
def test_a_stored_bylaw_is_the_same_bylaw(bylaw: ByLaw) -> None:
    stored = bylaw.to_json()
    assert list(stored) == [
        "rule",
        "utility",
        "completion",
        "ties",
        "start",
        "step",
        "stop",
        "lot",
        "weights",
        "labels",
        "floors",
        "ceilings",
    ]
    assert ByLaw.from_json(stored) == bylaw


def test_plain_words_are_accepted() -> None:
    plain: Any = ("phragmen", "cost", "none", "id", "floor", 2, "over-budget")
    bylaw = ByLaw(*plain)
    assert bylaw.rule is Rule.PHRAGMEN
    assert bylaw.stop is Stop.OVER_BUDGET
    assert bylaw.step == Fraction(2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rule", "lottery"),
        ("utility", ""),
        ("ties", None),
        ("step", 0),
        ("step", -1),
        ("step", 0.5),
        ("step", True),
    ],
)
def test_an_unknown_word_or_an_impossible_step_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ByLawError, match=field):
        ByLaw(**{field: value})


@pytest.mark.parametrize(
    "change",
    [{"rule": "lottery"}, {"step": "x"}, {"step": "1/0"}, {"step": "0"}, {"further": "1"}, {"stop": "later"}],
)
def test_a_stored_bylaw_that_is_not_understood_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ByLawError):
        ByLaw.from_json({**ByLaw().to_json(), **change})


def test_a_stored_bylaw_must_be_complete() -> None:
    stored = ByLaw().to_json()
    del stored["ties"]
    with pytest.raises(ByLawError, match="exactly the fields"):
        ByLaw.from_json(stored)


def test_every_field_of_a_bylaw_is_explained_in_its_text() -> None:
    text = ByLaw.__doc__ or ""
    for field in ByLaw().to_json():
        assert f"\n    {field}\n" in text
    for enum in (Rule, Utility, Completion, Ties, Start, Stop):
        for word in enum:
            assert f"`{word.value}`" in text
