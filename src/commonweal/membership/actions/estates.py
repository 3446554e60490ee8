"""Memberships that end by themselves: note it, gather who claims what, settle by refund or takeover, pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal, demand
from commonweal.kernel.text import clean
from commonweal.membership.access import may_keep_register, may_pay_out
from commonweal.membership.actions.members import lock_numbers
from commonweal.membership.actions.paying_out import Due, pay_in_a_file, refund_texts
from commonweal.membership.actions.refusals import ask, ask_values, figures_of, named
from commonweal.membership.actions.shares import Movement, booked
from commonweal.membership.models import Claimant, Estate, ExitRequest, Member, PaymentFile
from commonweal.membership.queries import estates as queries
from commonweal.membership.queries.dividend_payments import heirs_unpaid
from commonweal.membership.queries.payouts import files_under
from commonweal.membership.rules import estates as rules
from commonweal.membership.rules.credit_transfers import CreditTransfer
from commonweal.membership.rules.estates import EndKind, Settlement
from commonweal.membership.rules.ibans import may_be_paid, read_iban, shortened
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.states import ESTATE, EXIT, EstateState
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from commonweal.membership.rules.exits import Accounts
    from commonweal.people.models import Person


class EstateRefused(Refusal):
    """The file is not complete, or stands elsewhere; the code says which."""

    code = "estate_refused"


@dataclass(frozen=True, slots=True)
class SettlementPlan:
    """What is booked when an estate is settled: class -> cents given back, and for each who claims, in their order, cents
    to be paid or shares of each class taken over."""

    claimants: list[Claimant]
    refunds: dict[str, int]
    cents_each: list[int]
    shares: dict[str, list[int]]

    @property
    def cents(self) -> int:
        """What is paid in all."""
        return sum(self.refunds.values())

    @property
    def digest(self) -> str:
        """The same for the same people, accounts, amounts and shares, and for nothing else."""
        people = [(each.pk, each.name, each.iban) for each in self.claimants]
        told = repr((people, sorted(self.refunds.items()), self.cents_each, sorted(self.shares.items())))
        return sha256(told.encode()).hexdigest()


def _open(estate: Estate, move: str) -> Estate:
    estate = Estate.objects.select_for_update(of=("self",)).select_related("member__person").get(pk=estate.pk)
    ask(EstateRefused, ESTATE.permits(estate.state, move))
    return estate


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
    """Notes that a member died, went bankrupt or was wound up: the membership ended on that day, a request to leave that
    waits is overtaken. The shares stay until the estate is settled. Raises NotAllowed, EstateRefused."""
    demand(may_keep_register(by, day_of(now)))
    document = named(EstateRefused, document)
    lock_numbers()
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=member.pk)
    ask(EstateRefused, rules.fits(kind, is_person=member.person_id is not None))
    if not member.joined_on <= ended_on <= day_of(now):
        raise EstateRefused(_("This day is before they joined, or still to come."), code="wrong_day")
    if member.left_on is not None and member.left_on <= ended_on:
        raise EstateRefused(_("They had left before that day."), code="left")
    if queries.estate_of(member) is not None:
        raise EstateRefused(_("This was noted before."), code="noted")
    overtaken = EXIT.move("overtake")
    ExitRequest.objects.filter(member=member, state__in=overtaken.sources).update(
        state=overtaken.target, closed_at=now
    )
    member.left_on = ended_on
    member.save(update_fields=["left_on"])
    estate = Estate.objects.create(
        member=member, kind=kind, ended_on=ended_on, document=document, opened_at=now, opened_by=by
    )
    _told("EstateOpened", estate, by, now, channel=channel, kind=kind)
    return estate


@transaction.atomic
def withdraw_estate(*, estate: Estate, reason: str, by: Person, now: datetime) -> None:
    """What was noted was a mistake: the membership goes on as if it had not been. Raises NotAllowed, EstateRefused."""
    demand(may_keep_register(by, day_of(now)))
    estate = _open(estate, "withdraw")
    if not clean(reason, lines=False):
        raise EstateRefused(_("Write why this is undone."), code="no_reason")
    Member.objects.filter(pk=estate.member_id, left_on=estate.ended_on).update(left_on=None)
    estate.state = EstateState.WITHDRAWN.value
    estate.save(update_fields=["state"])
    _told("EstateWithdrawn", estate, by, now, reason=clean(reason, lines=False)[:500])


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
    """One more heir with a part of the estate, or the curator or liquidator with all of it.

    Raises NotAllowed, EstateRefused.
    """
    demand(may_keep_register(by, day_of(now)))
    estate = _open(estate, "refund")
    if not clean(name, lines=False):
        raise EstateRefused(_("Write the name."), code="no_name")
    number = _account(iban) if iban.strip() else ""
    if heir == estate.member:
        raise EstateRefused(_("The heir is another member."), code="same_member")
    claimant = Claimant.objects.create(
        estate=estate,
        name=clean(name, lines=False)[:160],
        numerator=part.numerator,
        denominator=part.denominator,
        heir=heir,
        iban=number,
    )
    _told("ClaimantAdded", estate, by, now, claimant=claimant.pk, part=str(part))
    return claimant


@transaction.atomic
def remove_claimant(*, claimant: Claimant, by: Person, now: datetime) -> None:
    """Takes someone out who was noted wrongly. Raises NotAllowed, EstateRefused."""
    demand(may_keep_register(by, day_of(now)))
    estate = _open(claimant.estate, "refund")
    number = claimant.pk
    claimant.delete()
    _told("ClaimantRemoved", estate, by, now, claimant=number)


@transaction.atomic
def note_agreement(*, claimant: Claimant, on: date, document: str, by: Person, now: datetime) -> None:
    """Notes that someone signed how the estate is settled. Raises NotAllowed, EstateRefused."""
    demand(may_keep_register(by, day_of(now)))
    estate = _open(claimant.estate, "refund")
    if not estate.ended_on <= on <= day_of(now):
        raise EstateRefused(_("Nobody could agree on that day. Check it."), code="wrong_day")
    Claimant.objects.filter(pk=claimant.pk).update(agreed_on=on, agreement=named(EstateRefused, document))
    _told("ClaimantAgreed", estate, by, now, claimant=claimant.pk)


@transaction.atomic
def settle_estate(
    *,
    estate: Estate,
    settlement: Settlement,
    heirship: str,
    decision: str,
    by: Person,
    now: datetime,
    accounts: Accounts | None = None,
    seen: str | None = None,
) -> Estate:
    """Books what becomes of the shares: a refund, effective on the day the membership ended, divided among all who claim;
    or shares passed on, from today, to heirs who are members. Whole, or not at all.

    `decision` names the board's decision, with both tests for a refund; `accounts` the net assets and the value of a share,
    where the refund of a class needs it; `seen` is the digest of the plan that was looked at.
    Raises NotAllowed, EstateRefused (also when it is no longer what was seen), and what a movement is refused for.
    """
    demand(may_keep_register(by, day_of(now)))
    move = "refund" if settlement == Settlement.REFUND else "take_over"
    estate = _open(estate, move)
    decision, heirship = named(EstateRefused, decision), clean(heirship, lines=False)[:80]
    plan = settlement_planned(
        estate=estate, settlement=settlement, heirship=heirship, accounts=accounts, today=day_of(now)
    )
    if seen is not None and seen != plan.digest:
        raise EstateRefused(
            _("Something changed since you looked. Look again before you book."), code="changed"
        )
    if settlement == Settlement.REFUND:
        _refunded(estate, plan, decision, by, now)
    else:
        _passed_on(estate, plan, decision, by, now)
    estate.state, estate.heirship, estate.decision = ESTATE.move(move).target, heirship, decision
    estate.settled_at, estate.settled_cents = now, plan.cents
    estate.save()
    _told("EstateSettled", estate, by, now, settlement=settlement, cents=plan.cents, **figures_of(accounts))
    return estate


def settlement_planned(
    *, estate: Estate, settlement: Settlement, heirship: str, accounts: Accounts | None, today: date
) -> SettlementPlan:
    """What a settlement would book, to be looked at before it is. Writes nothing. Raises EstateRefused where it cannot be
    settled so."""
    ask(EstateRefused, ESTATE.permits(estate.state, "refund"))
    claimants = queries.claimants_of(estate)
    ask(
        EstateRefused,
        rules.may_settle(
            EndKind(estate.kind),
            settlement,
            queries.claims_of(claimants, today),
            heirship_named=bool(heirship) or estate.kind != EndKind.DEATH,
        ),
    )
    if settlement == Settlement.TAKEOVER:
        return SettlementPlan(claimants, {}, [0] * len(claimants), queries.shares_for(estate, claimants))
    ask_values(EstateRefused, accounts)
    refunds = queries.refunds_of(estate, accounts.values if accounts else {})
    if None in refunds.values():
        raise EstateRefused(
            _("Write the net assets, the day of these accounts and the value of a share of each class."),
            code="no_value",
        )
    known = {code: cents or 0 for code, cents in refunds.items()}
    parts = rules.divided(sum(known.values()), [queries.part_of(each) for each in claimants])
    return SettlementPlan(claimants, known, parts, {})


def _refunded(estate: Estate, plan: SettlementPlan, decision: str, by: Person, now: datetime) -> None:
    held = queries.held_by_estate(estate)
    for code, cents in plan.refunds.items():
        movement = Movement(
            *(MovementKind.REFUND, code, estate.ended_on, held[code].shares),
            cents=cents,
            document=decision,
            owed=True,
        )
        booked(
            member=estate.member,
            movement=movement,
            key=f"estate:{estate.pk}:{code}",
            by=by,
            now=now,
            channel=Channel.PAPER,
        )
    for claimant, cents in zip(plan.claimants, plan.cents_each, strict=True):
        Claimant.objects.filter(pk=claimant.pk).update(cents=cents)


def _passed_on(estate: Estate, plan: SettlementPlan, decision: str, by: Person, now: datetime) -> None:
    # From the day it is booked: an heir may have become a member only after the death.
    for code, counts in plan.shares.items():
        for claimant, count in zip(plan.claimants, counts, strict=True):
            if not count:
                continue
            movement = Movement(
                *(MovementKind.INHERITANCE, code, day_of(now), count),
                counterpart=claimant.heir,
                document=decision,
            )
            booked(
                member=estate.member,
                movement=movement,
                key=f"estate:{estate.pk}:{code}:{claimant.pk}",
                by=by,
                now=now,
                channel=Channel.PAPER,
            )


@transaction.atomic
def pay_estate(*, estate: Estate, pay_on: date, by: Person, now: datetime) -> PaymentFile:
    """All who are still to be paid of a settled estate and have an account, in one payment file.

    Raises NotAllowed, EstateRefused (nothing to pay, a day that has passed).
    """
    demand(may_pay_out(by, day_of(now)))
    estate = _open(estate, "pay")
    if pay_on < day_of(now):
        raise EstateRefused(_("This day has passed. Choose today or a later one."), code="past")
    number = estate.member.number
    text = refund_texts()[estate.member.language] % {"number": number}
    due = [
        Due(
            estate.member_id,
            number,
            each.claimant.pk,
            CreditTransfer(
                f"H{each.claimant.pk}-{each.attempt}",
                each.holder,
                each.claimant.iban,
                each.claimant.cents or 0,
                text,
            ),
        )
        for each in queries.due_of_estate(estate)
        if each.payable
    ]
    if not due:
        raise EstateRefused(_("There is nothing to pay, or no account to pay it on."), code="nothing_due")
    reference = queries.reference_of_estate(estate)
    return pay_in_a_file(kind=PaymentKind.ESTATE, reference=reference, due=due, pay_on=pay_on, by=by, now=now)


@transaction.atomic
def note_estate_paid(*, estate: Estate, by: Person, now: datetime) -> None:
    """Notes that the bank paid everyone of a settled estate. Raises NotAllowed, EstateRefused."""
    demand(may_pay_out(by, day_of(now)))
    estate = _open(estate, "pay")
    if queries.due_of_estate(estate):
        raise EstateRefused(_("Someone is not paid yet: make the payment file first."), code="not_paid")
    if files_under(queries.reference_of_estate(estate)).filter(pay_on__gt=day_of(now)).exists():
        raise EstateRefused(_("The bank pays this file on a later day."), code="too_early")
    estate.state = EstateState.PAID.value
    estate.save(update_fields=["state"])
    _told("EstatePaid", estate, by, now)


@transaction.atomic
def set_claimant_account(*, claimant: Claimant, iban: str, by: Person, now: datetime) -> Claimant:
    """Another account for someone whose payment came back: of the estate while it is paid, of a dividend also long after;
    before the estate is settled, claims are noted anew.

    Raises NotAllowed, EstateRefused.
    """
    demand(may_keep_register(by, day_of(now)))
    found = Estate.objects.select_for_update(of=("self",)).select_related("member__person")
    estate = found.get(pk=claimant.estate_id)
    back = {each.claimant.pk: each.claimant for each in heirs_unpaid(estate) if each.needs_account}
    if estate.state == EstateState.TO_PAY:
        back |= {
            each.claimant.pk: each.claimant for each in queries.due_of_estate(estate) if not each.payable
        }
    if claimant.pk not in back:
        ask(EstateRefused, ESTATE.permits(estate.state, "pay"))
        raise EstateRefused(
            _("Only who was sent a payment that came back needs another account."), code="paid"
        )
    claimant = back[claimant.pk]
    claimant.iban = _account(iban)
    claimant.save(update_fields=["iban"])
    _told("ClaimantAccountSet", estate, by, now, claimant=claimant.pk, iban=shortened(claimant.iban))
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


def _told(
    name: str,
    estate: Estate,
    by: Person,
    now: datetime,
    *,
    channel: Channel = Channel.WEB,
    **data: object,
) -> None:
    told = {"estate": estate.pk, **data}
    record(name, f"member:{estate.member_id}", by=by, at=now, channel=channel, data=told)
