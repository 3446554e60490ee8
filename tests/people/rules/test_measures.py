"""Limits and spans that a cooperative may decide otherwise, by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from commonweal.people.rules import measures
from commonweal.people.rules.measures import LIMITS, Measure, measure, span_of


def test_the_limits_are_those_that_were_decided() -> None:
    today = date(2026, 11, 23)
    assert [measure(code, today) for code in ("register", "codes", "pdf")] == [10, 30, 60]
    assert all(each.why for each in measures.MEASURES)


def test_a_later_value_holds_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Measure("pdf", date(2027, 1, 1), 5, "a test")
    monkeypatch.setattr(measures, "MEASURES", (later, *measures.MEASURES))
    assert (measure("pdf", date(2026, 12, 31)), measure("pdf", date(2027, 1, 1))) == (60, 5)


def test_there_is_no_value_before_the_first() -> None:
    with pytest.raises(KeyError):
        measure("pdf", date(1990, 1, 1))
    with pytest.raises(KeyError):
        measure("unknown", date(2026, 1, 1))


def test_a_day_and_an_hour_begin_and_end_where_the_clock_says() -> None:
    moment = datetime(2026, 11, 23, 10, 41, 7)
    assert span_of(LIMITS["register"], moment) == (
        datetime(2026, 11, 23),
        datetime(2026, 11, 24),
    )
    start, end = span_of(LIMITS["codes"], moment)
    assert (start, end - start) == (datetime(2026, 11, 23, 10), timedelta(hours=1))
