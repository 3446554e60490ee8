"""What undoing a decision about a payment does: to which request, to which shares, and what is owed no more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from commonweal.ledger.queries import reversed_among
from commonweal.membership.models import (
    Application,
    BankMovement,
    ConversionRequest,
    DividendLine,
    Estate,
    ExitRequest,
    Handling,
    Member,
    Refund,
    ShareOffer,
)
from commonweal.membership.queries.joining import entries_for, open_application_of
from commonweal.membership.queries.payments import opposite_of
from commonweal.membership.queries.shares import held_on, holdings_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.rules.matching import COUNTED, MAY_BE_UNDONE, Outcome
from commonweal.membership.rules.undoing import Obstacle

if TYPE_CHECKING:
    from commonweal.ledger.models import Operation

_IN = (Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND)
_DONE = (ApplicationState.PAID, ApplicationState.MEMBER)


@dataclass(frozen=True, slots=True)
class Effect:
    """What undoing one decision would do, or one payment of a request: `cents` count no more for the request, `entry` are
    the shares that leave the register, `ends` says whether a membership ends with them, `reopens` whether the request
    waits for payment again, `refund_cents` are no longer to be paid back. `decision` is None for money that nobody decided
    about, `movement` is the payment where it is known."""

    movement: BankMovement | None
    decision: Handling | None
    application: Application | None
    cents: int
    refund_cents: int
    reopens: bool
    entry: Operation | None
    ends: bool

    @property
    def mark(self) -> tuple[object, ...]:
        """The same for what does the same."""
        pks = [
            each.pk if each else None for each in (self.movement, self.decision, self.application, self.entry)
        ]
        return (*pks, self.cents, self.refund_cents, self.reopens, self.ends)


def digest_of(effects: Iterable[Effect]) -> str:
    """The same for the same effects: what someone saw is what they confirm."""
    return hashlib.sha256(repr([each.mark for each in effects]).encode()).hexdigest()


def effect_of(
    decision: Handling | None,
    application: Application | None,
    cents: int,
    movement: BankMovement | None = None,
) -> Effect:
    """What undoing a decision would do now; without one, of `cents` that were paid for a request."""
    counted = application is not None and (decision is None or decision.outcome in COUNTED)
    open_cents, noted = 0, 0
    if decision is not None:
        for each in decision.refunds.filter(taken_back__isnull=True):
            noted += each.cents
            open_cents += each.cents if each.made_on is None else 0
    reopens = counted and application is not None and application.state in _DONE
    entry = entry_standing(application) if reopens and application is not None else None
    ends = entry is not None and application is not None and application.member is not None
    return Effect(
        movement or (decision.movement if decision else None),
        decision,
        application,
        cents - noted if counted else 0,
        open_cents,
        reopens,
        entry,
        ends and holds_only(application.member, application, entry),  # type: ignore[union-attr,arg-type]
    )


def entry_standing(application: Application) -> Operation | None:
    """The operation that entered the shares of a request, unless it never was or was undone before."""
    entered = entries_for(application) if application.state == ApplicationState.MEMBER else []
    return entered[-1] if entered and not reversed_among([entered[-1].pk]) else None


def holds_only(member: Member, application: Application, operation: Operation) -> bool:
    """Whether a member has no share but those of one entry, neither now nor since they joined."""
    these = {application.share_class: application.count}
    for day in (member.joined_on, date.max):
        held = holdings_of([member.number], day).get(member.number, {})
        shares = {code: each.shares for code, each in held.items() if each.shares}
        if shares != (these if operation.effective_on <= day else {}):
            return False
    return True


# ---- a decision that was a mistake


def obstacle_to(decision: Handling) -> Obstacle | None:
    """What stands against undoing a decision; None where nothing does."""
    undone = Handling.objects.filter(undoes=decision).first()
    if undone is not None:
        return Obstacle.UNDONE if undone.outcome == Outcome.AGAIN else Obstacle.BANK
    if decision.outcome not in MAY_BE_UNDONE:
        return Obstacle.DIVIDED if decision.outcome == Outcome.DIVIDED else Obstacle.OF_THE_BANK
    if Refund.objects.filter(handling=decision, made_on__isnull=False).exists():
        return Obstacle.PAID_BACK
    application = decision.application
    if application is None or decision.outcome not in COUNTED or application.state not in _DONE:
        return None
    other = open_application_of(application.person, application.organisation)
    if other is not None and other != application:
        return Obstacle.NEWER
    entry = entry_standing(application)
    return _against_shares(application, application.member, entry) if application.member and entry else None


def _against_shares(application: Application, member: Member, entry: Operation) -> Obstacle | None:
    """What rests on shares that would leave the register."""
    code = application.share_class
    if held_on(member.number, code, date.max).shares < application.count:
        return Obstacle.PASSED_ON
    if Estate.objects.filter(member=member).exclude(state="withdrawn").exists():
        return Obstacle.ESTATE
    paid = DividendLine.objects.filter(member=member, run__year_ends_on__gte=entry.effective_on)
    if paid.exclude(run__state="withdrawn").exists():
        return Obstacle.DIVIDEND
    waits = (
        ExitRequest.objects.filter(Q(share_class="") | Q(share_class=code), member=member, state="waiting"),
        ConversionRequest.objects.filter(member=member, share_class=code, state="asked"),
        ShareOffer.objects.filter(giver=member, share_class=code, state="offered"),
    )
    return Obstacle.ASKED if any(each.exists() for each in waits) else None


# ---- what the bank takes back


def all_paid_back(earlier: Handling) -> bool:
    """Whether nothing of a payment is here any more, so that the bank must have taken another one of the same amount."""
    decided = Q(handling=earlier) | Q(handling__movement__part_of=earlier.movement_id)
    left = Refund.objects.filter(decided, made_on__isnull=False)
    return sum(left.values_list("cents", flat=True)) >= earlier.movement.amount_cents


def divided_payment(movement: BankMovement, application: Application | None) -> Handling | None:
    """The division of the payment a movement takes back whole: its opposite; else one of the same amount and account, or
    with a part for the request. One payment that was for the request alone comes before, what was all paid back last."""
    found = Handling.objects.filter(
        outcome=Outcome.DIVIDED, undone_by__isnull=True, movement__amount_cents=-movement.amount_cents
    ).select_related("movement")
    opposite = opposite_of(movement)
    divided = found.filter(movement=opposite).first() if opposite is not None else None
    if divided is not None and not all_paid_back(divided):
        return divided
    alone = payment_of(movement, application)
    if alone is not None and not all_paid_back(alone):
        return None
    if application is not None:
        found = found.filter(movement__parts__communication=application.communication)
    else:
        found = found.filter(movement__payer_iban=movement.payer_iban).exclude(movement__payer_iban="")
    others = list(found.order_by("-id").distinct())
    here = next((each for each in others if not all_paid_back(each)), None)
    if here is not None or alone is not None:
        return here
    return divided or next(iter(others), None)


def payment_of(movement: BankMovement, application: Application | None) -> Handling | None:
    """The decision on the payment a movement takes back: same amount, from the same account first, then what is still here
    before what was paid back, the latest first."""
    found = Handling.objects.filter(
        outcome__in=_IN, undone_by__isnull=True, movement__amount_cents=-movement.amount_cents
    )
    if application is None:
        # Money that named no request and waits to be paid back.
        if not movement.payer_iban:
            return None
        found = found.filter(
            outcome=Outcome.REFUND, application__isnull=True, movement__payer_iban=movement.payer_iban
        )
    else:
        found = found.filter(application=application)
    rows = list(found.select_related("movement").order_by("-id"))
    same = [each for each in rows if each.movement.payer_iban == movement.payer_iban] or rows
    return next((each for each in same if not all_paid_back(each)), same[0] if same else None)


def waiting_payment(movement: BankMovement) -> BankMovement | None:
    """The payment a movement takes back, when nobody decided about that one yet."""
    same = Q(payer_iban=movement.payer_iban) & ~Q(payer_iban="")
    same |= Q(communication=movement.communication) & ~Q(communication="")
    waiting = BankMovement.objects.waiting().filter(same, amount_cents=-movement.amount_cents)
    return waiting.order_by("booked_on", "id").first()


def taking_back_planned(movement: BankMovement, application: Application | None) -> list[Effect]:
    """What taking a payment back would do, part by part."""
    divided = divided_payment(movement, application)
    if divided is not None:
        parts = divided.movement.parts.prefetch_related("handlings__application__member").order_by("pk")
        return [_of_part(each) for each in parts]
    earlier = payment_of(movement, application)
    if earlier is not None:
        return [effect_of(earlier, earlier.application, -movement.amount_cents)]
    waiting = waiting_payment(movement)
    if waiting is not None:
        # It is set aside, and nothing else happens.
        return [effect_of(None, None, -movement.amount_cents, waiting)]
    return [effect_of(None, application, -movement.amount_cents)] if application is not None else []


def _of_part(part: BankMovement) -> Effect:
    decision = part.decision
    application = decision.application if decision else None
    return effect_of(decision, application, part.amount_cents, part)
