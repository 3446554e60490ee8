"""The parts of the program kept up: each in a process of its own, started again when it ends, after a pause that grows.

Of a part that was killed, nothing is left behind: its whole group of processes is ended before it starts again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from commonweal.config.metrics import RESTARTS
from commonweal.kernel import tied

logger = logging.getLogger(__name__)

# Seconds to wait before a part starts again, by how often in a row it ended; the last one for all that follow.
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
# Seconds after which a part counts as up: its next end is a new one, not one more in a row.
SETTLED = 20.0
LOOK = 0.2
# Seconds for the requests and jobs under way when the program is asked to stop.
GRACE = 10.0


class Part:
    """One process (with those it starts) and when to start it again."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.ends = 0
        self.started_at = self.due_at = 0.0

    def look(self, now: float) -> None:
        """Starts the part where it is due, and notes its end. `now` is in seconds of a clock that only goes on."""
        if self.process is None:
            if now >= self.due_at:
                self.started_at = now
                self.process = subprocess.Popen(tied.command(*self.command), start_new_session=True)
            return
        code = self.process.poll()
        if code is None:
            return
        self._end_group()
        self.process = None
        self.ends = 1 if now - self.started_at > SETTLED else self.ends + 1
        self.due_at = now + pause(self.ends)
        RESTARTS.labels(self.name).inc()
        logger.error(
            "%s ended (%s); it starts again in %s s", self.name, _told(code), round(self.due_at - now, 1)
        )

    def stop(self) -> None:
        """Asks the part to end."""
        if self.process is not None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Waits for the end, and after `seconds` makes it."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
            self._end_group()
            self.process.wait()

    def _end_group(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def pause(ends: int) -> float:
    """Seconds before a part starts again after so many ends in a row."""
    return PAUSES[min(ends, len(PAUSES)) - 1]


def _told(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


@contextlib.contextmanager
def watched(look: Callable[[], object]) -> Iterator[None]:
    """Calls `look` again and again beside what is done here; what it raises is logged, and it is called again."""
    ended = threading.Event()

    def watch() -> None:
        fails = 0
        while not ended.wait(LOOK if not fails else pause(fails)):
            try:
                look()
                fails = 0
            except Exception:
                fails += 1
                logger.exception("The database does not start; it is tried again")

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def keep_up(commands: Mapping[str, Sequence[str]], *, begun: Callable[[], object]) -> None:
    """Runs the commands by their names until this process is asked to stop (KeyboardInterrupt), then ends them all.

    `begun` is called once, after the first start.
    """
    parts = [Part(name, command) for name, command in commands.items()]
    try:
        for part in parts:
            part.look(time.monotonic())
        begun()
        while True:
            time.sleep(LOOK)
            for part in parts:
                part.look(time.monotonic())
    finally:
        for part in parts:
            part.stop()
        end = time.monotonic() + GRACE
        for part in parts:
            part.wait(max(end - time.monotonic(), 0.1))
