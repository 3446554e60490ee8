"""The announced days of a call by themselves: free in preparation, later only once announced, fixed once over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from commonweal.projects.rules.deadlines import ANNOUNCED, misplaced

DAYS = {name: date(2027, 1, 1) + timedelta(days=place) for place, name in enumerate(ANNOUNCED)}


def moved(days: int) -> dict[str, date]:
    return {name: day + timedelta(days=days) for name, day in DAYS.items()}


@pytest.mark.parametrize(
    ("state", "days", "names"),
    [
        ("prepared", -5, ()),
        ("applications", 0, ()),
        ("applications", 1, ()),
        ("applications", -1, ANNOUNCED),
        ("check", 1, ("applies_until",)),
        ("vote", 1, ANNOUNCED),
        ("decided", 0, ()),
    ],
)
def test_days_move_later_until_they_are_over(state: str, days: int, names: tuple[str, ...]) -> None:
    assert misplaced(state, DAYS, moved(days)) == names


def test_days_nobody_names_stay() -> None:
    assert misplaced("vote", DAYS, {}) == ()
