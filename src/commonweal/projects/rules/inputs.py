"""Fields of a question and how typed answers are read. Whatever cannot be read counts as not answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from commonweal.kernel.words import Words, gettext_noop

Answers = Mapping[str, str]
Setter = Mapping[str, object]

_CODE = re.compile(r"[a-z0-9_-]{1,40}")
_AMBITIONS_MAX = 20
_BELGIAN_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class Kind(Words):
    """How an answer is given."""

    CHOICE = "choice", gettext_noop("choose one")
    CHOICES = "choices", gettext_noop("choose one or more")
    DATE = "date", gettext_noop("day, month and year")


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose, and the facts it sets."""

    code: str
    label: str
    sets: Setter = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a question. `needed` says, from the answers so far, whether it must be filled in.

    The input `ambitions` has no options of its own: the page offers the ambitions in force, and `none`.
    """

    name: str
    kind: Kind
    label: str = ""
    options: tuple[Option, ...] = ()
    needed: Callable[[Answers], bool] = lambda answers: True


@dataclass(frozen=True, slots=True)
class Question:
    """One page. `asked` says from the answers so far whether it is shown at all."""

    code: str
    title: str
    hint: str
    inputs: tuple[Input, ...]
    sets: tuple[str, ...]
    asked: Callable[[Answers], bool] = lambda answers: True


def text_in(answers: Answers, name: str) -> str:
    """What stands under a name, trimmed; empty when it is no text."""
    value = answers.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def day_from_text(text: str) -> date | None:
    """The day in `2026-06-09`, `9/6/2026`, `9.6.2026` or `9-6-2026`; None if no day from 1990 to 2100."""
    text = text.strip()
    belgian = _BELGIAN_DAY.fullmatch(text)
    try:
        day = date(int(belgian[3]), int(belgian[2]), int(belgian[1])) if belgian else date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def ambitions_in(answers: Answers) -> frozenset[str] | None:
    """Codes parted by commas; `none` means none of them; nothing readable means not answered."""
    parts = [part.strip() for part in text_in(answers, "ambitions").split(",")][:_AMBITIONS_MAX]
    codes = frozenset(part for part in parts if _CODE.fullmatch(part))
    if not codes:
        return None
    return codes - {"none"}


def option_in(answers: Answers, asked: Input) -> Option | None:
    """The option chosen, or None."""
    return next((each for each in asked.options if each.code == text_in(answers, asked.name)), None)


def is_answered(asked: Input, answers: Answers) -> bool:
    """Whether the input holds something that can be read."""
    if asked.kind is Kind.CHOICES:
        return ambitions_in(answers) is not None
    if asked.kind is Kind.DATE:
        return day_from_text(text_in(answers, asked.name)) is not None
    return option_in(answers, asked) is not None


def gaps_in(question: Question, answers: Answers) -> tuple[str, ...]:
    """The names of the inputs of a question that still must be filled in."""
    return tuple(
        each.name for each in question.inputs if each.needed(answers) and not is_answered(each, answers)
    )
