"""Paying back what was paid too much, or not for shares: one file for all whose account is known."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership.access import may_pay_out
from commonweal.membership.actions.paying_out import Due, pay_in_a_file
from commonweal.membership.models import PaymentFile, Refund
from commonweal.membership.queries.payments import payable_refunds
from commonweal.membership.queries.receivables import expected_of
from commonweal.membership.rules.credit_transfers import NAME_MAX, CreditTransfer
from commonweal.membership.rules.movements import NOBODY
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.rules.receivables import Expected
from commonweal.people.access import close_to, demand, not_ones_own

if TYPE_CHECKING:
    from commonweal.people.models import Person


class RefundRefused(Refusal):
    """Nothing can be paid back in a file, or not on that day; the code says which."""

    code = "refund_refused"


@transaction.atomic
def pay_refunds(*, pay_on: date, by: Person, now: datetime) -> PaymentFile:
    """All open refunds whose payer's name and account the bank told, in one payment file; they are made on its day.

    Raises NotAllowed, RefundRefused (nothing to pay, a day that has passed).
    """
    today = day_of(now)
    demand(may_pay_out(by, today))
    if pay_on < today:
        raise RefundRefused(_("This day has passed. Choose today or a later one."), code="past")
    # Nobody ticks one of them off meanwhile, and no second file takes them.
    waiting = Refund.objects.select_for_update().filter(made_on__isnull=True, taken_back__isnull=True)
    list(waiting.order_by("pk").values_list("pk"))
    payable, close = payable_refunds(), close_to(by, today)
    asked = expected_of(each.handling.subject for each in payable)
    refunds = [
        each for each in payable if (own := asked.get(each.handling.subject)) is None or not close.holds(own)
    ]
    if not refunds:
        # One's own is left for a colleague's file.
        demand(not_ones_own(by, today, asked.values()))
        raise RefundRefused(_("There is nothing to pay back on an account we know."), code="nothing_due")
    due = [Due(None, NOBODY, each.pk, _transfer(each, asked.get(each.handling.subject))) for each in refunds]
    made = pay_in_a_file(
        kind=PaymentKind.OVERPAID,
        reference=f"overpaid:{pay_on.year}",
        due=due,
        pay_on=pay_on,
        by=by,
        now=now,
    )
    Refund.objects.filter(pk__in=[each.pk for each in refunds]).update(made_on=pay_on)
    return made


def _transfer(refund: Refund, asked: Expected | None) -> CreditTransfer:
    payer = refund.handling.movement
    with translation.override(asked.language if asked else settings.LANGUAGE_CODE):
        text = gettext("We pay back money you sent us on %(day)s") % {"day": f"{payer.booked_on:%d/%m/%Y}"}
    return CreditTransfer(
        f"R{refund.pk}-1", payer.payer_name[:NAME_MAX], payer.payer_iban, refund.cents, text
    )
