"""Payments out: one way to make a file for the bank, to note that one was taken out or paid, to book back what returned."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.kernel.subjects import kind_of
from commonweal.ledger import actions as ledger
from commonweal.ledger.queries import NOBODY
from commonweal.people.access import ONES_OWN, demand, said
from commonweal.people.actions import record
from commonweal.treasury.access import may_pay_out, own_money
from commonweal.treasury.actions.payables import kind_of_payable
from commonweal.treasury.models import Payment, PaymentFile, ReturnedPayment
from commonweal.treasury.queries import files_under, payment_with
from commonweal.treasury.rules.credit_transfers import payment_file
from commonweal.treasury.rules.payables import PAID_OUT, ReturnReason

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.actions.payables import PayableKind
    from commonweal.treasury.rules.payables import Payable

COLUMNS = "file_id, person_id, organisation_id, owner, subject, iban, holder, cents, end_to_end"


class PaymentRefused(Refusal):
    """Nothing can be paid so, or it is not paid yet; the code says which."""

    code = "payment_refused"


class ReturnRefused(Refusal):
    """What is said to have come back was not paid, or came back before; the code says which."""

    code = "return_refused"


@transaction.atomic
def make_payment_file(*, reference: str, pay_on: date, by: Person, now: datetime) -> PaymentFile:
    """All that is due under a reference and has an account, as the next payment file; who has none waits for another one.

    One's own money is left for a colleague's file. Raises NotAllowed, PaymentRefused (nothing to pay, a day that has
    passed), and what the area that owes it refuses.
    """
    today, payables = day_of(now), kind_of_payable(reference)
    demand(may_pay_out(by, today))
    payables.lock(reference, by, now)
    if pay_on < today:
        raise PaymentRefused(_("This day has passed. Choose today or a later one."), code="past")
    due = payables.due(reference, pay_on)
    theirs = _of_others(payables, due, by, today)
    if due and not theirs:
        raise NotAllowed(said(ONES_OWN), code=ONES_OWN.code)
    if not due:
        raise PaymentRefused(_("There is nothing to pay, or no account to pay it on."), code="nothing_due")
    made = pay_in_a_file(reference=reference, due=theirs, pay_on=pay_on, by=by, now=now)
    payables.note_made(theirs, pay_on)
    return made


def _of_others(kind: PayableKind, due: Sequence[Payable], by: Person, today: date) -> list[Payable]:
    """Those that are not one's own."""
    own = own_money(by, today)
    besides = kind.ones_own(due, own)
    return [
        each
        for each in due
        if not own.holds([each.payee], [each.transfer.iban], [each.transfer.name])
        and each.subject not in besides
    ]


def pay_in_a_file(
    *,
    reference: str,
    due: Sequence[Payable],
    pay_on: date,
    by: Person | None,
    now: datetime,
) -> PaymentFile:
    """One file that pays all of these, with its payments, event and posting; inside the caller's transaction and lock.

    `reference` is what is paid, `kind:id`. Raises ValueError for what no bank would take (see `payment_file`),
    UniqueViolation when one is paid already, and what the ledger refuses: more than is owed (of kinds it owes).
    """
    number = PaymentFile.objects.filter(reference=reference).count() + 1
    cents = sum(each.transfer.cents for each in due)
    made = PaymentFile(
        kind=kind_of(reference),
        reference=reference,
        number=number,
        pay_on=pay_on,
        count=len(due),
        cents=cents,
        made_at=now,
    )
    written = payment_file(
        payer_name=settings.SITE["name"],
        payer_iban=settings.SITE["iban"],
        message_id=made.message_id,
        created_at=timezone.localtime(now),
        pay_on=pay_on,
        transfers=[each.transfer for each in due],
    )
    made.content = gzip.compress(written, 3, mtime=0)
    made.save(force_insert=True)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY treasury_payment ({COLUMNS}) FROM STDIN") as copy,
    ):
        for payee, owner, subject, transfer in due:
            end_to_end, holder, iban, amount, _text = transfer
            copy.write_row((made.pk, *payee[:2], owner, subject, iban, holder, amount, end_to_end))
    told = {"number": number, "count": made.count, "cents": cents}
    record("PaymentFileMade", reference, by=by, at=now, data=told)
    if not (owed := kind_of_payable(reference).owed):
        return made
    entries = [ledger.Entry(owed, each.owner, -each.transfer.cents) for each in due]
    entries.append(ledger.Entry(PAID_OUT, NOBODY, cents))
    draft = ledger.Draft("payout", f"payout:{reference}:{number}", pay_on, tuple(entries), "", reference)
    ledger.post_many(drafts=[draft], now=now)
    return made


