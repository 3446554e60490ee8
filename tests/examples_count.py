"""How many examples a property is tried on: a fifth, always the same, in `make test`; all, and new ones, in `make proof`.

A run that is green today is green tomorrow: a surprise belongs to the run that looks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import settings

WHOLE = os.environ.get("EXAMPLES") == "all"


def examples(count: int) -> Callable[[Any], Any]:
    """A decorator that tries a property on `count` examples, or on a fifth of them."""
    return settings(
        max_examples=count if WHOLE else max(count // 5, 20),
        deadline=None,
        derandomize=not WHOLE,
        database=None,
    )
