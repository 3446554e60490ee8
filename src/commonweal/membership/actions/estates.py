"""Memberships that end by themselves: note it, gather who claims what, pay. Settling stands in `settling`."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.membership.access import may_keep_register
from commonweal.membership.actions.exits import wait_again
from commonweal.membership.actions.flows import ESTATES
from commonweal.membership.actions.flows.estates import EstateRefused as EstateRefused
from commonweal.membership.actions.flows.estates import not_own_estate
from commonweal.membership.actions.members import lock_numbers
from commonweal.membership.actions.refusals import ask, named
from commonweal.membership.models import Claimant, Estate, ExitRequest, ExitSeason, Member
from commonweal.membership.queries import estates as queries
from commonweal.membership.queries.heirs import came_back
from commonweal.membership.rules import estates as rules
from commonweal.membership.rules.estates import EndKind
from commonweal.membership.states import ESTATE, EXIT, EstateState
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record
from commonweal.people.rules import Channel
from commonweal.treasury.rules.ibans import may_be_paid, read_iban, shortened

if TYPE_CHECKING:
    from commonweal.people.models import Person


def held_estate(estate: Estate, move: str, by: Person, now: datetime) -> Estate:
    """The estate, its row locked, where the table lets the move be made and it is not one's own. Raises NotAllowed,
    EstateRefused."""
    return ESTATES.hold(estate.pk, move, by=by, now=now)


@transaction.atomic
def open_estate(
    *,
    member: Member,
    kind: EndKind,
    ended_on: date,
    document: str,
    by: Person,
    now: datetime,
    channel: Channel = Channel.PAPER,
) -> Estate:
    """Notes that a member died, went bankrupt or was wound up: the membership ended on that day, if it had not before, and
    a request to leave that waits is overtaken. Shares and what is owed stay until the estate is settled; from now on
    nothing is paid on their own account. Raises NotAllowed, EstateRefused (also of who had left and is owed nothing)."""
    demand(may_keep_register(by, day_of(now)))
    demand(not_ones_own(by, day_of(now), [member]))
    document = named(EstateRefused, document)
    lock_numbers()
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=member.pk)
    ask(EstateRefused, rules.fits(kind, is_person=member.person_id is not None))
    if not member.joined_on <= ended_on <= day_of(now):
        raise EstateRefused(_("This day is before they joined, or still to come."), code="wrong_day")
    had_left = member.left_on is not None and member.left_on <= ended_on
    if had_left and not queries.may_be_owed(member, day_of(now)):
        raise EstateRefused(_("They had left before that day, and nothing is owed to them."), code="left")
    if queries.estate_of(member) is not None:
        raise EstateRefused(_("This was noted before."), code="noted")
    overtaken, left_before = EXIT.move("overtake"), member.left_on
    request = ExitRequest.objects.filter(member=member, state__in=overtaken.sources).first()
    if request is not None:
        request.state, request.closed_at = overtaken.target, now
        request.save(update_fields=["state", "closed_at"])
    if not had_left:
        member.left_on = ended_on
        member.save(update_fields=["left_on"])
    estate = Estate.objects.create(
        member=member,
        kind=kind,
        ended_on=ended_on,
        document=document,
        opened_at=now,
        opened_by=by,
        left_before=left_before,
        overtook=request,
    )
    note_on_estate("EstateOpened", estate, by, now, channel=channel, kind=kind)
    return estate


@transaction.atomic
def withdraw_estate(*, estate: Estate, reason: str, by: Person, now: datetime) -> None:
    """What was noted was a mistake: the membership goes on as if it had not been, or ends on the day it was to; a request
    to leave waits again, in its season while that collects, else in the next, which its member is told.

    Raises NotAllowed, EstateRefused (also where they were admitted again meanwhile)."""
    overtook = Estate.objects.values_list("overtook__season", flat=True).get(pk=estate.pk)
    if overtook is not None:
        # Its decision and this wait for each other; a season comes before an estate.
        ExitSeason.objects.select_for_update(no_key=True).get(pk=overtook)
    estate = ESTATES.hold(estate.pk, "withdraw", by=by, now=now)
    lock_numbers()
    member = estate.member
    again = Member.objects.filter(person=member.person_id, organisation=member.organisation_id)
    if estate.left_before is None and again.filter(left_on__isnull=True).exclude(pk=member.pk).exists():
        raise EstateRefused(
            _("They are a member again under another number, so this membership cannot go on."), code="again"
        )
    Member.objects.filter(pk=member.pk).update(left_on=estate.left_before)
    why, data = clean(reason, lines=False)[:500], {"estate": estate.pk}
    ESTATES.move(estate, "withdraw", by=by, now=now, reason=why, data=data, fields=())
    if estate.overtook is not None:
        wait_again(request=estate.overtook, by=by, now=now)


@transaction.atomic
def add_claimant(
    *,
    estate: Estate,
    name: str,
    part: Fraction,
    by: Person,
    now: datetime,
    iban: str = "",
    heir: Member | None = None,
) -> Claimant:
    """One more heir with a part of the estate, or the curator or liquidator with all of it; the same once more is the one
    that is there.

    Raises NotAllowed, EstateRefused.
    """
    estate = ESTATES.hold(estate.pk, "refund", by=by, now=now)
    demand(not_own_estate(estate, by, now, heir, name))
    if not clean(name, lines=False):
        raise EstateRefused(_("Write the name."), code="no_name")
    number = _account(iban) if iban.strip() else ""
    if heir == estate.member:
        raise EstateRefused(_("The heir is another member."), code="same_member")
    claimant, made = Claimant.objects.get_or_create(
        estate=estate,
        name=clean(name, lines=False)[:160],
        numerator=part.numerator,
        denominator=part.denominator,
        heir=heir,
        iban=number,
    )
    if not made:
        return claimant
    note_on_estate("ClaimantAdded", estate, by, now, claimant=claimant.pk, part=str(part))
    return claimant


@transaction.atomic
def remove_claimant(*, claimant: Claimant, by: Person, now: datetime) -> None:
    """Takes someone out who was noted wrongly; a second time changes nothing. Raises NotAllowed, EstateRefused."""
    estate = ESTATES.hold(claimant.estate_id, "refund", by=by, now=now)
    count, _rows = Claimant.objects.filter(pk=claimant.pk).delete()
    if count:
        note_on_estate("ClaimantRemoved", estate, by, now, claimant=claimant.pk)


@transaction.atomic
def note_agreement(*, claimant: Claimant, on: date, document: str, by: Person, now: datetime) -> None:
    """Notes that someone signed how the estate is settled; the same once more changes nothing.

    Raises NotAllowed, EstateRefused."""
    estate = ESTATES.hold(claimant.estate_id, "refund", by=by, now=now)
    if not estate.ended_on <= on <= day_of(now):
        raise EstateRefused(_("Nobody could agree on that day. Check it."), code="wrong_day")
    agreement = named(EstateRefused, document)
    known = Claimant.objects.filter(pk=claimant.pk).exclude(agreed_on=on, agreement=agreement)
    if not known.update(agreed_on=on, agreement=agreement):
        return
    note_on_estate("ClaimantAgreed", estate, by, now, claimant=claimant.pk)


@transaction.atomic
def set_claimant_account(*, claimant: Claimant, iban: str, by: Person, now: datetime) -> Claimant:
    """Another account for someone whose payment came back: of the estate while it is paid, of a dividend also long after;
    before the estate is settled, claims are noted anew.

    Raises NotAllowed, EstateRefused.
    """
    demand(may_keep_register(by, day_of(now)))
    found = Estate.objects.select_for_update(of=("self",)).select_related("member__person")
    estate = found.get(pk=claimant.estate_id)
    demand(not_own_estate(estate, by, now))
    back = {each.heir.claimant for each in came_back(estate) if each.needs_account}
    if estate.state == EstateState.TO_PAY:
        back |= {each.claimant.pk for each in queries.due_of_estate(estate) if not each.payable}
    if claimant.pk not in back:
        ask(EstateRefused, ESTATE.permits(estate.state, "pay"))
        raise EstateRefused(
            _("Only who was sent a payment that came back needs another account."), code="paid"
        )
    claimant = Claimant.objects.get(pk=claimant.pk)
    claimant.iban = _account(iban)
    claimant.save(update_fields=["iban"])
    note_on_estate("ClaimantAccountSet", estate, by, now, claimant=claimant.pk, iban=shortened(claimant.iban))
    return claimant


def _account(iban: str) -> str:
    try:
        number = read_iban(iban)
    except ValueError as wrong:
        raise EstateRefused(
            _("This is no account number. Copy it from a bank card or app, such as BE62 5100 0754 7061."),
            code="wrong_iban",
        ) from wrong
    ask(EstateRefused, may_be_paid(number, settings.SITE["iban"]))
    return number


def note_on_estate(
    name: str,
    estate: Estate,
    by: Person,
    now: datetime,
    *,
    channel: Channel = Channel.WEB,
    **data: object,
) -> None:
    """The event of what was done with an estate, in the history of its member."""
    told = {"estate": estate.pk, **data}
    record(name, f"member:{estate.member_id}", by=by, at=now, channel=channel, data=told)
