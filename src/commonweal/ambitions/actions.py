"""Publishing the ambitions from a file. Writes nothing else, and never removes what once was in force."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.ambitions.models import Ambition, AmbitionText, Theme, ThemeText
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean

PUBLISHED = Path(__file__).parent / "published.json"
_WRITTEN = ("name", "summary", "vision", "easy_text")


class AmbitionsUnreadable(Refusal):
    """The file does not hold ambitions in all languages of the site; nothing was changed."""

    code = "ambitions_unreadable"


def _days(row: dict[str, Any]) -> dict[str, date | None]:
    ends_on = row.get("ends_on")
    return {
        "starts_on": date.fromisoformat(row["starts_on"]),
        "ends_on": date.fromisoformat(ends_on) if ends_on else None,
    }


def _text(value: object) -> str:
    # Long texts are written as lists of paragraphs, which diff and review well.
    text = "\n\n".join(value) if isinstance(value, list) else value
    if not isinstance(text, str) or not clean(text):
        raise ValueError(f"a text is missing: {value!r}")
    return clean(text)


def _store(row: dict[str, Any], position: int) -> None:
    languages = [code for code, _name in settings.LANGUAGES]
    ambition, _new = Ambition.objects.update_or_create(
        code=row["code"], defaults={**_days(row), "position": position}
    )
    for language in languages:
        texts = {key: _text(row["texts"][language][key]) for key in _WRITTEN}
        AmbitionText.objects.update_or_create(ambition=ambition, language=language, defaults=texts)
    for place, each in enumerate(row["themes"], start=1):
        theme, _new = Theme.objects.update_or_create(
            code=each["code"],
            defaults={
                **_days({**each, "starts_on": each.get("starts_on", row["starts_on"])}),
                "position": place,
            }
            | {"ambition": ambition},
        )
        for language in languages:
            ThemeText.objects.update_or_create(
                theme=theme, language=language, defaults={"name": _text(each["name"][language])}
            )


def load_published(path: Path = PUBLISHED) -> int:
    """Brings ambitions and themes to what the file says and gives their number; again changes nothing.

    What the file no longer names stays as it is: an ambition ends by its `ends_on`, so that old projects keep
    the words they were judged by. Raises AmbitionsUnreadable, and then changes nothing.
    """
    try:
        rows = json.loads(path.read_text())["ambitions"]
        with transaction.atomic():
            for position, row in enumerate(rows, start=1):
                _store(row, position)
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        reason = _("The file with the ambitions could not be read: %(trouble)s") % {"trouble": repr(trouble)}
        raise AmbitionsUnreadable(reason) from trouble
    return len(rows)
