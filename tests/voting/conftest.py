"""The clock stands still at the moment the factories use."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests import factories as make


@pytest.fixture
def at_the_test_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: make.NOW)
