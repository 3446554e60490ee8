"""Days as people in Belgium count them: the one place that says on which day a moment falls. Never asks what time it is."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date

ZONE = ZoneInfo("Europe/Brussels")
"""The zone in which a cooperative under Belgian law counts days, months and years."""


def day_of(moment: datetime) -> date:
    """The calendar day in Belgium on which a moment falls: at 0:30 in Liège it is already the next day, in UTC not yet.

    Raises ValueError for a moment without a zone: nobody knows which day it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone falls on no certain day")
    return moment.astimezone(ZONE).date()


def moment_at(day: date, hour: time) -> datetime:
    """The moment at which clocks in Belgium show an hour on a day; where they show it twice, the first one."""
    return datetime.combine(day, hour, ZONE)
