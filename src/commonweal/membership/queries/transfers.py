"""Offers of shares between members."""

from __future__ import annotations

from django.db.models import Case, Q, When

from commonweal.membership.models import Member, ShareOffer
from commonweal.membership.states import OfferState

SHOWN = 20
BOTH = ("giver__person", "giver__organisation", "taker__person", "taker__organisation")


def offers_of(member: Member) -> list[ShareOffer]:
    """Offers a member made or got, those that wait first, then the latest; at most twenty."""
    found = ShareOffer.objects.filter(Q(giver=member) | Q(taker=member)).select_related(*BOTH)
    waits = Case(When(state=OfferState.OFFERED, then=0), default=1)
    return list(found.order_by(waits, "-offered_at", "-id")[:SHOWN])


def offer_with(pk: int) -> ShareOffer | None:
    """One offer, with both members."""
    return ShareOffer.objects.select_related(*BOTH).filter(pk=pk).first()
