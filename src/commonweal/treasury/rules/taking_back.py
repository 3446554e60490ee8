"""Which payment a movement takes back, among those it may be: from the account the money goes to, before the same amount
for the same receivable. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar


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
    day it came; the account it came from, empty where the bank told none; whether that is the one the money goes to;
    whether anything of it is still here, not paid back; whether the bank's references say that it is the opposite."""

    taken: Taken
    number: int
    booked_on: date
    account: str = ""
    same_account: bool = False
    here: bool = True
    opposite: bool = False


_One = TypeVar("_One", Candidate, "Here")


class Unclear(Exception):
    """Payments from several accounts could be meant, none of them the one the money goes to, and no person told which, by
    undoing the decision about it so that it waits."""


def payment_taken(candidates: Iterable[Candidate]) -> Candidate | None:
    """The payment that is taken back; None where it is none of these. Raises Unclear.

    Where some came from the account the money goes to, it is one of these. A division that is its opposite and still here
    comes first. Then a payment for one alone that is still here; then a division that is still here. What was all paid back
    comes after: the bank must have taken another one. Money that still waits on the list comes last. Of several alike, it
    is the latest decision, and the payment that has waited longest.
    """
    every = list(candidates)
    theirs = [each for each in every if each.same_account or each.opposite]
    if not theirs:
        theirs = _of_one_payer(every, [each for each in every if each.taken == Taken.WAITING])
    found = sorted(theirs, key=lambda each: -each.number)
    alone = [each for each in found if each.taken == Taken.ALONE]
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
    that are to be paid back; the number of the decision about it, None where it waits; the account it came from, empty
    where the bank told none; whether that is the one the money goes to."""

    number: int
    cents: int
    refund_cents: int = 0
    decision: int | None = None
    account: str = ""
    same_account: bool = False


def enough_from_account(cents: int, payments: Iterable[Here]) -> bool:
    """Whether so much is here of what came from the account the money goes to: then nothing else is taken."""
    return sum(each.cents for each in payments if each.same_account) >= cents


def parts_taken(cents: int, payments: Iterable[Here]) -> list[tuple[int, int]]:
    """(payment, cents) of what is taken back where no payment is just as much: at most what is still here of each. Empty
    where there is less here in all. Raises Unclear.

    Payments from the same account alone where they are enough; of all, what is to be paid back comes first, so that as
    little as can be counts no more; then the latest decision; then what has waited longest. One payment that is enough
    comes before several.
    """
    every = [each for each in payments if each.cents > 0]
    if enough_from_account(cents, every):
        every = [each for each in every if each.same_account]
    elif sum(each.cents for each in every) > cents:
        every = _of_one_payer(every, [each for each in every if each.decision is None])
    found = sorted(
        every,
        key=lambda each: (not each.refund_cents, each.decision is None, -(each.decision or 0), each.number),
    )
    enough = [each for each in found if each.cents >= cents]
    left, taken = cents, list[tuple[int, int]]()
    for each in enough[:1] or found:
        part = min(left, each.cents)
        left -= part
        taken += [(each.number, part)] if part else []
    return [] if left else taken


def _of_one_payer(several: list[_One], waiting: list[_One]) -> list[_One]:
    """All of them where they came from one account, else those that wait where these did. Raises Unclear."""
    found = several if _payers(several) <= 1 else waiting
    if several and _payers(found) != 1:
        raise Unclear
    return found


def _payers(payments: Sequence[Candidate | Here]) -> int:
    """How many accounts these came from; one that was not told is nobody else's."""
    return len({each.account or each for each in payments})
