"""Money the bank takes back, and payments of ours that come back: what they undo, for `decide_movement` and inside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.kernel.words import gettext_noop
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.access import may_match_payments, not_ones_own_money
from commonweal.treasury.actions.paying_out import book_return, lock_paid
from commonweal.treasury.actions.receivables import lock_expected, reopen_expected
from commonweal.treasury.models import BankMovement, Handling, Refund, TakenPart
from commonweal.treasury.queries.judgements import oddities_of
from commonweal.treasury.queries.payments import named_in, payment_back_with
from commonweal.treasury.queries.receivables import expected_of, here_cents_of, taken_cents_of
from commonweal.treasury.queries.undoing import (
    Effect,
    parts_taken_back,
    payment_taken_back,
    taking_back_planned,
)
from commonweal.treasury.rules.matching import COUNTED, Outcome, Verdict, needs_reason
from commonweal.treasury.rules.payables import reason_of
from commonweal.treasury.rules.reasons import Reason
from commonweal.treasury.rules.receivables import OVERPAID, PAID_IN_FULL, Expected
from commonweal.treasury.rules.statements import Oddity
from commonweal.treasury.rules.taking_back import Unclear

if TYPE_CHECKING:
    from commonweal.people.models import Person

NO_REASON = gettext_noop(
    "Something is odd about this movement: write in one line why it is for this request."
)
_PAID_BACK = _("This money was paid back already. Set the movement aside and write what you do about it.")
# What a part has from the movement it is a part of, and what is odd no more once somebody divided it.
_LIKE_THE_WHOLE = (
    *("statement", "file", "account", "reference", "booked_on", "payer_iban", "payer_name", "ultimate_name"),
    *("other_account", "text", "end_to_end", "return_code"),
)
_SETTLED = (Oddity.COMMUNICATIONS, Oddity.UNSPLIT)


class OutcomeRefused(Refusal):
    """This cannot become of this movement, or something was decided already."""

    code = "outcome_refused"


def demand_anothers(
    movements: Iterable[BankMovement], whose: Iterable[Expected | None], by: Person, now: datetime
) -> None:
    """Raises NotAllowed where one of these movements is somebody's own money: by what it counts for, by any request it
    names, by the names and accounts of who paid."""
    about = list(movements)
    named = [each for movement in about for each in named_in(movement)]
    demand(not_ones_own_money(by, day_of(now), about, [*whose, *named]))


def demand_reason(outcome: Outcome, verdict: Verdict, movement: BankMovement, reason: str) -> None:
    """Raises OutcomeRefused where what is odd about a movement must be answered by a reason, and none is given."""
    if needs_reason(outcome, verdict, oddities_of(movement)) and not clean(reason, lines=False).strip():
        raise OutcomeRefused(_(NO_REASON), code="no_reason")


def next_turn(movement: BankMovement) -> int:
    """The turn of the next row about a movement. Caller holds the movement."""
    return movement.handlings.count() + 1


def note_decisions(handlings: Iterable[Handling], by: Person, now: datetime) -> None:
    """Notes in the history of each receivable what somebody decided about money for it, and why."""
    for each in handlings:
        if each.subject:
            data = {
                "outcome": each.outcome,
                "cents": each.movement.amount_cents,
                "movement": each.movement_id,
                "reason": each.reason,
            }
            record("PaymentDecided", each.subject, by=by, at=now, data=data)


@contextmanager
def _told() -> Iterator[None]:
    """Refuses where it cannot be told which payment is taken back."""
    try:
        yield
    except Unclear as unclear:
        raise OutcomeRefused(
            _(
                "Payments from several accounts could be meant, and none came from the account this money went to. "
                "Find out which one it takes back, and undo the decision about that payment. Then decide here."
            ),
            code="whose",
        ) from unclear


@_told()
def take_back(
    *, movement: BankMovement, expected: Expected | None, reason: str, by: Person, now: datetime
) -> Handling:
    """Undoes the payment a movement takes back: what was to be paid back is no more, what counted counts no more, and its
    receivable waits for payment again, what was paid for undone.

    Caller holds the locks that come first (`lock_first`) and the movement. Raises NotAllowed, OutcomeRefused, and what the
    area of the receivable refuses, as when shares were passed on.
    """
    demand(may_match_payments(by, day_of(now)))
    earlier, waiting = payment_taken_back(movement, expected)
    if earlier is not None and earlier.outcome == Outcome.DIVIDED:
        return _take_parts_back(movement, earlier, reason, by, now)
    if expected is not None:
        expected = lock_expected([expected.subject])[expected.subject]
        # Somebody may have decided about it while this waited for the lock.
        earlier, waiting = payment_taken_back(movement, expected)
    if earlier is None and waiting is not None:
        earlier = _waiting_set_aside(waiting, by, now)
    if earlier is None:
        return _take_parts(movement, expected, reason, by, now)
    demand_anothers([movement, earlier.movement], [expected], by, now)
    if _paid_back(earlier) >= earlier.movement.amount_cents:
        raise OutcomeRefused(_PAID_BACK, code="paid_back")
    handling = _undone(movement, earlier, expected, reason, by, now)
    if earlier.outcome in COUNTED and expected is not None and expected.standing in PAID_IN_FULL:
        reopen_expected(subject=expected.subject, reason=Reason.TAKEN_BACK, by=by, now=now)
    return handling


@_told()
def seen_before_taking_back(movement: BankMovement, expected: Expected | None) -> list[Effect]:
    """What taking a payment back would do, to be looked at. Raises OutcomeRefused where nothing can be taken back."""
    effects = taking_back_planned(movement, expected)
    if not effects:
        raise _nothing_to_take(expected)
    whole = [each.decision for each in effects if each.decision and not each.taken_cents]
    made = [refund for each in whole for refund in each.refunds.all() if refund.made_on is not None]
    if whole and sum(each.cents for each in made) >= -movement.amount_cents:
        raise OutcomeRefused(_PAID_BACK, code="paid_back")
    return effects


def _paid_back(earlier: Handling) -> int:
    """How much of a payment left the account again."""
    refunds = Refund.objects.select_for_update().filter(handling=earlier)
    return sum(each.cents for each in refunds if each.made_on is not None)


def _take_parts(
    movement: BankMovement, expected: Expected | None, reason: str, by: Person, now: datetime
) -> Handling:
    """Takes parts of payments back where none is just as much: of what is to be paid back first, then of what counts."""
    could = parts_taken_back(movement, expected)
    # Nobody pays one of them back meanwhile; whoever did before this had the lock is seen by asking once more.
    decisions = [each.decision for each in could if each.decision is not None]
    list(Refund.objects.select_for_update().filter(handling__in=decisions).order_by("pk").values_list("pk"))
    parts = parts_taken_back(movement, expected)
    if not parts:
        raise _nothing_to_take(expected)
    demand_anothers([movement, *(each.payment for each in parts)], [expected], by, now)
    handling = _undone(movement, None, expected, reason, by, now)
    for each in parts:
        if each.refund_cents and each.decision is not None:
            _less_to_pay_back(each.decision, each.refund_cents, handling)
        TakenPart.objects.create(handling=handling, payment=each.payment, cents=each.cents)
        if each.decision is None and here_cents_of(each.payment) == 0:
            # All of it is gone: nobody counts it later.
            _set_aside(each.payment, by, now)
    counted = sum(each.counted_cents for each in parts)
    if counted and expected is not None and expected.standing in PAID_IN_FULL:
        reopen_expected(subject=expected.subject, reason=Reason.TAKEN_BACK, by=by, now=now)
    return handling


def _less_to_pay_back(decision: Handling, cents: int, taking: Handling) -> None:
    """What is to be paid back of a payment is less by what the bank took back of it: of the refund noted last first."""
    left = cents
    for refund in decision.refunds.filter(made_on__isnull=True, taken_back__isnull=True).order_by("-pk"):
        if left <= 0:
            return
        refund.taken_back = taking
        refund.save(update_fields=["taken_back"])
        if refund.cents > left:
            Refund.objects.create(handling=decision, cents=refund.cents - left)
        left -= refund.cents


def _nothing_to_take(expected: Expected | None) -> OutcomeRefused:
    if expected is None:
        return OutcomeRefused(_("Say which request for shares this payment was for."), code="no_application")
    return OutcomeRefused(
        _("Less than this was paid for the request. Set it aside, or name another request."),
        code="never_paid",
    )


def _undone(
    movement: BankMovement,
    earlier: Handling | None,
    expected: Expected | None,
    reason: str,
    by: Person,
    now: datetime,
) -> Handling:
    """Keeps that a movement takes an earlier one back; what was to be paid back of that is no more."""
    handling = Handling.objects.create(
        movement=movement,
        turn=next_turn(movement),
        subject=expected.subject if expected else "",
        outcome=Outcome.UNDO,
        by=by,
        at=now,
        reason=clean(reason, lines=False)[:500],
        undoes=earlier,
    )
    if earlier is not None:
        waiting = Refund.objects.filter(handling=earlier, made_on__isnull=True, taken_back__isnull=True)
        waiting.update(taken_back=handling)
    return handling


def as_part(movement: BankMovement, cents: int, place: int, expected: Expected | None = None) -> BankMovement:
    """Keeps a part of a movement as one of its own, for a receivable or none: same day, payer, text and statement.

    That it named several is no oddity of a part any more. Caller holds the movement.
    """
    mark = f"{movement.fingerprint}:{movement.occurrence}:{place}"
    return BankMovement.objects.create(
        part_of=movement,
        amount_cents=cents,
        communication=expected.communication if expected else "",
        odd=[[each.code.value, each.detail] for each in movement.oddities if each.code not in _SETTLED],
        fingerprint=hashlib.sha256(mark.encode()).hexdigest(),
        occurrence=1,
        **{name: getattr(movement, name) for name in _LIKE_THE_WHOLE},
    )


def _take_parts_back(
    movement: BankMovement, divided: Handling, reason: str, by: Person, now: datetime
) -> Handling:
    """Undoes every part of a payment that was divided: what takes the whole back is divided as that was."""
    parts = list(divided.movement.parts.select_for_update(of=("self",)).order_by("pk"))
    standing = Handling.objects.standing().filter(movement__in=parts).order_by("pk")
    decided = {each.movement_id: each for each in standing}
    undone = Handling.objects.filter(undoes__in=decided.values()).exists()
    if undone or taken_cents_of(parts):
        raise OutcomeRefused(
            _(
                "A part of this payment was taken back before. Set the movement aside and write what you do about it."
            ),
            code="part_taken_back",
        )
    about = {each.subject for each in decided.values()}
    demand_anothers([movement, divided.movement, *parts], expected_of(about).values(), by, now)
    held = lock_expected(about)
    if sum(map(_paid_back, decided.values())) >= divided.movement.amount_cents:
        raise OutcomeRefused(_PAID_BACK, code="paid_back")
    back = [
        as_part(movement, -each.amount_cents, place, _of(held, decided.get(each.pk)))
        for place, each in enumerate(parts)
    ]
    handling = _undone(movement, divided, None, reason, by, now)
    open_again, taken = [], []
    for part, mirror in zip(parts, back, strict=True):
        # What still waited is set aside: else somebody could count it later, and its money is gone.
        earlier = decided.get(part.pk) or _set_aside(part, by, now)
        expected = _of(held, earlier)
        taken.append(_undone(mirror, earlier, expected, reason, by, now))
        if earlier.outcome in COUNTED and expected is not None:
            open_again.append(expected)
    note_decisions(taken, by, now)
    for each in open_again:
        if each.standing in PAID_IN_FULL:
            reopen_expected(subject=each.subject, reason=Reason.TAKEN_BACK, by=by, now=now)
    return handling


def _of(held: dict[str, Expected], handling: Handling | None) -> Expected | None:
    return held.get(handling.subject) if handling else None


def _waiting_set_aside(payment: BankMovement, by: Person, now: datetime) -> Handling | None:
    """The decision to set aside the payment a movement takes back, when that still waited on the list: else somebody could
    count it later, and its money is gone."""
    payment = BankMovement.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    return _set_aside(payment, by, now) if payment.decision is None else None


def _set_aside(payment: BankMovement, by: Person, now: datetime) -> Handling:
    return Handling.objects.create(
        movement=payment,
        turn=next_turn(payment),
        outcome=Outcome.ASIDE,
        by=by,
        at=now,
        reason=Reason.TAKEN_BACK,
    )


def lock_returned(movement: BankMovement, by: Person, now: datetime) -> None:
    """Locks what the payment paid that comes back with a movement, before the locks that come before movements."""
    payment = payment_back_with(movement)
    # A refund of money paid too much is locked after the movement, like all of its kind.
    if payment is not None and payment.file.kind != OVERPAID:
        lock_paid(payment=payment, by=by, now=now)


def owe_again(*, movement: BankMovement, reason: str, by: Person, now: datetime) -> Handling:
    """Books back the payment that comes back with a movement: it is owed again.

    Caller holds what was paid, the locks that come first and the movement. Raises OutcomeRefused, NotAllowed and
    ReturnRefused.
    """
    demand(may_match_payments(by, day_of(now)))
    payment = payment_back_with(movement)
    if payment is None:
        raise OutcomeRefused(_("No payment of ours comes back with this movement."), code="no_payment")
    handling = Handling.objects.create(
        movement=movement,
        turn=next_turn(movement),
        outcome=Outcome.OWE,
        by=by,
        at=now,
        reason=clean(reason, lines=False)[:500],
    )
    book_return(
        end_to_end=payment.end_to_end,
        reason=reason_of(movement.return_code or movement.text[:4]),
        returned_on=movement.booked_on,
        by=by,
        now=now,
    )
    return handling
