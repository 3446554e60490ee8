"""A clock that tests move, a site with places, ambitions and rules, read in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone, translation

from commonweal.ambitions.actions import load_published
from commonweal.places.actions import import_gazetteer
from commonweal.projects.actions import load_rulebook
from tests import factories as make


class Clock:
    """The program's now."""

    def __init__(self) -> None:
        self.moment = make.NOW

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture
def world(db: None, clock: Clock) -> None:
    import_gazetteer()
    load_published()
    load_rulebook(by=None, now=make.NOW)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    # A test client leaves the language of its last page behind.
    with translation.override("en"):
        yield
