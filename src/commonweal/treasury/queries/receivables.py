"""Receivables an area above gives to the bank's money: the few functions of each kind, and what was paid on each.

`config.wiring.RECEIVABLES` lists the kinds. Nothing here knows what a receivable is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from commonweal.kernel.subjects import kind_of, number_of
from commonweal.kernel.words import Words
from commonweal.treasury.models import BankMovement, Handling, Refund, TakenPart
from commonweal.treasury.rules.matching import COUNTED, Due, Outcome
from commonweal.treasury.rules.receivables import Expected, Undone, Unentered

if TYPE_CHECKING:
    from commonweal.people.models import Person


class Step(Protocol):
    """A step of one receivable, by its number."""

    def __call__(self, number: int, *, by: Person, now: datetime) -> None:
        """Does it."""


class StepBack(Protocol):
    """A step back of one receivable, with the reason as a code."""

    def __call__(self, number: int, *, reason: str, by: Person, now: datetime) -> None:
        """Does it."""


@dataclass(frozen=True, slots=True)
class ReceivableKind:
    """What an area gives of its receivables of one kind, each by its number within the kind; `code` is the name that stands
    before that number in a subject.

    Reads:
    `expected` (communications, numbers) gives those that either names, in one query;
    `waiting` those that wait for payment and could be chosen on a page, longest first, a bounded list;
    `named` those that can still be paid, by words of a name, at most five;
    `open_subjects` the subjects on which money is still to come, as a list or as a query of one column;
    `unentered` those that are paid while what was paid for is not done;
    `number_in` the number that a text names, by the address of a page or alone; None for another text;
    `address` that of the page of one; `titles` what each of some is for, in words;
    `against_paying` and `against_undoing` what stands against counting a payment in full, and against undoing it (a code
    and a sentence); `undone` what undoing it does to what stands on it.

    Writes, inside an action here that has asked who may; they raise refusals of their own:
    `lock_first` takes the lock that comes before movements; `lock` locks rows by number and gives them;
    `take` counts one as paid in full; `enter` does what was paid for, and comes last: the ledger is locked from then on;
    `reopen` lets one wait for payment again, what was paid for undone, with the reason as a code.
    """

    code: str
    expected: Callable[[Iterable[str], Iterable[int]], list[Expected]]
    waiting: Callable[[], list[Expected]]
    named: Callable[[str], list[Expected]]
    open_subjects: Callable[[], Iterable[str] | QuerySet[Any, Any]]
    unentered: Callable[[], list[Unentered]]
    number_in: Callable[[str], int | None]
    address: Callable[[int], str]
    titles: Callable[[Iterable[int]], Mapping[int, str]]
    against_paying: Callable[[int], Words | None]
    against_undoing: Callable[[int], Words | None]
    undone: Callable[[int], Undone]
    lock_first: Callable[[], None]
    lock: Callable[[Iterable[int]], list[Expected]]
    take: Step
    enter: Step
    reopen: StepBack


def receivable_kinds() -> Mapping[str, ReceivableKind]:
    """The wired kinds (`RECEIVABLES` in `config/wiring.py`) by their codes, in the order in which their rows are locked."""
    return {each.code: each for each in import_string(settings.RECEIVABLES)}


def receivable_kind(subject: str) -> ReceivableKind:
    """The kind of a subject. Raises KeyError for one that nobody gives."""
    return receivable_kinds()[kind_of(subject)]


def numbers_by_kind(subjects: Iterable[str]) -> dict[str, list[int]]:
    """Numbers of these subjects by kind, kinds and numbers in the order in which they are locked."""
    wanted = {each for each in subjects if each}
    numbers = {
        name: sorted(number_of(each) for each in wanted if kind_of(each) == name)
        for name in receivable_kinds()
    }
    return {name: found for name, found in numbers.items() if found}


def expected_with(
    communications: Iterable[str] = (), subjects: Iterable[str] = ()
) -> tuple[dict[str, Expected], dict[str, Expected]]:
    """Receivables that a communication or a subject names: by communication, and by subject. One query a kind."""
    codes, numbers = {each for each in communications if each}, numbers_by_kind(subjects)
    found = [
        each
        for name, kind in receivable_kinds().items()
        if codes or name in numbers
        for each in kind.expected(codes, numbers.get(name, ()))
    ]
    by_code = {each.communication: each for each in found if each.communication in codes}
    return by_code, {each.subject: each for each in found}


def expected_paid_with(communications: Iterable[str]) -> dict[str, Expected]:
    """Receivables by their structured communication; one query a kind."""
    return expected_with(communications)[0]


def expected_of(subjects: Iterable[str]) -> dict[str, Expected]:
    """Receivables by subject; one query a kind that is named."""
    return expected_with(subjects=subjects)[1]


def expected_waiting() -> list[Expected]:
    """Those that wait for payment, longest first within a kind."""
    return [each for kind in receivable_kinds().values() for each in kind.waiting()]


def expected_named(text: str) -> list[Expected]:
    """Those that can still be paid, by words of a name."""
    return [each for kind in receivable_kinds().values() for each in kind.named(text)]


def expected_at(text: str) -> Expected | None:
    """The one that a number or the address of its page names; of several kinds, the one listed first."""
    named = {code: kind.number_in(text) for code, kind in receivable_kinds().items()}
    subjects = [f"{code}:{number}" for code, number in named.items() if number is not None]
    found = expected_of(subjects)
    return next((found[each] for each in subjects if each in found), None)


def names_a_number(text: str) -> bool:
    """Whether a text is a number, or the address of a page, of any kind."""
    return any(kind.number_in(text) is not None for kind in receivable_kinds().values())


def unentered() -> list[Unentered]:
    """Those that are paid while what was paid for is not done."""
    return [each for kind in receivable_kinds().values() for each in kind.unentered()]


def counts_for_open() -> Q:
    """The decisions whose receivable still waits for money."""
    found = Q(pk__in=())
    for kind in receivable_kinds().values():
        found |= Q(subject__in=kind.open_subjects())
    return found


def address_of(subject: str) -> str:
    """The address of the page of one."""
    return receivable_kind(subject).address(number_of(subject))


def titles_of(subjects: Iterable[str]) -> dict[str, str]:
    """What each of these is for, in words."""
    return {
        f"{name}:{number}": title
        for name, numbers in numbers_by_kind(subjects).items()
        for number, title in receivable_kinds()[name].titles(numbers).items()
    }


def against_paying(subject: str) -> Words | None:
    """What stands against counting a payment in full for one."""
    return receivable_kind(subject).against_paying(number_of(subject))


def against_undoing(subject: str) -> Words | None:
    """What stands against undoing the payment of one."""
    return receivable_kind(subject).against_undoing(number_of(subject))


def undone_of(subject: str) -> Undone:
    """What undoing the payment of one does to what stands on it."""
    return receivable_kind(subject).undone(number_of(subject))


# ---- what was paid


def paid_cents_on(subjects: Iterable[str]) -> dict[str, int]:
    """Cents paid on each, by subject; one query. What the bank took back is paid no more."""
    # Taking back what was never counted (it was to be paid back) takes nothing away; parts that were taken back are taken
    # off the payments themselves.
    never = Q(outcome=Outcome.UNDO) & (Q(undoes__isnull=True) | ~Q(undoes__outcome__in=COUNTED))
    wanted = {each for each in subjects if each}
    counted = Handling.objects.standing().filter(~never, subject__in=wanted, outcome__in=COUNTED).order_by()
    still = Refund.objects.filter(handling=OuterRef("pk"), taken_back__isnull=True).order_by()
    gone = Subquery(still.values("handling").annotate(cents=Sum("cents")).values("cents"))
    parts = TakenPart.objects.filter(payment=OuterRef("movement")).order_by()
    taken = Subquery(parts.values("payment").annotate(total=Sum("cents")).values("total"))
    # In one question: between two, somebody else may count one more payment.
    left = Sum(F("movement__amount_cents") - Coalesce(gone, Value(0)) - Coalesce(taken, Value(0)))
    return dict(counted.values_list("subject").annotate(cents=left))


def dues_of(expected: Iterable[Expected]) -> dict[str, Due]:
    """What is due and paid on each, by subject; one query."""
    found = list(expected)
    paid = paid_cents_on(each.subject for each in found)
    return {each.subject: Due.of(each, paid.get(each.subject, 0)) for each in found}


def taken_cents_of(movements: Iterable[BankMovement]) -> dict[int, int]:
    """Cents of these payments that the bank took back in parts, by movement; those of which it took none are left out. One
    query, none without movements."""
    wanted = [each.pk for each in movements]
    rows = TakenPart.objects.filter(payment__in=wanted).order_by().values_list("payment")
    return dict(rows.annotate(total=Sum("cents"))) if wanted else {}


def here_cents_of(movement: BankMovement) -> int:
    """Cents of a movement that the bank did not take back in parts."""
    return movement.amount_cents - taken_cents_of([movement]).get(movement.pk, 0)


def counted_for(subject: str) -> QuerySet[Handling]:
    """The decisions that count as paid on one and were not taken back."""
    return Handling.objects.filter(subject=subject, outcome__in=COUNTED, undone_by__isnull=True)


def money_for(subjects: Iterable[str]) -> list[dict[str, object]]:
    """What was decided about movements to be for some subjects, oldest first, for a copy to whom they are about.

    Who paid is left out: that may have been somebody else.
    """
    told = ("booked_on", "amount_cents", "communication")
    decided = Handling.objects.filter(subject__in=list(subjects)).order_by("movement_id", "turn")
    return list(decided.values("subject", "outcome", "at", "reason", *(f"movement__{name}" for name in told)))


def last_paid_on(subject: str) -> date | None:
    """The day of the latest payment that counts for one."""
    came = counted_for(subject).filter(movement__amount_cents__gt=0)
    found: date | None = came.aggregate(last=Max("movement__booked_on"))["last"]
    return found
