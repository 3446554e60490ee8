"""Where a call or a dossier stands, as the step lines of pages. Reads; decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.projects.models import Call, Dossier
from commonweal.projects.states import CallState, DossierState
from commonweal.ui.formats import day, moment

_CALL_ORDER = list(CallState)


def call_steps(call: Call) -> list[dict[str, Any]]:
    """The dated steps of a call, with the one it is in."""
    at = _CALL_ORDER.index(CallState(call.state))
    applies = timezone.localtime(call.applies_until)
    texts = (
        (CallState.APPLICATIONS, _("Send your project"), _("until %(when)s") % {"when": moment(applies)}),
        (CallState.CHECK, _("Projects are checked"), _("until %(when)s") % {"when": day(call.check_until)}),
        (
            CallState.VOTE,
            _("Members vote"),
            _("until %(when)s") % {"when": moment(timezone.localtime(call.vote_until))},
        ),
        (CallState.COUNT, _("Votes are counted in public"), ""),
        (CallState.DECIDED, _("Result"), day(call.publish_on)),
    )
    return [
        {"title": title, "detail": detail, "state": _state(_CALL_ORDER.index(code), at, code)}
        for code, title, detail in texts
    ]


def _state(place: int, at: int, code: CallState) -> str:
    if place == at:
        return "done" if code == CallState.DECIDED else "current"
    return "done" if place < at else "todo"


_DOSSIER_LINE = (
    ({DossierState.DRAFT}, "write"),
    ({DossierState.SUBMITTED}, "sent"),
    ({DossierState.IN_CHECK, DossierState.RETURNED}, "check"),
    ({DossierState.ADMITTED}, "vote"),
    ({DossierState.FUNDED, DossierState.NOT_FUNDED, DossierState.REFUSED, DossierState.WITHDRAWN}, "result"),
)


def dossier_steps(dossier: Dossier) -> list[dict[str, Any]]:
    """The one bar on which a dossier stands somewhere."""
    names = {
        "write": _("Write"),
        "sent": _("Sent"),
        "check": _("Check"),
        "vote": _("Vote"),
        "result": _("Result"),
    }
    at = next(index for index, (states, _name) in enumerate(_DOSSIER_LINE) if dossier.state in states)
    return [
        {"title": names[name], "state": "done" if index < at else "current" if index == at else "todo"}
        for index, (_states, name) in enumerate(_DOSSIER_LINE)
    ]


def what_next(dossier: Dossier) -> str:
    """What happens now, in one or two sentences."""
    call = dossier.call
    checked = day(call.check_until)
    return {
        DossierState.DRAFT: _("Your text is kept. Send it by %(when)s.")
        % {"when": moment(timezone.localtime(call.applies_until))},
        DossierState.SUBMITTED: _("An adviser reads it. You hear from us by %(when)s.") % {"when": checked},
        DossierState.IN_CHECK: _("An adviser is reading it. You hear from us by %(when)s.")
        % {"when": checked},
        DossierState.RETURNED: _("We have a question. Answer it, and the check goes on."),
        DossierState.ADMITTED: _("Your project is admitted. Members vote until %(when)s.")
        % {"when": moment(timezone.localtime(call.vote_until))},
        DossierState.REFUSED: _(
            "Your project was not admitted. The reason is below; call us if you want to talk about it."
        ),
        DossierState.WITHDRAWN: _(
            "You withdrew this project. Your text is kept if you want to use it again."
        ),
        DossierState.FUNDED: _("Members support your project. We contact you about the agreement."),
        DossierState.NOT_FUNDED: _(
            "The budget did not reach your project this time. The result page says what it lacked."
        ),
    }[DossierState(dossier.state)]


def waiting_days(since: datetime | None, now: datetime) -> int:
    """Whole days since something was sent."""
    return (now - since).days if since else 0
