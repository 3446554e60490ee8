"""What every model and every action promises: a moment and who acted come together; by, now, an event and a check."""

from __future__ import annotations

import ast
import collections
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

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
    **dict.fromkeys(
        ("people.wait_for_administrators", "people.wait_turn"),
        ({"by", "now", "event", "check"}, "a lock that actions take; it changes nothing"),
    ),
    "people.replace_app": ({"by", "check"}, "about nobody but oneself, who has just shown who they are"),
    # The program itself acts: reference data and other registers come in from the command line, before anybody has a role.
    **dict.fromkeys(
        ("ambitions.load_published", "places.import_gazetteer", "treasury.load_accounts"),
        ({"by", "now", "event", "check"}, "reference data of a new site"),
    ),
    **dict.fromkeys(
        ("membership.load_members", "people.load_organisations", "people.load_people"),
        ({"by", "now", "event", "check"}, "many rows at once, inside an import that has its own event"),
    ),
    "membership.load_movements": (
        {"event", "check"},
        "many rows at once, inside an import that has its own event",
    ),
    **dict.fromkeys(
        (
            "projects.load_rulebook",
            "membership.load_notes",
            "membership.load_statutes",
            "people.register_person",
            "people.register_organisation",
            "people.take_position",
            "membership.admit_member",
            "voting.prepare_ballot",
            "membership.booked",
            "membership.given_back",
            "membership.wait_again",
            "treasury.pay_in_a_file",
            "people.end_key",
        ),
        ({"check"}, "part of an action above, or about nobody but oneself; the caller has checked"),
    ),
    **dict.fromkeys(
        (
            "people.introduce",
            "people.open_account",
            "dividends.carry_on",
            "dividends.reckon_dividend",
            "dividends.pay_dividend_heirs",
            "dividends.pay_dividend_lines",
        ),
        ({"by", "check"}, "carried on by the program after somebody who was allowed started it"),
    ),
    **dict.fromkeys(
        ("membership.check_import", "membership.run_import"),
        ({"by"}, "carried on by the program alone, which its flow asks"),
    ),
    **dict.fromkeys(
        ("ledger.post", "ledger.post_many", "ledger.reverse"),
        (
            {"by", "event", "check"},
            "the posting is the record; it names its author, and who posts has checked",
        ),
    ),
    **dict.fromkeys(
        ("ledger.open_accounts", "ledger.set_limits"),
        ({"by", "now", "event", "check"}, "accounts and their limits belong to what the caller books"),
    ),
    "treasury.owe_back": ({"by", "now", "event", "check"}, "a step inside closing what was paid in part"),
    "treasury.decided": (
        {"by", "now", "event", "check"},
        "a step inside an action; the area of what is paid notes what becomes of it",
    ),
    "treasury.keep_account": ({"check", "event"}, "for an action that has asked who may, and notes it"),
    "treasury.as_part": ({"by", "now", "event", "check"}, "a step inside dividing a payment"),
    **dict.fromkeys(
        ("treasury.note_decisions", "membership.note_on_estate"),
        ({"by", "now", "check"}, "a step inside an action, which has checked and hands both on"),
    ),
    **dict.fromkeys(
        (
            "membership.lock_numbers",
            "membership.open_season",
            "people.write_to",
            "voting.hold_open",
        ),
        ({"by", "now", "event", "check"}, "a step inside an action"),
    ),
    **dict.fromkeys(
        ("people.close_locked", "people.end_locked", "people.give_role", "people.open_locked"),
        ({"check"}, "the step of an action by one and of the same by two; each has checked"),
    ),
    **dict.fromkeys(
        ("people.confirm_on_server", "people.set_up_staff"),
        ({"by", "check"}, "whoever works on the server itself has no role; the name stands in the row"),
    ),
    "people.record": ({"now", "event", "check"}, "it is the event"),
    **dict.fromkeys(
        ("projects.drop_view", "projects.save_view"),
        ({"by", "now", "event", "check"}, "a filter kept for oneself"),
    ),
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
    "update_or_create",
    "copy",
}


Node = ast.FunctionDef
Modules = dict[str, "Module"]


# What the methods of a flow do for the action that calls them.
FLOW = {"hold": {"demand"}, "move": {"save", "record"}, "check": set[str]()}


class Module:
    """The functions and flows of a module, and what each name it imports stands for elsewhere: `(module, name)`."""

    def __init__(self, dotted: str, source: str, *, package: bool = False) -> None:
        tree = ast.parse(source)
        self.functions = {each.name: each for each in tree.body if isinstance(each, Node)}
        self.flows = set(_flows(tree))
        self.imported: dict[str, tuple[str, str]] = {}
        base = dotted if package else dotted.rpartition(".")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                above = base.rsplit(".", node.level - 1)[0] if node.level > 1 else base
                origin = ".".join(filter(None, (above if node.level else "", node.module)))
                for each in node.names:
                    self.imported[each.asname or each.name] = (origin, each.name)


def _flows(tree: ast.Module) -> Iterator[str]:
    for each in tree.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="Flow"))):
                yield name


