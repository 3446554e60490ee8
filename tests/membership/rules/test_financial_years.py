"""Financial years of the statutes: one behind the other, also where a decision moves them."""

from __future__ import annotations

from datetime import date

import pytest

from commonweal.membership.rules.statutes import financial_years

JANUARY, JULY = [(date(2019, 5, 1), 1)], [(date(2019, 5, 1), 7)]


@pytest.mark.parametrize(
    ("months", "years"),
    [
        (JANUARY, [("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")]),
        (JULY, [("2024-07-01", "2025-06-30")]),
        # Moved from January to July from 2025 on: the year between is eighteen months long.
        ([*JANUARY, (date(2025, 1, 1), 7)], [("2024-01-01", "2025-06-30")]),
        # Moved while the year ran: it is cut short.
        ([*JANUARY, (date(2025, 2, 1), 7)], [("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-06-30")]),
    ],
)
def test_financial_years_follow_one_another_without_a_gap(
    months: list[tuple[date, int]], years: list[tuple[str, str]]
) -> None:
    found = [(first.isoformat(), last.isoformat()) for first, last in financial_years(months, 2024, 2025)]
    assert found == years


def test_without_statutes_there_is_no_financial_year() -> None:
    with pytest.raises(ValueError):
        financial_years([], 2024, 2025)
