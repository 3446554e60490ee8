"""Who may keep the register, who may read it, whose shares are one's own, who says where a member is paid, who asks
to leave."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import YES, Decision, NotAllowed, no
from commonweal.membership.models import Member
from commonweal.membership.queries.guardianships import guardianship_of
from commonweal.membership.queries.members import last_membership_of, membership_of
from commonweal.people.access import may, organisations_of
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


def own_or_past_membership(person: Person) -> Member:
    """The latest membership of a person, also one that ended: money may still be owed. Raises NotAllowed without any."""
    member = last_membership_of(person)
    if member is None:
        raise NotAllowed(_("This page is for members. Call us if you are one."), code="not_member")
    return member


def may_set_account(person: Person, member: Member, on: date) -> Decision:
    """Whether someone may say where a member is paid: the member, or staff who enter for others."""
    return YES if member.person_id == person.pk else may(person, Act.ENTER_FOR_OTHERS, on)


def may_ask_exit_for(person: Person, member: Member, on: date) -> Decision:
    """Whether someone may ask to leave in a member's name: oneself, who speaks for an organisation, the administrator of
    a protected member, or staff."""
    if member.person_id == person.pk:
        return YES
    guardianship = guardianship_of(member, on)
    if guardianship is not None and guardianship.administrator_id == person.pk:
        return YES
    if member.organisation_id and organisations_of(person, on).filter(pk=member.organisation_id).exists():
        return YES
    return may(person, Act.ENTER_FOR_OTHERS, on)
