"""What waits on the staff desk about money of the bank."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.casework.wording.tiles import Entry, Line, Tile, TileKind
from commonweal.people.rules import Act
from commonweal.treasury.queries.payments import movements_waiting

if TYPE_CHECKING:
    from commonweal.people.models import Person


def payments(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Movements that wait for a decision."""
    address, count = reverse("treasury:payment-desk"), movements_waiting()
    waits = ngettext("One movement waits for a decision", "%(n)s movements wait for a decision", count)
    return Tile(
        _("Payments for shares"),
        _("Statements from the bank, what each payment is for, what goes back."),
        lines=(Line(waits % {"n": count}, address),) if count else (),
        entries=(Entry(_("To the payments"), address),),
    )


PAYMENTS = TileKind(frozenset({Act.MATCH_PAYMENTS}), payments)
