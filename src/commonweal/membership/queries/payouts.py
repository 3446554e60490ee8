"""Reads of the accounts members are paid on, of payments that stand and of those that came back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from commonweal.membership.models import Estate, Member, Payment, PaymentFile, PayoutAccount, ReturnedPayment
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.states import EstateState


def payout_accounts_of(members: Iterable[Any]) -> dict[int, PayoutAccount]:
    """The account each of these members (or their ids) is paid on: member id -> account; one query."""
    ids = [member.pk if isinstance(member, Member) else member for member in members]
    rows = PayoutAccount.objects.filter(member__in=ids).order_by("member_id", "-id").distinct("member_id")
    return {row.member_id: row for row in rows}


def accounts_to_pay(members: Iterable[Any]) -> dict[int, PayoutAccount]:
    """The same of those who may be paid: not of members who died or were wound up, whose estate is paid. Two queries."""
    found = payout_accounts_of(members)
    gone = Estate.objects.filter(member__in=list(found)).exclude(state=EstateState.WITHDRAWN.value)
    for member in gone.values_list("member_id", flat=True):
        del found[member]
    return found


def standing_payments(kind: PaymentKind) -> QuerySet[Payment]:
    """Payments of a kind that did not come back."""
    return Payment.objects.filter(file__kind=kind, returned__isnull=True)


def tried_accounts(kind: PaymentKind) -> dict[int | None, list[tuple[str, str]]]:
    """The row paid -> (IBAN, holder) of each payment of a kind that came back; one query."""
    back = ReturnedPayment.objects.filter(payment__file__kind=kind)
    found: dict[int | None, list[tuple[str, str]]] = {}
    for pays, iban, holder in back.values_list("payment__pays", "payment__iban", "payment__holder"):
        found.setdefault(pays, []).append((iban, holder))
    return found


def files_under(reference: str) -> QuerySet[PaymentFile]:
    """The payment files under a reference, without what is in them."""
    return PaymentFile.objects.filter(reference=reference).defer("content").order_by("number")


def payment_file_with(pk: int) -> PaymentFile | None:
    """One payment file, with what is in it."""
    return PaymentFile.objects.filter(pk=pk).first()


def returned_payments() -> QuerySet[ReturnedPayment]:
    """Payments that came back, latest first."""
    told = ("payment__member__person", "payment__member__organisation", "payment__file")
    return ReturnedPayment.objects.select_related(*told).defer("payment__file__content").order_by("-id")
