"""A test that passes on the day it was written and fails later: `make test-days` must see it."""

from __future__ import annotations

import os
from datetime import date, timedelta


def test_a_deadline_typed_as_a_date_lies_ahead() -> None:
    written_on = date.fromisoformat(os.environ["WRITTEN_ON"])
    assert date.today() < written_on + timedelta(days=5)  # noqa: DTZ011
