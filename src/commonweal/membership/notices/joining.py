"""Messages about requests for shares, in their own language. Handlers may run twice: one event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.subjects import number_of
from commonweal.membership.queries.joining import application_with, dues_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.actions import write_to
from commonweal.treasury.rules.reasons import Reason
from commonweal.treasury.rules.statements.communications import printed
from commonweal.ui.formats import day, euros

if TYPE_CHECKING:
    from commonweal.membership.models import Application
    from commonweal.people.models import Event


def tell_who_asked(event: Event) -> None:
    """Tells whoever asked what became of their request; reads the state from the event, not from today."""
    application = application_with(number_of(event.subject))
    person = (application.representative or application.person) if application else None
    if application is None or person is None:
        return
    with translation.override(application.language):
        text = _text(application, ApplicationState(event.data["to"]), event.data.get("reason", ""))
        if text:
            greeting = _("Dear %(name)s,") % {"name": str(person)}
            closing = _(
                "You can read everything on the page “My requests for shares”. Or call us: %(phone)s."
            )
            write_to(
                event=event,
                person=person,
                subject=_("Your request for shares (%(communication)s)")
                % {"communication": printed(application.communication)},
                body="\n\n".join((greeting, text, closing % {"phone": settings.SITE["phone"]})),
            )


def _why_again(reason: str) -> str:
    """Why a request that was paid waits for payment again; empty for one that never was."""
    if reason == Reason.UNDONE:
        said = _(
            "a payment was counted for your request by mistake, and that was put right, so the shares are not in the "
            "register. If you still want them,"
        )
        return f"{said} "
    if not reason:
        return ""
    said = _(
        "the bank took your payment back, so the shares are not in the register. If you still want them,"
    )
    return f"{said} "


def _text(application: Application, state: ApplicationState, reason: str) -> str | None:
    if state == ApplicationState.ASKED:
        return _(
            "we received your request. Send or show us a paper that says you may act for %(holder)s. "
            "Once we have seen it, we write how to pay."
        ) % {"holder": application.holder_name}
    if state == ApplicationState.AWAITING:
        due = dues_of([application])[application.pk]
        return _why_again(reason) + _(
            "pay %(amount)s by %(day)s to account %(iban)s in the name of %(site)s, with the structured "
            "communication %(communication)s. The shares are entered once the money is there."
        ) % {
            "amount": euros(due.open_cents),
            "day": day(application.lapses_on),
            "iban": settings.SITE["iban"],
            "site": settings.SITE["name"],
            "communication": printed(application.communication),
        }
    if state == ApplicationState.MEMBER and application.member:
        return _(
            "welcome: the shares stand in the register since today, under member number %(number)s. "
            "On the page of your request you find the certificate. We print it for you if you ask."
        ) % {"number": application.member.number}
    return {
        ApplicationState.REFUSED: _("your request was refused. The reason: %(reason)s") % {"reason": reason},
        ApplicationState.LAPSED: _(
            "nothing was paid in time, so your request lapsed. You may ask again at any moment."
        ),
        ApplicationState.WITHDRAWN: _("your request is withdrawn. What was paid on it goes back to you."),
    }.get(state)
