"""Which two persons may do together what two administrators must: people who share nothing, one of them no newcomer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, no
from commonweal.people.access import may
from commonweal.people.models import JointAct, Person
from commonweal.people.queries import administrators, settled_administrator, tie_between
from commonweal.people.rules import Act
from commonweal.people.rules.measures import ADMINISTRATOR_HOURS, measure

_SHARED = {
    "email": _("the e-mail address"),
    "name": _("the name"),
    "phone": _("the telephone number"),
    "address": _("the postal address"),
}


def apart(one: Person, other: Person) -> Decision:
    """Whether two persons share nothing by which they could be one with two accounts, or act as one."""
    tie = tie_between(one, other)
    if not tie:
        return YES
    if tie == "person":
        return no("oneself", _("Another administrator does this, not you."))
    return no(
        "tied",
        _(
            "Two people must do this who share nothing: %(shared)s of %(one)s and of %(other)s is the same. "
            "Ask another administrator."
        )
        % {"shared": _SHARED[tie], "one": str(one), "other": str(other)},
    )


def may_confirm(act: JointAct, person: Person, now: datetime) -> Decision:
    """Whether somebody may confirm what another administrator asked; five queries.

    Who asked must be administrator still. Who confirms is apart from them and from whom it is about, and was
    administrator for a while before it was asked, so that nobody confirms with an account they just made.
    """
    decision = may(person, Act.APPOINT_STAFF, day_of(now))
    if not decision:
        return decision
    # Those whose account is open: one of the two may just have been closed.
    able = set(administrators(day_of(now)).values_list("pk", flat=True))
    if person.pk not in able:
        return no("closed", _("Your account is closed."))
    if act.asked_by_id not in able:
        return no("asker_gone", _("Who asked for it is administrator no longer. Drop it and ask anew."))
    for other in (act.asked_by, act.person):
        decision = apart(person, other)
        if not decision:
            return decision
    if not settled_administrator(person, act.asked_at):
        return no(
            "new",
            _(
                "You became administrator less than %(hours)s hours before this was asked. "
                "Another administrator confirms it."
            )
            % {"hours": measure(ADMINISTRATOR_HOURS, day_of(now))},
        )
    return YES
