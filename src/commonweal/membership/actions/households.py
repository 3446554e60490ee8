"""Households: one member proposes to share post, the other accepts, either stops. Staff note it for those who call."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.membership.access import may_decide_on_post, may_enter_applications, may_keep_register
from commonweal.membership.actions.flows import HOUSEHOLDS
from commonweal.membership.actions.flows.requests import HouseholdRefused
from commonweal.membership.actions.refusals import ask
from commonweal.membership.models import Household, HouseholdMember, HouseholdProposal, Member
from commonweal.membership.queries.households import household_of, side_of
from commonweal.membership.rules.households import may_come_together, may_share_post
from commonweal.membership.states import HouseholdState
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from commonweal.people.models import Person


@transaction.atomic
def propose_household(*, asker: Member, other: Member, by: Person, now: datetime) -> HouseholdProposal:
    """Proposes to another member to share their post. Raises NotAllowed, HouseholdRefused."""
    demand(may_decide_on_post(asker, by))
    if asker == other:
        raise HouseholdRefused(_("Name the other member, not yourself."), code="same")
    day = day_of(now)
    ask(HouseholdRefused, may_share_post(side_of(asker, day), side_of(other, day), papers=False))
    if _waiting(asker, other):
        raise HouseholdRefused(
            _("A proposal waits between you two. It is answered or withdrawn first."), code="proposed"
        )
    try:
        with transaction.atomic():
            proposal = HouseholdProposal.objects.create(asker=asker, other=other, proposed_at=now)
    except IntegrityError as error:
        raise HouseholdRefused(
            _("A proposal waits between you two. It is answered or withdrawn first."), code="proposed"
        ) from error
    _record(proposal, by, now)
    return proposal


@transaction.atomic
def accept_household(*, proposal: HouseholdProposal, by: Person, now: datetime) -> HouseholdProposal:
    """Accepts: from today the two get post once. Raises NotAllowed, HouseholdRefused."""
    held = HOUSEHOLDS.hold(proposal.pk, "accept", by=by, now=now)
    held.household = _come_together(held.asker, held.other, day_of(now), papers=False)
    return _move(held, "accept", by, now)


@transaction.atomic
def decline_household(*, proposal: HouseholdProposal, by: Person, now: datetime) -> HouseholdProposal:
    """Declines; each keeps their own post. Raises NotAllowed, HouseholdRefused."""
    held = HOUSEHOLDS.hold(proposal.pk, "decline", by=by, now=now)
    return _move(held, "decline", by, now)


@transaction.atomic
def withdraw_household(*, proposal: HouseholdProposal, by: Person, now: datetime) -> HouseholdProposal:
    """Takes one's own proposal back before it is answered. Raises NotAllowed, HouseholdRefused."""
    held = HOUSEHOLDS.hold(proposal.pk, "withdraw", by=by, now=now)
    return _move(held, "withdraw", by, now)


@transaction.atomic
def note_household(
    *, asker: Member, other: Member, channel: Channel, agreement: str, by: Person, now: datetime
) -> HouseholdProposal:
    """Staff note that two members who phoned, came by or wrote agree; also to a proposal that waits between them.

    `agreement` says who agreed and how. Raises NotAllowed, HouseholdRefused.
    """
    demand(may_enter_applications(by, day_of(now)))
    if asker == other:
        raise HouseholdRefused(_("Name the other member, not yourself."), code="same")
    waiting = _waiting(asker, other)
    # What both agreed to on paper was proposed as well: every proposal begins as one.
    proposal = waiting or HouseholdProposal.objects.create(asker=asker, other=other, proposed_at=now)
    held = HOUSEHOLDS.hold(proposal.pk, "note", by=by, now=now)
    held.channel, held.agreement = channel, _told(agreement)
    held.household = _come_together(held.asker, held.other, day_of(now), papers=True)
    return _move(held, "note", by, now)


@transaction.atomic
def leave_household(
    *, member: Member, by: Person, now: datetime, channel: Channel = Channel.WEB, agreement: str = ""
) -> None:
    """A member gets their own post again from today; one who would be left alone too. Raises NotAllowed,
    HouseholdRefused."""
    day = day_of(now)
    if channel == Channel.WEB:
        demand(may_decide_on_post(member, by))
    else:
        demand(may_enter_applications(by, day))
        agreement = _told(agreement)
    _lock(member)
    together = household_of(member, day)
    if not together:
        raise HouseholdRefused(_("Nobody shares this post any more."), code="no_household")
    ends = [member] if len(together) > 2 else together
    HouseholdMember.objects.filter(member__in=ends, ends_on__isnull=True).update(ends_on=day)
    others = [each.pk for each in together if each != member]
    record(
        "HouseholdLeft",
        f"member:{member.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=member.person,
        data={"others": others, "alone": len(ends) > 1, "agreement": agreement},
    )


@transaction.atomic
def note_post_list_taken(*, by: Person, now: datetime) -> None:
    """Notes that the addresses for post were taken out, before they are. Raises NotAllowed."""
    demand(may_keep_register(by, day_of(now)))
    record("PostListTaken", "register:post", by=by, at=now)


def _told(agreement: str) -> str:
    text = clean(agreement, lines=False)[:120]
    if not text:
        raise HouseholdRefused(_("Write who agreed, and how they said so."), code="no_agreement")
    return text


def _waiting(one: Member, other: Member) -> HouseholdProposal | None:
    between = Q(asker=one, other=other) | Q(asker=other, other=one)
    return HouseholdProposal.objects.filter(between, state=HouseholdState.PROPOSED).first()


def _lock(*members: Member) -> None:
    """Members by number, then what they are in: two who answer each other at once must not wait for each other."""
    wanted = Member.objects.filter(pk__in=[member.pk for member in members])
    list(wanted.select_for_update(of=("self",)).order_by("number"))
    rows = HouseholdMember.objects.filter(member__in=members, ends_on__isnull=True).values("household")
    list(Household.objects.filter(pk__in=rows).select_for_update().order_by("pk"))


def _come_together(one: Member, other: Member, day: date, *, papers: bool) -> Household:
    _lock(one, other)
    sides = side_of(one, day), side_of(other, day)
    ask(HouseholdRefused, may_come_together(*sides, papers=papers))
    known = next((side.household for side in sides if side.household is not None), None)
    household = Household.objects.get(pk=known) if known else Household.objects.create(began_on=day)
    for member, side in zip((one, other), sides, strict=True):
        if side.household is None:
            # What stands over from a household whose others are no members any more.
            HouseholdMember.objects.filter(member=member, ends_on__isnull=True).update(ends_on=day)
            HouseholdMember.objects.create(household=household, member=member, starts_on=day)
    return household


def _move(held: HouseholdProposal, move: str, by: Person, now: datetime) -> HouseholdProposal:
    data, channel = {"agreement": held.agreement}, Channel(held.channel)
    return HOUSEHOLDS.move(held, move, by=by, now=now, channel=channel, data=data)


def _record(proposal: HouseholdProposal, by: Person, now: datetime) -> None:
    data = {"to": proposal.state, "agreement": proposal.agreement}
    record(
        "HouseholdMoved",
        f"household-proposal:{proposal.pk}",
        by=by,
        at=now,
        channel=Channel(proposal.channel),
        data=data,
    )
