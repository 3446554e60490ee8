"""Posting: balanced or refused, once a key, within limits on every day, undone by a mirror, read on two axes of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.ledger import actions, queries
from commonweal.ledger.models import Operation, Posting
from tests import factories as make
from tests.ledger.conftest import DAY, apples, draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("accounts")]
Given = Callable[..., Operation]
NEXT = DAY + timedelta(days=1)


def test_an_operation_moves_what_it_says_and_the_other_side_bears_it(given: Given) -> None:
    given(7, 4)
    given(7, 2, day=NEXT)
    assert queries.balance(("apples", 7), DAY) == 4
    assert queries.balance(("apples", 7), NEXT) == 6
    assert queries.balance(("tree", 0), NEXT) == -6
    assert queries.balances(["apples"], [7, 8], NEXT) == {("apples", 7): 6}
    assert [posting.quantity for posting in queries.postings_on(["apples"], 7)] == [4, 2]


def test_several_units_balance_each_for_itself() -> None:
    sale = draft(("apples", 7, 3), ("tree", 0, -3), ("purse", 7, -0), ("purse", 8, 90), ("till", 0, -90))
    operation = actions.post(draft=sale, now=make.NOW)
    assert len(queries.entries_of(operation)) == 4, "what moves nothing leaves no row"
    with pytest.raises(actions.Unbalanced):
        actions.post(draft=draft(("apples", 7, 3), ("till", 0, -3)), now=make.NOW)


@pytest.mark.parametrize(
    "entries",
    [
        (("apples", 7, 3),),
        (("apples", 7, 3), ("tree", 0, -2)),
        (),
        (("apples", 7, 3), ("apples", 7, -3)),
    ],
)
def test_what_does_not_balance_or_moves_nothing_is_refused_whole(entries: Any) -> None:
    with pytest.raises(actions.Unbalanced):
        actions.post(draft=draft(*entries), now=make.NOW)
    assert not Operation.objects.exists()
    assert not Posting.objects.exists()


def test_the_same_key_again_is_the_same_operation_and_another_content_is_refused(given: Given) -> None:
    first = given(7, 4, key="once")
    assert given(7, 4, key="once") == first
    for other in (
        apples(7, 5, key="once"),
        apples(7, 4, key="once", day=NEXT),
        apples(7, 4, key="once", kind="x"),
    ):
        with pytest.raises(actions.KeyReused):
            actions.post(draft=other, now=make.NOW)
    assert queries.balance(("apples", 7), DAY) == 4


def test_nobody_holds_less_than_the_floor_or_more_than_the_ceiling_on_any_day(given: Given) -> None:
    given(7, 10)
    given(7, -8, day=DAY + timedelta(days=10))
    for count, day in ((1, DAY), (1, DAY - timedelta(days=5)), (-3, DAY + timedelta(days=20)), (-3, NEXT)):
        with pytest.raises(actions.BeyondLimit):
            given(7, count, day=day)
    given(7, -2, day=NEXT)
    assert queries.balance(("apples", 7), DAY + timedelta(days=30)) == 0


def test_a_limit_holds_from_its_day_and_takes_nothing_from_who_held_more(given: Given) -> None:
    given(7, 9)
    actions.set_limits([actions.Bound("apples", NEXT, 0, 5)])
    given(7, -1, day=NEXT)
    with pytest.raises(actions.BeyondLimit):
        given(7, 1, day=NEXT)
    given(8, 5, day=NEXT)
    given(9, 9, day=DAY - timedelta(days=1))
    actions.set_limits([actions.Bound("apples", NEXT, 0, 5)])
    with pytest.raises(ValueError, match="another limit"):
        actions.set_limits([actions.Bound("apples", NEXT, 0, 6)])
    with pytest.raises(ValueError, match="another limit"):
        actions.set_limits([actions.Bound("tree", NEXT, 0, 5), actions.Bound("tree", NEXT, 0, 6)])
    with pytest.raises(ValueError, match="not in coin"):
        actions.open_accounts({"apples": "coin"})


def test_a_reversal_is_the_mirror_on_the_same_day_once(given: Given) -> None:
    wrong = given(7, 4)
    later = make.NOW + timedelta(days=3)
    undone = actions.reverse(operation=wrong, key="undo", now=later, note="typed twice")
    assert (undone.effective_on, undone.reverses) == (DAY, wrong)
    assert queries.balance(("apples", 7), DAY) == 0
    assert queries.balance(("apples", 7), DAY, known_at=make.NOW) == 4, "as known before it was undone"
    assert queries.balance(("apples", 7), DAY, known_at=later) == 0
    assert actions.reverse(operation=wrong, key="undo", now=later) == undone, "the same key again is the same"
    for operation, key in ((wrong, "again"), (undone, "undo the undoing")):
        with pytest.raises(actions.CannotReverse):
            actions.reverse(operation=operation, key=key, now=later)


def test_what_was_passed_on_cannot_be_undone(given: Given) -> None:
    first = given(7, 4)
    given(7, -3, day=NEXT)
    with pytest.raises(actions.BeyondLimit):
        actions.reverse(operation=first, key="undo", now=make.NOW)


def test_many_are_posted_like_one_and_can_be_run_again(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CHUNK", 7)
    drafts = [apples(owner, 1 + owner % 9, key=f"many:{owner}") for owner in range(1, 31)]
    actions.post(draft=drafts[3], now=make.NOW)
    assert actions.post_many(drafts=iter(drafts), now=make.NOW) == 29
    assert actions.post_many(drafts=iter(drafts), now=make.NOW) == 0
    assert {owner: queries.balance(("apples", owner), DAY) for owner in (1, 8, 30)} == {1: 2, 8: 9, 30: 4}
    assert queries.balance(("tree", 0), DAY) == -sum(1 + owner % 9 for owner in range(1, 31))
    assert queries.troubles() == []


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (apples(5, 11), actions.BeyondLimit),
        (draft(("apples", 5, 1), ("tree", 0, -2)), actions.Unbalanced),
        (draft(), actions.Unbalanced),
        (apples(5, 1, key="twice"), actions.KeyReused),
    ],
)
def test_one_that_is_refused_takes_its_chunk_with_it(wrong: actions.Draft, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        actions.post_many(drafts=[apples(4, 1, key="twice"), wrong], now=make.NOW)
    assert not Operation.objects.exists()


def test_two_axes_of_time_are_read_apart(given: Given) -> None:
    actions.post(draft=apples(7, 2, day=date(2026, 1, 1)), now=make.NOW)
    actions.post(draft=apples(7, 3, day=date(2026, 1, 1)), now=make.NOW + timedelta(days=9))
    actions.post(draft=apples(7, 1, day=date(2026, 6, 1)), now=make.NOW)
    seen = {
        (day, known): queries.balance(("apples", 7), day, make.NOW + timedelta(days=known))
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1))
        for known in (-1, 0, 9)
    }
    assert list(seen.values()) == [0, 0, 0, 0, 2, 5, 0, 3, 6]
