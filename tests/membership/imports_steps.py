"""Steps of importing: rows as a sheet has them, a sheet looked at, a sheet brought in."""

from __future__ import annotations

import csv
import io
from typing import Any

from commonweal.membership import actions
from commonweal.membership.models import Import
from commonweal.membership.rules.imports import COLUMNS, ImportKind
from commonweal.people.models import Person
from tests import factories as make


def sheet(kind: ImportKind, *rows: dict[str, Any]) -> bytes:
    out = io.StringIO()
    told = csv.DictWriter(out, list(COLUMNS[kind]), restval="")
    told.writeheader()
    told.writerows(rows)
    return out.getvalue().encode()


def person_row(number: int, **changes: Any) -> dict[str, Any]:
    row = {"given_name": "Anna", "family_name": f"Peeters {number}", "language": "fr", "postcode": "4000"}
    return {"number": number, **row, "joined_on": "2019-05-01", **changes}


def moves(reference: str, number: int, **changes: Any) -> dict[str, Any]:
    row = {"kind": "subscription", "share_class": "A", "count": 3, "amount": "150.00"}
    return {"reference": reference, "number": number, **row, "effective_on": "2020-06-01", **changes}


def uploaded(kind: ImportKind, *rows: dict[str, Any], by: Person | None = None) -> Import:
    found = actions.upload_import(
        kind=kind, name="sheet.csv", content=sheet(kind, *rows), by=by, now=make.NOW, background=False
    )
    return actions.check_import(importing=found, now=make.NOW)


def brought_in(kind: ImportKind, *rows: dict[str, Any]) -> Import:
    found = uploaded(kind, *rows)
    assert found.problems == []
    started = actions.load_import(importing=found, by=None, now=make.NOW, background=False)
    return actions.run_import(importing=started, now=make.NOW)


def wrong(found: Import) -> list[tuple[int, str]]:
    assert found.problem_count == len(found.problems)
    return [(row, column) for row, column, _reason, _values in found.problems]
