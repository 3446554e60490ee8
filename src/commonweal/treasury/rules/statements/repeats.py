"""Which movements and statements were read before, whatever the order in which they are read. Pure.

The same movement means the same account, day, amount and direction, reference, payer and text. The same statement means the
same account, number, day and balances. Anything less is another one.

A movement that equals one of another statement is the same money only where one of the two statements lies within the
other, as a day lies within its month (`lies_within`); else it is kept once more and waits for a person. So as many of it
are kept as the most that statements bear of which none lies within another: a number that depends on what was read, and
not on when.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, Protocol, TypeVar

from commonweal.kernel.text import folded
from commonweal.treasury.rules.statements.facts import BankLine, BankStatement, Odd, Oddity

Kept = TypeVar("Kept")
# CODA cuts a name after so many characters: the same payment in the other format bears more of it.
NAME_PLACES = 35
StatementKey = tuple[str, str, date, int, int]
# What two formats tell alike of the same money, whatever they number and name: account, booking day, cents.
Alike = tuple[str, date, int]
# What says that money may be the same though two formats book it on two days, as before and after a weekend: account,
# cents, who paid, and what for. Beyond so many days it is another payment, as every week.
Near = tuple[str, int, str, str]
NEAR_DAYS = 5
_NUMBERED = re.compile(r"(.*?)(\d{1,18})", re.ASCII | re.DOTALL)
# Above so many statements that bear one movement, all of them count: nothing is passed over, and nobody waits for hours.
COMPARED_MAX = 16


class Paying(Protocol):
    """What a movement tells of who paid and what for, read just now or kept."""

    @property
    def amount_cents(self) -> int: ...
    @property
    def payer_iban(self) -> str: ...
    @property
    def other_account(self) -> str: ...
    @property
    def payer_name(self) -> str: ...
    @property
    def communication(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Span:
    """What a statement covers: its key, and the day of its old balance, None where that is not known."""

    key: StatementKey
    first: date | None

    @property
    def number(self) -> str:
        """Its number."""
        return self.key[1]

    @property
    def day(self) -> date:
        """The day of its new balance."""
        return self.key[2]

    @property
    def old_cents(self) -> int:
        """The balance it begins with."""
        return self.key[3]

    @property
    def new_cents(self) -> int:
        """The balance it ends with."""
        return self.key[4]


@dataclass(frozen=True, slots=True)
class Bearing(Generic[Kept]):
    """A statement that bears a movement: how often, and what was kept from it, each with its occurrence."""

    span: Span
    times: int
    kept: tuple[tuple[int, Kept], ...] = ()


@dataclass(frozen=True, slots=True)
class Compared(Generic[Kept]):
    """A movement beside those kept before: `equals` is the one it is and then it is not kept again; else it is new, and
    `occurrence` counts from 1 among the same ones."""

    line: BankLine
    fingerprint: str
    occurrence: int
    equals: Kept | None


def statement_key(statement: BankStatement) -> StatementKey:
    """What makes two statements the same."""
    return (
        statement.account,
        statement.number,
        statement.day,
        statement.old_cents,
        statement.new_cents,
    )


def span_of(statement: BankStatement) -> Span:
    """What a statement covers."""
    return Span(statement_key(statement), statement.first)


def fingerprint(account: str, line: BankLine) -> str:
    """The same 64 characters for the same movement, whatever capitals, accents and blanks the format knows."""
    parts = (
        account,
        line.booked_on.isoformat(),
        str(line.amount_cents),
        line.reference,
        line.payer_iban or _bare(line.other_account),
        _bare(line.payer_name[:NAME_PLACES]),
        _bare(line.ultimate_name),
        line.communication,
        _bare(line.text),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def nearness(account: str, line: Paying) -> Near:
    """What a movement has in common with the same money booked on another day."""
    payer = line.payer_iban or _bare(line.other_account) or _bare(line.payer_name[:NAME_PLACES])
    return (account, line.amount_cents, payer, line.communication or _bare(line.text))


def _bare(text: str) -> str:
    return "".join(c for c in folded(text) if c.isalnum())


def follows(earlier: Span, later: Span) -> bool:
    """Whether one statement goes on where another ends: no money can be in both."""
    return earlier.new_cents == later.old_cents and earlier.day <= later.day


def lies_within(part: Span, whole: Span) -> bool:
    """Whether a statement of a few days lies within one of more: what stands in both is the same money.

    Days and balances of both say so: it begins as the longer one does, ends as it does, or lies between; and neither goes
    on where the other ends. Two of one series whose days stand in the order of their numbers share nothing: a balance may
    come again on one day, and others lie between. Of two statements of one day with the same balances one is the other
    once more when their numbers are neighbours: the balances leave no room for both, and no number for one between them.
    Nothing lies within a statement that does not say when it began.
    """
    if part.key[0] != whole.key[0] or follows(part, whole) or follows(whole, part):
        return False
    if part.key[2:] == whole.key[2:]:
        return goes_on(part.number, whole.number) or goes_on(whole.number, part.number)
    if whole.first is None or part.day > whole.day or _one_after_the_other(part, whole):
        return False
    begins = part.first or part.day
    if part.day == whole.day:
        longer = whole.first < begins and (whole.day - whole.first).days >= 2
        return longer and part.new_cents == whole.new_cents
    if part.old_cents == whole.old_cents and whole.first <= part.day:
        return True
    return whole.first <= begins and whole.first < part.day


def _one_after_the_other(one: Span, other: Span) -> bool:
    """Whether the numbers are of one series and the days of both stand in their order, as of a bank that numbers on. A
    month among the days it covers begins before a lower number, or ends after a higher one."""
    numbers = _NUMBERED.fullmatch(one.number), _NUMBERED.fullmatch(other.number)
    if numbers[0] is None or numbers[1] is None or numbers[0][1] != numbers[1][1]:
        return False
    places = int(numbers[0][2]), int(numbers[1][2])
    if places[0] == places[1]:
        return False
    earlier, later = (one, other) if places[0] < places[1] else (other, one)
    return (earlier.first or earlier.day) <= (later.first or later.day) and earlier.day <= later.day


def comes_next(earlier: Span, later: Span) -> bool:
    """Whether a statement is the next of the same series: its number, its balance and its days go on from the other, or it
    is of just the same days, as where a bank makes several a day."""
    same_days = (earlier.first, earlier.day) == (later.first, later.day)
    return (
        goes_on(earlier.number, later.number)
        and earlier.new_cents == later.old_cents
        and (same_days or earlier.day <= (later.first or later.day) <= later.day)
    )


def goes_on(number: str, following: str) -> bool:
    """Whether one number of a statement comes right after another, such as 2026-012 and 2026-013."""
    one, other = _NUMBERED.fullmatch(number), _NUMBERED.fullmatch(following)
    return one is not None and other is not None and one[1] == other[1] and int(one[2]) + 1 == int(other[2])


def times_kept(bearings: Sequence[Bearing[Kept]]) -> int:
    """How often a movement is kept that these statements bear: the most that are in statements of which none lies within
    another. One more statement never makes it less, and never adds more than that statement bears."""
    if len(bearings) > COMPARED_MAX:
        return sum(each.times for each in bearings)
    if not bearings:
        return 0
    first, *rest = bearings
    apart = [each for each in rest if not _share(first.span, each.span)]
    if len(apart) == len(rest):
        return first.times + times_kept(rest)
    return max(first.times + times_kept(apart), times_kept(rest))


def _share(one: Span, other: Span) -> bool:
    return lies_within(one, other) or lies_within(other, one)


class Memory(Generic[Kept]):
    """What was read of an account, and what each further statement adds to it.

    `bearings` are the statements that bear a movement of what is to be read, by fingerprint, in the order they were read
    in; `alike` the statements from which a movement of the same day and amount was kept; `near` the days and statements of
    those kept that may be the same money on another day; `read` the statements with the days of all those.
    """

    def __init__(
        self,
        bearings: Mapping[str, Sequence[Bearing[Kept]]] | None = None,
        read: Collection[Span] = (),
        alike: Mapping[Alike, Collection[Span]] | None = None,
        near: Mapping[Near, Collection[tuple[date, Span]]] | None = None,
    ) -> None:
        self._bearings: defaultdict[str, list[Bearing[Kept]]] = defaultdict(list)
        for mark, each in (bearings or {}).items():
            self._bearings[mark].extend(each)
        self._alike: defaultdict[Alike, set[Span]] = defaultdict(set)
        for told, spans in (alike or {}).items():
            self._alike[told].update(spans)
        self._near: defaultdict[Near, set[tuple[date, Span]]] = defaultdict(set)
        for about, days in (near or {}).items():
            self._near[about].update(days)
        self._read = {each.key: each for each in read}

    def knows(self, statement: BankStatement) -> bool:
        """Whether this very statement was read before."""
        return statement_key(statement) in self._read

    def compared(self, statement: BankStatement) -> list[Compared[Kept]]:
        """Each movement of a statement beside those kept before, in their order.

        What is new in a statement that was read before waits for a person; also where another number stands over the same
        day and balances: the same money may have come in another format, where a bank numbers and names everything anew.
        What equals a movement of a statement neither lies within the other is kept and waits too. So does money that came
        with the day and amount of a movement kept from another statement, unless one goes on from the other in one series;
        and what may be the same money as one booked some days before or after, where payer and communication are the same.
        """
        span, known = span_of(statement), self.knows(statement)
        marks = [fingerprint(statement.account, line) for line in statement.lines]
        in_question = known or self._has_twin(statement)
        equal = {mark: self._equal(mark, span, times) for mark, times in Counter(marks).items()}
        places: Counter[str] = Counter()
        found = []
        for line, mark in zip(statement.lines, marks, strict=True):
            same, before = equal[mark]
            place = places[mark]
            places[mark] += 1
            if place < len(same):
                found.append(Compared(line, mark, *same[place]))
                continue
            if known or (in_question and not before):
                line = _marked(line, Oddity.CONTRADICTS)
            elif before:
                line = _marked(line, Oddity.REPEATED)
            elif line.amount_cents > 0 and not self._linked(
                span, self._alike[_told(statement.account, line)]
            ):
                line = _marked(line, Oddity.OVERLAPS)
            elif (other := self._on_another_day(span, line)) is not None:
                line = _marked(line, Oddity.NEAR, other.isoformat())
            found.append(Compared(line, mark, before + place - len(same) + 1, None))
        return found

    def _linked(self, span: Span, others: Collection[Span]) -> bool:
        """Whether these statements lead to this one, or on from it, one by one in its series without a gap."""
        left = {each for each in others if each.key != span.key}
        for is_next in (comes_next, lambda one, other: comes_next(other, one)):
            at: Span | None = span
            tried = {span.key}
            days = {each.day for each in (*left, span)}
            while at is not None and left:
                here = at
                steps = (each for each in self._read.values() if each.key not in tried)
                at = next((each for each in steps if is_next(each, here)), None)
                # Beyond the days of those that are looked for, nothing leads to them.
                if at is None or not min(days) <= at.day <= max(days):
                    break
                tried.add(at.key)
                left.discard(at)
        return not left

    def _on_another_day(self, span: Span, line: BankLine) -> date | None:
        """The nearest day on which another statement books what may be the same money; None where it goes on from those."""
        if line.amount_cents <= 0:
            return None
        # All statements of a day, not one of them: one that goes on in the series does not speak for another that may show
        # the same money in another format.
        found = [
            (day, other)
            for day, other in self._near[nearness(span.key[0], line)]
            if other.key != span.key and 0 < abs((day - line.booked_on).days) <= NEAR_DAYS
        ]
        if not found or self._linked(span, {other for _day, other in found}):
            return None
        return min((day for day, _other in found), key=lambda day: (abs((day - line.booked_on).days), day))

    def _has_twin(self, statement: BankStatement) -> bool:
        """Whether one of the same day and balances was read under another number. Where its number and its balance go on
        from another one of that day, the day just ended twice as it began."""
        account, number, *rest = statement_key(statement)
        same_day = [each for each in self._read if (each[0], each[2]) == (account, statement.day)]
        if any(each[4] == statement.old_cents and goes_on(each[1], number) for each in same_day):
            return False
        return any([*each[2:]] == rest for each in same_day)

    def _equal(self, mark: str, span: Span, times: int) -> tuple[list[tuple[int, Kept]], int]:
        """The movements kept that so many of a statement are, and how many were kept in all."""
        bearings = self._bearings.get(mark, [])
        kept = [one for each in bearings for one in each.kept]
        new = min(times, max(0, times_kept(_with(bearings, span, times)) - len(kept)))
        # Those of the same statement first, then those of the days it shares.
        near = [each for each in bearings if each.span.key == span.key or _share(each.span, span)]
        near.sort(key=lambda each: each.span.key != span.key)
        same = sorted(
            kept, key=lambda one: next((n for n, each in enumerate(near) if one in each.kept), len(near))
        )
        return same[: times - new], len(kept)

    def add(
        self,
        statement: BankStatement,
        rows: Iterable[Compared[Kept]],
        kept_as: Callable[[Compared[Kept]], Kept],
    ) -> None:
        """Adds a statement that is read: what is new among its movements (`compared`) is kept."""
        span = span_of(statement)
        new: defaultdict[str, list[tuple[int, Kept]]] = defaultdict(list)
        counts: Counter[str] = Counter()
        for row in rows:
            counts[row.fingerprint] += 1
            if row.equals is None:
                new[row.fingerprint].append((row.occurrence, kept_as(row)))
                self._alike[_told(statement.account, row.line)].add(span)
                self._near[nearness(statement.account, row.line)].add((row.line.booked_on, span))
        for mark, times in counts.items():
            self._bearings[mark] = _with(self._bearings[mark], span, times, tuple(new[mark]))
        self._read.setdefault(span.key, span)


def _with(
    bearings: Sequence[Bearing[Kept]], span: Span, times: int, kept: tuple[tuple[int, Kept], ...] = ()
) -> list[Bearing[Kept]]:
    """The statements that bear a movement, and one more; one that was read before bears what its fullest file says."""
    found, new = [], True
    for each in bearings:
        if each.span.key == span.key:
            each = replace(each, times=max(each.times, times), kept=(*each.kept, *kept))
            new = False
        found.append(each)
    return [*found, Bearing(span, times, kept)] if new else found


def _told(account: str, line: BankLine) -> Alike:
    return (account, line.booked_on, line.amount_cents)


def _marked(line: BankLine, code: Oddity, detail: str = "") -> BankLine:
    return replace(line, odd=(*line.odd, Odd(code, detail)))
