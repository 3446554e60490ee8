"""Every branch of what is pure (rules, states, kernel, allocation), held in each whole run.

What counts is seen by the tests that need no database. Tracing everything costs half as much again; these tests
are a small part of the run, and the others go untraced. So do those marked `untraced`: they count thousands of
elections, which takes twice as long when traced, and go through no branch that a small example does not take too.
Switched on by `-p tests.pure_coverage`, as `make test` does.
"""

from __future__ import annotations

import importlib
import os
import runpy
from pathlib import Path
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).parent.parent
PURE = [
    f"*/src/commonweal/{each}"
    for each in ("*/rules/*", "*/rules.py", "*/states/*", "*/states.py", "kernel/*", "allocation/*")
]
# As `scripts/coverage_floor.py` has it: half of each runs in other processes; `make coverage` holds nine tenths.
WITH_PROCESSES = [f"*/src/commonweal/kernel/{each}.py" for each in ("apart", "tied")]
NEEDS_A_DATABASE = {"db", "transactional_db", "live_server", "_django_db_helper"}
SHORT = pytest.StashKey[list[str]]()


def data_files() -> Path:
    """The name that the data files of all processes of a run begin with."""
    return Path(os.environ.get("PURE_COVERAGE", ROOT)) / ".coverage.pure"


def _new() -> coverage.Coverage:
    return coverage.Coverage(
        data_file=str(data_files()),
        data_suffix=True,
        branch=True,
        include=PURE,
        omit=WITH_PROCESSES,
        concurrency="thread",
        config_file=False,
    )


FLOOR = runpy.run_path(str(ROOT / "scripts" / "coverage_floor.py"))
TRACED = _new()


def _import_all() -> None:
    """Imports what is pure, traced: what stands at the top of a module runs only then, and the thousands of tests that
    would import it are collected in half the time untraced."""
    source = ROOT / "src"
    for path in sorted(source.rglob("*.py")):
        if FLOOR["is_pure"](path.relative_to(ROOT).as_posix()):
            module = path.relative_to(source).with_suffix("")
            importlib.import_module(".".join(module.parts).removesuffix(".__init__"))


TRACED.start()
_import_all()
TRACED.stop()


def pytest_configure(config: pytest.Config) -> None:
    # What a run that was killed left behind would count as seen in this one.
    if not hasattr(config, "workerinput"):
        for old in data_files().parent.glob(f"{data_files().name}.*"):
            old.unlink()


def is_traced(item: Any) -> bool:
    """Whether a test runs without a database, and is not marked `untraced`."""
    if item.get_closest_marker("untraced"):
        return False
    return not NEEDS_A_DATABASE & set(item.fixturenames) and item.get_closest_marker("django_db") is None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    if not is_traced(item):
        return (yield)
    TRACED.start()
    try:
        return (yield)
    finally:
        TRACED.stop()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    TRACED.stop()
    TRACED.save()
    if hasattr(session.config, "workerinput"):
        return
    together = coverage.Coverage(data_file=str(data_files()), branch=True, config_file=False)
    together.combine([str(data_files().parent)], keep=False)
    session.config.stash[SHORT] = FLOOR["pure_shortfalls"](together)
    if session.config.stash[SHORT] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if SHORT in config.stash:
        terminalreporter.section("branches of what is pure")
        for line in config.stash[SHORT] or ["every branch was taken"]:
            terminalreporter.write_line(line)
