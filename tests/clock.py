"""The one place from which tests take their moment: the program's clock stands still at `NOW` until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from commonweal.config import committee

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A moment in the middle of most test calls."""


class Clock:
    """The program's now, for tests to move."""

    def __init__(self, start: datetime = NOW) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def go_to(self, moment: datetime) -> None:
        """The clock set to a moment."""
        self.moment = moment

    def forward(self, **span: float) -> None:
        """The clock moved by a span: `forward(days=2, hours=1)`."""
        self.moment += timedelta(**span)


@pytest.fixture(autouse=True, scope="session")
def _stopped_clock() -> Iterator[None]:
    """The same moment for what is made once for a file or a run, before any test begins."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", Clock())
        yield


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every test. Without it a test would pass on some days and fail on others."""
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    # The committee's machine has no framework, and a clock of its own.
    monkeypatch.setattr(committee, "now", made)
    # The codes of authenticator apps change each half minute; so do those of the tests' clock, and only then.
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time",
        lambda: iter([int(made.moment.timestamp()) // 30]),
    )
    return made


@pytest.fixture
def now() -> datetime:
    """The moment at which the clock of a test starts."""
    return NOW
