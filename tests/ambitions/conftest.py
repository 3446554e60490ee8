"""A database without ambitions: these tests load them themselves."""

from __future__ import annotations

import pytest

from commonweal.ambitions.models import Ambition


@pytest.fixture(autouse=True)
def _nothing_loaded(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db") is None and "db" not in request.fixturenames:
        return
    request.getfixturevalue("db")
    Ambition.objects.all().delete()
