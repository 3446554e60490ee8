"""A dividend broken off in each of its steps, and carried on: nothing is lost, nothing happens twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from commonweal.dividends import actions
from commonweal.dividends.actions import payments as dividend_payments
from commonweal.dividends.actions import runs as dividends
from commonweal.dividends.models import DividendLine
from commonweal.treasury.models import Payment, PaymentFile
from tests.dividends.broken_run import KILLED, MEMBERS
from tests.dividends.steps import (
    NOW,
    Staff,
    clock,
    fresh,
    holder,
    in_order,
    knows_all,
    line,
    owed,
    proposal,
    reckoned,
    within_tests,
)
from tests.ledger.test_guards import crowd


class Broken(Exception):
    """What happens in the middle."""


def broken_at(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, call: int) -> None:
    """A function that does its work and then breaks, the so-manieth time it is called."""
    real, seen = getattr(module, name), [0]

    def breaking(*args: Any, **kwargs: Any) -> Any:
        done = real(*args, **kwargs)
        seen[0] += 1
        if seen[0] == call:
            monkeypatch.undo()
            raise Broken
        return done

    monkeypatch.setattr(module, name, breaking)


@pytest.mark.django_db
def test_a_run_broken_off_in_each_step_is_carried_on_from_where_it_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    staff = Staff()
    members = [holder(count) for count in range(1, 6)]
    run = actions.propose_dividend(proposal=proposal(**knows_all()), by=staff.proposer, now=NOW)

    def carried_on() -> None:
        actions.carry_on(run_id=run.pk, now=clock, at_once=2)

    def broken(module: Any, name: str, call: int) -> None:
        broken_at(monkeypatch, module, name, call)
        with pytest.raises(Broken):
            carried_on()

    broken(dividends.rules, "class_parts", 1)
    assert not DividendLine.objects.exists()
    carried_on()
    within_tests(run, staff.proposer)
    for person in (staff.first, staff.second):
        actions.approve_dividend(run=run, by=person, now=NOW)
    broken(dividends.ledger, "post_many", 2)
    assert fresh(run).booked_count == 2
    carried_on()
    actions.pay_dividend(run=run, by=staff.proposer, now=NOW)
    broken(dividend_payments, "pay_in_a_file", 2)
    assert PaymentFile.objects.count() == 1
    carried_on()
    assert [file.count for file in PaymentFile.objects.order_by("number")] == [2, 2, 1]
    assert Payment.objects.count() == 5
    assert [owed(member) for member in members] == [0] * 5
    in_order()


def _carried_on(_turn: int, run: int) -> str:
    connections.close_all()
    try:
        actions.carry_on(run_id=run, now=clock, at_once=2)
        return "done"
    finally:
        connections.close_all()


def test_a_crowd_that_carries_on_at_once_books_and_pays_each_line_once(transactional_db: None) -> None:
    staff = Staff()
    members = [holder(count) for count in range(1, 8)]
    run = reckoned(staff)
    for person in (staff.first, staff.second):
        actions.approve_dividend(run=run, by=person, now=NOW)
    assert crowd(_carried_on, [(turn, run.pk) for turn in range(8)]) == ["done"] * 8
    assert [owed(member) for member in members] == [line(run, member).net_cents for member in members]
    actions.pay_dividend(run=run, by=staff.proposer, now=NOW)
    assert crowd(_carried_on, [(turn, run.pk) for turn in range(8)]) == ["done"] * 8
    assert Payment.objects.count() == 7
    assert [owed(member) for member in members] == [0] * 7
    in_order()


def part(folder: Path, name: str, code: int) -> dict[str, Any]:
    """One part in a process of its own; gives what it told."""
    environment = {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "SECRET_KEY": "x",
        "COMMONWEAL_DB_POOL": "no",
        "DJANGO_SETTINGS_MODULE": "commonweal.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.dividends.broken_run", str(folder), name],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    return told


@pytest.mark.proof
def test_the_database_is_killed_in_each_step_and_nothing_is_lost_or_done_twice() -> None:
    # Not below pytest's own folder: the server's user must get through to it.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "postgres"
        part(folder, "begun", KILLED)
        part(folder, "approved", KILLED)
        assert part(folder, "paid", KILLED) == {"booked_before": 4, "booked": MEMBERS}
        told = part(folder, "ended", 0)
    assert (told["files_before"], told["files"]) == ([1], [1, 2, 3])
    assert told["lines"] == told["payments"] == told["members_paid"] == MEMBERS
    assert told["cents"][0] == told["cents"][1] > 0
    assert told["troubles"] == 0
    print(f"\nThe database was killed in 3 steps of a dividend: {told}")
