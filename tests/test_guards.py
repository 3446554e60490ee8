"""What every model and every action promises: a moment and who acted come together; by, now, an event and a check."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, models

from tests.test_architecture import our_models

PACKAGE = Path(__file__).parent.parent / "src" / "commonweal"


def pairs() -> Iterator[tuple[type[models.Model], str]]:
    """Each model with the stem of two fields, `<stem>_at` and `<stem>_by`, that may both be empty."""
    for model in our_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name, field in fields.items():
            who = fields.get(f"{name.removesuffix('_at')}_by") if name.endswith("_at") else None
            if who is not None and field.null and who.null:
                yield model, name.removesuffix("_at")


def refuses(model: type[models.Model], filled: str, empty: str) -> bool:
    """Whether a check of the model's table is false for a row where one column has a value and the other has none.

    All other columns are empty, so a check that asks about them too says nothing, and counts as silent.
    """
    columns = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    row = ", ".join(
        f'{_value(kind)}::{kind} AS "{name}"' if name == filled else f'NULL::{kind} AS "{name}"'
        for name, kind in ((name, _plain(kind)) for name, kind in columns.items())
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass",
            [model._meta.db_table],
        )
        checks = [text for (text,) in cursor.fetchall() if filled in text and empty in text]
        for check in checks:
            cursor.execute(f"SELECT ({check}) FROM (SELECT {row}) AS row")
            if cursor.fetchone()[0] is False:
                return True
    return False


def _plain(kind: str | None) -> str:
    kind = str(kind)
    return kind.removesuffix(" CHECK").split(" CHECK")[0].replace("serial", "int")


def _value(kind: str) -> str:
    return "now()" if kind.startswith("timestamp") else "1"


@pytest.mark.django_db
def test_no_row_says_when_without_who_or_who_without_when() -> None:
    found = list(pairs())
    assert len(found) >= 4
    lone = []
    for model, stem in found:
        at, by = f"{stem}_at", model._meta.get_field(f"{stem}_by").column
        if not (refuses(model, at, by) and refuses(model, by, at)):
            lone.append(f"{model._meta.label}.{stem}")
    assert lone == []


@pytest.mark.django_db
def test_a_table_without_such_a_check_would_be_seen() -> None:
    from commonweal.people.models import Person

    assert not refuses(Person, "erased_at", "email")


# What an action may lack, and why. Only what stands here may.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "people.note_change": ({"check"}, "notes what the page or action that calls it was allowed to do"),
    "people.use_once": (
        {"by", "event", "check"},
        "counts what anyone asks for, before it is known whether they may",
    ),
    "people.wait_turn": ({"by", "now", "event", "check"}, "a lock that actions take; it changes nothing"),
    # The program itself acts: reference data and other registers come in from the command line, before anybody has a role.
    **dict.fromkeys(
        ("ambitions.load_published", "places.import_gazetteer", "membership.load_payout_accounts"),
        ({"by", "now", "event", "check"}, "reference data of a new site"),
    ),
    **dict.fromkeys(
        ("membership.load_members", "people.load_organisations", "people.load_people"),
        ({"by", "now", "event", "check"}, "many rows at once, inside an import that has its own event"),
    ),
    **dict.fromkeys(
        (
            "membership.load_notes",
            "membership.load_movements",
            "membership.load_statutes",
            "people.register_person",
            "people.register_organisation",
            "people.take_position",
            "membership.admit_member",
            "voting.prepare_ballot",
            "membership.moved",
            "membership.pay_in_a_file",
            "people.end_key",
        ),
        ({"check"}, "part of an action above, or about nobody but oneself; the caller has checked"),
    ),
    **dict.fromkeys(
        (
            "people.introduce",
            "people.open_account",
            "membership.carry_on",
            "membership.reckon_dividend",
            "membership.pay_dividend_heirs",
            "membership.pay_dividend_lines",
            "membership.check_import",
            "membership.run_import",
        ),
        ({"by", "check"}, "carried on by the program after somebody who was allowed started it"),
    ),
    **dict.fromkeys(
        ("ledger.post", "ledger.post_many", "ledger.reverse", "ledger.open_accounts", "ledger.set_limits"),
        (
            {"by", "now", "event", "check"},
            "the posting is the record; it names its author, and who posts has checked",
        ),
    ),
    **dict.fromkeys(
        (
            "membership.conversion_planned",
            "membership.offer_planned",
            "membership.planned",
            "membership.lock_numbers",
            "membership.open_season",
            "people.write_to",
            "voting.hold_open",
        ),
        ({"by", "now", "event", "check"}, "a step inside an action"),
    ),
    "people.record": ({"now", "event", "check"}, "it is the event"),
    **dict.fromkeys(
        ("projects.drop_view", "projects.save_view"),
        ({"by", "now", "event", "check"}, "a filter kept for oneself"),
    ),
    "projects.reencoded": ({"by", "now", "event", "check"}, "turns a picture into another; writes no row"),
}
WRITES = {
    "create",
    "save",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "execute",
    "get_or_create",
    "copy",
}


Functions = dict[str, list[ast.FunctionDef]]


def actions() -> dict[str, Functions]:
    """The functions of the action modules, by area and name; helpers of two modules may share a name."""
    found: dict[str, Functions] = {}
    for path in sorted(PACKAGE.glob("*/actions.py")) + sorted(PACKAGE.glob("*/actions/*.py")):
        area = path.relative_to(PACKAGE).parts[0]
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found.setdefault(area, {}).setdefault(node.name, []).append(node)
    return found


def reached(name: str, functions: Functions, seen: set[str]) -> set[str]:
    """The names a function uses, and those used by the functions among them."""
    names: set[str] = set()
    for each in functions[name]:
        for node in ast.walk(each):
            used = (
                node.id
                if isinstance(node, ast.Name)
                else node.attr
                if isinstance(node, ast.Attribute)
                else ""
            )
            names.add(used)
            if used in functions and used not in seen:
                seen.add(used)
                names |= reached(used, functions, seen)
    return names


def lacks(name: str, functions: Functions, everything: Functions) -> set[str]:
    """Which of by, now, an event and a check an action does without; nothing for a function that writes nothing."""
    names = reached(name, {**everything, **functions}, {name})
    if not names & WRITES:
        return set()
    keywords = {argument.arg for each in functions[name] for argument in each.args.kwonlyargs}
    missing = {"by", "now"} - keywords
    if "record" not in names:
        missing.add("event")
    if "demand" not in names and not any(each.startswith("may_") for each in names):
        missing.add("check")
    return missing


def test_every_action_says_by_whom_and_when_leaves_an_event_and_checks() -> None:
    areas = actions()
    everything: Functions = {}
    for functions in areas.values():
        for name, nodes in functions.items():
            everything.setdefault(name, []).extend(nodes)
    short, known = {}, set()
    for area, functions in areas.items():
        for name in functions:
            if name.startswith("_"):
                continue
            missing = lacks(name, functions, everything)
            known.add(f"{area}.{name}")
            more = missing - EXCEPTIONS.get(f"{area}.{name}", (set(), ""))[0]
            if more:
                short[f"{area}.{name}"] = sorted(more)
    assert short == {}
    assert set(EXCEPTIONS) - known == set(), "an exception for nobody"


def test_an_action_that_forgets_something_is_named() -> None:
    source = "def end_thing(*, thing):\n    thing.save()\n"
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert lacks("end_thing", {"end_thing": [node]}, {}) == {"by", "now", "event", "check"}
