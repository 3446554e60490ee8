"""Reading the ambitions in force on a day, in a language. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Case, IntegerField, Q, Value, When

from commonweal.ambitions.models import AmbitionText, ThemeText


@dataclass(frozen=True, slots=True)
class ThemeInWords:
    """A theme and its name in the reader's language."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AmbitionInWords:
    """An ambition in the reader's language; empty lines part paragraphs of `vision` and `easy_text`."""

    code: str
    name: str
    summary: str
    vision: str
    easy_text: str
    themes: tuple[ThemeInWords, ...]


def _in_force(day: date, path: str) -> Q:
    ended = Q(**{f"{path}__ends_on__isnull": True}) | Q(**{f"{path}__ends_on__gte": day})
    return ended & Q(**{f"{path}__starts_on__lte": day})


def _language_first(language: str) -> Case:
    # The reader's language, else the first of the site's: a text missing in one language is still read.
    wanted = [language[:2].lower(), *(code for code, _ in settings.LANGUAGES)]
    ranks = [When(language=code, then=Value(rank)) for rank, code in enumerate(wanted)]
    return Case(*ranks, default=Value(len(wanted)), output_field=IntegerField())


def ambitions_on(day: date, language: str) -> tuple[AmbitionInWords, ...]:
    """The ambitions in force on a day, in their published order. Two queries, whatever there is."""
    themes: dict[str, list[ThemeInWords]] = {}
    theme_texts = (
        ThemeText.objects.filter(_in_force(day, "theme"))
        .order_by("theme__position", "theme_id", _language_first(language))
        .distinct("theme__position", "theme_id")
        .select_related("theme")
    )
    for text in theme_texts:
        themes.setdefault(text.theme.ambition_id, []).append(ThemeInWords(text.theme_id, text.name))
    texts = (
        AmbitionText.objects.filter(_in_force(day, "ambition"))
        .order_by("ambition__position", "ambition_id", _language_first(language))
        .distinct("ambition__position", "ambition_id")
    )
    return tuple(
        AmbitionInWords(
            text.ambition_id,
            text.name,
            text.summary,
            text.vision,
            text.easy_text,
            tuple(themes.get(text.ambition_id, ())),
        )
        for text in texts
    )


def ambition_on(code: str, day: date, language: str) -> AmbitionInWords | None:
    """One ambition in force on a day, or None."""
    return next((each for each in ambitions_on(day, language) if each.code == code), None)
