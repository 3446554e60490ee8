"""What settled estates pay to who claims them, as the treasury pays it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from commonweal.kernel.subjects import number_of
from commonweal.membership.actions.flows import ESTATES
from commonweal.membership.actions.flows.estates import not_own_estate
from commonweal.membership.actions.refund_texts import refund_texts
from commonweal.membership.models import Estate
from commonweal.membership.queries import estates as queries
from commonweal.membership.queries.payouts import history_of, payee_of
from commonweal.membership.rules.payments import REFUND_OWED, PaymentKind
from commonweal.membership.states import ESTATE
from commonweal.people.access import demand
from commonweal.treasury.actions import PayableKind
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.models import Payment, PaymentFile


def _lock(reference: str, by: Person, now: datetime) -> None:
    ESTATES.hold(number_of(reference), "pay", by=by, now=now)


def _due(reference: str, pay_on: date) -> Sequence[Payable]:
    """All who are still to be paid and have an account."""
    estate = Estate.objects.select_related("member__person").get(pk=number_of(reference))
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
    estate = ESTATES.hold(number_of(reference), "pay", by=by, now=now)
    ESTATES.move(estate, "pay", by=by, now=now, data={"estate": estate.pk}, fields=())
    return 1


def _lock_paid(payment: Payment, by: Person, now: datetime) -> None:
    locked = Estate.objects.select_for_update(of=("self",)).select_related("member__person")
    demand(not_own_estate(locked.get(claimants=payment.row), by, now))


def _owe_again(payment: Payment) -> None:
    """What was noted as paid is to be paid once more; what was not noted yet is so already."""
    move = ESTATE.move("owe")
    Estate.objects.filter(claimants=payment.row, state__in=move.sources).update(state=move.target)


ESTATE_PAYABLES = PayableKind(
    PaymentKind.ESTATE.value,
    REFUND_OWED,
    lock=_lock,
    due=_due,
    settle=_settle,
    lock_paid=_lock_paid,
    owe_again=_owe_again,
    history=history_of,
)
