"""Messages about shares one member offers to another. Handlers may run twice: one event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.kernel.subjects import number_of
from commonweal.kernel.words import gettext_noop
from commonweal.membership.models import ShareOffer
from commonweal.membership.queries import speakers_for
from commonweal.membership.queries.transfers import BOTH
from commonweal.membership.states import OfferState
from commonweal.people.actions import write_to

if TYPE_CHECKING:
    from commonweal.membership.models import Member
    from commonweal.people.models import Event


_TEXTS = {
    OfferState.OFFERED: gettext_noop(
        "%(name)s offers you shares of the cooperative: %(count)s of class %(class)s."
    ),
    OfferState.PASSED: gettext_noop(
        "%(name)s accepted your shares: %(count)s of class %(class)s. They stand in the register."
    ),
    OfferState.DECLINED: gettext_noop(
        "%(name)s declined your shares: %(count)s of class %(class)s. You keep them."
    ),
    OfferState.WITHDRAWN: gettext_noop(
        "%(name)s withdrew the offer of shares: %(count)s of class %(class)s."
    ),
}


def tell_other_side(event: Event) -> None:
    """Tells the member who has to answer, or the one who waits for the answer; reads the state from the event."""
    offer = ShareOffer.objects.select_related(*BOTH).get(pk=number_of(event.subject))
    state = OfferState(event.data["to"])
    to_giver = state in (OfferState.PASSED, OfferState.DECLINED)
    reader, other = (offer.giver, offer.taker) if to_giver else (offer.taker, offer.giver)
    for person in speakers_for(reader, day_of(event.at)):
        with translation.override(person.language):
            told = {"name": _name(other), "count": offer.count, "class": offer.share_class}
            body = (
                _("Dear %(name)s,") % {"name": str(person)},
                _(_TEXTS[state]) % told,
                _("You find it on the page “My shares”. Or call us: %(phone)s.")
                % {"phone": settings.SITE["phone"]},
            )
            write_to(event=event, person=person, subject=_("Shares between members"), body="\n\n".join(body))


def _name(member: Member) -> str:
    return str(member.person or member.organisation)
