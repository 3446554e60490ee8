"""Days in Belgium: on which one a moment falls, around midnight and both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.kernel.days import day_of, moment_at


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2027, 3, 27, 22, 59, tzinfo=UTC), date(2027, 3, 27)),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2027, 10, 31, 22, 59, tzinfo=UTC), date(2027, 10, 31)),
        (datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=9))), date(2026, 11, 30)),
    ],
)
def test_a_moment_falls_on_the_day_clocks_in_belgium_show(moment: datetime, day: date) -> None:
    assert day_of(moment) == day


def test_a_moment_without_a_zone_falls_on_no_certain_day() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        day_of(datetime(2026, 11, 30, 12, 0))


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.times())
def test_every_hour_of_a_day_falls_on_that_day(day: date, hour: time) -> None:
    assert day_of(moment_at(day, hour).astimezone(UTC)) == day
