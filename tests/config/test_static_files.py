"""Static files are gathered once, and again when one changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from commonweal.config import static_files


def test_static_files_are_gathered_again_only_when_one_changed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.css").write_text("a {}")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [own]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert static_files.collect_where_changed() is True
    assert (settings.STATIC_ROOT / "a.css").read_text() == "a {}"
    assert static_files.collect_where_changed() is False
    (own / "a.css").write_text("a { color: red }")
    # Django's own gathering compares whole seconds.
    later = (own / "a.css").stat().st_mtime + 5
    os.utime(own / "a.css", (later, later))
    assert static_files.collect_where_changed() is True
    assert (settings.STATIC_ROOT / "a.css").read_text() == "a { color: red }"
