"""Every flow of the product by its name, for tests that hold all of them to the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.db.models import Model

from commonweal.casework.actions import Flow
from commonweal.kernel.decision import YES, Decision

PACKAGE = Path(__file__).parents[2] / "src" / "commonweal"


def _named() -> Iterator[tuple[str, Flow[Any]]]:
    """The flows that a module of the package makes: `NAME = Flow(...)`."""
    for path in sorted(PACKAGE.rglob("actions/**/*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="Flow"))):
                    module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
                    yield name, getattr(import_module(module), name)


FLOWS: dict[str, Flow[Any]] = dict(_named())


class Rows:
    """Stands for a flow's rows: gives one row, in whatever state a test wants it, and has no lock to take."""

    def __init__(self, row: Model) -> None:
        self.row = row

    def select_for_update(self, **how: object) -> Rows:
        return self

    def get(self, **which: object) -> Model:
        return self.row


def row_in(flow: Flow[Any], state: str) -> Model:
    """A row of a flow in a state, which no database has seen."""
    return flow.rows().model(state=state)


def yes(*_asked: object) -> Decision:
    """The answer of who and guards that let everything through."""
    return YES
