"""Messages about roles and accounts, in each reader's language. Handlers may run twice; the same event is one message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.kernel.subjects import number_of
from commonweal.people.actions import write_to
from commonweal.people.models import Person
from commonweal.people.queries import administrators, joint_act_numbered
from commonweal.people.rules import ROLES, JointKind

if TYPE_CHECKING:
    from commonweal.people.models import Event, JointAct


def tell_administrators(event: Event) -> None:
    """Tells the person and all administrators that a staff role was given or ended, and by whom."""
    person = Person.objects.get(pk=number_of(event.subject))
    given = event.name == "StaffAppointed"

    def text() -> tuple[str, str]:
        role = next((_(each.name) for each in ROLES if each.code == event.data["role"]), event.data["role"])
        said = (
            _("%(person)s now has the staff role “%(role)s”.")
            if given
            else _("%(person)s no longer has the staff role “%(role)s”.")
        ) % {"person": str(person), "role": role}
        return (_("A staff role was given") if given else _("A staff role has ended")), said

    _tell(event, {*administrators(day_of(event.at)), person}, text)


def tell_administrators_of_account(event: Event) -> None:
    """Tells all administrators what two of them, or one and who runs the server, did to an account.

    The person reads it from `note_change`. What one administrator may do alone is told to no others.
    """
    if "request" not in event.data:
        return
    person = _act(event).person

    def text() -> tuple[str, str]:
        said = {
            "FactorsReset": _("The second step of %(person)s was taken off."),
            "AccountBlocked": _("The account of %(person)s was closed."),
            "AccountReopened": _("The account of %(person)s was opened again."),
        }[event.name] % {"person": str(person)}
        return _("Something was done to an account"), said

    _tell(event, set(administrators(day_of(event.at))) - {person}, text)


def tell_who_may_confirm(event: Event) -> None:
    """Tells the other administrators that one of them asks for something which another must confirm, and why."""
    act = _act(event)

    def text() -> tuple[str, str]:
        role = next((_(each.name) for each in ROLES if each.code == act.role), act.role)
        said = {
            JointKind.GIVE_ROLE: _("%(by)s asks to give %(person)s the staff role “%(role)s”."),
            JointKind.END_ROLE: _("%(by)s asks to end the staff role “%(role)s” of %(person)s."),
            JointKind.FACTORS_OFF: _("%(by)s asks to take the second step of %(person)s off."),
            JointKind.CLOSE: _("%(by)s asks to close the account of %(person)s."),
            JointKind.OPEN: _("%(by)s asks to open the account of %(person)s again."),
        }[JointKind(act.kind)] % {"by": str(act.asked_by), "person": str(act.person), "role": role}
        reason = _("The reason given: %(why)s") % {"why": act.why}
        todo = _("Look for yourself before you confirm it: staff desk, Accounts.")
        return _("An administrator waits for you or a colleague to confirm"), f"{said}\n\n{reason}\n\n{todo}"

    _tell(event, set(administrators(day_of(event.at))) - {act.asked_by, act.person}, text)


def _act(event: Event) -> JointAct:
    return joint_act_numbered(event.data["request"]).get()


def _tell(event: Event, readers: set[Person], text: Callable[[], tuple[str, str]]) -> None:
    for reader in sorted(readers, key=lambda each: each.pk):
        with translation.override(reader.language):
            subject, said = text()
            body = (
                _("Dear %(name)s,") % {"name": str(reader)},
                said,
                *([] if event.name == "JointActAsked" else [_by_whom(event)]),
                _("Is this not right? Call us at once: %(phone)s.") % {"phone": settings.SITE["phone"]},
            )
            write_to(event=event, person=reader, subject=subject, body="\n\n".join(body))


def _by_whom(event: Event) -> str:
    if "request" in event.data:
        act = _act(event)
        if act.confirmed_by is not None:
            return _("%(asked)s asked for it, %(confirmed)s confirmed it.") % {
                "asked": str(act.asked_by),
                "confirmed": str(act.confirmed_by),
            }
        return _("%(asked)s asked for it; %(name)s confirmed it on the server itself.") % {
            "asked": str(act.asked_by),
            "name": act.on_server,
        }
    who = event.data.get("on_server") or event.by or _("someone who works on the server itself")
    return _("This was done by %(name)s.") % {"name": str(who)}
