"""Days the rules count with: windows of the year, and the end of an earlier award's hold. No clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from commonweal.kernel.periods import years_later
from commonweal.projects.rules.answers import Parameters

DayOfYear = tuple[int, int]


class Reading(StrEnum):
    """The two published readings of the three-year rule."""

    BETWEEN_APPLICATIONS = "between_applications"
    CALENDAR_YEARS_AFTER_AWARD = "calendar_years_after_award"


@dataclass(frozen=True, slots=True)
class Window:
    """Applications from `first` to `last`, maybe over New Year, are for projects from `earliest`."""

    first: DayOfYear
    last: DayOfYear
    earliest: DayOfYear

    def __contains__(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


def _day_of_year(text: object) -> DayOfYear:
    # A leap year accepts every day a rule can name.
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError as trouble:
        raise ValueError(f"{text!r} is no day of the year: write 06-09 for the ninth of June") from trouble
    return day.month, day.day


def windows(parameters: Parameters) -> tuple[Window, ...]:
    """The parameter `windows`: a list of `{"from": "01-10", "to": "04-09", "earliest": "06-09"}`.

    Raises ValueError when it is something else.
    """
    rows = parameters.get("windows")
    if not isinstance(rows, (list, tuple)) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"the parameter windows must be a list of windows, not {rows!r}")
    return tuple(
        Window(_day_of_year(row.get("from")), _day_of_year(row.get("to")), _day_of_year(row.get("earliest")))
        for row in rows
    )


def _in_year(year: int, day: DayOfYear) -> date:
    return years_later(date(2000, *day), year - 2000)


def earliest_start(submitted_on: date, among: tuple[Window, ...]) -> date | None:
    """The first day a project sent on a day may start: its window's next `earliest`; None outside all."""
    for window in among:
        if submitted_on in window:
            this_year = _in_year(submitted_on.year, window.earliest)
            return (
                this_year if this_year >= submitted_on else _in_year(submitted_on.year + 1, window.earliest)
            )
    return None


def free_again_on(reading: Reading, years: int, applied_on: date, awarded_on: date) -> date:
    """The first day on which a new application may be sent after an award.

    Between applications: the same day `years` later. Calendar years after the award: 1 January once `years`
    full calendar years have passed after the year of the award.
    """
    if reading is Reading.BETWEEN_APPLICATIONS:
        return years_later(applied_on, years)
    return date(awarded_on.year + years + 1, 1, 1)
