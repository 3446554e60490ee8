"""What settled estates pay to who claims them, as the treasury pays it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.membership.actions.estates import EstateRefused, demand_not_own, held_estate, note_on_estate
from commonweal.membership.actions.refund_texts import refund_texts
from commonweal.membership.models import Estate
from commonweal.membership.queries import estates as queries
from commonweal.membership.queries.payouts import history_of, payee_of
from commonweal.membership.rules.payments import OWED, PaymentKind
from commonweal.membership.states import ESTATE
from commonweal.treasury.actions import PayableKind
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.models import Payment, PaymentFile


def _estate(reference: str) -> Estate:
    return Estate.objects.select_related("member__person").get(pk=int(reference.partition(":")[2]))


def _lock(reference: str, by: Person, now: datetime) -> None:
    held_estate(_estate(reference), "pay", by, now)


def _due(reference: str, pay_on: date) -> Sequence[Payable]:
    """All who are still to be paid and have an account."""
    estate = _estate(reference)
    member = estate.member
    text = refund_texts()[member.language] % {"number": member.number}
    return [
        Payable(
            payee_of(member),
            member.number,
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


def _settle(reference: str, files: Sequence[PaymentFile], by: Person, now: datetime) -> int:
    estate = held_estate(_estate(reference), "pay", by, now)
    if queries.due_of_estate(estate):
        raise EstateRefused(_("Someone is not paid yet: make the payment file first."), code="not_paid")
    estate.state = ESTATE.move("pay").target
    estate.save(update_fields=["state"])
    note_on_estate("EstatePaid", estate, by, now)
    return 1


def _lock_paid(payment: Payment, by: Person, now: datetime) -> None:
    locked = Estate.objects.select_for_update(of=("self",)).select_related("member__person")
    demand_not_own(locked.get(claimants=payment.row), by, now)


def _owe_again(payment: Payment) -> None:
    """What was noted as paid is to be paid once more; what was not noted yet is so already."""
    move = ESTATE.move("owe")
    Estate.objects.filter(claimants=payment.row, state__in=move.sources).update(state=move.target)


ESTATES = PayableKind(
    PaymentKind.ESTATE.value,
    PaymentKind.ESTATE.label,
    OWED[PaymentKind.ESTATE],
    lock=_lock,
    due=_due,
    settle=_settle,
    lock_paid=_lock_paid,
    owe_again=_owe_again,
    history=history_of,
)
