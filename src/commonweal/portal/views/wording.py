"""Sentences that several pages of the portal need, in the reader's language. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.people.queries import joint_acts_waiting
from commonweal.people.rules import ROLES, JointKind
from commonweal.projects.states import DossierState
from commonweal.ui.formats import day, joined, moment, number

if TYPE_CHECKING:
    from commonweal.people.models import JointAct, Person

JOINT_MAX = 50


def result_sentence(facts: Mapping[str, Any]) -> str:
    """A result in one sentence; `facts` as `voting.queries.counted_facts` gives them."""
    winners, options = facts["winners"], facts["winners"] + facts["losers"]
    satisfied, votes = facts["satisfied"]
    if not votes:
        return _("Nobody voted, so no project is carried.")
    carried = ngettext(
        "%(winners)s of %(options)s projects is carried",
        "%(winners)s of %(options)s projects are carried",
        winners,
    ) % {"winners": number(winners), "options": number(options)}
    seen = ngettext(
        "for %(satisfied)s of %(votes)s member who voted, at least one of their choices is supported",
        "for %(satisfied)s of %(votes)s members who voted, at least one of their choices is supported",
        votes,
    ) % {"satisfied": number(satisfied), "votes": number(votes)}
    return joined(carried, seen, sign=";") + "."


def next_step(dossier: Any) -> str:
    """What comes next for a dossier, in one sentence."""
    call = dossier.call
    checked = {"when": day(call.check_until)}
    return {
        DossierState.DRAFT: _("Your text is kept. Send it by %(when)s.")
        % {"when": moment(timezone.localtime(call.applies_until))},
        DossierState.SUBMITTED: _("An adviser reads it. You hear from us by %(when)s.") % checked,
        DossierState.IN_CHECK: _("An adviser is reading it. You hear from us by %(when)s.") % checked,
        DossierState.RETURNED: _("We have a question. Answer it, and the check goes on."),
        DossierState.ADMITTED: _("Your project is admitted. Members vote until %(when)s.")
        % {"when": moment(timezone.localtime(call.vote_until))},
        DossierState.REFUSED: _("It was not admitted. The reason is on its page."),
        DossierState.WITHDRAWN: _("You withdrew it. Your text is kept."),
        DossierState.FUNDED: _("Members support your project. We contact you about the agreement."),
        DossierState.NOT_FUNDED: _(
            "The budget did not reach it this time. The result page says what it lacked."
        ),
    }[DossierState(dossier.state)]


def joint_title(act: JointAct) -> str:
    """What two administrators are to do, in a sentence."""
    role = next((_(each.name) for each in ROLES if each.code == act.role), act.role)
    return {
        JointKind.GIVE_ROLE: _("Give %(person)s the staff role “%(role)s”"),
        JointKind.END_ROLE: _("End the staff role “%(role)s” of %(person)s"),
        JointKind.FACTORS_OFF: _("Take the second step of %(person)s off"),
        JointKind.CLOSE: _("Close the account of %(person)s"),
        JointKind.OPEN: _("Open the account of %(person)s again"),
    }[JointKind(act.kind)] % {"person": str(act.person), "role": role}


def joint_rows(person: Person | None = None) -> list[dict[str, Any]]:
    """What waits for a second administrator, about everybody or about one; one query."""
    waiting = joint_acts_waiting()
    if person is not None:
        waiting = waiting.filter(person=person)
    return [
        {"title": joint_title(act), "by": str(act.asked_by), "at": act.asked_at, "pk": act.pk}
        for act in waiting[:JOINT_MAX]
    ]
