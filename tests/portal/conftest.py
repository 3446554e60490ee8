"""A site with places, ambitions and rules at the moment the factories use, read in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from commonweal.ambitions.actions import load_published
from commonweal.places.actions import import_gazetteer
from commonweal.projects.actions import load_rulebook
from tests import factories as make


@pytest.fixture
def at_the_test_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: make.NOW)


@pytest.fixture
def world(db: None, at_the_test_moment: None) -> None:
    import_gazetteer()
    load_published()
    load_rulebook(by=None, now=make.NOW)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    # A test client leaves the language of its last page behind.
    with translation.override("en"):
        yield
