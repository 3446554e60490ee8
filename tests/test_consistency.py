"""Documents say what the code says: settings, states, commands, glossary, translations."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from commonweal.config import environment
from commonweal.kernel.states import Machine
from commonweal.membership.rules.statutes import SETTINGS, Evidence
from tests.source import PACKAGE, ROOT, parsed, sources


def test_the_readme_lists_every_setting_as_the_code_has_it() -> None:
    assert environment.table() in (ROOT / "README.md").read_text(encoding="utf-8")


STATES = runpy.run_path(str(ROOT / "scripts" / "states.py"))


def test_the_page_of_states_shows_every_table_as_the_code_has_it() -> None:
    assert STATES["FILE"].read_text(encoding="utf-8") == STATES["written"]()
    known = [
        machine
        for path in sorted((ROOT / "src" / "commonweal").glob("*/states*"))
        if path.suffix == ".py" or path.is_dir()
        for machine in vars(import_module(f"commonweal.{path.parent.name}.states")).values()
        if isinstance(machine, Machine)
    ]
    assert len(known) > 10
    assert [machine for machine in known if machine not in STATES["TABLES"].values()] == []


def test_the_share_register_text_names_each_setting_with_its_source_and_what_is_to_be_confirmed() -> None:
    text = (ROOT / "docs" / "algorithms" / "share-register.md").read_text(encoding="utf-8")
    to_confirm = text.partition("## To be confirmed by a lawyer [K]")[2].partition("\n## ")[0]
    for setting in SETTINGS:
        assumed = setting.evidence == Evidence.ASSUMED
        assert f"| `{setting.code}`{' **[K]**' if assumed else ''} | {setting.starts_on} | " in text
        assert f" | {setting.source} |" in text
        assert (f"`{setting.code}`" in to_confirm) == assumed, setting.code


def test_nothing_reads_the_environment_past_the_table() -> None:
    readers = [
        path.name
        for path in (ROOT / "src").rglob("*.py")
        if re.search(r"os\.environ|os\.getenv", path.read_text(encoding="utf-8"))
    ]
    assert sorted(readers) == ["apart.py", "cli.py", "embedded.py", "environment.py", "wsgi.py"]


def test_the_command_line_lists_its_commands() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "commonweal.config.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in ("serve", "migrate", "demo", "count", "import", "export", "committee", "check-ledger"):
        assert command in shown


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    dependencies = [line for line in lines if re.match(r'\s+"[a-z0-9\[\],-]+[=<>]', line)]
    assert len(dependencies) > 20
    assert [line for line in dependencies if "# " not in line] == []


TRANSLATES = {"_", "_now", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}


def texts_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each text that a source asks a translation of, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_rest]):
                if name in TRANSLATES:
                    yield node.lineno, text


def test_every_text_that_is_to_be_translated_is_gathered() -> None:
    # What stands within the braces of an f-string is not: it stays in English, and no catalogue misses it.
    from babel.messages.pofile import read_po

    with (PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as source:
        known = {
            text
            for message in read_po(source, locale="fr")
            for text in (message.id if isinstance(message.id, tuple) else (message.id,))
        }
    lost = [
        f"{path.relative_to(PACKAGE)}:{line} {text}"
        for path in sources()
        for line, text in texts_of(parsed(path))
        if text not in known
    ]
    assert lost == []
    assert list(texts_of(ast.parse("""a = f"{_('never gathered')} 3\""""))) == [(1, "never gathered")]


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_every_text_is_translated(language: str) -> None:
    from babel.messages.pofile import read_po

    path = ROOT / "src" / "commonweal" / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    open_texts = [
        message.id
        for message in catalogue
        if message.id
        and (message.fuzzy or not all(message.string if message.pluralizable else [message.string]))
    ]
    assert open_texts == []


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_translations_keep_their_placeholders(language: str) -> None:
    from babel.messages.pofile import read_po

    path = ROOT / "src" / "commonweal" / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        wanted = set(
            re.findall(r"%\(\w+\)[sd]", str(message.id if isinstance(message.id, str) else message.id[-1]))
        )
        texts = message.string if message.pluralizable else [message.string]
        found = set(re.findall(r"%\(\w+\)[sd]", str(texts[-1])))
        if texts[-1] and wanted != found:
            wrong.append((message.id, sorted(wanted ^ found)))
    assert wrong == []


def plurals() -> dict[str, set[str]]:
    """Each singular text of the program with the plurals that stand beside it."""
    found: dict[str, set[str]] = {}
    blocks = re.compile(
        r"{% blocktranslate[^%]*\bcount\b[^%]*%}(.*?){% plural %}(.*?){% endblocktranslate %}", re.S
    )
    for path in PACKAGE.rglob("*.html"):
        for pair in blocks.findall(path.read_text(encoding="utf-8")):
            one, many = (re.sub(r"{{ (\w+) }}", r"%(\1)s", " ".join(text.split())) for text in pair)
            found.setdefault(one, set()).add(many)
    for path in sources():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith("ngettext"):
                texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                if len(texts) == 2:
                    found.setdefault(str(texts[0]), set()).add(str(texts[1]))
    return found


def test_one_singular_has_one_plural() -> None:
    # Catalogues know a text by its singular: a second plural with other gaps is shown in English.
    found = plurals()
    assert len(found) > 20
    assert {one: many for one, many in found.items() if len(many) > 1} == {}
