"""Shelves of published votes, and what a single vote paid: the same as the counting library says."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal import allocation
from commonweal.voting.committee import pabulib_text
from commonweal.voting.rules.choices import Choice, tidy
from commonweal.voting.rules.envelopes import ALPHABET
from commonweal.voting.rules.frozen import canonical, fingerprint
from commonweal.voting.rules.published import (
    SHELF_MIN,
    is_shelf,
    shelf_length,
    shelf_of,
    votes_in,
    what_it_did,
)
from tests.examples_count import examples

COSTS = {1: 1_000_00, 2: 2_500_50, 3: 700_00, 4: 3_000_00, 5: 400_00}
codes = st.text(ALPHABET, min_size=12, max_size=12)


def definition(kind: str, bylaw: dict[str, str]) -> dict[str, object]:
    return {
        "subject": "test:1",
        "titles": {"en": "A vote; with a semicolon"},
        "form": {"kind": kind, "choices_min": 1, "choices_max": 5, "points_total": 20, "points_each": 4},
        "budget_cents": 4_000_00,
        "bylaw": bylaw,
        "opens_at": "2026-11-01T00:00:00+00:00",
        "closes_at": "2026-11-20T00:00:00+00:00",
        "options": [
            {"number": number, "title": f"Nr {number}\nVOTES", "cost_cents": cost, "category": "a"}
            for number, cost in COSTS.items()
        ],
    }


ballots = st.dictionaries(
    codes,
    st.dictionaries(st.sampled_from(list(COSTS)), st.integers(1, 4), min_size=1, max_size=5).map(tidy),
    min_size=1,
    max_size=12,
)
BYLAWS = [
    ("equal-shares", "cost", "add1u"),
    ("equal-shares", "cardinality", "none"),
    ("equal-shares", "points", "add1"),
    ("phragmen", "cost", "none"),
    ("greedy", "cost", "none"),
]


@pytest.mark.parametrize(("rule", "utility", "completion"), BYLAWS)
@examples(40)
@given(found=ballots)
def test_what_a_vote_paid_is_what_the_counting_library_says(
    rule: str, utility: str, completion: str, found: dict[str, Choice]
) -> None:
    kind = "points" if utility == "points" else "approval"
    bylaw = dict(allocation.ByLaw(rule=rule, utility=utility, completion=completion).to_json())  # type: ignore[arg-type]
    cast = (
        found
        if kind == "points"
        else {code: tuple((n, 1) for n, _p in chosen) for code, chosen in found.items()}
    )
    text = pabulib_text(definition(kind, bylaw), "f" * 64, cast)
    election = allocation.read(text)
    outcome = allocation.count(election, allocation.ByLaw.from_json(bylaw))
    as_json = outcome.to_json()
    assert votes_in(text, "all") == cast
    for ballot in election.ballots:
        expected = allocation.what_my_vote_did(election, outcome, ballot)
        spent = what_it_did(cast[ballot.voter_id], as_json, COSTS)
        assert spent.left == expected.left
        assert spent.share == outcome.endowment
        for mine, theirs in zip(spent.choices, expected.choices, strict=True):
            assert (str(mine.number), mine.funded) == (theirs.project, theirs.funded)
            assert mine.euros == (None if outcome.endowment is None else theirs.paid)


def test_with_phragmen_a_voter_pays_what_they_saved_since_they_last_paid() -> None:
    outcome = {
        "endowment": "5/2",
        "bylaw": {"utility": "cost"},
        "winners": ["1", "2"],
        "rounds": [
            {"project": "1", "phase": "phragmen", "price": 1},
            {"project": "2", "phase": "phragmen", "price": "5/2"},
            {"project": "3", "phase": "greedy", "price": None},
        ],
    }
    spent = what_it_did(((1, 1), (2, 1), (3, 1)), outcome, {1: 100, 2: 100, 3: 100})
    assert [each.euros for each in spent.choices] == [1, Fraction(3, 2), 0]
    assert (spent.share, spent.left) == (Fraction(5, 2), 0)


@pytest.mark.parametrize(
    ("votes", "length"), [(0, 0), (15_999, 0), (16_000, 1), (511_999, 1), (512_000, 2), (16_384_000, 3)]
)
def test_a_shelf_holds_about_five_hundred_votes_or_more(votes: int, length: int) -> None:
    assert shelf_length(votes) == length
    assert length == 0 or votes / len(ALPHABET) ** length >= SHELF_MIN


@given(codes, st.integers(0, 1_000_000))
def test_every_code_lies_on_a_shelf_that_exists(code: str, votes: int) -> None:
    shelf = shelf_of(code, votes)
    assert is_shelf(shelf, votes)
    assert shelf == "all" or code.startswith(shelf)


@pytest.mark.parametrize(
    ("name", "votes", "there"),
    [
        ("all", 3, True),
        ("A", 3, False),
        ("A", 20_000, True),
        ("all", 20_000, False),
        ("U", 20_000, False),
        ("AB", 20_000, False),
    ],
)
def test_no_other_shelf_exists(name: str, votes: int, there: bool) -> None:
    assert is_shelf(name, votes) is there


def test_a_shelf_holds_only_codes_that_begin_alike() -> None:
    found = {"A" + "0" * 11: ((1, 1),), "B" + "0" * 11: ((2, 1), (3, 1))}
    text = pabulib_text(definition("approval", {"rule": "greedy"}), "f" * 64, found)  # type: ignore[arg-type]
    assert votes_in(text, "B") == {"B" + "0" * 11: ((2, 1), (3, 1))}
    assert votes_in(text.replace("\n", "\r\n"), "all") == found


def test_the_canonical_text_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
