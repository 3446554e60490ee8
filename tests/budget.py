"""CPU seconds an area's tests may take: measured for each test, added up by area, printed at the end, red when passed.

Counted are this process, the browser it started and its server process in PostgreSQL (Linux; elsewhere only this process).
A busy machine makes a run longer, but hardly its CPU seconds: so this is a budget, not a timed test. Switched on by
`-p tests.budget`, as `make test` does: the long proofs, traced and moved runs have no budget.
"""

from __future__ import annotations

import collections
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Seconds by the folder of the tests. What is not listed has 60, which an area of 3,000 lines should not need.
BUDGETS: dict[str, float] = {
    "journeys": 345,
    "voting": 210,
    "membership": 145,
    "dividends": 35,
    "treasury": 180,
    "allocation": 110,
    "config": 140,
}
OTHERS = 60.0
# For all areas together: a budget of one grows only where another gives.
TOTAL = 1_150.0
TICKS = os.sysconf("SC_CLK_TCK")
SHOWN = 12
# Below so many seconds a run is one of a few tests, and prints nothing.
TOLD_FROM = 12.0
SPENT = pytest.StashKey[dict[str, float]]()


def _of(process: int) -> float:
    """The CPU seconds of a process and of its children that ended, from /proc; none for process 0."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                yield int(child)
                yield from _children(int(child))
        except OSError:
            continue


def _backend() -> int:
    from django.db import connection

    return connection.connection.info.backend_pid if connection.connection else 0


def spent() -> float:
    """The CPU seconds used so far by this process and all it started."""
    used = sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    return used + sum(map(_of, _children(os.getpid())))


def area_of(nodeid: str) -> str:
    """The folder below `tests` that a test lies in."""
    parts = nodeid.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "tests"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    before, backend = spent(), _backend()
    served = _of(backend)
    answer = yield
    # A new connection's process began at zero; what an ended one used, or a browser nobody waited for, is lost with it.
    more = _of(_backend()) - (served if _backend() == backend else 0.0)
    item.config.stash.setdefault(SPENT, {})[item.nodeid] = max(spent() - before + more, 0.0)
    return answer


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    seconds = session.config.stash.get(SPENT, {})
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["cpu"] = dict(seconds)
    elif over(by_area(seconds), BUDGETS) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Gathers what the processes of a parallel run report."""
    node.config.stash.setdefault(SPENT, {}).update(getattr(node, "workeroutput", {}).get("cpu", {}))


def by_area(seconds: dict[str, float]) -> dict[str, float]:
    """CPU seconds of tests, by their ids, added up by area."""
    totals: dict[str, float] = collections.defaultdict(float)
    for nodeid, each in seconds.items():
        totals[area_of(nodeid)] += each
    return totals


def over(totals: dict[str, float], budgets: dict[str, float]) -> list[str]:
    """One line for each area that used more than its budget, and one where all together did."""
    rows = [(area, seconds, budgets.get(area, OTHERS)) for area, seconds in sorted(totals.items())]
    rows.append(("all", sum(totals.values()), TOTAL))
    return [
        f"{area}: {seconds:.0f} CPU seconds of {most:.0f}" for area, seconds, most in rows if seconds > most
    ]


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    seconds = config.stash.get(SPENT, {})
    totals = by_area(seconds)
    if sum(totals.values()) < TOLD_FROM:
        return
    terminalreporter.section("CPU seconds")
    for nodeid, each in sorted(seconds.items(), key=lambda row: -row[1])[:SHOWN]:
        terminalreporter.write_line(f"{each:7.1f}  {nodeid}")
    for area, each in sorted(totals.items(), key=lambda row: -row[1]):
        terminalreporter.write_line(f"{area:12} {each:7.1f} of {BUDGETS.get(area, OTHERS):.0f}")
    terminalreporter.write_line(f"{'all':12} {sum(totals.values()):7.1f} of {TOTAL:.0f}")
    for line in over(totals, BUDGETS):
        terminalreporter.write_line(f"over its budget: {line}", red=True)
