"""Paying what exit seasons granted: make a payment file, note that the bank paid it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import demand
from commonweal.membership.actions.exits import ExitRefused, day_of
from commonweal.membership.models import ExitPayment, ExitPaymentFile, ExitRequest, ExitSeason
from commonweal.membership.queries import exit_payments as queries
from commonweal.membership.states import EXIT
from commonweal.people.access import may
from commonweal.people.actions import record
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.people.models import Person

ROWS = 5_000


@transaction.atomic
def make_payment_file(*, season: ExitSeason, pay_on: date, by: Person, now: datetime) -> ExitPaymentFile:
    """All that is due in a season and has an account, as the next payment file; who has none waits for another one.

    Raises NotAllowed, ExitRefused (nothing to pay, a day that has passed).
    """
    demand(may(by, Act.PAY_OUT, day_of(now)))
    season = ExitSeason.objects.select_for_update().get(pk=season.pk)
    if pay_on < day_of(now):
        raise ExitRefused(_("This day has passed. Choose today or a later one."), code="past")
    due = [each for each in queries.due_in(season) if each.account is not None]
    if not due:
        raise ExitRefused(_("There is nothing to pay, or no account to pay it on."), code="nothing_due")
    number = ExitPaymentFile.objects.filter(season=season).count() + 1
    file = ExitPaymentFile.objects.create(
        season=season, number=number, pay_on=pay_on, made_at=now, made_by=by
    )
    ExitPayment.objects.bulk_create(
        (
            ExitPayment(file=file, request_id=each.request, account=each.account, cents=each.cents)
            for each in due
        ),
        batch_size=ROWS,
    )
    told = {"file": file.pk, "count": len(due), "cents": sum(each.cents for each in due)}
    record("ExitPaymentsMade", f"exit-season:{season.pk}", by=by, at=now, data=told)
    return file


@transaction.atomic
def note_paid(*, file: ExitPaymentFile, by: Person, now: datetime) -> int:
    """Notes that the bank carried out a file; gives how many requests are now paid. Twice changes nothing.

    Raises NotAllowed, ExitRefused before the day of payment.
    """
    demand(may(by, Act.PAY_OUT, day_of(now)))
    if day_of(now) < file.pay_on:
        raise ExitRefused(_("The bank pays this file on a later day."), code="too_early")
    move = EXIT.move("pay")
    due = ExitRequest.objects.filter(payment__file=file, state__in=move.sources)
    count = due.update(state=move.target)
    if count:
        told = {"file": file.pk, "count": count}
        record("ExitsPaid", f"exit-season:{file.season_id}", by=by, at=now, data=told)
    return count


@transaction.atomic
def note_file_taken(*, file: ExitPaymentFile, by: Person, now: datetime) -> None:
    """Notes that someone takes a payment file out, before they get it. Raises NotAllowed."""
    demand(may(by, Act.PAY_OUT, day_of(now)))
    record("ExitFileTaken", f"exit-season:{file.season_id}", by=by, at=now, data={"file": file.pk})
