"""The three answers a rule can give, with the sentence a person reads. Decides nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from commonweal.kernel.words import Words, gettext_noop

Value = str | int | date | tuple[str, ...]
Parameters = Mapping[str, object]


class Verdict(Words):
    """What a rule says of the facts."""

    YES = "yes", gettext_noop("yes")
    NO = "no", gettext_noop("no")
    UNKNOWN = "unknown", gettext_noop("not known yet")


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, the English source of its sentence with %(name)s places, their values, the facts looked at.

    Values stay plain: pages write days in the reader's language and put names in the place of codes.
    """

    verdict: Verdict
    reason: str
    used: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentences:
    """What a rule says when the answer is yes, when it is no, and when something is still missing."""

    yes: str
    no: str
    unknown: str


def three_way(known: bool | None, says: Sentences, *used: str) -> Answer:
    """The plain case: one fact that must be true."""
    if known is None:
        return Answer(Verdict.UNKNOWN, says.unknown, used)
    return Answer(Verdict.YES, says.yes, used) if known else Answer(Verdict.NO, says.no, used)


def all_of(*parts: bool | None) -> bool | None:
    """No as soon as one is no; else not known as soon as one is not known; else yes (Kleene)."""
    if False in parts:
        return False
    return None if None in parts else True


def any_of(*parts: bool | None) -> bool | None:
    """Yes as soon as one is yes; else not known as soon as one is not known; else no."""
    if True in parts:
        return True
    return None if None in parts else False


def texts(parameters: Parameters, name: str) -> tuple[str, ...]:
    """A parameter that is a list of words. Raises ValueError when it is something else."""
    value = parameters.get(name)
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"the parameter {name} must be a list of words, not {value!r}")
    return tuple(value)


def whole(parameters: Parameters, name: str) -> int:
    """A parameter that is a whole number from 0 to 100. Raises ValueError when it is something else."""
    value = parameters.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
        raise ValueError(f"the parameter {name} must be a whole number from 0 to 100, not {value!r}")
    return value


def word(parameters: Parameters, name: str) -> str:
    """A parameter that is a word. Raises ValueError when it is missing or something else."""
    value = parameters.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"the parameter {name} must be a word, not {value!r}")
    return value
