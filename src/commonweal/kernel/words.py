"""Closed lists of words with a label a person reads. The label is an English source text for translation."""

from __future__ import annotations

from enum import StrEnum


def gettext_noop(text: str) -> str:
    """Marks a text for translation and gives it back unchanged; pages translate it when they show it."""
    return text


class Words(StrEnum):
    """An enumeration whose members are `NAME = "code", gettext_noop("label")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Words:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of code and English label, as Django's fields take them."""
        return [(member.value, member.label) for member in cls]
