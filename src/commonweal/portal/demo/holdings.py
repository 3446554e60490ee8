"""The shares of the demo's members: most hold a few, some many; some passed shares on, some gave them back.

Everything is booked through the same ledger as a real movement; the same seed draws the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from commonweal.membership.actions import (
    LoadedMovement,
    Movement,
    book_movement,
    correct_movement,
    load_movements,
)
from commonweal.membership.queries import all_terms, days_of_membership, member_with_number
from commonweal.membership.rules.movements import MovementKind
from commonweal.people.actions import record
from commonweal.portal.demo.script import SEED, Calendar

if TYPE_CHECKING:
    from commonweal.people.models import Person

# How many shares of 50 euro people hold, by rough weight: many just join, some reach the value benefits ask for.
COUNTS = ((1, 22), (2, 14), (3, 8), (5, 18), (10, 16), (12, 8), (20, 8), (50, 4), (100, 2))
OLD_COUNTS = (10, 20, 50, 100)
MORE_LATER = 0.12
SUBSCRIPTION = MovementKind.SUBSCRIPTION.value
REFUND = MovementKind.REFUND.value


def shares_for_everyone(calendar: Calendar, people: dict[str, Person]) -> None:
    """Shares for each member from the day they joined; then a few movements a secretary books by hand."""
    count = load_movements(rows=_movements(calendar), by=people["secretary"], now=calendar.settled)
    record(
        "SharesLoaded", "register:shares", by=people["secretary"], at=calendar.settled, data={"count": count}
    )
    _by_hand(calendar, people["secretary"])


def _movements(calendar: Calendar) -> Iterator[LoadedMovement]:
    dice = random.Random(f"{SEED}:shares")  # noqa: S311 - the demo must be the same each time
    prices = {terms.share_class: terms.price_cents for terms in all_terms()}
    ended = max(terms.starts_on for terms in all_terms() if terms.share_class == "B")
    draw = dice.random
    counts = dice.choices([count for count, _w in COUNTS], weights=[w for _count, w in COUNTS], k=10_007)
    for place, (number, is_person, joined, left) in enumerate(days_of_membership()):
        code, count = "A", counts[place % 10_007]
        if not is_person:
            code, count = "C", 1 + count // 10
        elif joined < ended and draw() < 0.6:
            code, count = "B", OLD_COUNTS[int(draw() * 4)]
        cents = count * prices[code]
        yield LoadedMovement(f"demo:{number}", SUBSCRIPTION, number, code, count, cents, joined)
        if left is not None:
            yield LoadedMovement(f"demo:{number}:left", REFUND, number, code, -count, -cents, left)
        elif code == "B" and draw() < MORE_LATER:
            later = _between(ended, calendar.day(-20), draw())
            yield LoadedMovement(f"demo:{number}:more", SUBSCRIPTION, number, "A", 5, 5 * prices["A"], later)


def _between(first: date, last: date, share: float) -> date:
    return first + timedelta(days=int((last - first).days * share))


def _by_hand(calendar: Calendar, by: Person) -> None:
    """A transfer, and a payment typed for the wrong member and undone the day after."""
    giver, taker = member_with_number(1), member_with_number(2)
    if giver is None or taker is None:
        return
    now = calendar.at(-30, 10)
    bought = Movement(MovementKind.SUBSCRIPTION, "A", calendar.day(-60), 2, document="letter of the member")
    book_movement(member=giver, movement=bought, key="demo:hand:1", by=by, now=now)
    passed = Movement(
        MovementKind.TRANSFER, "A", calendar.day(-31), 1, counterpart=taker, document="deed signed by both"
    )
    book_movement(member=giver, movement=passed, key="demo:hand:2", by=by, now=now)
    wrong = book_movement(member=taker, movement=bought, key="demo:hand:3", by=by, now=now)
    reason = "The letter came from member 1; typed a second time for member 2."
    correct_movement(operation=wrong, reason=reason, key="demo:hand:4", by=by, now=calendar.at(-29, 9))
