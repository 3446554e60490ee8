"""The house as ARCHITECTURE.md draws it: one door an area, small rooms, a README in each, checks on every address."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from commonweal.kernel.privacy import Personal
from tests.source import PACKAGE, ROOT, parsed, sources


def inside() -> tuple[str, ...]:
    """The areas whose insides are layered, as `.importlinter` lists them: each has doors, and rows of its own."""
    arrows = configparser.ConfigParser()
    arrows.read(ROOT / ".importlinter")
    return tuple(
        name.partition(".")[2] for name in arrows["importlinter:contract:inside"]["containers"].split()
    )


# The portal is entered by nobody.
AREAS = tuple(area for area in inside() if area != "portal")
# Mechanism only, so far: no rows of its own.
NO_MODELS = {"casework"}
# The committee works without Django, so what it needs of `voting` is a door too (ADR 0005).
DOORS = {"actions", "queries", "access", "wording", "states", "rules", "committee", "sealing"}
# Names of countries, and the base of every model whose rows live somewhere.
DOORS |= {"countries", "located"}
FILE_LINES, FUNCTION_LINES = 400, 60
# Longer than it should be; this list may only shrink.
LONG_FUNCTIONS: frozenset[str] = frozenset({"voting/views/figures.py:bylaw_rows"})


def test_every_folder_of_the_package_is_an_area_whose_insides_are_layered_or_named_here() -> None:
    others = {"portal", "ui", "allocation", "kernel", "config", "locale"}
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert folders == others | set(AREAS)


def test_an_area_is_entered_only_through_its_doors() -> None:
    graph = grimp.build_graph("commonweal", exclude_type_checking_imports=True)
    wrong = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            here, there = importer.split(".")[1:2], imported.split(".")[1:3]
            if not here or not there or here[0] == there[0] or there[0] not in AREAS or here[0] == "config":
                continue
            if "migrations" in importer or (len(there) > 1 and there[1] in DOORS):
                continue
            wrong.append(f"{importer} -> {imported}")
    assert wrong == []


def tables_above(area: str) -> set[str]:
    """The tables of the areas that stand above one."""
    above = AREAS[: AREAS.index(area)]
    return {model._meta.db_table for each in above if each not in NO_MODELS for model in of_area(each)}


def named_in(text: str, tables: set[str]) -> set[str]:
    """The tables among these that a text names, whole words alone."""
    return tables & set(re.findall(r"[a-z_]+", text))


def test_no_statement_names_a_table_of_an_area_above() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} names {', '.join(found)}"
        for area in AREAS
        for path in sorted((PACKAGE / area).rglob("*.py"))
        if (found := sorted(named_in(path.read_text(encoding="utf-8"), tables_above(area))))
    ]
    assert wrong == []
    above = tables_above("membership")
    assert named_in("JOIN dividends_dividendrun r", above)
    assert not named_in("JOIN membership_member m", above)


def too_big(path: Path) -> Iterator[str]:
    """What of a file is longer than a reader keeps in mind, or says not what it is for."""
    text = path.read_text(encoding="utf-8")
    name, tree = str(path.relative_to(PACKAGE)), parsed(path)
    if len(text.splitlines()) > FILE_LINES:
        yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES and f"{name}:{node.name}" not in LONG_FUNCTIONS:
                yield f"{name}:{node.name} ({length} lines)"
    if text.strip() and not ast.get_docstring(tree):
        yield f"{name} has no first line that says what it is for"


def test_files_and_functions_stay_small_and_every_module_says_what_it_is_for() -> None:
    assert [trouble for path in sources() for trouble in too_big(path)] == []


# Where something is a day already, or names no zone: a cell of a sheet, a field of six digits, a bank's own day.
OTHER_DAYS = {
    "kernel/days.py",
    "membership/rules/sheets.py",
    "treasury/rules/statements/coda_records.py",
    "treasury/rules/statements/camt_values.py",
}


def other_days(name: str, text: str) -> Iterator[str]:
    """Where a source takes the day of a moment by another way than `kernel.days`: by universal time it is another day
    for an hour or two each night."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr="date"), args=[]) if name not in OTHER_DAYS:
                yield f"{name}:{node.lineno} takes the day of a moment"
            case (
                ast.Attribute(attr="localdate" | "utcnow")
                | ast.Attribute(value=ast.Name("date" | "datetime"), attr="today")
            ) if name not in OTHER_DAYS:
                yield f"{name}:{node.lineno} asks for the day"
            case ast.Constant(value="Europe/Brussels") if name != "kernel/days.py":
                yield f"{name}:{node.lineno} names the zone"


def test_the_day_of_a_moment_is_taken_in_one_place() -> None:
    found = [
        each
        for path in sources()
        for each in other_days(str(path.relative_to(PACKAGE)), path.read_text(encoding="utf-8"))
    ]
    assert found == []
    for path in PACKAGE.rglob("migrations/*.py"):
        assert "'UTC'" not in path.read_text(encoding="utf-8"), path
    assert (
        len(list(other_days("x.py", "a = now.date()\nb = timezone.localdate()\nc = timezone.localdate(now)")))
        == 3
    )


def test_what_is_private_to_a_module_stays_there() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} imports {alias.name}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("commonweal")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert wrong == []


def test_every_area_has_a_readme() -> None:
    areas = [*AREAS, "portal", "ui", "allocation", "kernel", "config"]
    assert [area for area in areas if not (PACKAGE / area / "README.md").is_file()] == []


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern), each


def test_every_address_names_its_access_check() -> None:
    unguarded = [
        address
        for address, pattern in patterns(get_resolver())
        if not getattr(pattern.callback, "access_check", "")
        and not pattern.callback.__module__.startswith(("allauth.", "django.views.static"))
    ]
    assert unguarded == []


def of_area(area: str) -> Iterator[type[models.Model]]:
    return apps.get_app_config(area).get_models()


def our_models() -> list[type[models.Model]]:
    return [model for area in AREAS if area not in NO_MODELS for model in of_area(area)]


def troubles_of(model: type[models.Model]) -> Iterator[str]:
    """Fields of a model without a fate, and flow that belongs in an action."""
    classified = getattr(model, "personal", {})
    fields = {field.name for field in model._meta.concrete_fields if field.name != "id"}
    auto = {name for name in fields if model._meta.get_field(name).auto_created}
    for name in sorted(fields - auto - set(classified)):
        yield f"{model._meta.label}.{name}: classify it: none, kept, scrubbed or erased"
    if not all(isinstance(fate, Personal) for fate in classified.values()):
        yield f"{model._meta.label}: a fate that is none"
    for verb in {"save", "delete"} & set(vars(model)):
        yield f"{model._meta.label}.{verb}: what happens then belongs in an action"


def test_every_field_says_what_becomes_of_it_and_models_hold_no_flow() -> None:
    assert [trouble for model in our_models() for trouble in troubles_of(model)] == []


def test_a_field_nobody_classified_would_be_noticed() -> None:
    from commonweal.people.models import Person

    without = {name: fate for name, fate in Person.personal.items() if name != "phone"}
    fields = {field.name for field in Person._meta.concrete_fields if field.name != "id"}
    assert fields - set(without) == {"phone"}
