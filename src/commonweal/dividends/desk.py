"""The way from the staff desk to the dividends."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.casework.wording.tiles import Entry, Tile, TileKind
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.people.models import Person


def dividends(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """The way to the dividends."""
    entry = Entry(_("Open dividends"), reverse("dividends:dividends"))
    return Tile(_("Dividends"), _("Propose, approve, pay, and what came back."), entries=(entry,))


DIVIDENDS = TileKind(frozenset({Act.PAY_OUT, Act.KEEP_REGISTER}), dividends)
