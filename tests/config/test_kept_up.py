"""Parts of the program that are killed start again, leave nothing behind, and end together; so does the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from commonweal.config import embedded, supervise
from commonweal.config.metrics import RESTARTS

# Notes its own number and that of a child it has, in a new file each time, and stays.
PART = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
folder = pathlib.Path(sys.argv[1])
(folder / "new").write_text(f"{os.getpid()} {child.pid}")
(folder / "new").rename(folder / str(os.getpid()))
time.sleep(600)
"""


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Waits until something is true; fails when it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def runs(number: int) -> bool:
    return embedded._lives(number)


def started(folder: Path) -> list[tuple[int, int]]:
    """Numbers of the parts started so far, each with that of its child, in order."""
    files = sorted(
        (each for each in folder.iterdir() if each.name != "new"), key=lambda each: each.stat().st_mtime_ns
    )
    return [(int(first), int(second)) for first, second in (each.read_text().split() for each in files)]


@contextmanager
def kept_up(folder: Path, name: str = "A part") -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in a process of its own, over one part."""
    program = (
        "import sys, signal\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'commonweal.config.settings')\n"
        "from commonweal.config import supervise\n"
        "try: supervise.keep_up({sys.argv[1]: sys.argv[2:]}, begun=lambda: None)\n"
        "except KeyboardInterrupt: pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, name, sys.executable, "-c", PART, str(folder)])
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for part, child in started(folder):
            for number in (part, child):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)


def test_a_part_that_is_killed_starts_again_and_leaves_no_child_behind(tmp_path: Path) -> None:
    with kept_up(tmp_path) as supervisor:
        until(lambda: len(started(tmp_path)) == 1)
        first, child = started(tmp_path)[0]
        os.kill(first, signal.SIGKILL)
        until(lambda: len(started(tmp_path)) == 2)
        assert not runs(child), "what it had started is ended before it starts again"
        second, child = started(tmp_path)[1]
        assert runs(second)
        supervisor.terminate()
        assert supervisor.wait(20) == 0
        assert not runs(second)
        assert not runs(child)


def test_a_supervisor_that_is_killed_takes_its_parts_along(tmp_path: Path) -> None:
    with kept_up(tmp_path) as supervisor:
        until(lambda: started(tmp_path))
        part, _child = started(tmp_path)[0]
        supervisor.kill()
        until(lambda: not runs(part))


def test_pauses_grow_to_a_bound() -> None:
    pauses = [supervise.pause(ends) for ends in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert pauses[-1] == pauses[-2] == supervise.PAUSES[-1] <= 5


def test_a_part_that_never_stays_up_is_tried_at_ever_longer_pauses_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    part, now, starts = supervise.Part("Broken", [sys.executable, "-c", "raise SystemExit(3)"]), 100.0, []
    counted = RESTARTS.labels("Broken")._value.get()
    for _each in range(8):
        part.look(now)
        assert part.process is not None
        starts.append(now)
        part.process.wait()
        part.look(now + 0.1)
        assert part.process is None
        now = part.due_at
        part.look(now - 0.01)
        assert part.process is None, "not before it is due"
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps == sorted(gaps)
    assert gaps[-1] < 5
    assert "Broken ended (exit code 3)" in caplog.text
    assert RESTARTS.labels("Broken")._value.get() == counted + 8
    # One that stayed up for a while begins with the shortest pause again.
    part.look(now)
    assert part.process is not None
    part.process.wait()
    part.look(now + supervise.SETTLED + 1)
    assert part.due_at == pytest.approx(now + supervise.SETTLED + 1 + supervise.PAUSES[0])


def test_what_is_watched_over_is_looked_at_again_after_it_failed(caplog: pytest.LogCaptureFixture) -> None:
    looked, again = [], threading.Event()

    def look() -> None:
        looked.append(1)
        if len(looked) == 1:
            raise RuntimeError("not now")
        again.set()

    with supervise.watched(look):
        assert again.wait(20)
    assert "tried again" in caplog.text


def test_a_database_that_is_killed_starts_again_with_all_it_kept() -> None:
    # Not in pytest's own folder: the server runs as another user, for whom that is closed.
    with tempfile.TemporaryDirectory(prefix="commonweal-kept-") as place:
        folder = Path(place) / "postgres"
        assert embedded.keep_running(folder) is False, "nobody started one here"
        with embedded.server(folder) as address:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            assert embedded.keep_running(folder) is False, "it runs"
            first = embedded._noted_number(folder)
            os.kill(first, signal.SIGKILL)
            until(lambda: not runs(first))

            def again() -> bool:
                # As the supervisor does: what keeps it from starting (servers of the dead one) is gone in a moment.
                with suppress(Exception):
                    return embedded.keep_running(folder)
                return False

            until(again)
            with psycopg.connect(address) as connection:
                assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
            last = embedded._noted_number(folder)
            assert last != first
        until(lambda: not runs(last))
