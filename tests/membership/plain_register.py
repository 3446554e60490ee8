"""A share register in plain Python: a list of what happened and sums over it. The real one must agree with it.

It knows nothing of ledgers or databases, and is slow on purpose: every question looks at everything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

PRICES = {"A": 50_00, "B": 6_20}
MOST = {"A": 100, "B": 500}
B_ENDS = date(2014, 1, 1)
# (member, class, "shares" or "paid") -> how much it moves
Moves = dict[tuple[int, str, str], int]


@dataclass
class Happened:
    """One movement: on which day, known since when, what it moved."""

    day: date
    known: datetime
    moves: Moves
    undoes: int | None = None


@dataclass
class PlainRegister:
    """All that happened, in the order it became known. Every verb says whether it was let in."""

    members: tuple[int, ...]
    history: list[Happened] = field(default_factory=list)

    def holds(self, member: int, code: str, what: str, day: date, known: datetime | None = None) -> int:
        """What a member holds at the end of a day, as known at a moment."""
        return sum(
            each.moves.get((member, code, what), 0)
            for each in self.history
            if each.day <= day and (known is None or each.known <= known)
        )

    def total(self, code: str, day: date, known: datetime | None = None) -> int:
        """All shares of a class."""
        return sum(self.holds(member, code, "shares", day, known) for member in self.members)

    def rows(self, day: date, known: datetime | None = None) -> list[tuple[int, str, int, int]]:
        """The register: member, class, shares, paid; without empty lines."""
        found = []
        for member in sorted(self.members):
            for code in sorted(PRICES):
                both = [self.holds(member, code, what, day, known) for what in ("shares", "paid")]
                if any(both):
                    found.append((member, code, both[0], both[1]))
        return found

    def paid_on(self, member: int, code: str, count: int, day: date) -> int:
        """The part of what was paid that goes with some of the shares."""
        shares, paid = (self.holds(member, code, what, day) for what in ("shares", "paid"))
        return paid if count >= shares else paid * count // shares

    def subscribe(self, member: int, code: str, count: int, cents: int, day: date, known: datetime) -> bool:
        if code == "B" and day >= B_ENDS:
            return False
        if cents > count * PRICES[code] or self.holds(member, code, "shares", day) + count > MOST[code]:
            return False
        return self._let_in(day, known, {(member, code, "shares"): count, (member, code, "paid"): cents})

    def pay(self, member: int, code: str, cents: int, day: date, known: datetime) -> bool:
        for seen in (day, date.max):
            shares, paid = (self.holds(member, code, what, seen) for what in ("shares", "paid"))
            if paid + cents > shares * PRICES[code]:
                return False
        return self._let_in(day, known, {(member, code, "paid"): cents})

    def transfer(self, giver: int, taker: int, code: str, count: int, day: date, known: datetime) -> bool:
        if giver == taker or self.holds(giver, code, "shares", day) < count:
            return False
        if self.holds(taker, code, "shares", day) + count > MOST[code]:
            return False
        cents = self.paid_on(giver, code, count, day)
        moves = {(giver, code, "shares"): -count, (taker, code, "shares"): count}
        return self._let_in(
            day, known, {**moves, (giver, code, "paid"): -cents, (taker, code, "paid"): cents}
        )

    def refund(self, member: int, code: str, count: int, cents: int, day: date, known: datetime) -> bool:
        if self.holds(member, code, "shares", day) < count or cents > self.paid_on(member, code, count, day):
            return False
        paid = self.paid_on(member, code, count, day)
        return self._let_in(day, known, {(member, code, "shares"): -count, (member, code, "paid"): -paid})

    def convert(self, member: int, count: int, to_count: int, day: date, known: datetime) -> bool:
        if self.holds(member, "B", "shares", day) < count:
            return False
        if self.holds(member, "A", "shares", day) + to_count > MOST["A"]:
            return False
        paid = self.paid_on(member, "B", count, day)
        gone = {(member, "B", "shares"): -count, (member, "B", "paid"): -paid}
        return self._let_in(
            day, known, {**gone, (member, "A", "shares"): to_count, (member, "A", "paid"): paid}
        )

    def correct(self, place: int, known: datetime) -> bool:
        wrong = self.history[place]
        if wrong.undoes is not None or any(each.undoes == place for each in self.history):
            return False
        mirror = {key: -amount for key, amount in wrong.moves.items()}
        return self._let_in(wrong.day, known, mirror, undoes=place)

    def _let_in(self, day: date, known: datetime, moves: Moves, undoes: int | None = None) -> bool:
        moves = {key: amount for key, amount in moves.items() if amount}
        self.history.append(Happened(day, known, moves, undoes))
        if moves and all(self._fine(key, day, amount) for key, amount in moves.items()):
            return True
        self.history.pop()
        return False

    def _fine(self, key: tuple[int, str, str], since: date, amount: int) -> bool:
        """Whether, on this day and every later one, an account is not below zero, nor grown above the most."""
        by_day: dict[date, int] = defaultdict(int)
        for each in self.history:
            by_day[each.day] += each.moves.get(key, 0)
        balance = 0
        for day in sorted(by_day):
            balance += by_day[day]
            if day >= since and balance < 0:
                return False
            if day >= since and key[2] == "shares" and amount > 0 and balance > MOST[key[1]]:
                return False
        return True
