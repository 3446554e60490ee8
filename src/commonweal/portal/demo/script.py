"""The demo's content, read from the files in `content/`, and its calendar around today. Writes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from commonweal.kernel.days import day_of, moment_at

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("fr", "nl", "de", "en")
SEED = 20_260_901
SETTLED_DAYS = 900


@cache
def cast() -> dict[str, Any]:
    """The people with a name of their own, organisations, names and streets for the crowd."""
    found: dict[str, Any] = json.loads((CONTENT / "cast.json").read_text(encoding="utf-8"))
    return found


@cache
def calls() -> dict[str, Any]:
    """The three calls with their texts in four languages."""
    found: dict[str, Any] = json.loads((CONTENT / "calls.json").read_text(encoding="utf-8"))
    return found


@cache
def projects(call: str) -> tuple[dict[str, Any], ...]:
    """The projects of a call, each in the language it was written in."""
    return tuple(
        {**written, "language": language}
        for language in LANGUAGES
        for written in json.loads((CONTENT / f"projects-{language}.json").read_text(encoding="utf-8"))
        if written["call"] == call
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days around the moment the demo is loaded."""

    now: datetime

    @property
    def today(self) -> date:
        """The day it is loaded, in Belgium."""
        return day_of(self.now)

    def day(self, offset: int) -> date:
        """The day so many days from today."""
        return self.today + timedelta(days=offset)

    def at(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """An hour of the day so many days from today, never later than now for days gone by."""
        moment = moment_at(self.day(offset), time(hour, minute))
        return min(moment, self.now) if offset <= 0 else moment

    @property
    def settled(self) -> datetime:
        """A moment well before everything the demo tells."""
        return self.now - timedelta(days=SETTLED_DAYS)
