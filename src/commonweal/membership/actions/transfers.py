"""Passing shares to another member: one offers, the other accepts, and both have signed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import same_name
from commonweal.membership.access import may_offer
from commonweal.membership.actions.flows import OFFERS
from commonweal.membership.actions.shares import Movement, booked, planned
from commonweal.membership.models import Member, ShareOffer
from commonweal.membership.queries.guardianships import guardianship_of
from commonweal.membership.queries.members import member_with_number
from commonweal.membership.rules.movements import MovementKind
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from commonweal.people.models import Person


class NoSuchMember(Refusal):
    """Number and name do not belong together, or nobody bears the number; which of the two is not told."""

    code = "no_such_member"


class OfferedAlready(Refusal):
    """An offer of this class to the same member waits for an answer."""

    code = "offered_already"


class Protected(Refusal):
    """A protected member passes no shares on, and takes none, without their administrator."""

    code = "protected"


def taker_named(number: int, family_name: str) -> Member:
    """The member who bears a number and this family name (an organisation: its name). Raises NoSuchMember.

    Both must fit, so that a slip of the keyboard offers nothing to a stranger and a number does not tell whose it is.
    """
    member = member_with_number(number)
    names = (member.person.last_name if member.person else str(member.organisation)) if member else ""
    if member is None or not same_name(names, family_name):
        raise NoSuchMember(
            _(
                "No member has this number and name. Ask them for both. Somebody who is not a member yet joins first."
            )
        )
    return member


def offer_planned(*, giver: Member, taker: Member, share_class: str, count: int, now: datetime) -> None:
    """Raises MovementRefused when the statutes, or what the two hold, would not let the shares pass today."""
    planned(member=giver, movement=_movement(taker, share_class, count, now))


@transaction.atomic
def offer_shares(
    *,
    token: uuid.UUID,
    giver: Member,
    taker: Member,
    share_class: str,
    count: int,
    by: Person,
    now: datetime,
) -> ShareOffer:
    """Offers shares, in the giver's name; the same token again gives the offer that is there.

    Raises NotAllowed, Protected, MovementRefused, OfferedAlready.
    """
    demand(may_offer(giver, by, day_of(now)))
    known = ShareOffer.objects.filter(token=token).first()
    if known is not None:
        return known
    if guardianship_of(giver, day_of(now)) or guardianship_of(taker, day_of(now)):
        raise Protected(
            _(
                "Somebody administers the affairs of one of you two: it goes on paper, signed by them too. Call us."
            )
        )
    offer_planned(giver=giver, taker=taker, share_class=share_class, count=count, now=now)
    try:
        with transaction.atomic():
            offer = ShareOffer.objects.create(
                token=token, giver=giver, taker=taker, share_class=share_class, count=count, offered_at=now
            )
    except IntegrityError as error:
        raise OfferedAlready(
            _("You offered them shares of this class already: they answer first, or you withdraw that offer.")
        ) from error
    _record(offer, by, now)
    return offer


@transaction.atomic
def accept_offer(*, offer: ShareOffer, by: Person, now: datetime) -> ShareOffer:
    """Accepts, and books the transfer today. Raises NotAllowed, OfferMoved, MovementRefused and what the ledger
    refuses."""
    held = OFFERS.hold(offer.pk, "accept", by=by, now=now)
    movement = _movement(held.taker, held.share_class, held.count, now, document=f"offer:{held.pk}")
    held.operation = booked(
        member=held.giver, movement=movement, key=f"offer:{held.pk}", by=by, now=now, channel=Channel.WEB
    )
    return _move(held, "accept", by, now)


@transaction.atomic
def decline_offer(*, offer: ShareOffer, by: Person, now: datetime) -> ShareOffer:
    """Declines; nothing is booked. Raises NotAllowed, OfferMoved."""
    held = OFFERS.hold(offer.pk, "decline", by=by, now=now)
    return _move(held, "decline", by, now)


@transaction.atomic
def withdraw_offer(*, offer: ShareOffer, by: Person, now: datetime) -> ShareOffer:
    """Takes one's own offer back before it is answered. Raises NotAllowed, OfferMoved."""
    held = OFFERS.hold(offer.pk, "withdraw", by=by, now=now)
    return _move(held, "withdraw", by, now)


def _movement(taker: Member, share_class: str, count: int, now: datetime, document: str = "") -> Movement:
    return Movement(
        MovementKind.TRANSFER, share_class, day_of(now), count, counterpart=taker, document=document
    )


def _move(held: ShareOffer, move: str, by: Person, now: datetime) -> ShareOffer:
    data = {"class": held.share_class, "count": held.count}
    return OFFERS.move(held, move, by=by, now=now, data=data)


def _record(offer: ShareOffer, by: Person, now: datetime) -> None:
    data = {"to": offer.state, "class": offer.share_class, "count": offer.count}
    record("ShareOfferMoved", f"offer:{offer.pk}", by=by, at=now, data=data)
