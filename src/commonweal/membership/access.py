"""Who may keep the register, who may read it, whose shares are one's own, and who says where a member is paid."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import YES, Decision, NotAllowed, no
from commonweal.membership.models import DividendRun, Member
from commonweal.membership.queries.members import last_membership_of, membership_of
from commonweal.people.access import may
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.people.models import Person


def may_keep_register(person: Person, on: date) -> Decision:
    """Whether staff may read the whole register, record movements and correct them."""
    return may(person, Act.KEEP_REGISTER, on)


def may_consult_register(person: Person, on: date) -> Decision:
    """Whether someone may consult the register: every member, whatever the statutes say."""
    if membership_of(person, on) is not None:
        return YES
    return no("not_member", _("The law opens the register to members. Call us if you are one."))


def own_membership(person: Person, on: date) -> Member:
    """The membership behind a person's own pages. Raises NotAllowed when there is none on the day."""
    member = membership_of(person, on)
    if member is None:
        raise NotAllowed(_("This page is for members. Call us if you are one."), code="not_member")
    return member


def own_or_past_membership(person: Person) -> Member:
    """The latest membership of a person, also one that ended: money may still be owed. Raises NotAllowed without any."""
    member = last_membership_of(person)
    if member is None:
        raise NotAllowed(_("This page is for members. Call us if you are one."), code="not_member")
    return member


def may_set_account(person: Person, member: Member, on: date) -> Decision:
    """Whether someone may say where a member is paid: the member, or staff who enter for others."""
    return YES if member.person_id == person.pk else may(person, Act.ENTER_FOR_OTHERS, on)


def may_pay_out(person: Person, on: date) -> Decision:
    """Whether staff may propose dividends, make payment files and note what came back."""
    return may(person, Act.PAY_OUT, on)


def may_see_dividends(person: Person, on: date) -> Decision:
    """Whether staff may read dividend runs and approve those of others: finance officers and the secretary."""
    return may_pay_out(person, on) or may_keep_register(person, on)


def may_approve(run: DividendRun, person: Person, on: date) -> Decision:
    """Whether someone may be one of the two who approve a run: never who proposed it, and nobody twice."""
    if run.proposed_by_id == person.pk:
        return no("own_proposal", _("You proposed this dividend: two others approve it."))
    if run.approvals.filter(person=person).exists():
        return no("approved_before", _("You approved this dividend already: someone else is the second."))
    return may_see_dividends(person, on)
