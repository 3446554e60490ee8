"""Static files gathered, hashed and compressed; only when one of them changed, so that a fall costs no seconds at it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def _sources() -> Iterator[str]:
    yield f"{django.__version__} {version('whitenoise')} {settings.STORAGES['staticfiles']['BACKEND']}"
    for finder in get_finders():
        for path, storage in finder.list([]):
            told = Path(storage.path(path)).stat()
            yield f"{path} {told.st_size} {told.st_mtime_ns}"


def collect_where_changed() -> bool:
    """Gathers them anew unless they are there as they are; whether it did."""
    note = Path(settings.STATIC_ROOT) / ".made-of"
    made_of = hashlib.sha256("\n".join(sorted(_sources())).encode()).hexdigest()
    if note.exists() and note.read_text() == made_of:
        return False
    call_command("collectstatic", verbosity=0, interactive=False)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(made_of)
    return True