@transaction.atomic
def note_taken_out(*, file: PaymentFile, by: Person, now: datetime) -> None:
    """Notes that someone took a payment file out, before it is given. Raises NotAllowed."""
    demand(may_pay_out(by, day_of(now)))
    record("PaymentFileTaken", file.reference, by=by, at=now, data={"number": file.number})


@transaction.atomic
def note_paid(*, reference: str, by: Person, now: datetime, number: int | None = None) -> int:
    """Notes that the bank paid the files under a reference, or the one with a number; gives how many payments were waited
    for. Twice changes nothing.

    Raises NotAllowed, PaymentRefused before the day of payment, and what the area that owes it refuses.
    """
    demand(may_pay_out(by, day_of(now)))
    payables = kind_of_payable(reference)
    # So that none of its payments comes back meanwhile.
    payables.lock(reference, by, now)
    files = [each for each in files_under(reference) if number in (None, each.number)]
    if any(day_of(now) < each.pay_on for each in files):
        raise PaymentRefused(_("The bank pays this file on a later day."), code="too_early")
    return payables.settle(reference, files, by, now)


@transaction.atomic
def book_return(
    *, end_to_end: str, reason: ReturnReason, returned_on: date, by: Person, now: datetime
) -> ReturnedPayment:
    """Books back a payment a bank returned: it is owed again, and waits for another account.

    `end_to_end` is the reference the bank gives back. Raises NotAllowed, ReturnRefused.
    """
    demand(may_pay_out(by, day_of(now)))
    payment = payment_with(end_to_end)
    if payment is None:
        raise ReturnRefused(_("No payment of ours bears this reference."), code="unknown")
    if own_money(by, day_of(now)).holds([payment], [payment.iban], [payment.holder]):
        raise NotAllowed(said(ONES_OWN), code=ONES_OWN.code)
    payables = kind_of_payable(payment.file.reference)
    payables.lock_paid(payment, by, now)
    Payment.objects.select_for_update().get(pk=payment.pk)
    if ReturnedPayment.objects.filter(payment=payment).exists():
        raise ReturnRefused(_("This payment came back before."), code="returned_before")
    if not payment.file.pay_on <= returned_on <= day_of(now):
        raise ReturnRefused(
            _("It came back on a day from the day of payment to today."), code="days_out_of_order"
        )
    back = ReturnedPayment.objects.create(
        payment=payment, reason=reason, returned_on=returned_on, noted_by=by, noted_at=now
    )
    payables.owe_again(payment)
    record(
        "PaymentReturned",
        payables.history(payment),
        by=by,
        at=now,
        behalf_of=payment.person,
        data={"payment": payment.end_to_end, "reason": reason},
    )
    if payables.owed:
        entries = (
            ledger.Entry(payables.owed, payment.owner, payment.cents),
            ledger.Entry(PAID_OUT, NOBODY, -payment.cents),
        )
        key, reference = f"returned:{payment.end_to_end}", payment.file.reference
        draft = ledger.Draft("payment-returned", key, returned_on, entries, f"person:{by.pk}", reference)
        ledger.post(draft=draft, now=now)
    return back


def lock_paid(*, payment: Payment, by: Person, now: datetime) -> None:
    """Locks what a payment paid that comes back, for an action that books it back later in its transaction."""
    kind_of_payable(payment.file.reference).lock_paid(payment, by, now)
