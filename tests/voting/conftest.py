"""What is read outside a page is read in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    # A test client leaves the language of its last page behind.
    with translation.override("en"):
        yield
