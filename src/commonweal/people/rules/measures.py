"""Measures of safety that a cooperative may decide otherwise: each value with the day it starts and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

BEGINNING = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Measure:
    """One value from a day on; a later row of the same code takes its place."""

    code: str
    starts_on: date
    value: int
    why: str


STAFF_IDLE_MINUTES = "staff_idle_minutes"
FRESH_MINUTES = "fresh_minutes"
ADMINISTRATOR_HOURS = "administrator_hours"

MEASURES = (
    Measure("register", BEGINNING, 10, "pages of the register a member reads in a day (own decision)"),
    Measure("codes", BEGINNING, 30, "tracking codes looked up from one address in an hour (own decision)"),
    Measure("pdf", BEGINNING, 60, "documents made for one person in an hour (own decision)"),
    Measure(
        STAFF_IDLE_MINUTES,
        BEGINNING,
        30,
        "minutes after which staff prove again that it is them (own decision, within OWASP ASVS 5.0, 7.3.1)",
    ),
    Measure(
        FRESH_MINUTES,
        BEGINNING,
        15,
        "minutes for which a proof of who one is counts before money, roles and accounts (own decision, ASVS 7.5.1)",
    ),
    # The database asks for the same (people/migrations/0004_guards_of_staff.py); a test holds one to the other.
    Measure(
        ADMINISTRATOR_HOURS,
        BEGINNING,
        24,
        "hours somebody was administrator before what they confirm was asked, so colleagues read of it (own decision)",
    ),
)


def measure(code: str, on: date) -> int:
    """The value that holds on a day. Raises KeyError for a code or day without one."""
    held = [each for each in MEASURES if each.code == code and each.starts_on <= on]
    if not held:
        raise KeyError(code, on)
    return max(held, key=lambda each: each.starts_on).value


@dataclass(frozen=True, slots=True)
class Limited:
    """What is counted: on which methods, by address or by person (by address for visitors), in a day or an hour."""

    code: str
    methods: frozenset[str]
    by_address: bool
    daily: bool


LIMITS = {
    each.code: each
    for each in (
        Limited("register", frozenset({"POST"}), by_address=False, daily=True),
        Limited("codes", frozenset({"POST"}), by_address=True, daily=False),
        Limited("pdf", frozenset({"GET", "HEAD"}), by_address=False, daily=False),
    )
}


def span_of(limited: Limited, local: datetime) -> tuple[datetime, datetime]:
    """The day or hour a local moment lies in: its beginning, and the moment at which counting begins anew."""
    if not limited.daily:
        start = local.replace(minute=0, second=0, microsecond=0)
        return start, start + timedelta(hours=1)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)
