"""Settling an estate: by refund or takeover, with what was owed to the member before; looked at first, then booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.membership.access import may_keep_register
from commonweal.membership.actions.estates import EstateRefused, held_estate, note_on_estate
from commonweal.membership.actions.refusals import ask, ask_values, figures_of, named
from commonweal.membership.actions.shares import Movement, booked, given_back
from commonweal.membership.models import Claimant, Estate, Exclusion, ExitRequest
from commonweal.membership.queries import estates as queries
from commonweal.membership.rules import estates as rules
from commonweal.membership.rules.estates import EndKind, Settlement
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.states import ESTATE, EXCLUSION, EXIT
from commonweal.people.access import demand
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from commonweal.membership.rules.exits import Accounts
    from commonweal.people.models import Person


@dataclass(frozen=True, slots=True)
class SettlementPlan:
    """What is booked when an estate is settled: class -> cents given back, cents that were owed before and not paid, and
    for each who claims, in their order, cents to be paid and shares of each class taken over."""

    claimants: list[Claimant]
    refunds: dict[str, int]
    cents_each: list[int]
    shares: dict[str, list[int]]
    owed_cents: int = 0

    @property
    def cents(self) -> int:
        """What is paid in all."""
        return sum(self.refunds.values()) + self.owed_cents

    @property
    def pays(self) -> bool:
        """Whether it pays money: a refund, or what was owed before, and not shares alone."""
        return bool(self.owed_cents) or not self.shares

    @property
    def digest(self) -> str:
        """The same for the same people, accounts, amounts and shares, and for nothing else."""
        people = [(each.pk, each.name, each.iban) for each in self.claimants]
        given = (sorted(self.refunds.items()), self.cents_each, sorted(self.shares.items()), self.owed_cents)
        told = repr((people, *given))
        return sha256(told.encode()).hexdigest()


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
    or shares passed on, from today, to heirs who are members. What was granted to the member before and not paid is divided
    with it. Whole, or not at all.

    `decision` names the board's decision, with both tests for a refund; `accounts` the net assets and the value of a share,
    where the refund of a class needs it; `seen` is the digest of the plan that was looked at.
    Raises NotAllowed, EstateRefused (also when it is no longer what was seen), and what a movement is refused for.
    """
    demand(may_keep_register(by, day_of(now)))
    move = "refund" if settlement == Settlement.REFUND else "take_over"
    estate = held_estate(estate, move, by, now)
    decision, heirship = named(EstateRefused, decision), clean(heirship, lines=False)[:80]
    plan = settlement_planned(
        estate=estate, settlement=settlement, heirship=heirship, accounts=accounts, today=day_of(now)
    )
    if seen is not None and seen != plan.digest:
        raise EstateRefused(
            _("Something changed since you looked. Look again before you book."), code="changed"
        )
    _taken_up(queries.owed_before(estate), plan)
    if settlement == Settlement.REFUND:
        _refunded(estate, plan, decision, by, now)
    else:
        _passed_on(estate, plan, decision, by, now)
    # Whose shares are taken over is still paid what was owed to the member.
    move = "refund" if plan.owed_cents else move
    estate.state, estate.heirship, estate.decision = ESTATE.move(move).target, heirship, decision
    estate.settled_at, estate.settled_cents = now, plan.cents
    estate.save()
    note_on_estate(
        "EstateSettled", estate, by, now, settlement=settlement, cents=plan.cents, **figures_of(accounts)
    )
    return estate


def settlement_planned(
    *, estate: Estate, settlement: Settlement, heirship: str, accounts: Accounts | None, today: date
) -> SettlementPlan:
    """What a settlement would book, to be looked at before it is. Writes nothing. Raises EstateRefused where it cannot be
    settled so."""
    ask(EstateRefused, ESTATE.permits(estate.state, "refund"))
    claimants, owed = queries.claimants_of(estate), queries.owed_before(estate).cents
    ask(
        EstateRefused,
        rules.may_settle(
            EndKind(estate.kind),
            settlement,
            queries.claims_of(claimants, today),
            heirship_named=bool(heirship) or estate.kind != EndKind.DEATH,
            pays=bool(owed),
        ),
    )
    parts = [queries.part_of(each) for each in claimants]
    if settlement == Settlement.TAKEOVER:
        shares = queries.shares_for(estate, claimants)
        return SettlementPlan(claimants, {}, rules.divided(owed, parts), shares, owed)
    ask_values(EstateRefused, accounts)
    refunds = queries.refunds_of(estate, accounts.values if accounts else {})
    if None in refunds.values():
        raise EstateRefused(
            _("Write the net assets, the day of these accounts and the value of a share of each class."),
            code="no_value",
        )
    known = {code: cents or 0 for code, cents in refunds.items()}
    whole = rules.divided(sum(known.values()) + owed, parts)
    return SettlementPlan(claimants, known, whole, {}, owed)


def _taken_up(owed: queries.OwedBefore, plan: SettlementPlan) -> None:
    """What was granted before is the estate's now: no season and no exclusion pays it any more."""
    if owed.cents != plan.owed_cents:
        raise EstateRefused(
            _("Something changed since you looked. Look again before you book."), code="changed"
        )
    passed = EXIT.move("pass_on")
    for model, rows, target in (
        (ExitRequest, owed.requests, passed.target),
        (Exclusion, owed.exclusions, EXCLUSION.move("pass_on").target),
    ):
        model.objects.filter(pk__in=[each.pk for each in rows]).update(state=target)
    if plan.owed_cents:
        for claimant, cents in zip(plan.claimants, plan.cents_each, strict=True):
            Claimant.objects.filter(pk=claimant.pk).update(cents=cents)


def _refunded(estate: Estate, plan: SettlementPlan, decision: str, by: Person, now: datetime) -> None:
    given_back(
        member=estate.member,
        kind=MovementKind.REFUND,
        on=estate.ended_on,
        refunds=plan.refunds,
        held=queries.held_by_estate(estate),
        document=decision,
        key=f"estate:{estate.pk}",
        by=by,
        now=now,
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
