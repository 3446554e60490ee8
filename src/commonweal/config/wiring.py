"""Who hears of what: event name -> handlers. Every handler is idempotent and runs in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from commonweal.membership import notices as membership
from commonweal.people.models import Event
from commonweal.projects import notices as projects

HANDLERS: Mapping[str, Sequence[Callable[[Event], None]]] = {
    "DossierMoved": (projects.tell_applicant,),
    "DossierDecided": (projects.tell_applicant,),
    "ExitAsked": (membership.tell_exit_asked,),
    "ExitWithdrawn": (membership.tell_exit_asked,),
    "ExitsAnswered": (membership.tell_exits_answered,),
    "PayoutAccountSet": (membership.tell_account_changed,),
}
