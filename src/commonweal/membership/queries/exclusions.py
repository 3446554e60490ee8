"""Reads of exclusions: which there are, what waits, what an excluded member gets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from commonweal.membership.models import Exclusion
from commonweal.membership.queries.heirs import accounts_to_pay
from commonweal.membership.queries.shares import holdings_of, terms_on
from commonweal.membership.rules.exits import refund_cents
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.states import ExclusionState
from commonweal.treasury.queries import standing_payments, tried_accounts

if TYPE_CHECKING:
    from commonweal.kernel.money import ShareValue
    from commonweal.membership.rules.movements import Held
    from commonweal.treasury.models import PayoutAccount


def all_exclusions() -> QuerySet[Exclusion]:
    """All proposals, the latest first, with their members."""
    return Exclusion.objects.select_related("member__person", "member__organisation")


def exclusions_to_pay() -> QuerySet[Exclusion]:
    """Refunds of excluded members that are booked and not paid."""
    return all_exclusions().filter(state=ExclusionState.TO_PAY.value)


def held_by_excluded(exclusion: Exclusion) -> dict[str, Held]:
    """What the member still holds."""
    return holdings_of([exclusion.member.number], date.max).get(exclusion.member.number, {})


def exclusion_refunds(exclusion: Exclusion, values: Mapping[str, ShareValue]) -> dict[str, int | None]:
    """class -> cents given back for what is held, by the rules of the decision's day; None where a value is missing."""
    day = exclusion.decided_on or exclusion.answer_until
    found = {}
    for code, held in held_by_excluded(exclusion).items():
        terms = terms_on(code, day)
        found[code] = refund_cents(terms.refund, held.shares, held, values.get(code)) if terms else None
    return found


def exclusions_unpaid() -> QuerySet[Exclusion]:
    """Refunds of exclusions that are granted and that no payment pays, or whose payment came back."""
    paid = standing_payments(PaymentKind.EXCLUSION).filter(subject=OuterRef("pk"))
    return Exclusion.objects.filter(~Exists(paid), state=ExclusionState.TO_PAY.value, refund_cents__gt=0)


def reference_of_exclusion(exclusion: Exclusion) -> str:
    """What the payment files of an exclusion and their postings rest on."""
    return f"exclusion:{exclusion.pk}"


def due_of_exclusion(exclusion: Exclusion) -> tuple[int, PayoutAccount | None]:
    """For which time the refund is to be paid (0: a payment stands, or nothing is due), and the account for it, unless it
    sent the payment back."""
    paid = standing_payments(PaymentKind.EXCLUSION).filter(subject=exclusion.pk)
    if not exclusion.refund_cents or paid.exists():
        return 0, None
    before = tried_accounts(PaymentKind.EXCLUSION).get(exclusion.pk, [])
    account = accounts_to_pay([exclusion.member_id]).get(exclusion.member_id)
    if account is not None and (account.iban, account.holder) in before:
        account = None
    return len(before) + 1, account
