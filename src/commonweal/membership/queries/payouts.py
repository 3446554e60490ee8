"""Reads of the accounts members are paid on, of payments that stand and of those that came back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from commonweal.membership.models import Estate, Member, Payment, PaymentFile, PayoutAccount, ReturnedPayment
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.states import EstateState


def payout_accounts_of(members: Iterable[Any]) -> dict[int, PayoutAccount]:
    """The account each of these members (or their ids) is paid on: member id -> account; one query."""
    ids = [member.pk if isinstance(member, Member) else member for member in members]
    rows = PayoutAccount.objects.filter(member__in=ids).order_by("member_id", "-id").distinct("member_id")
    return {row.member_id: row for row in rows}


def gone() -> QuerySet[Estate]:
    """Estates that were noted of who died, went bankrupt or was wound up, and that were no mistake."""
    return Estate.objects.exclude(state=EstateState.WITHDRAWN.value)


def ended_among(members: Iterable[int]) -> set[int]:
    """Those of these member ids whose holder is gone, under whichever of their numbers that was noted. One query."""
    ids = list(members)
    own = Q(pk__in=gone().values("member"))
    own |= Q(person__in=gone().filter(member__person__isnull=False).values("member__person"))
    own |= Q(
        organisation__in=gone().filter(member__organisation__isnull=False).values("member__organisation")
    )
    return set(Member.objects.filter(own, pk__in=ids).values_list("pk", flat=True)) if ids else set()


def accounts_to_pay(members: Iterable[Any]) -> dict[int, PayoutAccount]:
    """The same of those who may be paid: not of members who died or were wound up, whose estate is paid. Two queries."""
    found = payout_accounts_of(members)
    for member in ended_among(found):
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
