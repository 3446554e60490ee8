"""What no template of the site may hold, and what every icon, font and vendored file must have."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

import commonweal

PACKAGE = Path(commonweal.__file__).parent
ROOT = PACKAGE.parent.parent
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
ICON = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']\s*%\}|\bicon="([a-z0-9-]+)\"""")


def offending(pattern: str) -> list[str]:
    wrong = re.compile(pattern, re.IGNORECASE)
    return [
        f"{path.relative_to(PACKAGE)}: {match[0]}"
        for path in TEMPLATES
        for match in wrong.finditer(path.read_text())
    ]


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 40


def test_no_template_holds_a_style() -> None:
    assert offending(r"<style\b|\sstyle\s*=") == []


def test_no_template_holds_a_script_of_its_own() -> None:
    assert offending(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>") == []
    assert offending(r"""\son[a-z]+\s*=\s*["']|javascript:|hx-on""") == []


def test_no_component_gets_a_filtered_value_by_the_colon_form_which_reads_names_only() -> None:
    assert offending(r"""<c-[^>]*\s:[a-z_-]+="[^"{]*\|[^"]*\"""") == []


def test_every_script_carries_the_nonce_and_waits_for_the_page() -> None:
    assert (
        offending(
            r"<script\b(?=[^>]*\bsrc=)(?!(?=[^>]*nonce=\"\{\{ CSP_NONCE \}\}\")(?=[^>]*\bdefer\b))[^>]*>"
        )
        == []
    )


def test_every_icon_that_is_used_is_there() -> None:
    used = {
        name
        for path in TEMPLATES
        for match in ICON.finditer(path.read_text())
        for name in match.groups()
        if name
    }
    assert used
    assert sorted(name for name in used if not (PACKAGE / "ui" / "icons" / f"{name}.svg").is_file()) == []


def test_every_vendored_file_is_there_with_its_licence() -> None:
    for entry in json.loads((ROOT / "scripts" / "vendor.lock.json").read_text()):
        files = list(entry["files"].values())
        files += [each["to"].replace("*", name) for each in entry.get("named", []) for name in each["names"]]
        assert [path for path in files if not (ROOT / path).is_file()] == []
        assert any("LICENSE" in path for path in files)
        assert len(entry["sha512"]) == 88


def test_no_icon_lies_about_unused_in_the_lock() -> None:
    lock = json.loads((ROOT / "scripts" / "vendor.lock.json").read_text())
    named = {name for entry in lock for each in entry.get("named", []) for name in each["names"]}
    assert named == {path.stem for path in (PACKAGE / "ui" / "icons").glob("*.svg")}


@pytest.mark.parametrize("name", ["fonts/atkinson-hyperlegible-next.woff2", "favicon.svg", "commonweal.css"])
def test_static_files_are_small(name: str) -> None:
    assert len(gzip.compress((PACKAGE / "ui" / "static" / "ui" / name).read_bytes())) < 36_000
