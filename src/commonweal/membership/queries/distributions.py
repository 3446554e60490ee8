"""Reads of what is given out of the same means, whatever for: counted against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from commonweal.membership.rules.exits import ExitTest, room


class Promise(NamedTuple):
    """Cents that were promised out of the means, for what (`kind:id`), and from which day on accounts know it."""

    reference: str
    day: date
    cents: int


class Tested(Protocol):
    """The figures of one test, in cents, and the day they are of."""

    @property
    def as_of(self) -> date: ...
    @property
    def have_cents(self) -> int: ...
    @property
    def keep_cents(self) -> int: ...


def promised(*, but: str) -> list[tuple[date, int]]:
    """All that is promised but for one reference: from which day on accounts know it, and its cents. A query for each kind
    wired (`PROMISES` in `config/wiring.py`)."""
    wired: Sequence[Callable[[], Iterable[Promise]]] = import_string(settings.PROMISES)
    return [(each.day, each.cents) for kind in wired for each in kind() if each.reference != but]


def room_left(tests: Mapping[ExitTest, Tested], *, but: str) -> int | None:
    """Cents two tests leave, less what else was promised from the day of their figures on; None while one is missing."""
    others = promised(but=but)
    return room(
        {
            kind: row.have_cents - row.keep_cents - sum(cents for day, cents in others if day >= row.as_of)
            for kind, row in tests.items()
        }
    )
