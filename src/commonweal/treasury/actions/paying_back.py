"""What was paid too much, or not for shares, and goes back, as the treasury pays it: all whose account is known at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.ledger.queries import NOBODY
from commonweal.people.access import demand
from commonweal.treasury.access import not_ones_own_money
from commonweal.treasury.actions import PayableKind, PaymentRefused
from commonweal.treasury.models import Handling, Refund
from commonweal.treasury.queries.payments import named_in, named_in_each, payable_refunds
from commonweal.treasury.queries.receivables import expected_of
from commonweal.treasury.rules.credit_transfers import NAME_MAX, CreditTransfer
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.payables import Payable, Payee
from commonweal.treasury.rules.receivables import OVERPAID as CODE
from commonweal.treasury.rules.receivables import Expected

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.access import OwnMoney
    from commonweal.treasury.models import Payment, PaymentFile


def _lock(reference: str, by: Person, now: datetime) -> None:
    # Nobody ticks one of them off meanwhile, and no second file takes them.
    waiting = Refund.objects.select_for_update().filter(made_on__isnull=True, taken_back__isnull=True)
    list(waiting.order_by("pk").values_list("pk"))


def _due(reference: str, pay_on: date) -> Sequence[Payable]:
    """All open refunds whose payer's name and account the bank told, and which it does not seem to have taken back."""
    refunds = payable_refunds()
    if not refunds:
        raise PaymentRefused(_("There is nothing to pay back on an account we know."), code="nothing_due")
    asked = expected_of(each.handling.subject for each in refunds)
    return [_payable(each, asked.get(each.handling.subject)) for each in refunds]


def _payable(refund: Refund, asked: Expected | None) -> Payable:
    payer = refund.handling.movement
    with translation.override(asked.language if asked else settings.LANGUAGE_CODE):
        text = gettext("We pay back money you sent us on %(day)s") % {"day": f"{payer.booked_on:%d/%m/%Y}"}
    payee = Payee(asked.person_id, asked.organisation_id, asked.representative_id) if asked else Payee()
    transfer = CreditTransfer(
        f"R{refund.pk}-1", payer.payer_name[:NAME_MAX], payer.payer_iban, refund.cents, text
    )
    return Payable(payee, NOBODY, refund.pk, transfer)


def _note_made(due: Sequence[Payable], pay_on: date) -> None:
    """They are made on the day of the file."""
    Refund.objects.filter(pk__in=[each.subject for each in due if each.subject]).update(made_on=pay_on)


def _ones_own(due: Sequence[Payable], own: OwnMoney) -> frozenset[int]:
    """Refunds of money that is somebody's own by whose the payer says it is, or by any request it names."""
    found = Refund.objects.filter(pk__in=[each.subject for each in due if each.subject])
    refunds = list(found.select_related("handling__movement__part_of"))
    named = named_in_each(each.handling.movement for each in refunds)
    return frozenset(
        each.pk for each in refunds if own.is_of(each.handling.movement, named[each.handling.movement_id])
    )


def _settle(reference: str, files: Sequence[PaymentFile], by: Person, now: datetime) -> int:
    """Nothing: they were made with their file."""
    return 0


def _lock_paid(payment: Payment, by: Person, now: datetime) -> None:
    refund = Refund.objects.select_for_update(of=("self",)).get(pk=payment.row)
    subject, payer = refund.handling.subject, refund.handling.movement
    about = [expected_of([subject]).get(subject), *named_in(payer)]
    demand(not_ones_own_money(by, day_of(now), [payer], about))


def _owe_again(payment: Payment) -> None:
    """It is open again; not where the bank took back the payment it was of: then what came back makes up for that."""
    taken_back = Handling.objects.filter(undoes__refunds=payment.row, outcome=Outcome.UNDO).first()
    Refund.objects.filter(pk=payment.row).update(made_on=None, taken_back=taken_back)


def _history(payment: Payment) -> str:
    return f"refund:{payment.subject}"


OVERPAID_PAYABLES = PayableKind(
    CODE,
    "",
    lock=_lock,
    due=_due,
    settle=_settle,
    lock_paid=_lock_paid,
    owe_again=_owe_again,
    history=_history,
    note_made=_note_made,
    ones_own=_ones_own,
)
