"""Paying what exit seasons granted: make a payment file, note that the bank paid it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.membership.access import may_pay_out, members_close_to
from commonweal.membership.actions.exits import ExitRefused
from commonweal.membership.actions.paying_out import Due, pay_in_a_file, refund_texts
from commonweal.membership.models import ExitSeason, PaymentFile
from commonweal.membership.queries import exit_payments as queries
from commonweal.membership.rules.credit_transfers import CreditTransfer
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.states import EXIT
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record

if TYPE_CHECKING:
    from commonweal.people.models import Person


@transaction.atomic
def make_payment_file(*, season: ExitSeason, pay_on: date, by: Person, now: datetime) -> PaymentFile:
    """All that is due in a season and has an account, as the next payment file; who has none waits for another one.

    Raises NotAllowed, ExitRefused (nothing to pay, a day that has passed or comes before the shares end).
    """
    demand(may_pay_out(by, day_of(now)))
    season = ExitSeason.objects.select_for_update().get(pk=season.pk)
    if pay_on < day_of(now):
        raise ExitRefused(_("This day has passed. Choose today or a later one."), code="past")
    if pay_on < season.effect_on:
        raise ExitRefused(_("The shares end on a later day. Choose that day or one after it."), code="early")
    own = {each.pk: each for each in members_close_to(by, day_of(now))}
    ready = [each for each in queries.due_in(season) if each.account is not None]
    texts = refund_texts()
    due = [
        Due(
            each.member,
            each.number,
            each.request,
            CreditTransfer(
                f"E{each.request}-{each.attempt}",
                each.account.holder,  # type: ignore[union-attr]
                each.account.iban,  # type: ignore[union-attr]
                each.cents,
                texts[each.language] % {"number": each.number},
            ),
        )
        for each in ready
        if each.member not in own
    ]
    if not due:
        # One's own is left for a colleague's file.
        demand(not_ones_own(by, day_of(now), [own[each.member] for each in ready]))
        raise ExitRefused(_("There is nothing to pay, or no account to pay it on."), code="nothing_due")
    reference = queries.reference_of_season(season)
    return pay_in_a_file(kind=PaymentKind.EXIT, reference=reference, due=due, pay_on=pay_on, by=by, now=now)


@transaction.atomic
def note_paid(*, season: ExitSeason, file: PaymentFile, by: Person, now: datetime) -> int:
    """Notes that the bank carried out a file of a season; gives how many requests are now paid. Twice changes nothing.

    Raises NotAllowed, ExitRefused before the day of payment.
    """
    demand(may_pay_out(by, day_of(now)))
    if day_of(now) < file.pay_on:
        raise ExitRefused(_("The bank pays this file on a later day."), code="too_early")
    # So that none of its payments comes back meanwhile.
    season = ExitSeason.objects.select_for_update().get(pk=season.pk)
    move = EXIT.move("pay")
    paid = queries.standing_in(file).values("pays")
    count = season.requests.filter(pk__in=paid, state__in=move.sources).update(state=move.target)
    if count:
        told = {"number": file.number, "count": count}
        record("ExitsPaid", f"exit-season:{season.pk}", by=by, at=now, data=told)
    return count
