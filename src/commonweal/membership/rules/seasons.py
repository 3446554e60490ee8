"""What one decision of the board means for each request of an exit season: shares, cents, and what waits on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commonweal.kernel.money import ShareValue
from commonweal.membership.rules.exits import Outcome, reduced, refund_cents
from commonweal.membership.rules.movements import Entries, Held, giving_back
from commonweal.membership.rules.payments import owed_back
from commonweal.membership.rules.statutes import RefundRule


@dataclass(frozen=True, slots=True)
class Line:
    """Shares of one class a request gives back; `value` is the net asset value of one share, where it counts."""

    share_class: str
    count: int
    held: Held
    rule: RefundRule
    value: ShareValue | None

    def refund(self, count: int) -> int | None:
        """Cents for so many of these shares; None where it is decided by hand."""
        return refund_cents(self.rule, count, self.held, self.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it stands when the board decides. `holds` are all shares the member holds, whatever is asked."""

    request: int
    number: int
    whole: bool
    holds: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Refund:
    """What is given back in one class; the line it comes from knows what was held."""

    line: Line
    shares: int
    paid_cents: int
    cents: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the board's decision is for one request; `state` is one of granted, part, queued, refused.

    `left` are shares asked for and not given back; `by_hand` those among them whose refund cannot be reckoned here.
    """

    asked: Asked
    state: str
    refunds: tuple[Refund, ...]
    left: int
    by_hand: int

    @property
    def cents(self) -> int:
        """What is paid out for this request."""
        return sum(each.cents for each in self.refunds)

    @property
    def untested(self) -> bool:
        """Whether it hangs on a net asset value that is not known yet."""
        return any(line.rule == RefundRule.LOWER and line.value is None for line in self.asked.lines)

    @property
    def leaves(self) -> bool:
        """Whether the member holds nothing any more."""
        return self.state == "granted" and self.asked.holds == sum(each.shares for each in self.refunds)

    def entries(self) -> Entries:
        """What the ledger books for it: shares that cease to exist, and what is owed for them."""
        given = (
            entry
            for each in self.refunds
            for entry in giving_back(
                each.line.share_class, self.asked.number, each.shares, each.line.held, each.cents
            )
        )
        return (*given, *owed_back(self.asked.number, self.cents))


def answers(asked: Sequence[Asked], outcome: Outcome, budget_cents: int | None = None) -> list[Answer]:
    """What each request gets. `budget_cents` is what a part may cost in all."""
    if outcome in (Outcome.SUSPEND, Outcome.REFUSE):
        state = "queued" if outcome == Outcome.SUSPEND else "refused"
        return [
            # Whoever passed everything on meanwhile has nothing to wait for.
            Answer(each, state if each.lines else "granted", (), sum(line.count for line in each.lines), 0)
            for each in asked
        ]
    granted = _granted(asked, budget_cents if outcome == Outcome.PART else None)
    return [_answer(each, [next(granted) for _line in each.lines]) for each in asked]


def _granted(asked: Sequence[Asked], budget_cents: int | None) -> Iterator[int]:
    """Shares given back, line by line; none where it is decided by hand."""
    lines = [line for each in asked for line in each.lines]
    full = [line.refund(line.count) for line in lines]
    counts = [0 if cents is None else line.count for line, cents in zip(lines, full, strict=True)]
    if budget_cents is None:
        return iter(counts)
    prices = [-(-(cents or 0) // line.count) for line, cents in zip(lines, full, strict=True)]
    return iter(reduced(counts, prices, budget_cents))


def _answer(asked: Asked, granted: list[int]) -> Answer:
    refunds = tuple(
        Refund(line, count, line.held.paid_on(count), line.refund(count) or 0)
        for line, count in zip(asked.lines, granted, strict=True)
        if count
    )
    left = sum(line.count for line in asked.lines) - sum(granted)
    by_hand = sum(line.count for line in asked.lines if line.refund(line.count) is None)
    waits = left - by_hand
    state = "granted" if not waits else "part" if refunds else "queued"
    return Answer(asked, state, refunds, left, by_hand)
