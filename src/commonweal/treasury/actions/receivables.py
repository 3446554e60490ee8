"""What is done with receivables when money comes in or goes back: their area does it, and here stands only which one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from commonweal.kernel.subjects import number_of
from commonweal.treasury.models import Refund
from commonweal.treasury.queries.receivables import (
    counted_for,
    here_cents_of,
    numbers_by_kind,
    paid_cents_on,
    receivable_kind,
    receivable_kinds,
)
from commonweal.treasury.rules.receivables import Expected

if TYPE_CHECKING:
    from commonweal.people.models import Person


def lock_first() -> None:
    """Takes the locks that come before movements of the bank (ARCHITECTURE.md), those of every kind."""
    for kind in receivable_kinds().values():
        kind.lock_first()


def lock_expected(subjects: Iterable[str]) -> dict[str, Expected]:
    """Locks receivables, kind by kind and by number, and gives them as they are then. Caller holds the movement."""
    wanted = numbers_by_kind(subjects)
    return {
        each.subject: each
        for name, numbers in wanted.items()
        for each in receivable_kinds()[name].lock(numbers)
    }


def take_expected(*, subject: str, by: Person, now: datetime) -> None:
    """Counts one as paid in full. Caller holds it."""
    receivable_kind(subject).take(number_of(subject), by=by, now=now)


def enter_expected(*, subject: str, by: Person, now: datetime) -> None:
    """Does what was paid for. The ledger is locked from then on, so this comes last."""
    receivable_kind(subject).enter(number_of(subject), by=by, now=now)


def reopen_expected(*, subject: str, reason: str, by: Person, now: datetime) -> None:
    """Lets one wait for payment again, what was paid for undone. The ledger is locked from then on, so this comes last."""
    receivable_kind(subject).reopen(number_of(subject), reason=reason, by=by, now=now)


def owe_back(*, subject: str) -> None:
    """Notes what was paid on a receivable that takes no money any more, to be paid back; not what the bank took back
    itself. For the action that closes it, and holds it."""
    left = paid_cents_on([subject]).get(subject, 0)
    for handling in counted_for(subject).select_related("movement").order_by("-id"):
        noted = sum(handling.refunds.filter(taken_back__isnull=True).values_list("cents", flat=True))
        cents = min(here_cents_of(handling.movement) - noted, left)
        if cents > 0:
            Refund.objects.create(handling=handling, cents=cents)
            left -= cents
