"""A site with places, ambitions and rules, at the moment the factories use."""

from __future__ import annotations

import pytest
from django.utils import timezone

from commonweal.ambitions.actions import load_published
from commonweal.places.actions import import_gazetteer
from commonweal.projects.actions import load_rulebook
from tests import factories as make


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: make.NOW)
    import_gazetteer()
    load_published()
    load_rulebook(by=None, now=make.NOW)
