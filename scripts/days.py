"""Runs the tests without a browser as if it were another day, for programs and database alike; exit code 1 if one fails.

`python scripts/days.py [DAY ...]` takes all days or those named. Needs Debian's libfaketime; `make test-days` brings it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from commonweal.config import embedded

ROOT = Path(__file__).parent.parent
BRUSSELS = ZoneInfo("Europe/Brussels")
EXAMPLE = "tests/examples/leans_on_the_day.py"
# One asks the program for the day, one the database.
EXAMPLES = tuple(
    f"{EXAMPLE}::test_a_deadline_typed_as_a_date_lies_ahead{asked}" for asked in ("", "_for_the_database")
)


def moments(today: datetime) -> dict[str, datetime]:
    """The moments at which a run starts, by name; days to come, and days on which calendars do something odd."""
    at = lambda *parts: datetime(*parts, tzinfo=BRUSSELS)  # noqa: E731
    return {
        "today": today,
        "in-7-days": today + timedelta(days=7),
        "in-40-days": today + timedelta(days=40),
        "in-400-days": today + timedelta(days=400),
        "leap-day": at(2028, 2, 29, 23, 50),
        "summer-time": at(2027, 3, 28, 1, 55),
        "winter-time": at(2027, 10, 31, 2, 55),
        "new-year": at(2027, 12, 31, 23, 55),
    }


def library() -> str:
    """The path of the library that moves the database's clock. Raises SystemExit where it is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise SystemExit("The days need libfaketime: sudo apt-get install libfaketime")
    return str(found[0])


@contextlib.contextmanager
def database(moment: datetime) -> Iterator[str]:
    """A server of its own whose clock starts at a moment, and its address."""
    moved = {
        "LD_PRELOAD": library(),
        "FAKETIME": f"@{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        # Waits and time limits go by another clock, which must go on.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }
    os.environ.update(moved)
    with tempfile.TemporaryDirectory(prefix="commonweal-days-") as folder, contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(embedded.server(Path(folder) / "postgres"))
        finally:
            # Python's own sleep fails under the library; its clock is moved another way.
            for name in moved:
                del os.environ[name]
        embedded.hurried(address)
        yield address


def run(moment: datetime, *arguments: str) -> int:
    """The exit code of the tests started at a moment; from then on their clock goes on as every clock does."""
    with database(moment) as address:
        environment = {
            **os.environ,
            "DATABASE_URL": address,
            "PYTHONPATH": os.pathsep.join(
                [str(ROOT / "tests" / "moved_clock"), os.environ.get("PYTHONPATH", "")]
            ),
            "MOVED_TO": f"{moment.astimezone(UTC).isoformat()},{time.time()}",
            "WRITTEN_ON": datetime.now(UTC).date().isoformat(),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        # The clock is moved before pytest can take the module apart; nobody needs it taken apart.
        command += ["-W", "ignore::pytest.PytestAssertRewriteWarning", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def main(names: list[str]) -> int:
    """Runs each day and says which failed. First shows that a test which leans on the day would be seen."""
    days = moments(datetime.now(UTC))
    if unknown := set(names) - set(days):
        print(f"No such day: {', '.join(sorted(unknown))}. There are: {', '.join(days)}.")
        return 1
    for example in EXAMPLES:
        # 0: it passed, 1: it failed; anything else says that it did not run.
        if (run(days["today"], example), run(days["in-40-days"], example)) != (0, 1):
            print(f"{example} leans on the day and was not seen: a moved clock does not reach the tests.")
            return 1
    failed = []
    for name in names or list(days):
        print(f"\n=== {name}: {days[name]:%A %d %B %Y, %H:%M} ===", flush=True)
        started = time.monotonic()
        if run(days[name], "-n", "2", "--dist", "loadgroup", "-m", "not browser and not proof"):
            failed.append(name)
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nGreen on every day.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
