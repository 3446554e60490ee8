"""Reads of exclusions: which there are, what waits, what an excluded member gets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.membership.models import Exclusion
from commonweal.membership.queries.payouts import payout_accounts_of
from commonweal.membership.queries.shares import holdings_of, terms_on
from commonweal.membership.rules.credit_transfers import CreditTransfer, payment_file
from commonweal.membership.rules.exits import refund_cents
from commonweal.membership.states import ExclusionState

if TYPE_CHECKING:
    from datetime import datetime

    from commonweal.membership.rules.movements import Held


def all_exclusions() -> QuerySet[Exclusion]:
    """All proposals, the latest first, with their members."""
    return Exclusion.objects.select_related("member__person", "member__organisation")


def exclusions_to_pay() -> QuerySet[Exclusion]:
    """Refunds of excluded members that are booked and not paid."""
    return all_exclusions().filter(state=ExclusionState.TO_PAY.value)


def held_by_excluded(exclusion: Exclusion) -> dict[str, Held]:
    """What the member still holds."""
    return holdings_of([exclusion.member.number], date.max).get(exclusion.member.number, {})


def exclusion_refunds(exclusion: Exclusion, values: Mapping[str, int]) -> dict[str, int | None]:
    """class -> cents given back for what is held, by the rules of the decision's day; None where a value is missing."""
    day = exclusion.decided_on or exclusion.answer_until
    found = {}
    for code, held in held_by_excluded(exclusion).items():
        terms = terms_on(code, day)
        found[code] = refund_cents(terms.refund, held.shares, held, values.get(code)) if terms else None
    return found


def exclusion_file(exclusion: Exclusion, pay_on: date, made_at: datetime) -> bytes:
    """The payment file for the refund of an excluded member (pain.001). Raises ValueError without account or amount."""
    account = payout_accounts_of([exclusion.member_id]).get(exclusion.member_id)
    if account is None:
        raise ValueError("no account")
    with translation.override(exclusion.member.language):
        text = _("Refund of shares, member") + f" {exclusion.member.number}"
    transfer = CreditTransfer(
        f"EXCLUSION-{exclusion.pk}", account.holder, account.iban, exclusion.refund_cents or 0, text
    )
    return payment_file(
        payer_name=settings.SITE["name"],
        payer_iban=settings.SITE["iban"],
        message_id=f"EXCLUSION-{exclusion.pk}",
        created_at=made_at,
        pay_on=pay_on,
        transfers=[transfer],
    )
