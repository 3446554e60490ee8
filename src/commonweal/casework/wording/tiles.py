"""Tiles of the staff desk: what waits, how long, where one begins. Areas bring theirs in `desk.py`; a page draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.people.models import Person

LATE_DAYS, SOON_DAYS = 14, 7


@dataclass(frozen=True, slots=True)
class Line:
    """Something that waits: its text in the reader's language and its page, a number before it, a note beside it.

    `urgency` is "calm", "soon" or "late" where the note says how long it has been waiting, else empty.
    """

    text: str
    href: str
    count: int | None = None
    note: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A button of a tile; `first` where it is what most come for."""

    label: str
    href: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """A field for what one looks for, sent as `text` to a page."""

    label: str
    href: str
    button: str
    length_max: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One part of the desk. `empty` is said where it has no lines."""

    title: str
    text: str = ""
    lines: Sequence[Line] = ()
    empty: str = ""
    entries: Sequence[Entry] = ()
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class TileKind:
    """A tile, and whose it is: everybody's who may do one of `acts`.

    `tile` takes the person, all that they may do, and the moment.
    """

    acts: frozenset[Act]
    tile: Callable[[Person, frozenset[Act], datetime], Tile]


def days_waited(since: datetime | None, now: datetime) -> tuple[int, str]:
    """Whole days that something has been waiting, and how urgent that is: "calm", "soon" or "late"."""
    days = (now - since).days if since else 0
    return days, "late" if days >= LATE_DAYS else "soon" if days >= SOON_DAYS else "calm"


def waiting_line(text: str, href: str, count: int, oldest: datetime | None, now: datetime) -> Line:
    """A line with how many wait and how long the oldest has; without a note where none does."""
    if not count:
        return Line(text, href, count)
    days, urgency = days_waited(oldest, now)
    note = (
        ngettext("the oldest waits one day", "the oldest waits %(days)s days", days) % {"days": days}
        if days
        else _("the oldest came today")
    )
    more = {"late": _("too long"), "soon": _("soon too long")}.get(urgency)
    return Line(text, href, count, f"{note} · {more}" if more else note, urgency)
