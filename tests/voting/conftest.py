"""The clock stands still at the moment the factories use; what is read outside a page is read in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from tests import factories as make


@pytest.fixture
def at_the_test_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: make.NOW)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    # A test client leaves the language of its last page behind.
    with translation.override("en"):
        yield
