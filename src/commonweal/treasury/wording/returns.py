"""Rows about payments, for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from commonweal.treasury.rules.ibans import shortened
from commonweal.treasury.rules.payables import ReturnReason
from commonweal.ui.formats import euros

if TYPE_CHECKING:
    from commonweal.treasury.models import ReturnedPayment


def returned_row(each: ReturnedPayment) -> dict[str, Any]:
    """A payment that came back, as a row of a table; `number` is whom the ledger owes it, where it does."""
    payment = each.payment
    return {
        "number": payment.owner or None,
        "name": str(payment.person or payment.organisation or payment.holder),
        "reference": payment.end_to_end,
        "account": shortened(payment.iban),
        "cents": euros(payment.cents),
        "reason": _(ReturnReason(each.reason).label),
        "day": each.returned_on,
    }
