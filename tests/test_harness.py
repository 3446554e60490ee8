"""The suite's own promises, each broken once: its clock, its database, its sockets, its order of rows, its budgets."""

from __future__ import annotations

import gzip
import os
import re
import socket
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from commonweal.ambitions.models import Ambition
from commonweal.ledger.models import Account
from commonweal.people.models import Person
from commonweal.places.models import Municipality
from tests import budget, database
from tests import factories as make
from tests.clock import NOW, Clock
from tests.examples import leans_on_the_day
from tests.harness import LeavesTheMachine, NoOrder


def test_every_test_starts_at_the_same_moment_and_moves_its_clock_itself(clock: Clock) -> None:
    assert timezone.now() == NOW
    clock.forward(days=400)
    assert timezone.localdate() == NOW.date() + timedelta(days=400)


@pytest.fixture(scope="module")
def made_once() -> datetime:
    return timezone.now()


def test_what_is_made_once_for_a_file_is_made_at_that_moment_too(made_once: datetime) -> None:
    assert made_once == NOW


def test_the_next_test_starts_there_again() -> None:
    assert timezone.now() == NOW


def test_a_test_that_leans_on_the_day_fails_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    today = date.today()  # noqa: DTZ011
    monkeypatch.setenv("WRITTEN_ON", today.isoformat())
    leans_on_the_day.test_a_deadline_typed_as_a_date_lies_ahead()
    monkeypatch.setenv("WRITTEN_ON", (today - timedelta(days=40)).isoformat())
    with pytest.raises(AssertionError):
        leans_on_the_day.test_a_deadline_typed_as_a_date_lies_ahead()


@pytest.mark.django_db(transaction=True)
def test_what_a_test_commits_is_gone_and_what_it_spoils_is_put_back() -> None:
    ambitions = Ambition.objects.count()
    make.person()
    Ambition.objects.update(position=9)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_account")
        cursor.execute("SET session_replication_role = origin")
    database.put_back()
    assert not Person.objects.exists()
    assert Ambition.objects.count() == ambitions
    assert not Ambition.objects.filter(position=9).exists()
    assert Account.objects.exists()


def test_a_change_of_the_source_asks_for_a_new_template(tmp_path: Path) -> None:
    before = database.fingerprint(tmp_path)
    (tmp_path / "models.py").write_text("# one field more")
    assert database.fingerprint(tmp_path) != before


def test_no_connection_leaves_the_machine() -> None:
    for address in (("192.0.2.1", 80), ("example.org", 443)):
        with socket.socket() as attempt, pytest.raises(LeavesTheMachine, match="not on this machine"):
            attempt.connect(address)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt,
        pytest.raises(LeavesTheMachine, match="not on this machine"),
    ):
        attempt.sendto(b"who is there", ("192.0.2.1", 53))
    with pytest.raises(LeavesTheMachine, match="not on this machine"):
        socket.getaddrinfo("example.org", 443)


@pytest.mark.django_db
def test_rows_without_an_order_come_in_any_order() -> None:
    asked = Municipality.objects.order_by()
    runs = {tuple(asked.values_list("nis", flat=True)) for _each in range(5)}
    assert len(runs) > 1
    assert len({tuple(each.nis for each in asked.order_by("nis")) for _each in range(3)}) == 1
    with pytest.raises(NoOrder, match="some of Municipality"):
        list(asked[:3])
    one = asked.order_by("nis").values_list("nis", flat=True)[0]
    assert asked.get(nis=one).nis == one


@pytest.mark.xdist_group("together")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process")
def test_tests_that_share_a_site_run_in_one_process(request: pytest.FixtureRequest) -> None:
    # Some versions of the test runner forget it without a word, and each process starts a site of its own.
    assert request.node.nodeid.endswith("@together")


@pytest.mark.parametrize("packed", [gzip.compress(b"x" * each, mtime=None) + bytes(60) for each in (1, 2)])
def test_no_test_is_called_by_what_was_packed_when_it_was_collected(
    packed: bytes, request: pytest.FixtureRequest
) -> None:
    assert re.search(r"\[packed\d\]$", request.node.nodeid), packed


def test_what_is_made_once_for_a_file_is_made_in_one_process() -> None:
    root = Path(__file__).parent
    once = [
        path for path in root.rglob("test_*.py") if 'scope="' + 'module"' in path.read_text(encoding="utf-8")
    ]
    assert once
    assert [path.name for path in once if "mark.xdist_group(" not in path.read_text(encoding="utf-8")] == []


class Finished:
    """What a plugin sees of a run that ended: its exit code, and what it stashed."""

    def __init__(self, **seconds: float) -> None:
        self.exitstatus = pytest.ExitCode.OK
        self.config = self
        self.stash = {budget.SPENT: {f"tests/{area}/test_a.py::b": each for area, each in seconds.items()}}


@pytest.mark.parametrize(
    ("seconds", "red"),
    [
        ({"places": 59.0}, False),
        ({"places": 61.0}, True),
        ({area: 0.95 * most for area, most in budget.BUDGETS.items()}, False),
        ({f"area{each}": 59.0 for each in range(21)}, True),
    ],
    ids=["within", "an area above", "all areas within", "all together above"],
)
def test_a_run_over_its_budget_is_red(seconds: dict[str, float], red: bool) -> None:
    run: Any = Finished(**seconds)
    budget.pytest_sessionfinish(run)
    assert (run.exitstatus == pytest.ExitCode.TESTS_FAILED) == red
    failed: Any = Finished(places=1.0)
    failed.exitstatus = pytest.ExitCode.INTERRUPTED
    budget.pytest_sessionfinish(failed)
    assert failed.exitstatus == pytest.ExitCode.INTERRUPTED


def test_a_run_that_leaves_branches_of_rules_untaken_is_red(tmp_path: Path) -> None:
    trivial = "tests/test_harness.py::test_nobody_asks_the_machine_for_the_moment"
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.pure_coverage",
            "-p",
            "no:cacheprovider",
            trivial,
        ],
        env={**os.environ, "PURE_COVERAGE": str(tmp_path), "PYTEST_XDIST_WORKER": "", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert "1 passed" in run.stdout
    assert "commonweal/voting/rules/choices.py: " in run.stdout


def test_an_area_over_its_budget_is_named() -> None:
    seconds = {
        "tests/voting/test_a.py::test_b": 40.0,
        "tests/voting/test_c.py::test_d": 30.0,
        "tests/test_e.py::f": 1.0,
    }
    totals = budget.by_area(seconds)
    assert totals == {"voting": 70.0, "tests": 1.0}
    assert budget.over(totals, {"voting": 80.0}) == []
    assert budget.over(totals, {}) == ["voting: 70 CPU seconds of 60"]


def test_nobody_asks_the_machine_for_the_moment() -> None:
    # `timezone.now` is the program's clock, which tests hold. Those few files move the machine's, or ask it on purpose.
    asks = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time|localtime)\(")
    # The committee's machine is not ours, and has no other clock.
    may = {
        "scripts/days.py",
        "src/commonweal/config/committee.py",
        "tests/examples/leans_on_the_day.py",
        "tests/moved_clock/sitecustomize.py",
        "tests/test_harness.py",
    }
    root = Path(__file__).parent.parent
    found = [
        f"{path.relative_to(root)}:{number}"
        for folder in ("src", "tests", "scripts")
        for path in (root / folder).rglob("*.py")
        if str(path.relative_to(root)) not in may
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asks.search(line) and "timezone.localtime(" not in line
    ]
    assert found == []
