"""Receivables as the bank's money sees them: what a communication names, who may pay it, where it stands. Pure.

A receivable belongs to an area above, which gives these facts of it (`queries.receivables.ReceivableKind`). Its subject is
`kind:id`; what was paid on it is counted here, from what was decided about movements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from commonweal.treasury.rules.names import HolderName

# The kind of payment by which money goes back that was too much, or for nothing we know (`actions.paying_back`).
OVERPAID = "overpaid"
# As long as an event keeps what it is about.
SUBJECT_MAX = 40
SUBJECT_PATTERN = r"^[a-z_]+:[1-9][0-9]{0,17}$"


class Standing(StrEnum):
    """Where a receivable stands, as far as money that comes in must know."""

    # Cannot be paid in full yet; what comes may wait for it.
    EARLY = "early"
    # Waits for payment.
    DUE = "due"
    # Was not paid in time, and can still be paid whole.
    LAPSED = "lapsed"
    # Is paid, and what was paid for is not done yet; then it is.
    PAID = "paid"
    ENTERED = "entered"
    # Takes no money any more.
    ENDED = "ended"


# What is paid in full counts once; undoing that payment lets it wait for payment again.
PAID_IN_FULL = frozenset({Standing.PAID, Standing.ENTERED})
# What may be paid in full now, and what may keep a part and wait for the rest.
TAKES_ALL = frozenset({Standing.DUE, Standing.LAPSED})
TAKES_PART = frozenset({Standing.EARLY, Standing.DUE})


@dataclass(frozen=True, slots=True)
class Expected:
    """One receivable: its subject (`kind:id`), the twelve digits it is paid with, whose it is and in which language we
    write to them, the cents due in all, where it stands (`standing` here, `state` in the words of its own area), the last
    day on which a payment is in time, and the names that may pay. Whom it concerns stands there by id, as
    `people.access.not_ones_own` asks for it."""

    subject: str
    communication: str
    holder: str
    language: str
    due_cents: int
    standing: Standing
    state: str
    lapses_on: date
    names: tuple[HolderName, ...]
    person_id: int | None = None
    organisation_id: int | None = None
    representative_id: int | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing the payment of a receivable does to what stands on it: sentences of its own area, and a mark that is the
    same for what does the same."""

    lines: tuple[str, ...] = ()
    mark: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Unentered:
    """A receivable that is paid while what was paid for is not done: whose it is, what it is for, and why, in words."""

    subject: str
    holder: str
    title: str
    reason: str
