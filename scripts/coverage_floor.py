"""Reads the last coverage run: every branch of what is promised to be pure, nine tenths of every other file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent / "src" / "commonweal"
WHOLE = ("allocation/", "kernel/", "/rules/", "/rules.py", "/states.py", "/states/")
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
    return any(part in name for part in WHOLE)


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


def main() -> int:
    """Prints what falls short; exit code 1 if anything does."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run(["coverage", "json", "-q", "-o", str(report)], check=True)
        read = json.loads(report.read_text())
    short = shortfalls(read["files"])
    print(*short, sep="\n", end="\n" if short else "")
    print(f"Coverage {read['totals']['percent_covered']:.1f} %; {len(short)} files below their floor.")
    return int(bool(short) or not read["files"])


if __name__ == "__main__":
    sys.exit(main())
