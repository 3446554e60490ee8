"""Compiles the translations where gettext's own compiler is not installed. Writes only newer files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings


def compile_all() -> int:
    """Turns each `.po` into its `.mo` when that is missing or older; gives how many were written."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = 0
    for folder in settings.LOCALE_PATHS:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as text:
                catalogue = read_po(text, locale=source.parent.parent.name)
            # Put in its place whole: another process may be reading, or writing the same.
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as out:
                write_mo(out, catalogue)
            Path(out.name).chmod(0o644)
            Path(out.name).replace(target)
            written += 1
    return written