def is_flow(module: str, name: str, everything: Modules) -> bool:
    """Whether a name used in a module is a flow, imports followed."""
    for _step in range(10):
        if (here := everything.get(module)) is None:
            return False
        if name in here.flows:
            return True
        if name not in here.imported:
            return False
        module, name = here.imported[name]
    return False


def modules() -> Modules:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        package = parts[-1] == "__init__"
        dotted = ".".join(parts[:-1] if package else parts)
        found[dotted] = Module(dotted, path.read_text(encoding="utf-8"), package=package)
    return found


def resolved(module: str, name: str, everything: Modules) -> tuple[str, str] | None:
    """Where a name used in a module is defined as a function of the package, imports followed; None for all else."""
    for _step in range(10):
        if (here := everything.get(module)) is None:
            return None
        if name in here.functions:
            return module, name
        if name not in here.imported:
            return None
        module, name = here.imported[name]
    return None


def called(node: ast.AST, module: str, everything: Modules) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Each name a function uses, and where it is defined: `name`, or `module.name` of a module it imports."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id, resolved(module, each.id, everything)
        elif isinstance(each, ast.Attribute):
            origin = None
            if isinstance(each.value, ast.Name) and is_flow(module, each.value.id, everything):
                yield from ((name, None) for name in FLOW[each.attr])
            if isinstance(each.value, ast.Name) and each.value.id in everything[module].imported:
                origin = resolved(".".join(everything[module].imported[each.value.id]), each.attr, everything)
            yield each.attr, origin


def reached(module: str, name: str, everything: Modules) -> set[str]:
    """The names a function uses, and those used by the actions among them."""
    names: set[str] = set()
    seen, waiting = {(module, name)}, [(module, name)]
    while waiting:
        place, function = waiting.pop()
        for used, origin in called(everything[place].functions[function], place, everything):
            names.add(used)
            if origin is not None and ".actions" in origin[0] and origin not in seen:
                seen.add(origin)
                waiting.append(origin)
    return names


def lacks(module: str, name: str, everything: Modules) -> set[str]:
    """Which of by, now, an event and a check an action does without; nothing for a function that writes nothing."""
    names = reached(module, name, everything)
    if not names & WRITES:
        return set()
    keywords = {argument.arg for argument in everything[module].functions[name].args.kwonlyargs}
    missing = {"by", "now"} - keywords
    if "record" not in names:
        missing.add("event")
    if "demand" not in names:
        missing.add("check")
    return missing


def test_every_action_says_by_whom_and_when_leaves_an_event_and_checks() -> None:
    everything = modules()
    found: dict[str, set[str]] = collections.defaultdict(set)
    for module in everything:
        if ".actions" in module:
            for name in everything[module].functions:
                if not name.startswith("_"):
                    # Two functions of one name in an area: each counts.
                    found[f"{module.split('.')[1]}.{name}"] |= lacks(module, name, everything)
    assert len(found) > 100
    allowed = {name: lacking for name, (lacking, _why) in EXCEPTIONS.items()}
    assert {name: lacking for name, lacking in found.items() if lacking} == allowed


SOURCE = """
from commonweal.other import actions as others
from commonweal.other.actions import THINGS, demanded

def ends_thing(*, thing):
    thing.save()

def checks(*, thing, by, now):
    demanded(by)
    thing.save()
    others.record(now)

def checked(*, thing, by, now):
    thing.save()
    record(now)

def moves(*, thing, by, now):
    held = THINGS.hold(thing.pk, "go", by=by, now=now)
    THINGS.move(held, "go", by=by, now=now)

def moves_unasked(*, thing, by, now):
    THINGS.move(thing, "go", by=by, now=now)
"""
OTHER = """
THINGS = Flow()

def demanded(by):
    demand(by)

def checked(by):
    demand(by)
"""


def test_an_action_that_forgets_something_is_named_and_none_is_taken_for_its_namesake() -> None:
    mine, others = "commonweal.some.actions", "commonweal.other.actions"
    everything = {mine: Module(mine, SOURCE), others: Module(others, OTHER)}
    everything["commonweal.other"] = Module("commonweal.other", "")
    assert lacks(mine, "ends_thing", everything) == {"by", "now", "event", "check"}
    assert lacks(mine, "checks", everything) == set()
    assert lacks(mine, "checked", everything) == {"check"}
    assert lacks(mine, "moves", everything) == set()
    assert lacks(mine, "moves_unasked", everything) == {"check"}


# What may be emptied: made anew from files we ship, or of no use after a while.
MAY_BE_EMPTIED = {
    "ambitions_ambition",
    "ambitions_ambitiontext",
    "ambitions_theme",
    "ambitions_themetext",
    "people_session",
    "people_use",
    "places_postcode",
    "projects_savedview",
}


@pytest.mark.django_db
def test_no_table_that_keeps_something_is_ever_emptied() -> None:
    emptied = set()
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("commonweal."):
            continue
        table = model._meta.db_table
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'TRUNCATE "{table}" CASCADE')
                emptied.add(table)
                transaction.set_rollback(True)
        except DatabaseError:
            continue
    assert emptied <= MAY_BE_EMPTIED
