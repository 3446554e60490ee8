"""Words around requests for shares, as pages write them. Decides nothing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.membership.models import Application
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.views.wording import reason_of, shares
from commonweal.people.rules import Channel
from commonweal.treasury.rules.statements.communications import printed
from commonweal.ui.formats import day, euros

_KINDS = {
    ApplicationState.ASKED: "info",
    ApplicationState.AWAITING: "warning",
    ApplicationState.PAID: "info",
    ApplicationState.MEMBER: "good",
}


def row(application: Application) -> dict[str, Any]:
    """One request as a line of a list."""
    state = ApplicationState(application.state)
    return {
        "application": application,
        "shares": shares(application.count, application.share_class),
        "state": state.label,
        "kind": _KINDS.get(state, ""),
        "reason": reason_of(application),
        "communication": printed(application.communication),
        "days": (day_of(timezone.now()) - day_of(application.asked_at)).days,
    }


def rows(application: Application) -> list[dict[str, str]]:
    """What was asked, as rows of label and value."""
    told = [(_("Holder of the shares"), application.holder_name)]
    if application.representative:
        told.append((_("Represented by"), str(application.representative)))
    told += [
        (_("Shares"), shares(application.count, application.share_class)),
        (_("Amount"), euros(application.due_cents)),
        (_("Asked on"), day(application.asked_at)),
        (_("How it came in"), capfirst(_(Channel(application.channel).label))),
        (_("Information note read"), f"{application.note.version} ({application.note.language})"),
        (_("Communication"), printed(application.communication)),
    ]
    if application.reason:
        told.append((_("Reason"), reason_of(application)))
    return [{"label": label, "value": value} for label, value in told]


def what_next(application: Application) -> str:
    """What happens now, in one or two sentences."""
    return {
        ApplicationState.ASKED: _(
            "We look at the papers of whoever represents the holder. Send or show them to us; then we write how to pay."
        ),
        ApplicationState.AWAITING: _("Pay by %(day)s. The shares are there once the money is.")
        % {"day": day(application.lapses_on)},
        ApplicationState.PAID: _("The money is here. We look at one thing before the shares are entered."),
        ApplicationState.MEMBER: _("The shares stand in the register. The certificate is yours to keep."),
        ApplicationState.WITHDRAWN: _("This request was withdrawn. What was paid on it goes back."),
        ApplicationState.LAPSED: _(
            "Nothing was paid in time, so this request lapsed. You may ask again at any moment."
        ),
        ApplicationState.REFUSED: _(
            "This request was refused. The reason is below; call us to talk about it."
        ),
    }[ApplicationState(application.state)]


def steps(application: Application) -> list[dict[str, str]]:
    """The line on which a request that goes on stands somewhere; empty for one that ended otherwise."""
    order = [
        ApplicationState.ASKED,
        ApplicationState.AWAITING,
        ApplicationState.PAID,
        ApplicationState.MEMBER,
    ]
    names = [_("Papers"), _("Payment"), _("A last look"), _("In the register")]
    if application.state not in order:
        return []
    at = order.index(ApplicationState(application.state))
    shown = [
        (name, index)
        for index, name in enumerate(names)
        # Papers only where somebody represents; a last look only where something was in the way.
        if not (index == 0 and application.representative is None) and not (index == 2 and at != 2)
    ]
    done = {"state": "done"}
    return [
        {"title": _("Asked"), **done},
        *(
            {
                "title": name,
                "state": "done" if index < at or at == 3 else "current" if index == at else "todo",
            }
            for name, index in shown
        ),
    ]
