"""What a dividend is: caps, cent-days, cents that add up, tax by the regime of the year."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.dividends.rules import (
    AFTER_TAX,
    BEFORE_TAX,
    Cap,
    Rates,
    Regime,
    Share,
    class_parts,
    gross_parts,
    highest_rate,
    may_distribute,
    may_share,
    shares_of,
    taxed,
    weighted,
)
from commonweal.dividends.states import DIVIDEND, DividendState
from commonweal.kernel.money import shared_out

BY_RETURN = Regime(30, 833_00, at_source=False)
AT_SOURCE = Regime(30, 190_00, at_source=True)


CAP = Cap(6, AFTER_TAX)


def test_six_percent_after_a_tax_of_thirty_allow_eight_and_a_half_before_it() -> None:
    assert highest_rate(CAP, 30) == 8_57
    assert highest_rate(Cap(6, BEFORE_TAX), 30) == 6_00
    with pytest.raises(ValueError):
        Cap(6, "something else")


@pytest.mark.parametrize(
    ("rates", "others", "code"),
    [
        ({"A": 8_57}, [], ""),
        ({"A": 8_58}, [], "above_cap"),
        ({"A": 4_00}, [Rates({"A": 5_00}, 30)], "above_cap"),
        ({"A": 4_00}, [Rates({"A": 2_00}, 30), Rates({"A": 2_57}, 30)], ""),
        ({"A": 4_00}, [Rates({"A": 2_00}, 30), Rates({"A": 2_58}, 30)], "above_cap"),
        # Class by class: what another class got takes nothing from this one.
        ({"A": 8_57, "B": 1_00}, [Rates({"B": 7_57}, 30)], ""),
        ({"A": 1_00, "B": 1_01}, [Rates({"B": 7_57}, 30)], "above_cap"),
        # Six percent went out untaxed: nothing is left, whatever this one is taxed.
        ({"A": 1}, [Rates({"A": 6_00}, 0)], "above_cap"),
        ({"A": 0}, [], "no_rate"),
        ({"A": 1_00, "B": -1}, [], "no_rate"),
    ],
)
def test_the_dividends_of_a_year_stay_under_the_cap_together(
    rates: dict[str, int], others: list[Rates], code: str
) -> None:
    decision = may_share(Rates(rates, 30), others, CAP)
    assert (decision.code, bool(decision)) == (code, code == "")


@given(st.lists(st.integers(1, 900), min_size=1, max_size=8))
def test_however_a_year_is_cut_nobody_gets_more_than_the_cap_allows(asked: list[int]) -> None:
    taken: list[Rates] = []
    for rate in asked:
        if may_share(Rates({"A": rate}, 30), taken, CAP):
            taken.append(Rates({"A": rate}, 30))
    assert sum(each.by_class["A"] for each in taken) * 70 <= 6_00 * 100


@pytest.mark.parametrize(("room", "code"), [(None, "no_tests"), (99, "tests_failed"), (100, "")])
def test_a_dividend_needs_both_tests_and_what_they_leave(room: int | None, code: str) -> None:
    assert may_distribute(100, room).code == code


def test_each_class_has_its_own_rate() -> None:
    assert weighted({"A": 365_00, "B": 100}, {"A": 3_00, "C": 1}) == 365_00 * 300
    assert weighted({"A": 2, "B": 3}, {"A": 10, "B": 100}) == 320


weights = st.lists(st.integers(1, 10**12), min_size=1, max_size=60)


@given(weights, st.integers(1, 900), st.sampled_from([365, 366, 730]))
def test_the_cents_add_up_and_nobody_is_a_cent_off_their_exact_part(
    cent_days: list[int], rate: int, days: int
) -> None:
    parts = gross_parts([each * rate for each in cent_days], days)
    exact = [Fraction(each * rate, 10_000 * days) for each in cent_days]
    assert sum(parts) == int(sum(exact))
    assert all(abs(part - each) < 1 for part, each in zip(parts, exact, strict=True))
    up = [each % 1 for part, each in zip(parts, exact, strict=True) if part > each]
    down = [each % 1 for part, each in zip(parts, exact, strict=True) if part < each]
    assert not up or not down or min(up) >= max(down)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=40), st.integers(1, 900))
def test_where_the_whole_is_whole_it_is_the_kernels_way_of_sharing(counts: list[int], rate: int) -> None:
    # One more weight makes the whole a whole number of cents; both ways then share the same cents.
    whole = 10_000 * 365
    step = whole // gcd(rate, whole)
    cent_days = [*counts, step - sum(counts) % step]
    assert gross_parts([each * rate for each in cent_days], 365) == shared_out(
        sum(cent_days) * rate // whole, cent_days
    )


def test_the_first_of_equals_gets_the_cent_left() -> None:
    # A tenth of a cent each, ten of them: one cent.
    assert gross_parts([365 * 10_00] * 10, 365) == [1, *[0] * 9]


def test_the_whole_is_told_by_class_to_the_cent() -> None:
    assert class_parts(100, {"A": 1, "B": 1, "C": 1}) == {"A": 34, "B": 33, "C": 33}
    assert class_parts(0, {"A": 0}) == {"A": 0}


@pytest.mark.parametrize(
    ("gross", "regime", "left", "share"),
    [
        (1_000_00, BY_RETURN, 833_00, Share(1_000_00, 0, 300_00)),
        (1, BY_RETURN, 0, Share(1, 0, 0)),
        (5, BY_RETURN, 0, Share(5, 0, 2)),
        (200_00, AT_SOURCE, 190_00, Share(200_00, 190_00, 3_00)),
        (100_00, AT_SOURCE, 190_00, Share(100_00, 100_00, 0)),
        (100_00, AT_SOURCE, 0, Share(100_00, 0, 30_00)),
    ],
)
def test_tax_is_withheld_as_the_year_has_it(gross: int, regime: Regime, left: int, share: Share) -> None:
    assert taxed(gross, regime, left) == share
    assert share.net == gross - share.tax


def test_an_exemption_at_source_is_used_once_by_a_taxpayer_and_never_by_an_organisation() -> None:
    # Person 7 stands there twice and got 50 euro exempt from a run before; the last one is an organisation.
    shares = shares_of([100_00, 100_00, 100_00, 100_00], [7, 8, 7, None], AT_SOURCE, {7: 50_00})
    assert [share.exempt for share in shares] == [100_00, 100_00, 40_00, 0]
    assert [share.tax for share in shares] == [0, 0, 18_00, 30_00]
    assert [share.tax for share in shares_of([100_00], [7], BY_RETURN, {})] == [30_00]


def test_the_table_of_states_has_no_way_back_and_no_dead_end_before_the_end() -> None:
    assert DIVIDEND.permits("proposed", "approve")
    assert not DIVIDEND.permits("approved", "withdraw")
    assert {move.name for move in DIVIDEND.moves_from("closed")} == {"pay"}
    assert not DIVIDEND.moves_from(DividendState.WITHDRAWN)
