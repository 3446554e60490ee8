"""Money the bank takes back, and payments of ours that come back: what they undo, for `decide_movement` and inside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.kernel.words import gettext_noop
from commonweal.ledger import actions as ledger
from commonweal.ledger.queries import reversed_among
from commonweal.membership.access import may_match_payments, not_ones_own
from commonweal.membership.actions.joining import moved
from commonweal.membership.actions.paying_out import book_return, lock_paid
from commonweal.membership.models import Application, BankMovement, Handling, Member, Refund
from commonweal.membership.queries.joining import dues_of, entries_for, open_application_of, payment_days
from commonweal.membership.queries.judgements import oddities_of
from commonweal.membership.queries.payments import opposite_of, payment_back_with
from commonweal.membership.queries.shares import holdings_of
from commonweal.membership.rules.joining import ApplicationState, lapses_on
from commonweal.membership.rules.matching import COUNTED, Outcome, Verdict, needs_reason
from commonweal.membership.rules.payments import PaymentKind, reason_of
from commonweal.membership.rules.statements import Oddity
from commonweal.people.access import demand
from commonweal.people.actions import record

if TYPE_CHECKING:
    from commonweal.ledger.models import Operation
    from commonweal.people.models import Person

_IN = (Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND)
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


def _demand_reason(outcome: Outcome, verdict: Verdict, movement: BankMovement, reason: str) -> None:
    if needs_reason(outcome, verdict, oddities_of(movement)) and not clean(reason, lines=False).strip():
        raise OutcomeRefused(_(NO_REASON), code="no_reason")


def _told(handlings: Iterable[Handling], by: Person, now: datetime) -> None:
    """Notes in the history of each request what somebody decided about money for it, and why."""
    for each in handlings:
        if each.application_id is not None:
            data = {
                "outcome": each.outcome,
                "cents": each.movement.amount_cents,
                "movement": each.movement_id,
                "reason": each.reason,
            }
            record("PaymentDecided", f"application:{each.application_id}", by=by, at=now, data=data)


def take_back(
    *, movement: BankMovement, application: Application | None, reason: str, by: Person, now: datetime
) -> Handling:
    """Undoes the payment a movement takes back: what was to be paid back is no more, what counted counts no more, shares
    that were entered are undone on their day, and the request waits for payment again. Who holds none any more, and became
    a member by what was taken back, is a member no more.

    Caller holds the numbers and the movement. Raises NotAllowed, OutcomeRefused, WrongState, and what the ledger
    refuses, as when the shares were passed on.
    """
    demand(may_match_payments(by, day_of(now)))
    divided = _divided_payment(movement, application)
    if divided is not None:
        return _take_parts_back(movement, divided, reason, by, now)
    if application is not None:
        application = Application.objects.select_for_update().get(pk=application.pk)
    earlier = _payment_of(movement, application) or _waiting_set_aside(movement, by, now)
    if application is None and earlier is None:
        raise OutcomeRefused(_("Say which request for shares this payment was for."), code="no_application")
    if earlier is not None:
        demand(not_ones_own(by, day_of(now), [earlier.application]))
    if earlier is not None and _paid_back(earlier) >= earlier.movement.amount_cents:
        raise OutcomeRefused(_PAID_BACK, code="paid_back")
    if earlier is None and application is not None:
        _demand_paid(movement, application)
    handling = _undone(movement, earlier, application, reason, by, now)
    counted = earlier is None or earlier.outcome in COUNTED
    if counted and application and application.state in (ApplicationState.PAID, ApplicationState.MEMBER):
        _reopened(application, by, now)
    return handling


def _paid_back(earlier: Handling) -> int:
    """How much of a payment left the account again."""
    refunds = Refund.objects.select_for_update().filter(handling=earlier)
    return sum(each.cents for each in refunds if each.made_on is not None)


def _all_paid_back(earlier: Handling) -> bool:
    """Whether nothing of a payment is here any more, so that the bank must have taken another one of the same amount."""
    decided = Q(handling=earlier) | Q(handling__movement__part_of=earlier.movement_id)
    left = Refund.objects.filter(decided, made_on__isnull=False)
    return sum(left.values_list("cents", flat=True)) >= earlier.movement.amount_cents


def _undone(
    movement: BankMovement,
    earlier: Handling | None,
    application: Application | None,
    reason: str,
    by: Person,
    now: datetime,
) -> Handling:
    """Keeps that a movement takes an earlier one back; what was to be paid back of that is no more."""
    handling = Handling.objects.create(
        movement=movement,
        application=application,
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


def _part_of(
    movement: BankMovement, cents: int, place: int, application: Application | None = None
) -> BankMovement:
    """Keeps a part of a movement as one of its own, for a request or none: same day, payer, text and statement.

    That it named several requests is no oddity of a part any more. Caller holds the movement.
    """
    mark = f"{movement.fingerprint}:{movement.occurrence}:{place}"
    return BankMovement.objects.create(
        part_of=movement,
        amount_cents=cents,
        communication=application.communication if application else "",
        odd=[[each.code.value, each.detail] for each in movement.oddities if each.code not in _SETTLED],
        fingerprint=hashlib.sha256(mark.encode()).hexdigest(),
        occurrence=1,
        **{name: getattr(movement, name) for name in _LIKE_THE_WHOLE},
    )


def _divided_payment(movement: BankMovement, application: Application | None) -> Handling | None:
    """The division of the payment a movement takes back whole: its opposite; else one of the same amount and account, or
    with a part for the request. One payment that was for the request alone comes before, what was all paid back last."""
    found = Handling.objects.filter(
        outcome=Outcome.DIVIDED, undone_by__isnull=True, movement__amount_cents=-movement.amount_cents
    ).select_related("movement")
    opposite = opposite_of(movement)
    divided = found.filter(movement=opposite).first() if opposite is not None else None
    if divided is not None and not _all_paid_back(divided):
        return divided
    alone = _payment_of(movement, application)
    if alone is not None and not _all_paid_back(alone):
        return None
    if application is not None:
        found = found.filter(movement__parts__communication=application.communication)
    else:
        found = found.filter(movement__payer_iban=movement.payer_iban).exclude(movement__payer_iban="")
    others = list(found.order_by("-id").distinct())
    here = next((each for each in others if not _all_paid_back(each)), None)
    if here is not None or alone is not None:
        return here
    return divided or next(iter(others), None)


def _take_parts_back(
    movement: BankMovement, divided: Handling, reason: str, by: Person, now: datetime
) -> Handling:
    """Undoes every part of a payment that was divided: what takes the whole back is divided as that was."""
    parts = list(divided.movement.parts.select_for_update(of=("self",)).order_by("pk"))
    decided = {each.movement_id: each for each in Handling.objects.filter(movement__in=parts).order_by("pk")}
    if Handling.objects.filter(undoes__in=decided.values()).exists():
        raise OutcomeRefused(
            _(
                "A part of this payment was taken back before. Set the movement aside and write what you do about it."
            ),
            code="part_taken_back",
        )
    demand(not_ones_own(by, day_of(now), [each.application for each in decided.values()]))
    named = [each.application_id for each in decided.values() if each.application_id is not None]
    held = {
        each.pk: each for each in Application.objects.select_for_update().filter(pk__in=named).order_by("pk")
    }
    if sum(map(_paid_back, decided.values())) >= divided.movement.amount_cents:
        raise OutcomeRefused(_PAID_BACK, code="paid_back")
    back = [
        _part_of(movement, -each.amount_cents, place, _of(held, decided.get(each.pk)))
        for place, each in enumerate(parts)
    ]
    handling = _undone(movement, divided, None, reason, by, now)
    reopened, undone = [], []
    for part, mirror in zip(parts, back, strict=True):
        # What still waited is set aside: else somebody could count it later, and its money is gone.
        earlier = decided.get(part.pk) or _set_aside(part, by, now)
        application = _of(held, earlier)
        undone.append(_undone(mirror, earlier, application, reason, by, now))
        if earlier.outcome in COUNTED and application is not None:
            reopened.append(application)
    _told(undone, by, now)
    for application in reopened:
        if application.state in (ApplicationState.PAID, ApplicationState.MEMBER):
            _reopened(application, by, now)
    return handling


def _of(held: dict[int, Application], handling: Handling | None) -> Application | None:
    return held.get(handling.application_id or 0) if handling else None


def _demand_paid(movement: BankMovement, application: Application) -> None:
    if dues_of([application])[application.pk].paid_cents < -movement.amount_cents:
        raise OutcomeRefused(
            _("Less than this was paid for the request. Set it aside, or name another request."),
            code="never_paid",
        )


def _payment_of(movement: BankMovement, application: Application | None) -> Handling | None:
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
    return next((each for each in same if not _all_paid_back(each)), same[0] if same else None)


def _waiting_set_aside(movement: BankMovement, by: Person, now: datetime) -> Handling | None:
    """The decision to set aside the payment a movement takes back, when that still waited on the list: else somebody could
    count it later, and its money is gone."""
    same = Q(payer_iban=movement.payer_iban) & ~Q(payer_iban="")
    same |= Q(communication=movement.communication) & ~Q(communication="")
    waiting = BankMovement.objects.select_for_update(of=("self",)).filter(
        same, handling__isnull=True, amount_cents=-movement.amount_cents
    )
    payment = waiting.order_by("booked_on", "id").first()
    return _set_aside(payment, by, now) if payment else None


def _set_aside(payment: BankMovement, by: Person, now: datetime) -> Handling:
    why = str(_("The bank took the payment back."))
    return Handling.objects.create(movement=payment, outcome=Outcome.ASIDE, by=by, at=now, reason=why)


def _reopened(application: Application, by: Person, now: datetime) -> None:
    """Lets a request wait for payment again, its shares undone on their own day. The ledger comes last."""
    other = open_application_of(application.person, application.organisation)
    if other is not None and other != application:
        raise OutcomeRefused(
            _("A newer request of the same holder is open: that one is settled first."), code="newer"
        )
    was_member, member = application.state == ApplicationState.MEMBER, application.member
    why = str(_("The bank took the payment back."))
    held = moved(application=application, move="reopen", by=by, now=now, reason=why)
    held.lapses_on = lapses_on(day_of(now), payment_days(day_of(now)))
    held.save(update_fields=["lapses_on"])
    entered = entries_for(application)
    if not was_member or not entered or reversed_among([entered[-1].pk]):
        # Never entered, or undone by the secretary before.
        return
    operation = entered[-1]
    if member is not None and _holds_only(member, application, operation):
        # Nobody is a member before the money is there, and it is not. The ledger comes after.
        Member.objects.filter(pk=member.pk, left_on__isnull=True).update(left_on=day_of(now))
        record("MembershipUndone", f"member:{member.pk}", by=by, at=now, data={"reason": why})
    undone = ledger.reverse(
        operation=operation, key=f"taken-back:{operation.key}", now=now, author=f"person:{by.pk}", note=why
    )
    data = {"operation": undone.pk, "reason": why}
    record("MovementCorrected", f"operation:{operation.pk}", by=by, at=now, data=data)


def _holds_only(member: Member, application: Application, operation: Operation) -> bool:
    """Whether a member has no share but those of one entry, neither now nor since they joined."""
    these = {application.share_class: application.count}
    for day in (member.joined_on, date.max):
        held = holdings_of([member.number], day).get(member.number, {})
        shares = {code: each.shares for code, each in held.items() if each.shares}
        if shares != (these if operation.effective_on <= day else {}):
            return False
    return True


def lock_returned(movement: BankMovement) -> None:
    """Locks what the payment paid that comes back with a movement, before the table of members is locked."""
    payment = payment_back_with(movement)
    # A refund of money paid too much is locked after the movement, like all of its kind.
    if payment is not None and payment.pays is not None and payment.file.kind != PaymentKind.OVERPAID:
        lock_paid(PaymentKind(payment.file.kind), payment.pays)


def owe_again(*, movement: BankMovement, reason: str, by: Person, now: datetime) -> Handling:
    """Books back the payment that comes back with a movement: it is owed again.

    Caller holds what was paid, the numbers and the movement. Raises OutcomeRefused, NotAllowed, ReturnRefused.
    """
    demand(may_match_payments(by, day_of(now)))
    payment = payment_back_with(movement)
    if payment is None:
        raise OutcomeRefused(_("No payment of ours comes back with this movement."), code="no_payment")
    handling = Handling.objects.create(
        movement=movement,
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
