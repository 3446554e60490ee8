"""Work done in a process apart: its answer comes over, its end is nobody else's, and it takes nothing of ours along."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commonweal.kernel import apart, tied
from tests.kernel import work_apart as work

pytestmark = pytest.mark.apart
FREE = apart.Turns(at_once=1, waiting=0, seconds=0)
BOUNDS = {"memory": 500_000_000, "seconds": 20}


def test_what_is_made_apart_is_what_is_made_here() -> None:
    content = os.urandom(300_000)
    assert apart.call(work.doubled, content, turns=FREE, **BOUNDS) == (
        content * 2,
        Decimal("1.50"),
        date(2026, 1, 2),
    )
    assert list(apart.rows(work.many, 1_234, **BOUNDS)) == list(range(1_234))


def test_a_refusal_comes_over_with_its_parts_after_what_came_before_it() -> None:
    found: list[int] = []
    with pytest.raises(work.Refused) as refused:
        found.extend(apart.rows(work.refuses_at, 700, **BOUNDS, kinds=(work.Refused,)))
    assert (refused.value.row, refused.value.reason) == (700, "no")
    assert found == list(range(700))


@pytest.mark.parametrize(
    ("does", "bounds"),
    [
        (work.takes_memory, BOUNDS),
        (work.takes_time, {**BOUNDS, "seconds": 1}),
        (work.sleeps, {**BOUNDS, "seconds": 1}),
        (work.dies, BOUNDS),
        (work.lies, BOUNDS),
        (work.refuses_at, BOUNDS),
    ],
    ids=["memory", "time", "silence", "death", "another class", "another mistake"],
)
def test_whatever_ends_it_ends_it_alone(does: Any, bounds: dict[str, int]) -> None:
    given = (1,) if does is work.refuses_at else ()
    with pytest.raises(apart.TooMuch):
        apart.call(does, *given, turns=FREE, **bounds)


def test_it_takes_along_no_secret_no_address_and_no_open_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql:///x")
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert not {"SECRET_KEY", "DATABASE_URL", "COMMONWEAL_SMTP_PASSWORD"} & set(
            apart.call(work.surroundings, turns=FREE, **BOUNDS)
        )
        assert not [
            each
            for each in apart.call(work.files, turns=FREE, **BOUNDS)
            if "socket" in each or "/open" in each
        ]


def test_who_has_read_enough_leaves_nobody_behind() -> None:
    reading = apart.rows(work.number, **BOUNDS)
    number = next(reading)
    assert Path(f"/proc/{number}").exists()
    reading.close()
    assert not Path(f"/proc/{number}").exists()


def test_a_process_that_is_tied_ends_with_the_one_that_started_it() -> None:
    starts = (
        "import subprocess, sys; from commonweal.kernel import tied;"
        "child = subprocess.Popen(tied.command('sleep', '600')); print(child.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starts], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    handle = os.pidfd_open(child)
    parent.kill()
    parent.wait()
    # Readable when it has ended; until then this waits.
    assert select.select([handle], [], [], 20)[0]
    os.close(handle)
    for pipe in (parent.stdin, parent.stdout):
        assert pipe is not None
        pipe.close()


def test_one_whose_parent_is_gone_already_ends_at_once() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "commonweal.kernel.tied", "1", str(int(signal.SIGTERM)), "sleep", "600"],
        check=False,
    )
    assert ended.returncode == -signal.SIGTERM
    assert tied.command("true")[-1] == "true"


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="only Linux shows a process's environment"
)
def test_a_process_that_keeps_to_itself_cannot_be_looked_into_by_its_children() -> None:
    # Whoever runs as root may look into every process, so the system is asked what it would allow others (prctl 3).
    told = "from commonweal.kernel import tied; import ctypes; print(tied.keep_to_itself(), ctypes.CDLL(None).prctl(3))"
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "0"]


def test_so_many_at_once_and_so_many_who_wait_and_whoever_comes_then_is_told() -> None:
    turns = apart.Turns(at_once=1, waiting=1, seconds=60)
    first, second = threading.Event(), threading.Event()
    waited: list[str] = []

    def waits() -> None:
        second.set()
        with turns.one():
            waited.append("had a turn")

    hand = threading.Thread(target=waits)
    with turns.one():
        hand.start()
        assert second.wait(20)
        while turns._inside._value:
            first.wait(0.01)
        with pytest.raises(apart.Busy), turns.one():
            raise AssertionError("not reached")
        assert waited == []
    hand.join(20)
    assert waited == ["had a turn"]
    impatient = apart.Turns(at_once=1, waiting=1, seconds=0)
    with impatient.one(), pytest.raises(apart.Busy), impatient.one():
        raise AssertionError("not reached")
    with impatient.one():
        pass


def test_one_person_has_one_turn_at_a_time_and_leaves_the_others_theirs() -> None:
    turns = apart.Turns(at_once=2, waiting=1, seconds=0)
    with turns.one(7):
        for _again in range(3):
            with pytest.raises(apart.Twice), turns.one(7):
                raise AssertionError("not reached")
        with turns.one(8), pytest.raises(apart.Busy) as told, turns.one(9):
            raise AssertionError("not reached")
        assert told.type is apart.Busy
        with turns.one(9), pytest.raises(apart.Twice), turns.one(7):
            raise AssertionError("not reached")
    # It is free again, also after one that failed or was told to come later.
    with pytest.raises(ZeroDivisionError), turns.one(7):
        raise ZeroDivisionError
    with turns.one(7), turns.one(9):
        pass


def test_who_waits_for_a_turn_does_not_wait_for_a_second_one() -> None:
    turns = apart.Turns(at_once=1, waiting=2, seconds=60)
    refused: list[int] = []

    def waits() -> None:
        try:
            with turns.one(7):
                pass
        except apart.Twice:
            refused.append(7)

    hands = [threading.Thread(target=waits) for _each in range(2)]
    with turns.one(8):
        for hand in hands:
            hand.start()
        deadline = threading.Event()
        while not refused:
            deadline.wait(0.01)
        assert refused == [7]
    for hand in hands:
        hand.join(20)
    assert refused == [7]
