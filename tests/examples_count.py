"""How many examples a property is tried on: a fifth, always the same, in `make test`; all, and new ones, in `make proof`.

A run that is green today is green tomorrow: a surprise belongs to the run that looks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

WHOLE = os.environ.get("EXAMPLES") == "all"
# As Hypothesis has it.
USUAL = 100


def _tried_on(count: int) -> dict[str, Any]:
    # How long an example takes says how busy the machine is: neither a deadline nor a warning of slowness.
    return {
        "max_examples": count if WHOLE else max(count // 5, 20),
        "deadline": None,
        "suppress_health_check": [HealthCheck.too_slow],
        "derandomize": not WHOLE,
        "database": None,
    }


def load_examples() -> None:
    """Makes this what holds for each property that says nothing else."""
    settings.register_profile("ours", **_tried_on(USUAL))
    settings.load_profile("ours")


def examples(count: int) -> Callable[[Any], Any]:
    """A decorator that tries a property on `count` examples, or on a fifth of them."""
    return settings(**_tried_on(count))
