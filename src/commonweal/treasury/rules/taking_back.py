"""Which payment a movement takes back, among those it may be: the same amount, for the same receivable or from the same
account. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Taken(StrEnum):
    """What was decided about a payment that may be taken back."""

    # It was for one receivable, or is to be paid back.
    ALONE = "alone"
    # It was divided among several.
    DIVIDED = "divided"
    # Nobody decided about it yet.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payment that may be the one that is taken back: the number of the decision about it, or its own where it waits; the
    day it came; whether it came from the account the money goes to; whether anything of it is still here, not paid back;
    whether the bank's references say that it is the opposite."""

    taken: Taken
    number: int
    booked_on: date
    same_account: bool = False
    here: bool = True
    opposite: bool = False


def payment_taken(candidates: Iterable[Candidate]) -> Candidate | None:
    """The payment that is taken back; None where it is none of these.

    A division that is its opposite and still here comes first. Then a payment for one alone that is still here, of those
    from the same account where there are any; then a division that is still here. What was all paid back comes after: the
    bank must have taken another one. Money that still waits on the list comes last. Of several alike, it is the latest
    decision, and the payment that has waited longest.
    """
    found = sorted(candidates, key=lambda each: -each.number)
    alone = [each for each in found if each.taken == Taken.ALONE]
    alone = [each for each in alone if each.same_account] or alone
    divided = [each for each in found if each.taken == Taken.DIVIDED]
    divided.sort(key=lambda each: not each.opposite)
    waiting = [each for each in found if each.taken == Taken.WAITING]
    waiting.sort(key=lambda each: (each.booked_on, each.number))
    choices: tuple[tuple[list[Candidate], Callable[[Candidate], bool]], ...] = (
        (divided, lambda each: each.opposite and each.here),
        (alone, lambda each: each.here),
        (divided, lambda each: each.here),
        (alone, lambda _each: True),
        (divided, lambda _each: True),
        (waiting, lambda _each: True),
    )
    return next((each for several, fits in choices for each in several if fits(each)), None)


@dataclass(frozen=True, slots=True)
class Here:
    """A payment of which a part may be taken back, by its number: the cents of it that are still here, and those of these
    that are to be paid back; the number of the decision about it, None where it waits; whether it came from the account
    the money goes to."""

    number: int
    cents: int
    refund_cents: int = 0
    decision: int | None = None
    same_account: bool = False


def parts_taken(cents: int, payments: Iterable[Here]) -> list[tuple[int, int]]:
    """(payment, cents) of what is taken back where no payment is just as much: at most what is still here of each. Empty
    where there is less here in all.

    Payments from the same account come first; of these what is to be paid back, so that as little as can be counts no more;
    then the latest decision; then what has waited longest. One payment that is enough comes before several.
    """
    found = sorted(
        (each for each in payments if each.cents > 0),
        key=lambda each: (
            not each.same_account,
            not each.refund_cents,
            each.decision is None,
            -(each.decision or 0),
            each.number,
        ),
    )
    enough = [each for each in found if each.cents >= cents]
    left, taken = cents, list[tuple[int, int]]()
    for each in enough[:1] or found:
        part = min(left, each.cents)
        left -= part
        taken += [(each.number, part)] if part else []
    return [] if left else taken
