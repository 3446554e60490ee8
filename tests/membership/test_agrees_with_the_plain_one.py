"""The real register beside one in plain Python: whatever happens to them, both let in the same and say the same.

A short run in `make test`, ten thousand movements in `make proof`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from commonweal.kernel.decision import Refusal
from commonweal.ledger import queries as books
from commonweal.ledger.models import Operation
from commonweal.membership import actions, queries
from commonweal.membership.rules.movements import Held, MovementKind
from tests import factories as make
from tests.membership.plain_register import PRICES, PlainRegister

FIRST = date(2013, 12, 20)
LAST = FIRST + timedelta(days=20)
# Few days and small numbers, so that movements meet; odd amounts, so that parts do not come out even.
DAYS = [FIRST + timedelta(days=offset) for offset in (0, 5, 11, 12, 20)]
days = st.sampled_from(DAYS)
who = st.integers(0, 2)
codes = st.sampled_from("AB")
counts = st.one_of(st.integers(1, 5), st.integers(1, 5), st.integers(1, 120))
Holding = tuple[int, str, date]
parts_of_price = st.sampled_from((0, 137, 611, 999, 1000, 1100))


class Both(RuleBasedStateMachine):
    """Does everything twice."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.members = [make.member(joined_on=date(2000, 1, 1)) for _each in range(3)]
        self.plain = PlainRegister(tuple(member.number for member in self.members))
        self.secretary = make.staff("secretary")
        self.operations: list[Operation] = []
        self.now = make.NOW

    def _book(self, expected: bool, member: int, movement: actions.Movement) -> None:
        given: dict[str, Any] = {"movement": replace(movement, document="letter"), "by": self.secretary}
        self._tried(expected, actions.book_movement, member=self.members[member], **given)

    def _tried(self, expected: bool, action: Callable[..., Operation], **given: Any) -> None:
        refused = ""
        try:
            self.operations.append(action(key=f"both:{self.now.isoformat()}", now=self.now, **given))
        except Refusal as refusal:
            refused = refusal.code
        assert expected == (not refused), (refused, given)

    def _part(self, member: int, code: str, drawn: int, day: date) -> int:
        """Between one share and one more than are held, so that most movements are let in and some are not."""
        return 1 + drawn % (self.plain.holds(self.members[member].number, code, "shares", day) + 1)

    def _holding(self, member: int, code: str, day: date, codes: str = "AB") -> Holding | None:
        """What was drawn, or the next member, class and day with shares; of nobody with shares the rule is not tried.

        Without this most movements would be refused for the same reason, and prove little.
        """
        known = [(day, code)] + [(other, each) for other in DAYS for each in codes]
        for on, each in known:
            for turn in range(len(self.members)):
                place = (member + turn) % len(self.members)
                if self.plain.holds(self.members[place].number, each, "shares", on):
                    return place, each, on
        return None

    def _within(self, most: int, drawn: int) -> int:
        """Cents up to one more than could be let in, for the same reason."""
        return drawn % (max(most, 0) + 2)

    def _next(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @rule(member=who, code=codes, count=counts, part=parts_of_price, day=days)
    def subscribe(self, member: int, code: str, count: int, part: int, day: date) -> None:
        cents = count * PRICES[code] * part // 1000
        now = self._next()
        expected = self.plain.subscribe(self.members[member].number, code, count, cents, day, now)
        self._book(expected, member, actions.Movement(MovementKind.SUBSCRIPTION, code, day, count, cents))

    @rule(member=who, code=codes, cents=st.integers(1, 1_000_000), day=days)
    def pay(self, member: int, code: str, cents: int, day: date) -> None:
        if (found := self._holding(member, code, day)) is None:
            return
        member, code, day = found
        number = self.members[member].number
        held, paid = (self.plain.holds(number, code, what, day) for what in ("shares", "paid"))
        cents = max(1, self._within(held * PRICES[code] - paid, cents))
        expected = self.plain.pay(number, code, cents, day, self._next())
        self._book(expected, member, actions.Movement(MovementKind.PAYMENT, code, day, 0, cents))

    @rule(giver=who, taker=who, code=codes, count=counts, day=days, dead=st.booleans())
    def transfer(self, giver: int, taker: int, code: str, count: int, day: date, dead: bool) -> None:
        if (found := self._holding(giver, code, day)) is None:
            return
        giver, code, day = found
        count = self._part(giver, code, count, day)
        one, other = self.members[giver], self.members[taker]
        kind = MovementKind.INHERITANCE if dead else MovementKind.TRANSFER
        expected = self.plain.transfer(one.number, other.number, code, count, day, self._next())
        self._book(expected, giver, actions.Movement(kind, code, day, count, counterpart=other))

    @rule(member=who, code=codes, count=counts, cents=st.integers(0, 1_000_000), day=days)
    def refund(self, member: int, code: str, count: int, cents: int, day: date) -> None:
        if (found := self._holding(member, code, day)) is None:
            return
        member, code, day = found
        count = self._part(member, code, count, day)
        cents = self._within(self.plain.paid_on(self.members[member].number, code, count, day), cents)
        expected = self.plain.refund(self.members[member].number, code, count, cents, day, self._next())
        self._book(expected, member, actions.Movement(MovementKind.REFUND, code, day, count, cents))

    @rule(member=who, count=counts, to_count=st.integers(1, 20), day=days)
    def convert(self, member: int, count: int, to_count: int, day: date) -> None:
        if (found := self._holding(member, "B", day, "B")) is None:
            return
        member, _code, day = found
        count = self._part(member, "B", count, day)
        expected = self.plain.convert(self.members[member].number, count, to_count, day, self._next())
        movement = actions.Movement(MovementKind.CONVERSION, "B", day, count, to_class="A", to_count=to_count)
        self._book(expected, member, movement)

    @rule(place=st.integers(0, 1_000))
    def correct(self, place: int) -> None:
        if not self.operations:
            return
        place, now = place % len(self.operations), self._next()
        expected = self.plain.correct(place, now)
        given = {"operation": self.operations[place], "reason": "wrong", "by": self.secretary}
        self._tried(expected, actions.correct_movement, **given)

    @rule(day=days, back=st.integers(0, 40))
    def ask(self, day: date, back: int) -> None:
        known = self.now - timedelta(minutes=back)
        found = queries.register_rows(day, known, "fr")
        rows = [(row.number, row.share_class, row.shares, row.cents) for row in found]
        assert rows == self.plain.rows(day, known)
        totals = queries.class_totals(day, known)
        assert {code: totals[code] for code in "AB"} == {c: self.plain.total(c, day, known) for c in "AB"}

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "plain"):
            return
        numbers = [member.number for member in self.members]
        found = queries.holdings_of(numbers, LAST)
        rows = [(n, c, h.shares, h.paid_cents) for n in numbers for c, h in sorted(found.get(n, {}).items())]
        assert rows == self.plain.rows(LAST)
        assert len(self.operations) == len(self.plain.history)
        moved = [(line.shares, line.cents) for line in queries.movements_of(self.members[0])]
        assert sum(s for s, _c in moved) == sum(h.shares for h in found.get(numbers[0], {}).values())


