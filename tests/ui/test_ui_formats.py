"""Amounts, days and moments are written as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from commonweal.ui import formats, wording
from tests.clock import Clock

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("language", "whole", "broken", "owed"),
    [
        ("fr", "1 800 €", "1 234 567,50 €", "−40 €"),
        ("nl", "€ 1.800", "€ 1.234.567,50", "€ −40"),
        ("de", "1.800 €", "1.234.567,50 €", "−40 €"),
        ("en", "€1,800", "€1,234,567.50", "−€40"),
    ],
)
def test_an_amount_is_written_as_the_language_writes_it(
    language: str, whole: str, broken: str, owed: str
) -> None:
    with override(language):
        assert formats.euros(180_000).replace(SPACE, " ") == whole
        assert formats.euros(123_456_750).replace(SPACE, " ") == broken
        assert formats.euros(-4_000).replace(SPACE, " ") == owed


@pytest.mark.parametrize(
    ("language", "day", "first"),
    [
        ("fr", "jeudi 3 décembre 2026", "vendredi 1er janvier 2027"),
        ("nl", "donderdag 3 december 2026", "vrijdag 1 januari 2027"),
        ("de", "Donnerstag, 3. Dezember 2026", "Freitag, 1. Januar 2027"),
        ("en", "Thursday 3 December 2026", "Friday 1 January 2027"),
    ],
)
def test_a_day_is_written_in_full(language: str, day: str, first: str) -> None:
    with override(language):
        assert formats.day(date(2026, 12, 3)) == day
        assert formats.day(date(2027, 1, 1)) == first


@pytest.mark.parametrize(
    ("language", "whole", "broken"),
    [
        ("fr", "jeudi 3 décembre 2026 à 20 h", "jeudi 3 décembre 2026 à 20 h 05"),
        ("nl", "donderdag 3 december 2026 om 20 uur", "donderdag 3 december 2026 om 20.05 uur"),
        ("de", "Donnerstag, 3. Dezember 2026, 20 Uhr", "Donnerstag, 3. Dezember 2026, 20.05 Uhr"),
        ("en", "Thursday 3 December 2026, 20:00", "Thursday 3 December 2026, 20:05"),
    ],
)
def test_a_moment_is_written_in_brussels_time(language: str, whole: str, broken: str) -> None:
    with override(language):
        assert formats.moment(datetime(2026, 12, 3, 19, 0, tzinfo=UTC)).replace(SPACE, " ") == whole
        assert formats.moment(datetime(2026, 12, 3, 19, 5, tzinfo=UTC)).replace(SPACE, " ") == broken


def test_a_moment_late_in_the_evening_falls_on_its_brussels_day() -> None:
    with override("en"):
        assert formats.day(datetime(2026, 12, 3, 23, 30, tzinfo=UTC)) == "Friday 4 December 2026"


@pytest.mark.parametrize(
    ("closes_on", "words"),
    [
        (date(2026, 11, 22), "closed"),
        (date(2026, 11, 23), "today is the last day"),
        (date(2026, 11, 25), "two days left"),
        (date(2026, 12, 3), "ten days left"),
        (date(2026, 12, 4), "11 days left"),
    ],
)
def test_days_left_are_words_up_to_ten(closes_on: date, words: str, now: datetime) -> None:
    with override("en"):
        assert formats.days_left(closes_on, now) == words


def test_days_left_asks_the_clock_of_the_program(clock: Clock) -> None:
    clock.go_to(datetime(2031, 5, 1, 9, 0, tzinfo=UTC))
    assert formats.days_until(date(2031, 5, 4)) == 3


def test_days_left_counts_calendar_days_in_brussels() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert formats.days_until(datetime(2026, 11, 24, 10, 0, tzinfo=UTC), late) == 0
    with override("en"):
        assert formats.days_left(1) == "one day left"


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Montant\u00a0: 3"), ("nl", "Montant: 3"), ("de", "Montant: 3"), ("en", "Montant: 3")],
)
def test_what_is_joined_by_a_colon_is_spaced_as_the_language_does(language: str, said: str) -> None:
    with override(language):
        assert formats.joined("Montant", 3) == said
        assert wording.named("Montant\u00a0:", "3") == said
        assert formats.joined("a", "b", sign=";") == f"a{said[7:-3]}; b"
