"""The source of the package as trees, read once a process for all tests that look at the whole house."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "commonweal"


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of a file; caller changes nothing in it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def sources() -> tuple[Path, ...]:
    """Every file of Python of the package, in the order of their names, migrations left out."""
    return tuple(path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)
