"""Writes `0001_initial` of every area anew from its models, as `makemigrations` would; what is written by hand stays.

Needs neither a database nor the migrations that are there. A file is touched only when more than its date changes; with
`--check` none is: it says which are not what the models say, and fails.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "commonweal"
NAME = "0001_initial"


def gathered(operations: list[Any], area: str) -> list[Any]:
    """The operations table by table, each behind those it points to, with its constraints and indexes inside it.

    Django leaves most of them behind the last table. There, each has it read the models of all areas anew.
    """
    from django.db.migrations.operations.models import IndexOperation
    from django.db.migrations.optimizer import MigrationOptimizer

    waiting: dict[str, list[Any]] = {}
    for operation in operations:
        table = getattr(operation, "model_name_lower", None) or operation.name_lower
        waiting.setdefault(table, []).append(operation)

    def points_ahead(operation: Any, table: str) -> bool:
        return not isinstance(operation, IndexOperation) and any(
            operation.references_model(other, area) for other in waiting if other != table
        )

    ordered: list[Any] = []
    while waiting:
        for table, own in waiting.items():
            if not any(points_ahead(operation, table) for operation in own):
                break
        else:
            raise SystemExit(f"{area}: tables point to each other in a ring: {', '.join(waiting)}")
        ordered += waiting.pop(table)
    return MigrationOptimizer().optimize(ordered, area)


def first_migration(area: str, areas: list[str]) -> Any:
    """The migration that makes all tables of an area, where those of the others are there."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.state import ProjectState

    before, after = ProjectState.from_apps(apps), ProjectState.from_apps(apps)
    for key in [key for key in before.models if key[0] == area]:
        del before.models[key]
    found = MigrationAutodetector(before, after)._detect_changes()[area]
    if len(found) != 1:
        raise SystemExit(f"{area}: {len(found)} migrations instead of one.")
    (migration,) = found
    migration.name = NAME
    migration.operations = gathered(migration.operations, area)
    migration.dependencies = sorted(
        (app, NAME if app in areas else name) for app, name in migration.dependencies
    )
    return migration


def main() -> int:
    """Writes what changed, and says what it wrote; exit code 1 when it only looks and something would change."""
    os.environ.setdefault("SECRET_KEY", "migrations")
    os.environ.setdefault("DATABASE_URL", "postgresql:///none")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
    import django

    django.setup()
    from django.db.migrations.writer import MigrationWriter

    areas = sorted(path.parent.parent.name for path in PACKAGE.glob("*/migrations/__init__.py"))
    looks, failed = "--check" in sys.argv, False
    for area in areas:
        path = PACKAGE / area / "migrations" / f"{NAME}.py"
        written = MigrationWriter(first_migration(area, areas)).as_string()
        # The first line is the date.
        if path.exists() and path.read_text().split("\n", 1)[1] == written.split("\n", 1)[1]:
            continue
        if looks:
            print(f"{area}: the models say something else than {NAME}. Run `make migrations`.")
            failed = True
        else:
            path.write_text(written)
            print(f"{area}: {NAME} is written anew.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
