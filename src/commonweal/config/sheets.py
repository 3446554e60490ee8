"""`commonweal import members|movements`: a sheet of any size, checked first, then brought in piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from commonweal.config.environment import Trouble
from commonweal.membership import actions
from commonweal.membership.queries import unfinished_import
from commonweal.membership.rules.imports import ImportKind


def bring_in(what: str, path: Path, *, only_check: bool, say: Callable[[str], object]) -> int:
    """Brings a sheet in, or goes on with the same sheet where it was cut off; gives the exit code, 1 for problems.

    Says each problem by row and column. Raises Trouble.
    """
    kind, now = ImportKind(what), timezone.now()
    try:
        content = path.read_bytes()
    except OSError as wrong:
        raise Trouble(f"{path} could not be read: {wrong.strerror}") from wrong
    found = None if only_check else unfinished_import(kind, content)
    if found is None:
        found = actions.upload_import(
            kind=kind, name=path.name, content=content, by=None, now=now, background=False
        )
        found = actions.check_import(importing=found, now=now)
    for row, column, reason, values in found.problems:
        say(f"row {row}{f', {column}' if column else ''}: {reason % values}")
    told = f"{found.row_count:,} rows, {found.known_count:,} in already, {found.problem_count:,} problems."
    if only_check or found.problem_count:
        actions.discard_import(importing=found, by=None, now=now)
        say(f"{told} Nothing was brought in.")
        return int(bool(found.problem_count))
    found = actions.load_import(importing=found, by=None, now=now, background=False)
    found = actions.run_import(importing=found, now=now)
    if found.reason:
        raise Trouble(f"Stopped after {found.done_count:,} rows: {found.reason}")
    say(f"{told} All are in.")
    return 0
