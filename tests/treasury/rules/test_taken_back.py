"""Which payment a movement takes back: a table of cases, each with the candidates and the one that is chosen."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.treasury.rules.taking_back import (
    Candidate,
    Here,
    Taken,
    Unclear,
    parts_taken,
    payment_taken,
)

DAY = date(2026, 11, 20)


def alone(number: int, **facts: Any) -> Candidate:
    return Candidate(Taken.ALONE, number, DAY, **{"same_account": True, **facts})


def divided(number: int, **facts: Any) -> Candidate:
    return Candidate(Taken.DIVIDED, number, DAY, **{"same_account": True, **facts})


def waiting(number: int, days: int = 0, **facts: Any) -> Candidate:
    return Candidate(Taken.WAITING, number, DAY + timedelta(days=days), **{"same_account": True, **facts})


OTHERS: dict[str, Any] = {"same_account": False, "account": "other"}
THIRD: dict[str, Any] = {"same_account": False, "account": "third"}


# Why -> the candidates, the chosen one first, or None before them where nothing is chosen.
CASES: dict[str, list[Candidate | None]] = {
    "nothing it could be": [None],
    "the one payment there is": [alone(1)],
    "the latest of two": [alone(2), alone(1)],
    "what is still here before what was paid back": [alone(1), alone(2, here=False)],
    "all paid back: the latest, so that it can be said": [alone(2, here=False), alone(1, here=False)],
    "from the same account before another": [alone(1), alone(2, same_account=False)],
    "another account where none is the same": [alone(1, same_account=False)],
    "from the same account, also when that is paid back": [
        alone(1, here=False),
        alone(2, same_account=False),
    ],
    "a division from the same account before a payment alone from another": [divided(1), alone(2, **OTHERS)],
    "what waits from the same account before what counts from another": [waiting(1), alone(2, **OTHERS)],
    "the latest of one other account": [alone(2, **OTHERS), alone(1, **OTHERS)],
    "of several other accounts, what waits": [waiting(1, **OTHERS), alone(2, **THIRD), alone(3, **OTHERS)],
    "a division where none is for it alone": [divided(1)],
    "the latest of two divisions": [divided(2), divided(1)],
    "a division that is still here before one paid back": [divided(1), divided(2, here=False)],
    "a payment for it alone before a division": [alone(1), divided(2)],
    "its opposite before a payment for it alone": [divided(1, opposite=True), alone(2)],
    "a division that is here before a payment alone that was paid back": [divided(1), alone(2, here=False)],
    "a payment alone that was paid back before a division that was": [
        alone(1, here=False),
        divided(2, here=False),
    ],
    "an opposite that was paid back gives way to what is here": [
        divided(1),
        divided(2, opposite=True, here=False),
    ],
    "an opposite that was paid back gives way to a payment alone": [
        alone(1),
        divided(2, opposite=True, here=False),
    ],
    "and to one alone that was paid back as well": [
        alone(1, here=False),
        divided(2, opposite=True, here=False),
    ],
    "of divisions that were paid back, the opposite": [
        divided(1, opposite=True, here=False),
        divided(2, here=False),
    ],
    "what waits, where nothing was decided": [waiting(1)],
    "what has waited longest": [waiting(2), waiting(1, days=1)],
    "the first of those that came on one day": [waiting(1), waiting(2)],
    "what was decided before what waits": [alone(2, here=False), waiting(1)],
    "a division before what waits": [divided(2, here=False), waiting(1)],
}


@pytest.mark.parametrize("why", CASES)
def test_which_payment_is_taken_back(why: str) -> None:
    chosen, *others = CASES[why]
    candidates = [each for each in (chosen, *others) if each is not None]
    for order in permutations(candidates):
        assert payment_taken(order) == chosen, why


UNCLEAR: dict[str, list[Candidate]] = {
    "two payers": [alone(1, **OTHERS), alone(2, **THIRD)],
    "an account told and one not told": [alone(1, **OTHERS), alone(2, same_account=False)],
    "two of which no account is told": [alone(1, same_account=False), alone(2, same_account=False)],
    "two that wait": [waiting(1, **OTHERS), waiting(2, **THIRD), alone(3, **OTHERS)],
}


@pytest.mark.parametrize("why", UNCLEAR)
def test_which_of_several_payers_is_told_by_a_person(why: str) -> None:
    for order in permutations(UNCLEAR[why]):
        with pytest.raises(Unclear):
            payment_taken(order)


_FACTS = {"same_account": st.booleans(), "here": st.booleans(), "opposite": st.booleans()}
_CANDIDATE = st.builds(
    Candidate,
    st.sampled_from(Taken),
    st.integers(1, 9),
    st.dates(DAY, DAY + timedelta(days=3)),
    **_FACTS,
)


@given(st.lists(_CANDIDATE, max_size=6, unique_by=lambda each: (each.taken, each.number)))
def test_something_is_chosen_wherever_there_is_something_and_never_what_is_gone_before_its_like(
    candidates: list[Candidate],
) -> None:
    theirs = [each for each in candidates if each.same_account or each.opposite]
    try:
        chosen = payment_taken(candidates)
    except Unclear:
        assert len(candidates) > 1
        assert not theirs
        return
    assert (chosen is None) == (candidates == [])
    if chosen is None:
        return
    assert not theirs or chosen in theirs
    like = [each for each in theirs or candidates if each.taken == chosen.taken and each.here]
    assert chosen.here or chosen.taken == Taken.WAITING or not like


# ---- what is less than a payment, or of several


def here(*facts: Any, account: str = "one", same_account: bool = False) -> Here:
    return Here(*facts, account=account, same_account=same_account)


# Why -> cents taken back, the payments, what is taken of which.
PARTS: dict[str, tuple[int, list[Here], list[tuple[int, int]]]] = {
    "there is none": (5, [], []),
    "a part of the one there is": (5, [here(1, 8)], [(1, 5)]),
    "more than is here takes nothing": (9, [here(1, 8)], []),
    "what is gone is not taken": (5, [here(1, 0), here(2, 8)], [(2, 5)]),
    "from the same account before another": (5, [here(1, 8, same_account=True), here(2, 8)], [(1, 5)]),
    "from the same account alone where that is enough": (
        5,
        [here(1, 4, same_account=True), here(2, 4, same_account=True), here(3, 5, account="other")],
        [(1, 4), (2, 1)],
    ),
    "all there is, whoever paid it": (9, [here(1, 5), here(2, 4, account="other")], [(1, 5), (2, 4)]),
    "of two payers, what waits": (5, [here(1, 8), here(2, 8, 0, 1, account="other")], [(1, 5)]),
    "what is to be paid back before what counts": (5, [here(1, 8, 5, 1), here(2, 8, 0, 2)], [(1, 5)]),
    "the latest decision": (5, [here(1, 8, 0, 3), here(2, 8, 0, 4)], [(2, 5)]),
    "what is decided before what waits": (5, [here(1, 8), here(2, 8, 0, 4)], [(2, 5)]),
    "what has waited longest": (5, [here(2, 8), here(1, 8)], [(1, 5)]),
    "one that is enough before several": (5, [here(1, 4, 4, 1), here(2, 5, 0, 2)], [(2, 5)]),
    "several where none is enough": (9, [here(1, 4, 4, 1), here(2, 8, 0, 2)], [(1, 4), (2, 5)]),
    "no more of the last than is wanted": (8, [here(1, 4), here(2, 4), here(3, 4)], [(1, 4), (2, 4)]),
}


@pytest.mark.parametrize("same", [True, False])
def test_parts_of_several_payers_wait_where_none_is_told(same: bool) -> None:
    payments = [here(1, 8, 0, 1, account="one"), here(2, 4, 0, 2, account="two", same_account=same)]
    for order in permutations(payments):
        with pytest.raises(Unclear):
            parts_taken(5, order)


@pytest.mark.parametrize("why", PARTS)
def test_which_parts_are_taken_back(why: str) -> None:
    cents, payments, taken = PARTS[why]
    for order in permutations(payments):
        assert parts_taken(cents, order) == taken


@given(
    st.integers(1, 40),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15), st.booleans()), max_size=5),
)
def test_parts_are_all_that_is_taken_and_never_more_than_is_here(
    cents: int, drawn: list[tuple[int, int, bool]]
) -> None:
    payments = [
        Here(at, here, min(here, back), at, "one", same) for at, (here, back, same) in enumerate(drawn, 1)
    ]
    taken = parts_taken(cents, payments)
    assert all(0 < part <= payments[number - 1].cents for number, part in taken)
    assert sum(part for _number, part in taken) == (cents if sum(h.cents for h in payments) >= cents else 0)
