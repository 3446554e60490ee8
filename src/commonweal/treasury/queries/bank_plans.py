"""What reading a bank's file in would do, movement by movement, before anything is kept."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from commonweal.treasury.models import AccountStatement, BankMovement, RepeatedMovement
from commonweal.treasury.queries.judgements import judged
from commonweal.treasury.rules.matching import Verdict
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.rules.statements import BankLine, BankStatement, Reading, SetAside, Unreadable
from commonweal.treasury.rules.statements.repeats import (
    NEAR_DAYS,
    Alike,
    Bearing,
    Compared,
    Memory,
    Near,
    Span,
    fingerprint,
    nearness,
    statement_key,
)

CLOSINGS_MAX = 400
# A statement of a movement, as a span tells it.
TOLD = [f"statement__{name}" for name in ("account", "number", "day", "old_cents", "new_cents", "first_day")]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A movement that was read before: its day, its statement, and the day that statement was read in (None: earlier in the
    same file)."""

    booked_on: date
    statement: str
    read_on: date | None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """What a movement in a file is, for which receivable. `equals` is the one it is when it was read before: then it is
    not kept again, and is judged no more."""

    line: BankLine
    fingerprint: str
    occurrence: int
    equals: Earlier | None
    verdict: Verdict | None = None
    expected: Expected | None = None

    @property
    def known(self) -> bool:
        """Whether it was read before."""
        return self.equals is not None


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement in a file with what each movement is. `known` when this statement was read before; `gap` when its old
    balance is not the balance the statement before it ended with."""

    statement: BankStatement
    lines: tuple[PlannedLine, ...]
    known: bool
    gap: bool

    @property
    def missing_cents(self) -> int:
        """How much of a new statement's balances is not kept from it, because it equals movements read before."""
        return 0 if self.known else sum(each.line.amount_cents for each in self.lines if each.known)

    @property
    def repeated(self) -> int:
        """How many of its movements were read before."""
        return sum(each.known for each in self.lines)

    @property
    def contradicting(self) -> bool:
        """Whether this statement was read before, with other movements."""
        return self.known and not all(each.known for each in self.lines)


