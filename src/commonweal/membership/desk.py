"""What waits on the staff desk about shares: requests, the register, refunds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.casework.wording.tiles import Entry, Line, Tile, TileKind
from commonweal.membership.queries import conversions_waiting
from commonweal.membership.queries.joining import papers_to_check
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.people.models import Person


def requests(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Requests for shares; papers to check for who keeps the register."""
    address, count = (
        reverse("membership:desk-requests"),
        papers_to_check() if Act.KEEP_REGISTER in acts else 0,
    )
    papers = ngettext("One request with papers to check", "%(n)s requests with papers to check", count)
    return Tile(
        _("Requests for shares"),
        _("Who asks to join or for more shares; papers to check; what was not paid in time."),
        lines=(Line(papers % {"n": count}, f"{address}?state=asked"),) if count else (),
        entries=(Entry(_("See the requests"), address),),
    )


def register(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """The share register, and conversions that wait for a decision."""
    count = conversions_waiting()
    waits = ngettext("One conversion to decide", "%(n)s conversions to decide", count)
    return Tile(
        _("Share register"),
        _("Who holds what, on any day; movements and corrections."),
        lines=(Line(waits % {"n": count}, reverse("membership:conversion-list")),) if count else (),
        entries=(
            Entry(_("Open the register"), reverse("membership:register")),
            Entry(_("Exit seasons"), reverse("membership:season-list")),
        ),
    )


def refunds(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """The way to what members who left are still to be paid."""
    entry = Entry(_("See what is due"), reverse("membership:exit-payment-list"))
    return Tile(_("Refunds to pay"), _("What members who left are still to be paid."), entries=(entry,))


REQUESTS = TileKind(frozenset({Act.SEE_MEMBERS}), requests)
REGISTER = TileKind(frozenset({Act.KEEP_REGISTER}), register)
REFUNDS = TileKind(frozenset({Act.PAY_OUT}), refunds)
