"""Gathers the texts to translate. With `--check` it only says which are missing and fails.

Needs GNU gettext (`xgettext`, `msgmerge`), as `make messages` and `make check` see to.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "commonweal"
LANGUAGES = ("fr", "nl", "de")


def gathered(package: Path) -> None:
    """Runs Django's makemessages inside a package folder."""
    from django.core.management import call_command

    os.chdir(package)
    call_command(
        "makemessages", locale=list(LANGUAGES), no_location=True, no_obsolete=True, no_wrap=True, verbosity=0
    )


def texts(package: Path, language: str) -> dict[object, bool]:
    """Source text -> whether it is translated."""
    from babel.messages.pofile import read_po

    path = package / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return {}
    with path.open("rb") as source:
        return {
            message.id: bool(
                not message.fuzzy and all(message.string if message.pluralizable else [message.string])
            )
            for message in read_po(source, locale=language)
            if message.id
        }


def main() -> int:
    """Gathers or checks; exit code 1 when a text is missing or not translated."""
    os.environ.setdefault("SECRET_KEY", "messages")
    os.environ.setdefault("DATABASE_URL", "postgresql:///none")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
    import django

    django.setup()
    if "--check" not in sys.argv:
        gathered(PACKAGE)
        return 0
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "commonweal"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        gathered(copy)
        for language in LANGUAGES:
            wanted, have = texts(copy, language), texts(PACKAGE, language)
            missing = [text for text in wanted if not have.get(text)]
            for text in missing[:20]:
                print(f"{language}: not translated: {text!r}")
            if missing:
                print(
                    f"{language}: {len(missing)} of {len(wanted)} texts are not translated. Run `make messages`."
                )
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
