"""Tests that pass on the day they were written and fail later, by either clock: `make test-days` must see both."""

from __future__ import annotations

import os
from datetime import date, timedelta

import psycopg


def written_on() -> date:
    return date.fromisoformat(os.environ["WRITTEN_ON"])


def test_a_deadline_typed_as_a_date_lies_ahead() -> None:
    assert date.today() < written_on() + timedelta(days=5)  # noqa: DTZ011


def test_a_deadline_typed_as_a_date_lies_ahead_for_the_database() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT now()::date").fetchone()
    assert found is not None
    assert found[0] < written_on() + timedelta(days=5)
