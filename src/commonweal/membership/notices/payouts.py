"""Messages to members about their money, in their language. Handlers may run twice; the same event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.kernel.subjects import number_of
from commonweal.membership.models import Member
from commonweal.membership.queries import speakers_for
from commonweal.people.actions import write_to

if TYPE_CHECKING:
    from commonweal.people.models import Event


def tell_account_changed(event: Event) -> None:
    """Tells a member that the account they are paid on was set: changing it is what a fraud begins with."""
    member = Member.objects.select_related("person").get(pk=number_of(event.subject))
    for person in speakers_for(member, day_of(event.at)):
        with translation.override(person.language):
            new, before = event.data["iban"], event.data["before"]
            said = (
                _("from now on we pay you on the account %(new)s, no longer on %(before)s.")
                if before
                else _("from now on we pay you on the account %(new)s.")
            )
            body = (
                _("Dear %(name)s,") % {"name": str(person)},
                said % {"new": new, "before": before},
                _("Was this not you? Call us at once: %(phone)s.") % {"phone": settings.SITE["phone"]},
            )
            subject = _("The account we pay you on has changed")
            write_to(event=event, person=person, subject=subject, body="\n\n".join(body))