ALL_PHASES = tuple(Phase)


def _ran(machine: type[Both], examples: int, steps: int, phases: tuple[Phase, ...] = ALL_PHASES) -> None:
    asked = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(machine, settings=asked)
    assert books.troubles() == []


@pytest.mark.django_db
def test_the_real_register_and_the_plain_one_agree() -> None:
    _ran(Both, examples=4, steps=30)


@pytest.mark.django_db
def test_a_register_that_forgets_a_part_of_what_was_paid_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Held, "paid_on", lambda held, count: held.paid_cents * count // (held.shares + 1))
    # By chance, but hardly ever not: a round of twenty misses it now and then; one ends at the first it finds.
    with pytest.raises(AssertionError):
        _ran(Both, examples=200, steps=30, phases=(Phase.generate,))


@pytest.mark.proof
@pytest.mark.django_db
def test_ten_thousand_operations_leave_both_in_agreement() -> None:
    class Counted(Both):
        tried = let_in = 0

        def _tried(self, expected: bool, action: Callable[..., Operation], **given: Any) -> None:
            super()._tried(expected, action, **given)
            Counted.tried += 1
            Counted.let_in += expected

    while Counted.tried < 10_000:
        _ran(Counted, examples=50, steps=60)
    print(f"\n{Counted.tried:,} movements done twice, {Counted.let_in:,} of them let in; no difference.")
    assert Counted.let_in > Counted.tried // 4, "mostly refusals would prove little"
