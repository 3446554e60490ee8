"""A second kind of receivable, for tests alone: donations somebody promised, kept in memory and thanked for once paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from stdnum.be import ogm_vcs

from commonweal.config import wiring
from commonweal.kernel.subjects import number_of
from commonweal.kernel.words import Words
from commonweal.people.models import Person
from commonweal.treasury.queries.receivables import ReceivableKind
from commonweal.treasury.rules.names import HolderName
from commonweal.treasury.rules.receivables import Expected, Standing, Undone, Unentered
from tests import factories as make

LAST_DAY = make.NOW.date() + timedelta(days=30)


class DonationObstacle(Words):
    """What may stand against it."""

    FULL = "full", "The year is full."
    THANKED = "thanked", "They were thanked in public."


@dataclass(slots=True)
class Book:
    """What was promised, what stands against it, and what was done, in order."""

    promised: dict[int, Expected] = field(default_factory=dict)
    full: bool = False
    thanked: bool = False
    stuck: bool = False
    done: list[str] = field(default_factory=list)


BOOK = Book()


def promised(number: int, cents: int, who: Person | None = None, name: str = "Rita Goossens") -> Expected:
    """Somebody promised a donation."""
    base = f"77{number:08d}"
    given, family = name.split()
    BOOK.promised[number] = Expected(
        subject=f"donation:{number}",
        communication=base + str(ogm_vcs.calc_check_digits(base)),
        holder=name,
        language="nl",
        due_cents=cents,
        standing=Standing.DUE,
        state="promised",
        lapses_on=LAST_DAY,
        names=(HolderName(family, given),),
        person_id=who.pk if who else None,
    )
    return BOOK.promised[number]


def moved(number: int, standing: Standing) -> None:
    """It stands elsewhere from now on."""
    BOOK.promised[number] = replace(BOOK.promised[number], standing=standing)


def expected(communications: Iterable[str], numbers: Iterable[int]) -> list[Expected]:
    wanted, codes = set(numbers), set(communications)
    return [each for number, each in BOOK.promised.items() if number in wanted or each.communication in codes]


def standing(*wanted: Standing) -> list[Expected]:
    return [each for each in BOOK.promised.values() if each.standing in wanted]


def lock_first() -> None:
    BOOK.done.append("lock first")


def lock(numbers: Iterable[int]) -> list[Expected]:
    found = list(numbers)
    BOOK.done.append(f"lock {found}")
    return [BOOK.promised[each] for each in found]


def take(number: int, *, by: Person, now: datetime) -> None:
    BOOK.done.append(f"take {number}")
    moved(number, Standing.PAID)


def enter(number: int, *, by: Person, now: datetime) -> None:
    BOOK.done.append(f"enter {number}")
    if not BOOK.stuck:
        moved(number, Standing.ENTERED)


def reopen(number: int, *, reason: str, by: Person, now: datetime) -> None:
    BOOK.done.append(f"reopen {number} {reason}")
    moved(number, Standing.DUE)


def number_in(text: str) -> int | None:
    head, _slash, number = text.partition("donations/")
    return int(number) if not head and number.isdecimal() else None


DONATIONS = ReceivableKind(
    "donation",
    expected=expected,
    waiting=lambda: standing(Standing.DUE),
    named=lambda text: [each for each in standing(Standing.DUE) if text in each.holder],
    open_subjects=lambda: [each.subject for each in standing(Standing.EARLY, Standing.DUE)],
    unentered=lambda: [
        Unentered(each.subject, each.holder, f"Donation {number_of(each.subject)}", "No thanks yet.")
        for each in standing(Standing.PAID)
    ],
    number_in=number_in,
    address=lambda number: f"/donations/{number}/",
    titles=lambda numbers: {number: f"Donation {number}" for number in numbers},
    against_paying=lambda _number: DonationObstacle.FULL if BOOK.full else None,
    against_undoing=lambda _number: DonationObstacle.THANKED if BOOK.thanked else None,
    undone=lambda number: Undone((f"The thanks for donation {number} are taken back.",), (number,)),
    lock_first=lock_first,
    lock=lock,
    take=take,
    enter=enter,
    reopen=reopen,
)
ALONE = (DONATIONS,)
BESIDE = (*wiring.RECEIVABLES, DONATIONS)
