"""A database without places: these tests load them themselves."""

from __future__ import annotations

import pytest
from django.db import connection

from commonweal.places.models import Municipality, Postcode, Province, Region


@pytest.fixture(autouse=True)
def _nothing_loaded(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db") is None and "db" not in request.fixturenames:
        return
    request.getfixturevalue("db")
    for model in (Postcode, Municipality, Province, Region):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        # What the deletions left to check later would keep a test from changing the tables themselves.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
