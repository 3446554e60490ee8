"""Who may keep the register, who may read it, whose shares are one's own, who says where a member is paid, who asks in
a member's name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import YES, Decision, NotAllowed, no
from commonweal.kernel.periods import FULL_AGE, age_on
from commonweal.membership.models import Application, Member, ShareOffer
from commonweal.membership.queries.guardianships import administered_by, guardianship_of, is_protected
from commonweal.membership.queries.households import household_of
from commonweal.membership.queries.joining import application_with
from commonweal.membership.queries.members import last_membership_of, membership_of
from commonweal.membership.queries.shares import holdings_of, setting_on
from commonweal.membership.rules.own_rows import Own
from commonweal.membership.rules.statutes import SettingName
from commonweal.people.access import close_to, may, names_of, organisations_of, speaks_for
from commonweal.people.queries import company_numbers
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from commonweal.people.models import Person


def may_keep_register(person: Person, on: date) -> Decision:
    """Whether staff may read the whole register, record movements and correct them."""
    return may(person, Act.KEEP_REGISTER, on)


def household_close_to(person: Person, on: date) -> set[int]:
    """The people, by id, whose shares are a member's own on a day: their household, and whose affairs they administer."""
    member = membership_of(person, on)
    household = household_of(member, on) if member is not None else []
    return {each.person_id for each in (*household, *administered_by(person, on)) if each.person_id}


def children_asked_for_by(person: Person, on: date) -> set[int]:
    """The children, by id, for whom somebody asked for shares and who are under age on a day."""
    children = Application.objects.filter(representative=person, person__born_on__isnull=False)
    born = children.values_list("person_id", "person__born_on")
    return {child for child, day in born if child and day is not None and age_on(day, on) < FULL_AGE}


def members_close_to(person: Person, on: date) -> QuerySet[Member]:
    """The memberships, now and in the past, of a person and of who is close to them on a day."""
    close = close_to(person, on)
    return Member.objects.filter(Q(person__in=close.people) | Q(organisation__in=close.organisations))


def own_rows(person: Person | None, on: date) -> Own:
    """Whose rows of a sheet are a person's own on a day; nobody's for the operator's command."""
    if person is None:
        return Own()
    close = close_to(person, on)
    companies = company_numbers(close.organisations)
    numbers = members_close_to(person, on).values_list("number", flat=True)
    return Own(frozenset(numbers), frozenset(companies), names_of(close_to(person, on)))


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


def may_have_benefits(member: Member, on: date) -> Decision:
    """Whether what a member paid on their shares, or one of their household on theirs, reaches the value from which
    partners' benefits are theirs."""
    numbers = [each.number for each in household_of(member, on)] or [member.number]
    paid = [sum(held.paid_cents for held in each.values()) for each in holdings_of(numbers, on).values()]
    if max(paid, default=0) >= (setting_on(SettingName.BENEFITS_FROM_CENTS, on) or 0):
        return YES
    return no("below_value", _("Benefits start at a value of shares the statutes name."))


def may_offer(giver: Member, person: Person, on: date) -> Decision:
    """Whether someone may pass on a member's shares: the person who holds them, or who speaks for the organisation."""
    if giver.person_id == person.pk or speaks_for(person, giver.organisation_id, on):
        return YES
    return no("not_own", _("These shares belong to someone else."))


def may_answer_offer(offer: ShareOffer, person: Person, on: date) -> Decision:
    """Whether someone may accept or decline: the member it was made to."""
    return may_offer(offer.taker, person, on)


def may_withdraw_offer(offer: ShareOffer, person: Person, on: date) -> Decision:
    """Whether someone may take an offer back: the member who made it."""
    return may_offer(offer.giver, person, on)


def may_decide_on_post(member: Member, person: Person) -> Decision:
    """Whether someone says with whom a member shares post: the member alone; staff note who agreed."""
    if member.person_id == person.pk:
        return YES
    return no("not_own", _("Each member decides about their own post."))


def may_be_forgotten(person: Person) -> Decision:
    """Whether someone's name may be erased: not of who is or was a member, since the register keeps its holders."""
    if Member.objects.filter(person=person).exists():
        return no(
            "in_register",
            _(
                "You are or were a member: the law keeps name and address in the share register. What else we know "
                "of you can be erased: call us, or withdraw what you agreed to above."
            ),
        )
    return YES


def may_enter_applications(person: Person, on: date) -> Decision:
    """Whether staff may ask for shares in somebody's name, by phone, at the counter or from paper."""
    return may(person, Act.ENTER_FOR_OTHERS, on)


def may_withdraw(application: Application, person: Person, on: date) -> Decision:
    """Whether someone may take an application back: who asked, who represents them, staff for them."""
    if person.pk in (application.person_id, application.representative_id):
        return YES
    return may_enter_applications(person, on)


def readable_application(person: Person, pk: int, on: date) -> Application:
    """An application of one's own; any for staff who see members. Raises NotAllowed for those of others and for none."""
    found = application_with(pk)
    own = found is not None and person.pk in (found.person_id, found.representative_id)
    if found is None or not (own or may(person, Act.SEE_MEMBERS, on)):
        raise NotAllowed(_("This request belongs to someone else."), code="not_own")
    return found


def own_or_past_membership(person: Person) -> Member:
    """The latest membership of a person, also one that ended: money may still be owed. Raises NotAllowed without any."""
    member = last_membership_of(person)
    if member is None:
        raise NotAllowed(_("This page is for members. Call us if you are one."), code="not_member")
    return member


def may_set_account(person: Person, member: Member, on: date) -> Decision:
    """Whether someone may say where a member is paid: the member, unless somebody administers their affairs, or staff
    who enter for others."""
    if member.person_id != person.pk:
        return may(person, Act.ENTER_FOR_OTHERS, on)
    if is_protected(person, on):
        return no(
            "protected",
            _(
                "Somebody administers your affairs: they tell us on which account we pay you. Call us together."
            ),
        )
    return YES


def may_ask_for(person: Person, member: Member, on: date) -> Decision:
    """Whether someone may ask something of us in a member's name: oneself, who speaks for an organisation, the
    administrator of a protected member, or staff."""
    if member.person_id == person.pk:
        return YES
    guardianship = guardianship_of(member, on)
    if guardianship is not None and guardianship.administrator_id == person.pk:
        return YES
    if speaks_for(person, member.organisation_id, on):
        return YES
    return may(person, Act.ENTER_FOR_OTHERS, on)


def spoken_for(person: Person, on: date) -> list[Member]:
    """Members, now or in the past, that are organisations for which someone speaks by papers we saw; one query."""
    found = Member.objects.filter(organisation__in=organisations_of(person, on))
    return list(found.select_related("organisation", "municipality").order_by("number"))


def member_spoken_for(person: Person, number: int, on: date) -> Member | None:
    """The organisation with a member number, for who speaks for it; None for everybody else and for any other number."""
    return next((member for member in spoken_for(person, on) if member.number == number), None)
