"""The floor under coverage bears weight: a branch missed in a rule, or a tenth of a page, is named."""

from __future__ import annotations

import runpy
import time
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


def test_a_measure_that_takes_too_long_is_given_up_with_all_it_started(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    child = f"trap 'echo end >{heard}; exit' TERM; echo up >{tmp_path / 'up'}; while :; do sleep 0.05; done"
    words = ["sh", "-c", f'sh -c "{child}" & while [ ! -e {tmp_path / "up"} ]; do sleep 0.05; done; wait']
    assert floor["_run"](words, 5.0) is None
    for _each in range(200):
        if heard.exists():
            break
        time.sleep(0.05)
    assert heard.read_text() == "end\n"
    assert floor["_run"](["sh", "-c", "exit 3"], None) == 3
