"""Dividends, as the treasury pays them: files of many lines at once, heirs of holders who died, what came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from commonweal.dividends import queries
from commonweal.dividends.models import DividendRun
from commonweal.dividends.rules import DIVIDEND, OWED
from commonweal.kernel.days import day_of
from commonweal.kernel.subjects import number_of
from commonweal.membership.actions.heirs import not_own_claim
from commonweal.membership.queries.payouts import history_of
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.access import may_pay_out
from commonweal.treasury.actions import PayableKind, pay_in_a_file
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.models import Payment, PaymentFile


def pay_dividend_lines(*, run: DividendRun, after: int, now: datetime, at_once: int) -> int | None:
    """One file for the next lines above a member id that can be paid; gives where to go on, None when none are left.

    Inside the caller's transaction and under the run's lock.
    """
    rows = queries.payable(run, after, at_once, day_of(now))
    if not rows:
        return None
    _pay_rows(run, rows, now)
    return rows[-1].member_id if len(rows) == at_once else None


def pay_dividend_heirs(*, run: DividendRun, now: datetime) -> None:
    """One file for those who claim the estates of holders who died or were wound up: nobody pays a dead person's account.

    Inside the caller's transaction and under the run's lock.
    """
    rows = queries.payable_to_heirs(run)
    if rows:
        _pay_rows(run, rows, now)


def _pay_rows(run: DividendRun, rows: Sequence[queries.DueLine], now: datetime) -> None:
    texts = _texts(run)
    due = [
        Payable(
            row.payee,
            row.number,
            row.claimant,
            CreditTransfer(
                f"D{run.pk}-{row.number}-{f'{row.claimant}-' if row.claimant else ''}{row.attempt}",
                row.holder,
                row.iban,
                row.cents,
                texts[row.language] % {"number": row.number},
            ),
        )
        for row in rows
    ]
    pay_on = max(run.pay_on, day_of(now))
    reference = queries.reference_of(run)
    pay_in_a_file(reference=reference, due=due, pay_on=pay_on, by=None, now=now)


def _texts(run: DividendRun) -> dict[str, str]:
    """What stands beside a payment on the holder's statement, by language; the member number is left open."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said = gettext("Dividend %(year)s, member %(number)s")
            found[language] = said % {"year": run.year_ends_on.year, "number": "%(number)s"}
    return found


@transaction.atomic
def note_lines_taken_out(*, run: DividendRun, by: Person, now: datetime) -> None:
    """Notes that someone took the lines of a run out, before they are given. Raises NotAllowed."""
    demand(may_pay_out(by, day_of(now)))
    record("DividendLinesTaken", queries.reference_of(run), by=by, at=now)


def _lock(reference: str, by: Person, now: datetime) -> None:
    DividendRun.objects.select_for_update().get(pk=number_of(reference))


def _due(reference: str, pay_on: date) -> Sequence[Payable]:
    """Nothing: the files of a run are made in the background, some thousands of lines each (`carry_on`)."""
    return []


def _settle(reference: str, files: Sequence[PaymentFile], by: Person, now: datetime) -> int:
    """Nothing: a run is closed by hand."""
    return 0


def _lock_paid(payment: Payment, by: Person, now: datetime) -> None:
    DividendRun.objects.select_for_update().get(pk=number_of(payment.file.reference))
    if payment.subject is not None:
        # Paid to somebody who claims the holder's estate.
        demand(not_own_claim(payment.row, by, now))


def _owe_again(payment: Payment) -> None:
    """Nothing: a line is due as long as no payment of it stands."""


DIVIDEND_PAYABLES = PayableKind(
    DIVIDEND,
    OWED,
    lock=_lock,
    due=_due,
    settle=_settle,
    lock_paid=_lock_paid,
    owe_again=_owe_again,
    history=history_of,
)
