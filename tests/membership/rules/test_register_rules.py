"""Rules of the register by themselves: finding an account, who may hold what, what a refund or a conversion books."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from commonweal.kernel.money import ShareValue
from commonweal.membership.rules import joining, movements, seasons, statutes
from commonweal.membership.rules.exits import Outcome
from commonweal.membership.rules.statutes import RefundRule
from commonweal.treasury.rules import ibans

CLASS_A = statutes.TERMS[0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("be68 5390 0754 7034", "BE68539007547034"),
        ("*7034x", "7034X"),
        ("*703", ""),
        ("*70-34", ""),
        ("BE00 5390 0754 7034", ""),
        ("Peeters", ""),
        ("", ""),
    ],
)
def test_an_account_is_found_by_all_of_it_or_by_its_last_signs(typed: str, found: str) -> None:
    assert ibans.account_tail(typed) == found


def test_a_payment_is_in_time_up_to_a_day() -> None:
    assert joining.lapses_on(date(2027, 2, 20), 10) == date(2027, 3, 2)


def test_accounts_and_units_are_named_after_their_class() -> None:
    assert movements.paid_account("A") == "paid.A"
    assert movements.share_unit("A") == "share.A"


def test_shares_given_back_cost_at_most_what_was_paid_and_the_rest_stays_with_the_cooperative() -> None:
    held = movements.Held(shares=3, paid_cents=100)
    with pytest.raises(ValueError, match="at most what was paid"):
        movements.giving_back("A", 7, 1, held, 34)
    entries = movements.giving_back("A", 7, 1, held, 30)
    assert (movements.GAIN, movements.NOBODY, 3) in entries
    assert (
        sum(amount for account, _owner, amount in entries if not account.startswith(("shares", "issued")))
        == 0
    )


def test_what_was_paid_goes_along_with_a_conversion() -> None:
    entries = movements.conversion("A", "B", 7, 2, 4, movements.Held(2, 101))
    assert (movements.paid_account("A"), 7, -101) in entries
    assert (movements.paid_account("B"), 7, 101) in entries


@pytest.mark.parametrize(
    ("holds", "adds", "person", "code"),
    [
        (2, -3, True, "too_few"),
        (100, 1, True, "too_many"),
        (0, 1, False, "wrong_holder"),
        (3, -1, False, ""),
        (0, 1, True, ""),
    ],
)
def test_who_may_hold_how_many_shares_of_a_class(holds: int, adds: int, person: bool, code: str) -> None:
    assert statutes.may_hold(CLASS_A, holds, adds, is_person=person).code == code


def test_fewer_shares_than_the_minimum_are_not_left() -> None:
    terms = dataclasses.replace(CLASS_A, shares_min=2)
    assert statutes.may_hold(terms, 3, -2, is_person=True).code == "below_minimum"
    assert statutes.may_hold(terms, 3, -3, is_person=True).code == ""


def test_an_answer_says_what_it_costs_what_waits_on_a_value_and_what_is_booked() -> None:
    held = movements.Held(4, 200_00)
    line = seasons.Line("A", 4, held, RefundRule.LOWER, ShareValue.of("37.5"))
    unknown = seasons.Line("A", 4, held, RefundRule.LOWER, None)
    asked = seasons.Asked(1, 7, True, 4, (line,))
    answer = seasons.Answer(asked, "granted", (seasons.Refund(line, 4, 200_00, 150_00),), 0, 0)
    assert (answer.cents, answer.untested, answer.leaves) == (150_00, False, True)
    waiting = seasons.Answer(seasons.Asked(1, 7, True, 4, (unknown,)), "queued", (), 4, 0)
    assert (waiting.cents, waiting.untested, waiting.leaves) == (0, True, False)
    booked = answer.entries()
    assert (movements.shares_account("A"), 7, -4) in booked
    assert sum(amount for _account, _owner, amount in booked) == 0


def test_a_board_that_suspends_leaves_requests_in_the_queue_and_one_that_refuses_ends_them() -> None:
    line = seasons.Line("A", 4, movements.Held(4, 200_00), RefundRule.PAID, None)
    asked = [seasons.Asked(1, 7, True, 4, (line,)), seasons.Asked(2, 8, True, 0, ())]
    for outcome, state in ((Outcome.SUSPEND, "queued"), (Outcome.REFUSE, "refused")):
        answers = seasons.answers(asked, outcome)
        assert [(each.state, each.refunds, each.left) for each in answers] == [
            (state, (), 4),
            ("granted", (), 0),
        ]
