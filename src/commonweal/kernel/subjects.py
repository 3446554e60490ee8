"""Names of things across areas, `kind:number`: subjects of events, references of payments, what money is for. Pure."""

from __future__ import annotations


def kind_of(subject: str) -> str:
    """The kind that a name tells: what stands before the colon."""
    return subject.partition(":")[0]


def number_of(subject: str) -> int:
    """The number within its kind. Raises ValueError where the name ends with none."""
    return int(subject.partition(":")[2])
