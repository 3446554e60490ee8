"""The rules of leaving: windows, who may ask, what one gets, what the board may decide, who gets how much of a part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.kernel.money import ShareValue
from commonweal.membership.rules.exits import (
    Accounts,
    ExitTerms,
    ExitTest,
    Leaver,
    Load,
    Outcome,
    financial_year,
    may_be_worth,
    may_decide,
    may_give_back,
    may_leave,
    may_withdraw,
    month_end,
    reduced,
    refund_cents,
    room,
    window_for,
    window_of,
)
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import RefundRule

TERMS = ExitTerms(1, 6, False, 6, 1, 2, 10)
ADULT = Leaver(False, date(1935, 3, 15), date(1980, 5, 1))


def test_the_window_is_the_first_months_of_the_financial_year_and_paid_a_month_after_its_effect() -> None:
    window = window_of(2026, TERMS)
    assert (window.opens_on, window.closes_on) == (date(2026, 1, 1), date(2026, 6, 30))
    assert (window.effect_on, window.pay_by) == (date(2026, 6, 30), date(2026, 7, 31))
    broken = replace(TERMS, year_starts=10, effect_month=12, refund_months=2)
    window = window_of(2026, broken)
    assert (window.opens_on, window.closes_on) == (date(2026, 10, 1), date(2027, 3, 31))
    assert (window.effect_on, window.pay_by) == (date(2027, 9, 30), date(2027, 11, 30))


@pytest.mark.parametrize(
    ("year", "month", "last"),
    [(2026, 12, date(2026, 12, 31)), (2024, 2, date(2024, 2, 29)), (2026, 13, date(2027, 1, 31))],
)
def test_a_month_ends_on_its_last_day_also_beyond_the_year(year: int, month: int, last: date) -> None:
    assert month_end(year, month) == last


def test_a_request_after_the_window_waits_for_the_next_one() -> None:
    assert window_for(date(2026, 6, 30), TERMS).year == 2026
    assert window_for(date(2026, 7, 1), TERMS).year == 2027
    october = replace(TERMS, year_starts=10)
    assert financial_year(date(2026, 9, 30), 10) == 2025
    assert window_for(date(2027, 3, 31), october).year == 2026
    assert window_for(date(2027, 4, 1), october).year == 2027


@pytest.mark.parametrize(
    ("leaver", "code"),
    [
        (ADULT, ""),
        (replace(ADULT, born_on=None), ""),
        (replace(ADULT, born_on=date(2010, 3, 2)), "minor"),
        (replace(ADULT, born_on=date(2010, 3, 2), papers=True), ""),
        (replace(ADULT, born_on=date(2008, 3, 1)), ""),
        (replace(ADULT, protected=True), "protected"),
        (replace(ADULT, protected=True, papers=True), ""),
        (replace(ADULT, founder=True), ""),
        (Leaver(True, date(2025, 5, 1), None), "founder"),
        (Leaver(False, date(2025, 5, 1), None), ""),
        (Leaver(True, date(2024, 12, 31), None), ""),
    ],
)
def test_who_may_ask_on_the_first_of_march(leaver: Leaver, code: str) -> None:
    decision = may_leave(leaver, date(2026, 3, 1), TERMS)
    assert (decision.allowed, decision.code) == (not code, code)
    assert bool(decision.reason) == bool(code)


def test_founders_may_ask_for_their_third_financial_year_once_the_second_window_has_closed() -> None:
    founder = Leaver(True, date(2025, 5, 1), None)
    assert not may_leave(founder, date(2026, 6, 30), TERMS)
    assert may_leave(founder, date(2026, 7, 1), TERMS)


@pytest.mark.parametrize(
    ("share_class", "count", "partial", "code"),
    [
        ("", 0, False, ""),
        ("A", 3, False, "no_part"),
        ("A", 3, True, ""),
        ("A", 10, True, ""),
        ("A", 11, True, "too_many"),
        ("A", 0, True, "too_many"),
        ("B", 1, True, "too_many"),
    ],
)
def test_what_may_be_given_back(share_class: str, count: int, partial: bool, code: str) -> None:
    held = {"A": Held(10, 500_00)}
    assert may_give_back(held, share_class, count, replace(TERMS, partial=partial)).code == code


def test_without_shares_there_is_nothing_to_give_back() -> None:
    assert may_give_back({}, "", 0, TERMS).code == "no_shares"


def test_a_request_is_taken_back_until_the_window_closes() -> None:
    assert may_withdraw(date(2026, 6, 30), date(2026, 6, 30))
    assert may_withdraw(date(2026, 7, 1), date(2026, 6, 30)).code == "too_late"


@pytest.mark.parametrize(
    ("rule", "count", "value", "cents"),
    [
        (RefundRule.PAID, 10, "37.5", 500_00),
        (RefundRule.LOWER, 10, "37.5", 375_00),
        (RefundRule.LOWER, 10, "62", 500_00),
        (RefundRule.LOWER, 3, "37.5", 112_50),
        (RefundRule.LOWER, 3, "33.3333", 99_99),
        (RefundRule.LOWER, 10, "0", 0),
        (RefundRule.LOWER, 10, None, None),
        (RefundRule.IN_KIND, 10, "37.5", None),
    ],
)
def test_the_refund_follows_the_rule_of_the_class(
    rule: RefundRule, count: int, value: str | None, cents: int | None
) -> None:
    assert refund_cents(rule, count, Held(10, 500_00), ShareValue.of(value) if value else None) == cents


@pytest.mark.parametrize(
    ("net_assets_cents", "values", "code"),
    [
        (1_000_00, {"A": "33.3333"}, ""),
        (1_000_00, {"A": "333.3333"}, ""),
        (1_000_00, {"A": "333.3334"}, "above_net_assets"),
        # All classes together.
        (1_000_00, {"A": "200", "C": "80"}, ""),
        (1_000_00, {"A": "200", "C": "80.0001"}, "above_net_assets"),
        (-5_00, {"A": "0"}, ""),
        (-5_00, {"A": "0.0001"}, "above_net_assets"),
        # A class without shares is worth nothing in all.
        (0, {"B": "6.2"}, ""),
    ],
)
def test_all_shares_together_are_worth_no_more_than_the_net_assets(
    net_assets_cents: int, values: dict[str, str], code: str
) -> None:
    named = {share_class: ShareValue.of(euro) for share_class, euro in values.items()}
    accounts = Accounts(date(2025, 12, 31), net_assets_cents, named)
    assert may_be_worth(accounts, {"A": 3, "C": 5}).code == code


def test_the_threshold_counts_money_or_members() -> None:
    assert Load(10, 100, 1, 100).reaches(10)
    assert not Load(9, 100, 9, 100).reaches(10)
    assert Load(1, 100, 10, 100).reaches(10)
    assert not Load(0, 0, 0, 100).reaches(10)


def test_room_is_what_the_harder_test_leaves() -> None:
    assert room({ExitTest.NET_ASSETS: 500, ExitTest.LIQUIDITY: 300}) == 300
    assert room({ExitTest.NET_ASSETS: -500, ExitTest.LIQUIDITY: 300}) == 0
    assert room({ExitTest.NET_ASSETS: 500}) is None


@pytest.mark.parametrize(
    ("outcome", "budget", "left", "refusable", "code"),
    [
        (Outcome.PAY, None, None, False, "no_tests"),
        (Outcome.PAY, None, 1000, False, ""),
        (Outcome.PAY, None, 999, True, "tests_failed"),
        (Outcome.PART, 600, 600, False, ""),
        (Outcome.PART, 601, 600, False, "budget"),
        (Outcome.PART, 0, 600, False, "budget"),
        (Outcome.PART, None, 600, False, "budget"),
        (Outcome.PART, 1000, 2000, True, "budget"),
        (Outcome.PART, 600, 1000, False, "must_pay"),
        (Outcome.PART, 600, 1000, True, ""),
        (Outcome.SUSPEND, None, 999, False, ""),
        (Outcome.SUSPEND, None, 1000, False, "must_pay"),
        (Outcome.SUSPEND, None, 1000, True, ""),
        (Outcome.REFUSE, None, 1000, True, ""),
        (Outcome.REFUSE, None, 0, False, "below_threshold"),
    ],
)
def test_what_the_board_may_decide_when_a_thousand_is_asked(
    outcome: Outcome, budget: int | None, left: int | None, refusable: bool, code: str
) -> None:
    decision = may_decide(
        outcome, total_cents=1000, budget_cents=budget, room_cents=left, refusable=refusable
    )
    assert decision.code == code
    assert bool(decision.reason) == bool(code)


def test_a_part_in_whole_shares_with_the_rest_to_the_largest_remainders() -> None:
    assert reduced([10, 5, 1], [50_00] * 3, 400_00) == [5, 3, 0]
    assert reduced([10, 5, 1], [50_00] * 3, 800_00) == [10, 5, 1]
    assert reduced([10, 10], [50_00, 6_20], 281_00) == [5, 5]


@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(1, 300_00)), min_size=1, max_size=30),
    st.integers(0, 2_000_000),
)
def test_a_part_never_takes_more_than_the_budget_and_treats_all_alike(
    lines: list[tuple[int, int]], budget: int
) -> None:
    counts, prices = [count for count, _price in lines], [price for _count, price in lines]
    total = sum(count * price for count, price in lines)
    granted = reduced(counts, prices, budget)
    assert sum(count * price for count, price in zip(granted, prices, strict=True)) <= max(budget, 0)
    for count, got in zip(counts, granted, strict=True):
        assert 0 <= got <= count
        assert total <= budget or abs(got * total - count * budget) < total
