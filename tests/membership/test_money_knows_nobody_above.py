"""Money that comes in knows nothing of what it pays: its modules import of membership only each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from commonweal import membership

FOLDER = Path(membership.__file__).parent
# What will move into the area `treasury`: bank files, movements, what each is for, what goes back.
MONEY_IN = {
    "actions.discarding",
    "actions.dividing",
    "actions.paying_back",
    "actions.payments",
    "actions.receivables",
    "actions.taking_back",
    "actions.undoing",
    "forms.dividing",
    "forms.payments",
    "models.payments",
    "queries.bank_plans",
    "queries.judgements",
    "queries.likeness",
    "queries.payments",
    "queries.readers",
    "queries.receivables",
    "queries.undoing",
    "rules.matching",
    "rules.name_words",
    "rules.names",
    "rules.reasons",
    "rules.receivables",
    "rules.taking_back",
    "rules.undoing",
    "views.dividing",
    "views.movement_words",
    "views.odd_words",
    "views.payments",
    "views.undo_words",
    "views.undoing",
    *(f"rules.statements.{path.stem}" for path in (FOLDER / "rules" / "statements").glob("*.py")),
}
# The table of models is gathered in one place: these of it are money's.
MODELS = {
    "AccountStatement",
    "BankFile",
    "BankMovement",
    "Handling",
    "Refund",
    "RepeatedMovement",
    "TakenPart",
}
# A reader of sheets stands beside that of bank files, on the same mechanism.
SHEETS = {("queries.readers", "rules.sheets")}
MAY_IMPORT = ("kernel", "ledger", "people", "treasury", "ui")


def imported(source: str) -> Iterator[str]:
    """What a source imports of this package, as `area.module.name`, also where it is for types only."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("commonweal"):
            for each in node.names:
                yield f"{node.module}.{each.name}".removeprefix("commonweal.")
        elif isinstance(node, ast.Import):
            yield from (
                each.name.removeprefix("commonweal.")
                for each in node.names
                if each.name.startswith("commonweal.")
            )


def strangers(module: str, source: str) -> list[str]:
    """What a module of money imports that it may not know."""
    return [each for each in imported(source) if not _is_known(module, each)]


def _is_known(module: str, name: str) -> bool:
    area, _dot, rest = name.partition(".")
    if area != "membership":
        return area in MAY_IMPORT
    if rest.startswith("models."):
        return rest.removeprefix("models.") in MODELS
    parts = rest.split(".")
    paths = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    known = MONEY_IN | {"rules.statements"}
    return bool(paths & known) or any((module, path) in SHEETS for path in paths)


def sources() -> Iterator[tuple[str, str]]:
    for module in sorted(MONEY_IN):
        path = FOLDER / f"{module.replace('.', '/')}.py"
        yield module, path.read_text(encoding="utf-8")


def test_money_that_comes_in_imports_nothing_of_members_and_shares() -> None:
    found = {module: wrong for module, source in sources() if (wrong := strangers(module, source))}
    assert found == {}


def test_no_word_of_a_request_for_shares_stands_in_its_code() -> None:
    """Names of the program, not texts for people: these still speak of requests for shares."""
    wrong = [
        f"{module}:{node.lineno} {name}"
        for module, source in sources()
        for node in ast.walk(ast.parse(source))
        for name in [getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)]
        if isinstance(name, str) and "application" in name.lower()
    ]
    assert wrong == []


def test_what_it_may_not_import_would_be_seen() -> None:
    source = (
        "from commonweal.membership.models import Application, BankMovement\n"
        "from commonweal.membership.queries import joining, payments\n"
        "from commonweal.membership.rules.matching import Due\n"
        "from commonweal.voting import queries\n"
        "import commonweal.portal.views\n"
    )
    assert strangers("actions.payments", source) == [
        "membership.models.Application",
        "membership.queries.joining",
        "voting.queries",
        "portal.views",
    ]
