"""Money the bank takes back, and payments of ours that come back: what they undo, for `decide_movement` and inside it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal, demand
from commonweal.kernel.text import clean
from commonweal.ledger import actions as ledger
from commonweal.ledger.queries import reversed_among
from commonweal.membership.access import may_match_payments
from commonweal.membership.actions.joining import moved
from commonweal.membership.actions.paying_out import book_return, lock_paid
from commonweal.membership.models import Application, BankMovement, Handling, Refund
from commonweal.membership.queries.joining import dues_of, entries_for, open_application_of, payment_days
from commonweal.membership.queries.payments import payment_back_with
from commonweal.membership.rules.joining import ApplicationState, lapses_on
from commonweal.membership.rules.matching import COUNTED, Outcome
from commonweal.membership.rules.payments import PaymentKind, reason_of
from commonweal.people.actions import record

if TYPE_CHECKING:
    from commonweal.people.models import Person

_IN = (Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND)


class OutcomeRefused(Refusal):
    """This cannot become of this movement, or something was decided already."""

    code = "outcome_refused"


def take_back(
    *, movement: BankMovement, application: Application | None, reason: str, by: Person, now: datetime
) -> Handling:
    """Undoes the payment a movement takes back: what was to be paid back is no more, what counted counts no more, shares
    that were entered are undone on their day, and the request waits for payment again.

    Caller holds the numbers and the movement. Raises NotAllowed, OutcomeRefused, WrongState, and what the ledger
    refuses, as when the shares were passed on.
    """
    demand(may_match_payments(by, day_of(now)))
    if application is not None:
        application = Application.objects.select_for_update().get(pk=application.pk)
    earlier = _payment_of(movement, application) or _waiting_set_aside(movement, by, now)
    if application is None and earlier is None:
        raise OutcomeRefused(_("Say which request for shares this payment was for."), code="no_application")
    refunds = list(Refund.objects.select_for_update().filter(handling=earlier)) if earlier else []
    paid_back = sum(each.cents for each in refunds if each.made_on is not None)
    if earlier is not None and paid_back >= earlier.movement.amount_cents:
        raise OutcomeRefused(
            _("This money was paid back already. Set the movement aside and write what you do about it."),
            code="paid_back",
        )
    if earlier is None and application is not None:
        _demand_paid(movement, application)
    handling = Handling.objects.create(
        movement=movement,
        application=application,
        outcome=Outcome.UNDO,
        by=by,
        at=now,
        reason=clean(reason, lines=False)[:500],
        undoes=earlier,
    )
    for refund in refunds:
        if refund.made_on is None and refund.taken_back_id is None:
            refund.taken_back = handling
            refund.save(update_fields=["taken_back"])
    counted = earlier is None or earlier.outcome in COUNTED
    if counted and application and application.state in (ApplicationState.PAID, ApplicationState.MEMBER):
        _reopened(application, by, now)
    return handling


def _demand_paid(movement: BankMovement, application: Application) -> None:
    if dues_of([application])[application.pk].paid_cents < -movement.amount_cents:
        raise OutcomeRefused(
            _("Less than this was paid for the request. Set it aside, or name another request."),
            code="never_paid",
        )


def _payment_of(movement: BankMovement, application: Application | None) -> Handling | None:
    """The decision on the payment a movement takes back: same amount, from the same account first, the latest first."""
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
    same = [each for each in rows if each.movement.payer_iban == movement.payer_iban]
    return next(iter(same or rows), None)


def _waiting_set_aside(movement: BankMovement, by: Person, now: datetime) -> Handling | None:
    """The decision to set aside the payment a movement takes back, when that still waited on the list: else somebody could
    count it later, and its money is gone."""
    same = Q(payer_iban=movement.payer_iban) & ~Q(payer_iban="")
    same |= Q(communication=movement.communication) & ~Q(communication="")
    waiting = BankMovement.objects.select_for_update(of=("self",)).filter(
        same, handling__isnull=True, amount_cents=-movement.amount_cents
    )
    payment = waiting.order_by("booked_on", "id").first()
    if payment is None:
        return None
    why = str(_("The bank took the payment back."))
    return Handling.objects.create(movement=payment, outcome=Outcome.ASIDE, by=by, at=now, reason=why)


def _reopened(application: Application, by: Person, now: datetime) -> None:
    """Lets a request wait for payment again, its shares undone on their own day. The ledger comes last."""
    other = open_application_of(application.person, application.organisation)
    if other is not None and other != application:
        raise OutcomeRefused(
            _("A newer request of the same holder is open: that one is settled first."), code="newer"
        )
    was_member = application.state == ApplicationState.MEMBER
    why = str(_("The bank took the payment back."))
    held = moved(application=application, move="reopen", by=by, now=now, reason=why)
    held.lapses_on = lapses_on(day_of(now), payment_days(day_of(now)))
    held.save(update_fields=["lapses_on"])
    entered = entries_for(application)
    if not was_member or not entered or reversed_among([entered[-1].pk]):
        # Never entered, or undone by the secretary before.
        return
    operation = entered[-1]
    undone = ledger.reverse(
        operation=operation, key=f"taken-back:{operation.key}", now=now, author=f"person:{by.pk}", note=why
    )
    data = {"operation": undone.pk, "reason": why}
    record("MovementCorrected", f"operation:{operation.pk}", by=by, at=now, data=data)


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
