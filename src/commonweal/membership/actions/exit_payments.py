"""What exit seasons granted, as the treasury pays it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.subjects import number_of
from commonweal.membership.actions.flows.exits import ExitRefused
from commonweal.membership.actions.refund_texts import refund_texts
from commonweal.membership.models import ExitRequest, ExitSeason
from commonweal.membership.queries import exit_payments as queries
from commonweal.membership.queries.payouts import history_of, payees_of
from commonweal.membership.rules.payments import REFUND_OWED, PaymentKind
from commonweal.membership.states import EXIT
from commonweal.people.actions import record
from commonweal.treasury.actions import PayableKind
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.models import Payment, PaymentFile


def _season(reference: str) -> ExitSeason:
    return ExitSeason.objects.get(year=number_of(reference))


def _lock(reference: str, by: Person, now: datetime) -> None:
    ExitSeason.objects.select_for_update().get(pk=_season(reference).pk)


def _due(reference: str, pay_on: date) -> Sequence[Payable]:
    season = _season(reference)
    if pay_on < season.effect_on:
        raise ExitRefused(_("The shares end on a later day. Choose that day or one after it."), code="early")
    ready = [(each, each.account) for each in queries.due_in(season) if each.account is not None]
    payees, texts = payees_of(each.member for each, _account in ready), refund_texts()
    return [
        Payable(
            payees[each.member],
            each.number,
            each.request,
            CreditTransfer(
                f"E{each.request}-{each.attempt}",
                account.holder,
                account.iban,
                each.cents,
                texts[each.language] % {"number": each.number},
            ),
        )
        for each, account in ready
    ]


def _settle(reference: str, files: Sequence[PaymentFile], by: Person, now: datetime) -> int:
    """Requests whose payment in one of these files stands are paid."""
    season, move, count = _season(reference), EXIT.move("pay"), 0
    for file in files:
        paid = queries.standing_in(file).values("subject")
        noted = season.requests.filter(pk__in=paid, state__in=move.sources).update(state=move.target)
        if noted:
            told = {"number": file.number, "count": noted}
            record("ExitsPaid", f"exit-season:{season.pk}", by=by, at=now, data=told)
        count += noted
    return count


def _lock_paid(payment: Payment, by: Person, now: datetime) -> None:
    ExitSeason.objects.select_for_update(of=("self",)).get(requests=payment.row)


def _owe_again(payment: Payment) -> None:
    """What was noted as paid is to be paid once more; what was not noted yet is so already."""
    move = EXIT.move("owe_part" if ExitRequest.objects.filter(follows=payment.row).exists() else "owe")
    ExitRequest.objects.filter(pk=payment.row, state__in=move.sources).update(state=move.target)


EXIT_PAYABLES = PayableKind(
    PaymentKind.EXIT.value,
    REFUND_OWED,
    lock=_lock,
    due=_due,
    settle=_settle,
    lock_paid=_lock_paid,
    owe_again=_owe_again,
    history=history_of,
)
