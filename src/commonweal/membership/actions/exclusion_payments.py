"""Refunds of excluded members, as the treasury pays them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.subjects import number_of
from commonweal.membership.actions.flows import EXCLUSIONS
from commonweal.membership.actions.flows.exclusions import ExclusionRefused
from commonweal.membership.actions.refund_texts import refund_texts
from commonweal.membership.models import Exclusion
from commonweal.membership.queries import exclusions as queries
from commonweal.membership.queries.payouts import history_of, payee_of
from commonweal.membership.rules.payments import REFUND_OWED, PaymentKind
from commonweal.membership.states import EXCLUSION
from commonweal.treasury.actions import PayableKind
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.models import Payment, PaymentFile


def _lock(reference: str, by: Person, now: datetime) -> None:
    EXCLUSIONS.hold(number_of(reference), "pay", by=by, now=now)


def _due(reference: str, pay_on: date) -> Sequence[Payable]:
    exclusion = Exclusion.objects.select_related("member__person").get(pk=number_of(reference))
    attempt, account = queries.due_of_exclusion(exclusion)
    if account is None:
        if attempt:
            raise ExclusionRefused(
                _("There is nothing to pay, or no account to pay it on."), code="no_account"
            )
        return []
    member = exclusion.member
    transfer = CreditTransfer(
        f"X{exclusion.pk}-{attempt}",
        account.holder,
        account.iban,
        exclusion.refund_cents or 0,
        refund_texts()[member.language] % {"number": member.number},
    )
    return [Payable(payee_of(member), member.number, exclusion.pk, transfer)]


def _settle(reference: str, files: Sequence[PaymentFile], by: Person, now: datetime) -> int:
    exclusion = EXCLUSIONS.hold(number_of(reference), "pay", by=by, now=now)
    EXCLUSIONS.move(exclusion, "pay", by=by, now=now, data={"exclusion": exclusion.pk})
    return 1


def _lock_paid(payment: Payment, by: Person, now: datetime) -> None:
    Exclusion.objects.select_for_update().get(pk=payment.row)


def _owe_again(payment: Payment) -> None:
    """What was noted as paid is to be paid once more; what was not noted yet is so already."""
    move = EXCLUSION.move("owe")
    Exclusion.objects.filter(pk=payment.row, state__in=move.sources).update(state=move.target)


EXCLUSION_PAYABLES = PayableKind(
    PaymentKind.EXCLUSION.value,
    REFUND_OWED,
    lock=_lock,
    due=_due,
    settle=_settle,
    lock_paid=_lock_paid,
    owe_again=_owe_again,
    history=history_of,
)
