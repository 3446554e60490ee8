"""The floor under coverage bears weight: a branch missed in a rule, or a tenth of a page, is named."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

floor = runpy.run_path(str(Path(__file__).parent.parent / "scripts" / "coverage_floor.py"))


def file(percent: float) -> dict[str, Any]:
    return {"summary": {"percent_covered": percent}, "missing_lines": [7], "missing_branches": [[7, 9]]}


@pytest.mark.parametrize(
    ("name", "percent", "falls_short"),
    [
        ("src/commonweal/projects/rules/kinds.py", 99.9, True),
        ("src/commonweal/people/rules.py", 99.9, True),
        ("src/commonweal/voting/states.py", 99.9, True),
        ("src/commonweal/allocation/count.py", 99.9, True),
        ("src/commonweal/allocation/count.py", 100.0, False),
        ("src/commonweal/projects/views/desk.py", 89.9, True),
        ("src/commonweal/projects/views/desk.py", 90.0, False),
    ],
)
def test_a_file_below_its_floor_is_named(name: str, percent: float, falls_short: bool) -> None:
    assert bool(floor["shortfalls"]({name: file(percent)})) == falls_short


def test_the_tests_of_every_area_that_may_know_an_area_reach_it() -> None:
    layers = "config\nportal\nvoting\npeople\nplaces | ledger\nkernel"
    assert floor["reaching"](["voting"], layers) == ["journeys", "config", "portal", "voting"]
    assert floor["reaching"](["voting", "ledger"], layers) == [
        "journeys",
        "config",
        "portal",
        "voting",
        "people",
        "ledger",
    ]
    assert set(floor["reaching"](["config"])) == {"journeys", "config"}
