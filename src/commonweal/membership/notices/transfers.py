"""Messages about shares one member offers to another. Handlers may run twice: one event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.membership.queries import offer_with
from commonweal.membership.states import OfferState
from commonweal.people.actions import write_to

if TYPE_CHECKING:
    from commonweal.membership.models import Member
    from commonweal.people.models import Event


def tell_other_side(event: Event) -> None:
    """Tells the member who has to answer, or the one who waits for the answer; reads the state from the event."""
    offer = offer_with(int(event.subject.partition(":")[2]))
    if offer is None:
        return
    state = OfferState(event.data["to"])
    to_giver = state in (OfferState.PASSED, OfferState.DECLINED)
    reader, other = (offer.giver, offer.taker) if to_giver else (offer.taker, offer.giver)
    if reader.person is None:
        return
    with translation.override(reader.language):
        text = {
            OfferState.OFFERED: _(
                "%(name)s offers you shares of the cooperative: %(count)s of class %(class)s."
            ),
            OfferState.PASSED: _(
                "%(name)s accepted your shares: %(count)s of class %(class)s. They stand in the register."
            ),
            OfferState.DECLINED: _(
                "%(name)s declined your shares: %(count)s of class %(class)s. You keep them."
            ),
            OfferState.WITHDRAWN: _("%(name)s withdrew the offer of shares: %(count)s of class %(class)s."),
        }[state] % {"name": _name(other), "count": offer.count, "class": offer.share_class}
        write_to(
            event=event,
            person=reader.person,
            subject=_("Shares between members"),
            body="\n\n".join(
                (
                    _("Dear %(name)s,") % {"name": _name(reader)},
                    text,
                    _("You find it on the page “My shares”. Or call us: %(phone)s.")
                    % {"phone": settings.SITE["phone"]},
                )
            ),
        )


def _name(member: Member) -> str:
    return str(member.person or member.organisation)
