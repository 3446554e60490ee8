"""A database without ambitions: these tests load them themselves."""

from __future__ import annotations

import pytest

from commonweal.ambitions.models import Ambition


@pytest.fixture(autouse=True)
def _nothing_loaded(db: None) -> None:
    Ambition.objects.all().delete()
