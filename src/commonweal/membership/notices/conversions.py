"""Messages about converting shares. Handlers may run twice: one event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.kernel.subjects import number_of
from commonweal.kernel.words import gettext_noop
from commonweal.membership.queries import conversion_with, readers_for
from commonweal.membership.states import ConversionState
from commonweal.people.actions import write_to

if TYPE_CHECKING:
    from commonweal.people.models import Event

_TEXTS = {
    ConversionState.ASKED: gettext_noop(
        "we keep your request: %(count)s of class %(from)s would become %(many)s of class %(to)s. Nothing is booked yet."
    ),
    ConversionState.BOOKED: gettext_noop(
        "%(count)s of your shares of class %(from)s have become %(many)s of class %(to)s. They stand in the register."
    ),
    ConversionState.REFUSED: gettext_noop(
        "%(count)s of your shares of class %(from)s do not become shares of class %(to)s. The reason: %(reason)s"
    ),
    ConversionState.WITHDRAWN: gettext_noop(
        "your request to convert %(count)s of class %(from)s is withdrawn. Your shares stay as they were."
    ),
}


def tell_conversion(event: Event) -> None:
    """Tells who speaks for the member what was asked or answered; reads the state from the event, not from today."""
    request = conversion_with(number_of(event.subject))
    if request is None:
        return
    told = {
        "count": request.count,
        "from": request.share_class,
        "many": request.to_count,
        "to": request.to_class,
        "reason": request.reason,
    }
    for person in readers_for(request.member, day_of(event.at)):
        with translation.override(person.language):
            body = (
                _("Dear %(name)s,") % {"name": str(person)},
                _(_TEXTS[ConversionState(event.data["to"])]) % told,
                _("Was this not you? Call us at once: %(phone)s.") % {"phone": settings.SITE["phone"]}
                if event.data["to"] in (ConversionState.ASKED, ConversionState.WITHDRAWN)
                else _("You can read everything on your page. If you prefer to talk, call us: %(phone)s.")
                % {"phone": settings.SITE["phone"]},
            )
            write_to(
                event=event,
                person=person,
                subject=_("Your request to convert shares"),
                body="\n\n".join(body),
            )
