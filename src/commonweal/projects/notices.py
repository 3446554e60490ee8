"""Messages about dossiers, in the reader's language. Handlers may run twice; the same event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.subjects import number_of
from commonweal.people.actions import write_to
from commonweal.projects.models import Dossier

if TYPE_CHECKING:
    from commonweal.people.models import Event


def tell_applicant(event: Event) -> None:
    """Tells the applicant what became of their dossier; reads the state from the event, not from today."""
    dossier = Dossier.objects.select_related("applicant", "call").get(pk=number_of(event.subject))
    with translation.override(dossier.applicant.language):
        text = _text(event.data.get("to", ""), event.data.get("reason", ""))
        if text is None:
            return
        subject = _("Your project %(title)s (%(reference)s)") % {
            "title": dossier.title,
            "reference": dossier.reference,
        }
        greeting = _("Dear %(name)s,") % {"name": str(dossier.applicant)}
        closing = _("You can read everything on the page of your project. If you prefer to talk, call us.")
        write_to(
            event=event,
            person=dossier.applicant,
            subject=subject[:200],
            body="\n\n".join((greeting, text, closing)),
        )


def _text(state: str, reason: str) -> str | None:
    said = {
        "submitted": _("we have received your project. An adviser reads it and answers you."),
        "returned": _("we need something more before we can go on: "),
        "admitted": _("your project is admitted: members will vote on it. The reason: "),
        "refused": _("your project is not admitted. The reason: "),
        "withdrawn": _("your project is withdrawn, as you asked. Your text is kept."),
        "funded": _("members support your project. We contact you about the agreement."),
        "not_funded": _(
            "the budget did not reach your project this time. The result page says what it lacked."
        ),
    }.get(state)
    return said + reason if said and state in ("returned", "admitted", "refused") else said