@dataclass(frozen=True, slots=True)
class Plan:
    """What reading a file in would do."""

    statements: tuple[PlannedStatement, ...]
    set_aside: tuple[SetAside, ...]
    more_follows: bool
    refused: tuple[Unreadable, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same plan: what someone saw is what they confirm."""
        seen = [
            (
                statement_key(each.statement),
                each.known,
                line.fingerprint,
                line.occurrence,
                line.known,
                line.verdict.value if line.verdict else "",
            )
            for each in self.statements
            for line in each.lines
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()

    @property
    def new_lines(self) -> list[PlannedLine]:
        """Movements that are not read in yet."""
        return [line for each in self.statements for line in each.lines if not line.known]


class _Closings:
    """The balances statements of the account ended with, by day and then by the order they were read in."""

    def __init__(self, statements: Iterable[AccountStatement]) -> None:
        self.rows = [(each.day, each.new_cents) for each in statements]

    def before(self, statement: BankStatement) -> int | None:
        """The last balance known up to the day of a statement."""
        earlier = [row for row in self.rows if row[0] <= statement.day]
        return max(reversed(earlier), key=lambda row: row[0])[1] if earlier else None

    def add(self, statement: BankStatement) -> None:
        """Adds the balance of one that will be read in."""
        self.rows.append((statement.day, statement.new_cents))


def plan_of(reading: Reading) -> Plan:
    """What reading a file in would do now, by what it holds. At most twelve queries, whatever the size."""
    planned = list(_beside_earlier(reading.statements))
    new = [line for each in planned for line in each.lines if not line.known]
    judgements = iter(judged(line.line for line in new))
    statements = tuple(
        replace(each, lines=tuple(_with_verdict(line, judgements) for line in each.lines)) for each in planned
    )
    return Plan(statements, reading.set_aside, reading.more_follows, reading.refused)


def _with_verdict(line: PlannedLine, judgements: Iterator[tuple[Verdict, Expected | None]]) -> PlannedLine:
    if line.known:
        return line
    said, expected = next(judgements)
    return replace(line, verdict=said, expected=expected)


def _beside_earlier(statements: Sequence[BankStatement]) -> Iterator[PlannedStatement]:
    alike = _alike_before(statements)
    near = _near_before(statements)
    spans = [each for found in alike.values() for each in found]
    spans += [each for found in near.values() for _day, each in found]
    memory = Memory(_bearings_before(statements), _read_before(statements, spans), alike, near)
    closings = _Closings(_last_statements(statements))
    for each in statements:
        known, before = memory.knows(each), closings.before(each)
        rows = memory.compared(each)
        lines = tuple(PlannedLine(row.line, row.fingerprint, row.occurrence, row.equals) for row in rows)
        all_known = bool(lines) and all(line.known for line in lines)
        gap = not known and not all_known and before is not None and before != each.old_cents
        memory.add(each, rows, partial(_here, each))
        if not known:
            closings.add(each)
        yield PlannedStatement(each, lines, known, gap)


def _here(statement: BankStatement, row: Compared[Earlier]) -> Earlier:
    return Earlier(row.line.booked_on, statement.number, None)


def _bearings_before(statements: Iterable[BankStatement]) -> dict[str, list[Bearing[Earlier]]]:
    """The statements read in that bear a movement of these, by fingerprint, with what was kept from each. Two queries."""
    wanted = {fingerprint(each.account, line) for each in statements for line in each.lines}
    kept = BankMovement.objects.filter(fingerprint__in=wanted).order_by("statement_id", "occurrence")
    again = RepeatedMovement.objects.filter(movement__fingerprint__in=wanted)
    spans: dict[int, Span] = {}
    found: defaultdict[tuple[str, int], list[tuple[int, Earlier]]] = defaultdict(list)
    # How often each file bears it: a statement may have been read from several.
    times: defaultdict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    for mark, place, day, read_at, file, pk, *span in kept.values_list(
        "fingerprint", "occurrence", "booked_on", "file__confirmed_at__date", "file_id", "statement_id", *TOLD
    ):
        spans[pk] = Span((*span[:5],), span[5])
        found[mark, pk].append((place, Earlier(day, span[1], read_at)))
        times[mark, pk][file] += 1
    for mark, file, pk, *span in again.values_list(
        "movement__fingerprint", "file_id", "statement_id", *TOLD
    ).order_by("statement_id"):
        spans[pk] = Span((*span[:5],), span[5])
        times[mark, pk][file] += 1
    bearings: defaultdict[str, list[Bearing[Earlier]]] = defaultdict(list)
    for (mark, pk), by_file in times.items():
        bearings[mark].append(Bearing(spans[pk], max(by_file.values()), tuple(found[mark, pk])))
    return bearings


def _alike_before(statements: Iterable[BankStatement]) -> dict[Alike, set[Span]]:
    """The statements from which movements with the day and amount of one of these were kept. One query."""
    wanted = {(each.account, line.booked_on, line.amount_cents) for each in statements for line in each.lines}
    # A part is no movement of the bank's: what it is a part of is.
    kept = BankMovement.objects.filter(
        part_of__isnull=True,
        account__in={account for account, _day, _cents in wanted},
        booked_on__in={day for _account, day, _cents in wanted},
        amount_cents__in={cents for _account, _day, cents in wanted},
    )
    found: defaultdict[Alike, set[Span]] = defaultdict(set)
    for account, day, cents, *span in kept.values_list("account", "booked_on", "amount_cents", *TOLD):
        found[account, day, cents].add(Span((*span[:5],), span[5]))
    return found


def _near_before(statements: Iterable[BankStatement]) -> dict[Near, set[tuple[date, Span]]]:
    """The days and statements of movements kept that may be the money of one of these, on another day. One query."""
    came = [(each.account, line) for each in statements for line in each.lines if line.amount_cents > 0]
    wanted = {nearness(account, line) for account, line in came}
    days = [line.booked_on.toordinal() for _account, line in came]
    if not days:
        return {}
    first, last = max(min(days) - NEAR_DAYS, 1), min(max(days) + NEAR_DAYS, date.max.toordinal())
    kept = BankMovement.objects.filter(
        part_of__isnull=True,
        account__in={account for account, _line in came},
        amount_cents__in={line.amount_cents for _account, line in came},
        booked_on__range=(date.fromordinal(first), date.fromordinal(last)),
    )
    found: defaultdict[Near, set[tuple[date, Span]]] = defaultdict(set)
    for each in kept.select_related("statement"):
        if (about := nearness(each.account, each)) in wanted:
            key = each.statement
            span = Span((key.account, key.number, key.day, key.old_cents, key.new_cents), key.first_day)
            found[about].add((each.booked_on, span))
    return found


def _read_before(statements: Iterable[BankStatement], spans: Iterable[Span]) -> list[Span]:
    """The statements of these accounts that were read in, of all days from the first of these, and of what is alike or near
    in them, to the last."""
    wanted = list(statements)
    days = {each.day for each in wanted} | {each.day for each in spans}
    found = AccountStatement.objects.filter(
        account__in={each.account for each in wanted}, day__range=(min(days), max(days))
    )
    rows = found.values_list("account", "number", "day", "old_cents", "new_cents", "first_day")
    return [Span((account, number, day, old, new), first) for account, number, day, old, new, first in rows]


def _last_statements(statements: Iterable[BankStatement]) -> list[AccountStatement]:
    """The latest four hundred statements of these accounts up to the last day in the file, oldest first."""
    wanted = list(statements)
    found = AccountStatement.objects.filter(
        account__in={each.account for each in wanted}, day__lte=max(each.day for each in wanted)
    )
    return list(reversed(found.order_by("-day", "-id")[:CLOSINGS_MAX]))
