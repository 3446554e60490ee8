"""Reads of the accounts somebody is paid on, of payments that stand and of those that came back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Reverse

from commonweal.treasury.models import Payment, PaymentFile, PayoutAccount, ReturnedPayment
from commonweal.treasury.rules.payables import Payee


def accounts_of(payees: Iterable[Payee]) -> dict[Payee, PayoutAccount]:
    """The account each of these is paid on, of those who gave one. Two queries at most."""
    wanted = set(payees)
    found: dict[Payee, PayoutAccount] = {}
    for field, ids in (
        ("person", {each.person_id for each in wanted if each.person_id is not None}),
        ("organisation", {each.organisation_id for each in wanted if each.organisation_id is not None}),
    ):
        if ids:
            rows = PayoutAccount.objects.filter(**{f"{field}__in": ids}).order_by(f"{field}_id", "-id")
            found |= {row.payee: row for row in rows.distinct(f"{field}_id")}
    return found


def accounts_ending(tail: str) -> QuerySet[PayoutAccount]:
    """Accounts whose number ends with these signs, also those that do not hold any more."""
    back = PayoutAccount.objects.annotate(back=Reverse("iban"))
    return back.filter(back__startswith=tail[::-1])


def accounts_with(people: Any, organisations: Any) -> QuerySet[PayoutAccount]:
    """All accounts these people and organisations, ids or a query of them, ever gave."""
    return PayoutAccount.objects.filter(Q(person__in=people) | Q(organisation__in=organisations))


# From the few that came back: asked of each account, each looked for its payment.
_TRIED = """
    WITH back AS (SELECT p.* FROM treasury_returnedpayment r JOIN treasury_payment p ON p.id = r.payment_id
      JOIN treasury_paymentfile f ON f.id = p.file_id WHERE f.reference = %(reference)s)
    SELECT a.id FROM back b JOIN treasury_payoutaccount a ON a.person_id = b.person_id
      WHERE (a.iban, a.holder) = (b.iban, b.holder)
    UNION SELECT a.id FROM back b JOIN treasury_payoutaccount a ON a.organisation_id = b.organisation_id
      WHERE (a.iban, a.holder) = (b.iban, b.holder)"""


def tried_under(reference: str) -> list[int]:
    """The accounts, by id, from which a payment under a reference came back. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIED, {"reference": reference})
        return [pk for (pk,) in cursor.fetchall()]


def accounts_but(ids: Iterable[int]) -> QuerySet[PayoutAccount]:
    """All accounts but these."""
    return PayoutAccount.objects.exclude(pk__in=list(ids))


def payments_under(reference: str) -> QuerySet[Payment]:
    """All payments under a reference, those that came back too."""
    return Payment.objects.filter(file__reference=reference)


def payments_of_kind(kind: str) -> QuerySet[Payment]:
    """All payments of a kind, those that came back too."""
    return Payment.objects.filter(file__kind=kind)


def standing_payments(kind: str) -> QuerySet[Payment]:
    """Payments of a kind that did not come back."""
    return payments_of_kind(kind).filter(returned__isnull=True)


def payments_to(owners: Iterable[int]) -> QuerySet[Payment]:
    """Payments to these owners in the ledger that did not come back, with their files."""
    found = Payment.objects.filter(owner__in=owners, returned__isnull=True)
    return found.select_related("file").defer("file__content")


def payment_with(end_to_end: str) -> Payment | None:
    """The payment with this reference, with its file and payee; it did not come back before, or it did."""
    found = Payment.objects.select_related("file", "person", "organisation").defer("file__content")
    return found.filter(end_to_end=end_to_end.strip()).first()


def payments_among(references: Iterable[str]) -> tuple[dict[str, Payment], dict[str, Payment]]:
    """Of these references of payments, those that are ours; of these, those that came back before. One query."""
    known = Payment.objects.filter(end_to_end__in=set(references)).select_related("file", "returned")
    ours = {each.end_to_end: each for each in known.defer("file__content")}
    return ours, {reference: each for reference, each in ours.items() if hasattr(each, "returned")}


def tried_accounts(kind: str) -> dict[int | None, list[tuple[str, str]]]:
    """The row paid -> (IBAN, holder) of each payment of a kind that came back; one query."""
    back = ReturnedPayment.objects.filter(payment__file__kind=kind)
    found: dict[int | None, list[tuple[str, str]]] = {}
    for subject, iban, holder in back.values_list("payment__subject", "payment__iban", "payment__holder"):
        found.setdefault(subject, []).append((iban, holder))
    return found


def files_under(reference: str) -> QuerySet[PaymentFile]:
    """The payment files under a reference, in their order, without what is in them."""
    return PaymentFile.objects.filter(reference=reference).defer("content").order_by("number")


def files_of_kind(kind: str) -> QuerySet[PaymentFile]:
    """The payment files of a kind, newest first, without what is in them."""
    return PaymentFile.objects.filter(kind=kind).defer("content").order_by("-id")


def payment_file_with(pk: int) -> PaymentFile | None:
    """One payment file, with what is in it."""
    return PaymentFile.objects.filter(pk=pk).first()


def returned_payments() -> QuerySet[ReturnedPayment]:
    """Payments that came back, latest first."""
    told = ("payment__person", "payment__organisation", "payment__file")
    return ReturnedPayment.objects.select_related(*told).defer("payment__file__content").order_by("-id")


def returned_under(reference: str) -> QuerySet[ReturnedPayment]:
    """Payments under a reference that came back."""
    return ReturnedPayment.objects.filter(payment__file__reference=reference)


def paid_by_owner(reference: str) -> Iterable[tuple[int, int]]:
    """(owner in the ledger, cents) of all payments under a reference, also of those that came back."""
    rows = payments_under(reference).order_by().values_list("owner")
    return ((int(owner), int(cents)) for owner, cents in rows.annotate(total=Sum("cents")))


def references_of_kinds(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """(reference, kind) of all that payment files of these kinds paid, each once."""
    found = PaymentFile.objects.filter(kind__in=list(kinds)).order_by("reference")
    return list(found.values_list("reference", "kind").distinct())
