"""The floors under coverage: every branch of what is promised to be pure, nine tenths of every other file.

`python scripts/coverage_floor.py [SINCE [SECONDS]]` runs the tests and measures the areas touched since a tag or commit.
"""

from __future__ import annotations

import configparser
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "commonweal"
WHOLE = ("allocation/", "kernel/", "/rules/", "/rules.py", "/states.py", "/states/")
# They start processes, and half of each runs there, where the tests of what is pure do not look.
WITH_PROCESSES = ("kernel/apart.py", "kernel/tied.py")
REST = 90.0


def shortfalls(files: dict[str, dict[str, Any]]) -> list[str]:
    """One line for each file of a coverage report that falls short of its floor."""
    short = []
    for name, found in sorted(files.items()):
        floor = 100.0 if is_pure(name) else REST
        percent = found["summary"]["percent_covered"]
        if percent < floor:
            lines, branches = found["missing_lines"][:12], found.get("missing_branches", [])[:6]
            short.append(f"{name}: {percent:.1f} % of {floor:.0f} %, lines {lines}, branches {branches}")
    return short


def is_pure(name: str) -> bool:
    """Whether a file is one of those held to every branch."""
    return any(part in name for part in WHOLE) and not name.endswith(WITH_PROCESSES)


def pure_shortfalls(measured: Any, package: Path = PACKAGE) -> list[str]:
    """One line for each pure file of the package with a line or branch that a `coverage.Coverage` has not seen."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report))
        files = json.loads(report.read_text())["files"]
    short = shortfalls(files)
    names = {str(path.relative_to(package.parent.parent)) for path in package.rglob("*.py")}
    empty = {name for name in names if not (package.parent.parent / name).read_text(encoding="utf-8").strip()}
    return short + [
        f"{name}: not one line was run" for name in sorted(names - set(files) - empty) if is_pure(name)
    ]


def touched(since: str) -> list[str]:
    """The areas with a file changed since a tag or commit; all areas where git does not know it, or nothing is named."""
    areas = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
    if not since:
        return areas
    asked = subprocess.run(
        ["git", "diff", "--name-only", since, "--", "src/commonweal", "tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        print(f"git knows no {since} here: all areas are measured.")
        return areas
    changed = {Path(name).parts for name in asked.stdout.splitlines()}
    return [area for area in areas if any(area in parts[1:3] for parts in changed)]


def reaching(areas: list[str], layers: str | None = None) -> list[str]:
    """The folders of tests that reach the code of areas: their own, those of areas that may know them, and journeys."""
    if layers is None:
        arrows = configparser.ConfigParser()
        arrows.read(ROOT / ".importlinter")
        layers = arrows["importlinter:contract:areas"]["layers"]
    found: list[str] = []
    for line in reversed(layers.split("\n")):
        layer = [name.strip() for name in line.split("|") if name.strip()]
        if found or set(areas) & set(layer):
            found += [name for name in layer if found or name in areas]
    return ["journeys", *reversed(found)]


def _run(words: list[str], within: float | None) -> int | None:
    """The exit code of a command, run with all it starts; None where it took longer than allowed and was ended."""
    running = subprocess.Popen(words, cwd=ROOT, start_new_session=True)
    try:
        return running.wait(within)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait()


def main(since: str = "", within: str = "") -> int:
    """Runs the tests without a browser, measures the areas touched, prints what falls short; exit code 1 if any does.

    With `within`, seconds, a measure that takes longer is given up: what it would have been is then told, and is no fault.
    """
    areas = touched(since)
    if not areas:
        print("No area was touched.")
        return 0
    print("Measured:", *areas)
    folders = [str(path) for area in reaching(areas) if (path := ROOT / "tests" / area).is_dir()]
    # What looks at the whole house stands beside the folders.
    folders += [str(path) for path in sorted((ROOT / "tests").glob("test_*.py"))]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        words = [
            "python",
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "--dist",
            "loadgroup",
            "-m",
            "not browser and not proof",
        ]
        words += [f"--cov=src/commonweal/{area}" for area in areas]
        ended = _run([*words, f"--cov-report=json:{report}", *folders], float(within) if within else None)
        if ended is None:
            print(
                f"Not measured: this takes more than {within} seconds. Run `make coverage SINCE={since}` by hand."
            )
            return 0
        if ended:
            return ended
        read = json.loads(report.read_text())
    short = shortfalls(read["files"])
    print(*short, sep="\n", end="\n" if short else "")
    print(f"Coverage {read['totals']['percent_covered']:.1f} %; {len(short)} files below their floor.")
    return int(bool(short) or not read["files"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
