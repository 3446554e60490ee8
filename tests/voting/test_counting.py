"""A published result carries all that is needed to check it: hash, by-law, payments, ties, certificates, purses."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal import allocation
from commonweal.voting import counting
from commonweal.voting.committee import pabulib_text
from commonweal.voting.rules.choices import Choice
from tests import factories as make
from tests.examples_count import examples

HASH = "ab" * 32
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Three of ten chose the bench; the seven others chose three dear projects and take all when most votes come first.
TOWN = [(1, 2, 3)] * 7 + [(4,)] * 3
TOWN_COSTS = (300, 300, 300, 250)


def code(place: int) -> str:
    return "".join(ALPHABET[place // 32**power % 32] for power in range(11, -1, -1))


def definition(costs: tuple[int, ...], budget: int, form: str = "approval", **bylaw: str) -> dict[str, Any]:
    points = (
        {"points_total": 30, "points_each": 10} if form == "points" else {"points_total": 0, "points_each": 0}
    )
    return {
        "subject": "call:1",
        "titles": {"en": "A vote"},
        "form": {"kind": form, "choices_min": 1, "choices_max": 5, **points},
        "budget_cents": budget * 100,
        "bylaw": {**make.BYLAW, **bylaw},
        "opens_at": "2026-11-01T09:00:00+00:00",
        "closes_at": "2026-11-20T09:00:00+00:00",
        "options": [
            {
                "number": n,
                "title": f"P{n}",
                "cost_cents": cost * 100,
                "category": "" if n == 3 else "inclusion",
            }
            for n, cost in enumerate(costs, start=1)
        ],
    }


def counted(
    votes: list[tuple[int, ...]], costs: tuple[int, ...], budget: int, form: str = "approval", **bylaw: str
) -> tuple[dict[str, Any], str]:
    frozen = definition(costs, budget, form, **bylaw)

    def choice(numbers: tuple[int, ...]) -> Choice:
        return tuple(
            (number, 1 + place if form == "points" else 1) for place, number in enumerate(sorted(numbers))
        )

    file = pabulib_text(frozen, HASH, {code(place): choice(vote) for place, vote in enumerate(votes)})
    return counting.result_of(frozen, HASH, file), file


def test_a_result_carries_the_hash_the_bylaw_and_both_shares() -> None:
    found, file = counted(TOWN, TOWN_COSTS, 1_000)
    assert found["input_hash"] == hashlib.sha256(file.encode()).hexdigest()
    assert found["outcome"]["bylaw"] == allocation.ByLaw.from_json(make.BYLAW).to_json()
    assert found["outcome"]["first_endowment"] == 100
    assert Fraction(found["outcome"]["endowment"]) >= 100
    assert json.loads(json.dumps(found)) == found, "plain data, as a database keeps it"


def test_every_round_says_who_paid_what_down_to_those_who_gave_their_last() -> None:
    found, _file = counted([(1, 2)] * 2 + [(2,)] * 3, (200, 400), 600, completion="none")
    first, *rest = found["outcome"]["rounds"]
    assert (first["project"], first["payments"], first["partial_payers"]) == (
        "2",
        [{"amount": 80, "payers": 5}],
        0,
    )
    assert rest == []
    assert found["funded"][0]["full_min"] == found["funded"][0]["full_max"] == 80


def test_ties_are_listed_with_the_projects_that_stood_equal() -> None:
    found, _file = counted([(1,), (2,), (3,)], (100, 100, 100), 300)
    assert found["ties"][0] == {"round": 1, "project": "1", "tied": ["2", "3"]}
    plain, _file = counted([(1,), (1,), (2,)], (100, 50), 300)
    assert plain["ties"] == []


def test_our_rule_holds_what_most_votes_first_breaks_and_the_neglected_are_named() -> None:
    found, _file = counted(TOWN, TOWN_COSTS, 1_000)
    assert found["winners"][-1] == "4" or "4" in found["winners"]
    assert found["certificates"]["priceability"] == {"holds": True, "failing": None}
    assert found["certificates"]["proportionality"] == {"holds": True, "neglects": []}
    (neglect,) = found["greedy"]["proportionality"]["neglects"]
    assert neglect == {"project": "4", "voters": 3, "deserves": 300, "at_most": 250}
    assert (found["nothing"], found["greedy"]["nothing"]) == (0, 3)


def test_proportionality_is_not_claimed_for_points_nor_where_it_cannot_be_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_points, _file = counted(TOWN, TOWN_COSTS, 1_000, "points", utility="points")
    assert with_points["certificates"]["proportionality"] is None
    assert with_points["greedy"]["proportionality"] is None

    def too_fine(*_given: object) -> None:
        raise ValueError("too fine")

    monkeypatch.setattr(allocation, "proportionality", too_fine)
    found, _file = counted(TOWN, TOWN_COSTS, 1_000)
    assert found["certificates"]["proportionality"] is None


def test_a_rule_without_payments_has_no_prices_to_certify_and_no_purses() -> None:
    found, _file = counted(TOWN, TOWN_COSTS, 1_000, rule="greedy", completion="none")
    assert found["certificates"]["priceability"] is None
    assert [each["groups"] for each in found["purses"]] == [[]] * len(found["winners"])
    assert [each["pot_cents"] for each in found["purses"]] == [1_000_00, 700_00, 400_00]


def test_themes_say_what_was_chosen_and_what_got_the_money() -> None:
    found, _file = counted(TOWN, TOWN_COSTS, 1_000)
    named = {each["theme"]: each for each in found["themes"]}
    assert named[""] == {"theme": "", "projects": 1, "funded": 0, "choices": 7, "cost_cents": 0}
    assert named["inclusion"]["choices"] == 17
    assert sum(each["cost_cents"] for each in found["themes"]) == found["spent_cents"]


def test_nobody_voting_gives_a_result_too() -> None:
    found, _file = counted([], TOWN_COSTS, 1_000)
    assert (found["votes"], found["satisfied"], found["certificates"]["priceability"]) == (0, [0, 0], None)
    assert all(each["groups"] == [] for each in found["purses"]), "no purses, so all is taken from the pot"
    assert found["nothing"] == 0


def test_purses_before_each_round_by_hand() -> None:
    # Ten euro each. First project 2 (8 each from five), then nothing: two have 2 left, three have 2 left.
    found, _file = counted([(1, 2)] * 2 + [(2,)] * 2 + [(1,)], (20, 32), 50, completion="none")
    assert [each["project"] for each in found["outcome"]["rounds"]] == ["2"]
    (before,) = found["purses"]
    assert (before["cost_cents"], before["pot_cents"]) == (32_00, 50_00)
    assert before["groups"] == [
        {"group": "whole", "voters": 5, "cents": 50_00, "payers": 4, "paid_cents": 32_00},
        {"group": "most", "voters": 0, "cents": 0, "payers": 0, "paid_cents": 0},
        {"group": "some", "voters": 0, "cents": 0, "payers": 0, "paid_cents": 0},
        {"group": "none", "voters": 0, "cents": 0, "payers": 0, "paid_cents": 0},
    ]


def test_after_a_first_purchase_voters_are_told_apart_by_what_is_left() -> None:
    # Thirty each: six pay 15 for project 2; then of the six who chose 1, three have 30 left and three the other 15.
    votes = [(1, 2)] * 3 + [(1,)] * 3 + [(2,)] * 3
    found, _file = counted(votes, (120, 90), 270, completion="none")
    assert found["winners"] == ["2", "1"]
    assert found["purses"][1]["groups"] == [
        {"group": "whole", "voters": 3, "cents": 90_00, "payers": 3, "paid_cents": 75_00},
        {"group": "most", "voters": 6, "cents": 90_00, "payers": 3, "paid_cents": 45_00},
        {"group": "some", "voters": 0, "cents": 0, "payers": 0, "paid_cents": 0},
        {"group": "none", "voters": 0, "cents": 0, "payers": 0, "paid_cents": 0},
    ]
    last = found["outcome"]["rounds"][1]
    assert last["payments"] == [{"amount": 25, "payers": 3}]
    assert (last["partial_payers"], last["partial_paid"]) == (3, 45)


def test_half_of_a_share_and_less_than_a_cent_part_the_groups() -> None:
    # Thirty each. Round 1: ten from six. Round 2: fifteen from six. Round 3: 15 and 18.33 from three each.
    votes = [(1, 2)] * 3 + [(1, 3)] * 3 + [(2, 3)] * 3 + [(4,)]
    found, _file = counted(votes, (100, 90, 60, 10), 300, completion="none")
    assert found["winners"] == ["3", "2", "1", "4"]
    voters = [[(each["voters"], each["cents"]) for each in before["groups"]] for before in found["purses"]]
    assert voters == [
        [(10, 300_00), (0, 0), (0, 0), (0, 0)],
        [(4, 120_00), (6, 120_00), (0, 0), (0, 0)],
        [(1, 30_00), (6, 105_00), (3, 15_00), (0, 0)],
        [(1, 30_00), (0, 0), (6, 20_00), (3, 0)],
    ]


@examples(60)
@given(
    votes=st.lists(
        st.sets(st.integers(1, 5), min_size=1).map(lambda s: tuple(sorted(s))), min_size=1, max_size=12
    ),
    costs=st.tuples(*[st.integers(1, 90)] * 5),
    rule=st.sampled_from(["equal-shares", "phragmen"]),
    form=st.sampled_from(["approval", "points"]),
    utility=st.sampled_from(["cost", "cardinality", "points"]),
    completion=st.sampled_from(["none", "add1u"]),
)
def test_purses_agree_with_the_published_payments(
    votes: list[tuple[int, ...]], costs: tuple[int, ...], rule: str, form: str, utility: str, completion: str
) -> None:
    bylaw = {
        "rule": rule,
        "completion": completion if rule == "equal-shares" else "none",
        "utility": utility if form == "points" or utility != "points" else "cost",
    }
    found, _file = counted(votes, costs, 100, form, **bylaw)
    assert len(found["purses"]) == len(found["outcome"]["rounds"])
    for paid, before in zip(found["outcome"]["rounds"], found["purses"], strict=True):
        purses = before["groups"]
        if paid["price"] is None:
            assert purses == []
            continue
        assert sum(each["voters"] for each in purses) == len(votes)
        assert sum(each["payers"] for each in purses) == paid["payers"]
        assert abs(sum(each["paid_cents"] for each in purses) - costs[int(paid["project"]) - 1] * 100) <= 2
        assert all(each["paid_cents"] <= each["cents"] for each in purses)


def test_the_same_file_gives_the_same_result_to_the_letter() -> None:
    once, twice = (counted(TOWN, TOWN_COSTS, 1_000)[0] for _each in range(2))
    assert json.dumps(once) == json.dumps(twice)
