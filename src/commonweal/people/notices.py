"""Messages about roles and accounts, in each reader's language. Handlers may run twice; the same event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.people.actions import write_to
from commonweal.people.models import Person
from commonweal.people.queries import administrators
from commonweal.people.rules import ROLES

if TYPE_CHECKING:
    from commonweal.people.models import Event


def tell_administrators(event: Event) -> None:
    """Tells the person and all administrators that a staff role was given or ended, and by whom."""
    person = Person.objects.get(pk=int(event.subject.partition(":")[2]))
    told = {each.pk: each for each in (*administrators(event.at.date()), person)}
    given = event.name == "StaffAppointed"
    for reader in told.values():
        with translation.override(reader.language):
            role = next(
                (_(each.name) for each in ROLES if each.code == event.data["role"]), event.data["role"]
            )
            said = (
                _("%(person)s now has the staff role “%(role)s”.")
                if given
                else _("%(person)s no longer has the staff role “%(role)s”.")
            ) % {"person": str(person), "role": role}
            who = str(event.by) if event.by else _("someone who works on the server itself")
            body = (
                _("Dear %(name)s,") % {"name": str(reader)},
                said,
                _("This was done by %(name)s.") % {"name": who},
                _("Is this not right? Call us at once: %(phone)s.") % {"phone": settings.SITE["phone"]},
            )
            subject = _("A staff role was given") if given else _("A staff role has ended")
            write_to(event=event, person=reader, subject=subject, body="\n\n".join(body))
