"""Payments out: files for the bank with their postings, noting that one was taken out, booking back what came back."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.ledger import actions as ledger
from commonweal.membership import queries
from commonweal.membership.access import may_pay_out
from commonweal.membership.models import (
    DividendRun,
    Estate,
    Exclusion,
    ExitRequest,
    ExitSeason,
    Payment,
    PaymentFile,
    Refund,
    ReturnedPayment,
)
from commonweal.membership.rules.credit_transfers import CreditTransfer, payment_file
from commonweal.membership.rules.movements import NOBODY
from commonweal.membership.rules.payments import OWED, PAID_OUT, PaymentKind, ReturnReason
from commonweal.membership.states import ESTATE, EXCLUSION, EXIT
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record

if TYPE_CHECKING:
    from commonweal.people.models import Person

COLUMNS = "file_id, member_id, pays, iban, holder, cents, end_to_end"


class ReturnRefused(Refusal):
    """What is said to have come back was not paid, or came back before; the code says which."""

    code = "return_refused"


class Due(NamedTuple):
    """One payment to make: whose money is owed (member id and number; nobody's is None and 0), the row it pays (none for
    a dividend, but who claims the holder's estate), the transfer as the bank sees it."""

    member_id: int | None
    number: int
    pays: int | None
    transfer: CreditTransfer


def pay_in_a_file(
    *,
    kind: PaymentKind,
    reference: str,
    due: Sequence[Due],
    pay_on: date,
    by: Person | None,
    now: datetime,
) -> PaymentFile:
    """One file that pays all of these, with its payments, event and posting; inside the caller's transaction and lock.

    `reference` is what is paid, `kind:id`. Raises ValueError for what no bank would take (see `payment_file`),
    UniqueViolation when one is paid already, and what the ledger refuses: more than is owed (money that was paid too much
    is not in the ledger).
    """
    number = PaymentFile.objects.filter(reference=reference).count() + 1
    cents = sum(each.transfer.cents for each in due)
    made = PaymentFile(
        kind=kind,
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
        cursor.copy(f"COPY membership_payment ({COLUMNS}) FROM STDIN") as copy,
    ):
        for each in due:
            reference_of_it, holder, iban, amount, _text = each.transfer
            copy.write_row((made.pk, each.member_id, each.pays, iban, holder, amount, reference_of_it))
    told = {"number": number, "count": made.count, "cents": cents}
    record("PaymentFileMade", reference, by=by, at=now, data=told)
    if kind not in OWED:
        return made
    entries = [ledger.Entry(OWED[kind], each.number, -each.transfer.cents) for each in due]
    entries.append(ledger.Entry(PAID_OUT, NOBODY, cents))
    draft = ledger.Draft("payout", f"payout:{reference}:{number}", pay_on, tuple(entries), "", reference)
    ledger.post_many(drafts=[draft], now=now)
    return made


def refund_texts() -> dict[str, str]:
    """What stands beside a refund on the holder's statement, by language; the member number is left open."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = gettext("Refund of shares, member") + " %(number)s"
    return found


def pay_dividend_lines(*, run: DividendRun, after: int, now: datetime, at_once: int) -> int | None:
    """One file for the next lines above a member id that can be paid; gives where to go on, None when none are left.

    Inside the caller's transaction and under the run's lock.
    """
    rows = queries.payable(run, after, at_once, day_of(now))
    if not rows:
        return None
    _pay_rows(run, rows, now)
    return rows[-1].member_id if len(rows) == at_once else None


def pay_dividend_heirs(*, run: DividendRun, now: datetime) -> None:
    """One file for those who claim the estates of holders who died or were wound up: nobody pays a dead person's account.

    Inside the caller's transaction and under the run's lock.
    """
    rows = queries.payable_to_heirs(run)
    if rows:
        _pay_rows(run, rows, now)


def _pay_rows(run: DividendRun, rows: Sequence[queries.Payable], now: datetime) -> None:
    texts = _texts(run)
    due = [
        Due(
            row.member_id,
            row.number,
            row.claimant,
            CreditTransfer(
                f"D{run.pk}-{row.number}-{f'{row.claimant}-' if row.claimant else ''}{row.attempt}",
                row.holder,
                row.iban,
                row.cents,
                texts[row.language] % {"number": row.number},
            ),
        )
        for row in rows
    ]
    pay_on = max(run.pay_on, day_of(now))
    reference = queries.reference_of(run)
    pay_in_a_file(kind=PaymentKind.DIVIDEND, reference=reference, due=due, pay_on=pay_on, by=None, now=now)


def _texts(run: DividendRun) -> dict[str, str]:
    """What stands beside a payment on the holder's statement, by language; the member number is left open."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said = gettext("Dividend %(year)s, member %(number)s")
            found[language] = said % {"year": run.year_ends_on.year, "number": "%(number)s"}
    return found


@transaction.atomic
def note_taken_out(*, file: PaymentFile, by: Person, now: datetime) -> None:
    """Notes that someone took a payment file out, before it is given. Raises NotAllowed."""
    demand(may_pay_out(by, day_of(now)))
    record("PaymentFileTaken", file.reference, by=by, at=now, data={"number": file.number})


@transaction.atomic
def note_lines_taken_out(*, run: DividendRun, by: Person, now: datetime) -> None:
    """Notes that someone took the lines of a run out, before they are given. Raises NotAllowed."""
    demand(may_pay_out(by, day_of(now)))
    record("DividendLinesTaken", queries.reference_of(run), by=by, at=now)


@transaction.atomic
def book_return(
    *, end_to_end: str, reason: ReturnReason, returned_on: date, by: Person, now: datetime
) -> ReturnedPayment:
    """Books back a payment a bank returned: it is owed again, and waits for another account.

    `end_to_end` is the reference the bank gives back. Raises NotAllowed, ReturnRefused.
    """
    demand(may_pay_out(by, day_of(now)))
    found = Payment.objects.select_related("file", "member__person").defer("file__content")
    payment = found.filter(end_to_end=end_to_end.strip()).first()
    if payment is None:
        raise ReturnRefused(_("No payment of ours bears this reference."), code="unknown")
    demand(not_ones_own(by, day_of(now), [payment.member]))
    kind = PaymentKind(payment.file.kind)
    if kind == PaymentKind.DIVIDEND:
        DividendRun.objects.select_for_update().get(pk=int(payment.file.reference.partition(":")[2]))
    elif payment.pays is not None:
        lock_paid(kind, payment.pays)
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
    if payment.pays is not None and kind != PaymentKind.DIVIDEND:
        _owe_again(kind, payment.pays)
    record(
        "PaymentReturned",
        f"member:{payment.member_id}" if payment.member_id else f"refund:{payment.pays}",
        by=by,
        at=now,
        behalf_of=payment.member.person if payment.member else None,
        data={"payment": payment.end_to_end, "reason": reason},
    )
    if payment.member and kind in OWED:
        entries = (
            ledger.Entry(OWED[kind], payment.member.number, payment.cents),
            ledger.Entry(PAID_OUT, NOBODY, -payment.cents),
        )
        key, reference = f"returned:{payment.end_to_end}", payment.file.reference
        draft = ledger.Draft("payment-returned", key, returned_on, entries, f"person:{by.pk}", reference)
        ledger.post(draft=draft, now=now)
    return back


def lock_paid(kind: PaymentKind, pays: int) -> None:
    """What was paid, before the payment itself, as whoever makes a file does."""
    if kind == PaymentKind.EXIT:
        ExitSeason.objects.select_for_update(of=("self",)).get(requests=pays)
    elif kind == PaymentKind.ESTATE:
        Estate.objects.select_for_update(of=("self",)).get(claimants=pays)
    elif kind == PaymentKind.EXCLUSION:
        Exclusion.objects.select_for_update().get(pk=pays)
    else:
        Refund.objects.select_for_update().get(pk=pays)


def _owe_again(kind: PaymentKind, pays: int) -> None:
    """What was noted as paid is to be paid once more; what was not noted yet is so already."""
    if kind == PaymentKind.EXIT:
        move = EXIT.move("owe_part" if ExitRequest.objects.filter(follows=pays).exists() else "owe")
        ExitRequest.objects.filter(pk=pays, state__in=move.sources).update(state=move.target)
    elif kind == PaymentKind.ESTATE:
        move = ESTATE.move("owe")
        Estate.objects.filter(claimants=pays, state__in=move.sources).update(state=move.target)
    elif kind == PaymentKind.EXCLUSION:
        move = EXCLUSION.move("owe")
        Exclusion.objects.filter(pk=pays, state__in=move.sources).update(state=move.target)
    else:
        Refund.objects.filter(pk=pays).update(made_on=None)
