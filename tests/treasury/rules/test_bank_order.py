"""The order in which statements are read changes nothing: the same movements are kept or wait, and no money is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.portal.demo.bank import Paid, coda
from commonweal.treasury.rules.statements import BankLine, BankStatement, Oddity, read_file
from commonweal.treasury.rules.statements.repeats import (
    COMPARED_MAX,
    Bearing,
    Compared,
    Memory,
    Span,
    fingerprint,
    follows,
    lies_within,
    nearness,
    span_of,
)
from commonweal.treasury.rules.statements.report import Reports
from tests.treasury.bank_files import ACCOUNT, DAY, as_coda

SAME = Paid(50_00, "Jeanne Delvaux", "BE71096123456769", text="mes parts")


def written(
    number: int, old: int, movements: Sequence[Paid], first: date = DAY - timedelta(1), day: date = DAY
) -> bytes:
    """A statement whose movements have one booking day and one reference, whatever statement they stand in."""
    data = coda(ACCOUNT, number, first, day, old, movements)
    lines = data.decode().split("\r\n")
    booked = f"{DAY:%d%m%y}"
    for place, line in enumerate(lines):
        if line.startswith("21"):
            lines[place] = f"{line[:10]}{'REF':21}{line[31:115]}{booked}{line[121:]}"
    return "\r\n".join(lines).encode()


def kept(files: Iterable[tuple[str, bytes]]) -> tuple[Counter[str], list[str]]:
    """What of these files is kept, told by its amount and text, and how each movement that is not the first stands."""
    reports = Reports(ACCOUNT)
    found: Counter[str] = Counter()
    how = []
    for name, data in files:
        for statement in reports.add(name, data)["statements"]:
            for move in statement["movements"]:
                how.append(move["beside_earlier"])
                if move["equals"] is None:
                    found[f"{move['amount_cents']} {move['text']} {move['payer']}"] += 1
    return found, how


def on(days: int) -> date:
    return DAY + timedelta(days)


BACK = Paid(-50_00, "Jeanne Delvaux", "BE71096123456769", text="mes parts")
OTHER = Paid(7_00, "Piet Maes", "BE43068999999501", text="ook")
CASES = {
    "three of one day": (
        [written(12, 0, [SAME]), written(13, 50_00, [SAME]), written(14, 100_00, [SAME])],
        3,
    ),
    "three days": (
        [
            written(12, 0, [SAME], on(-1), on(0)),
            written(13, 50_00, [SAME], on(0), on(1)),
            written(14, 100_00, [SAME], on(1), on(2)),
        ],
        3,
    ),
    "a balance that comes again": (
        [written(12, 0, [SAME]), written(13, 50_00, [BACK]), written(14, 0, [SAME])],
        2,
    ),
    "a balance that comes again, between others": (
        [written(12, 0, [SAME]), written(14, 0, [SAME]), written(19, 7_00, [OTHER])],
        2,
    ),
    "the same once more under the next number": (
        [written(12, 0, [SAME]), written(13, 0, [SAME]), written(19, 7_00, [OTHER])],
        1,
    ),
    "one in between is missing": (
        [written(12, 0, [SAME]), written(14, 900_00, [SAME]), written(9, 7, [OTHER])],
        2,
    ),
    "the one in between bears other money": (
        [written(12, 0, [SAME]), written(13, 50_00, [OTHER]), written(14, 57_00, [SAME])],
        2,
    ),
    "a day within its month": (
        [
            written(99, 0, [SAME, OTHER], on(-20), on(10)),
            written(12, 0, [SAME], on(-1), on(0)),
            written(13, 50_00, [OTHER], on(0), on(1)),
        ],
        1,
    ),
    "a month that bears it once more": (
        [
            written(99, 0, [SAME, SAME], on(-20), on(10)),
            written(12, 0, [SAME], on(-1), on(0)),
            written(14, 900_00, [OTHER], on(3), on(4)),
        ],
        2,
    ),
    "the last day of a month": (
        [
            written(99, 0, [OTHER, SAME], on(-20), on(0)),
            written(12, 7_00, [SAME], on(-1), on(0)),
            written(11, 0, [OTHER], on(-2), on(-1)),
        ],
        1,
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_whatever_the_order_the_same_movements_are_kept_or_wait(name: str) -> None:
    files, times = CASES[name]
    named = [(str(place), data) for place, data in enumerate(files)]
    found = {tuple(sorted(kept(order)[0].items())) for order in permutations(named)}
    assert len(found) == 1
    ((counts),) = found
    assert dict(counts)["5000 mes parts Jeanne Delvaux"] == times
    for order in permutations(named):
        _counts, how = kept(order)
        assert how.count("repeated") <= times - 1
        again, how = kept([*order, *order])
        assert tuple(sorted(again.items())) in found
        assert set(how[len(how) // 2 :]) == {"equals"}, "what is read a second time is not kept again"


# ---- any statements


def line(mark: int) -> BankLine:
    return BankLine(1, (mark + 1) * 10_00, DAY, "REF", "", f"Payer {mark}", "", "")


@st.composite
def statements(draw: st.DrawFn) -> list[BankStatement]:
    """Up to four statements of few days and balances, so that they meet: days, months, the same day twice, gaps."""
    made: dict[tuple[object, ...], BankStatement] = {}
    for number in range(draw(st.integers(1, 4))):
        lines = tuple(line(each) for each in draw(st.lists(st.integers(0, 1), max_size=3)))
        old = draw(st.sampled_from([0, 10_00, 20_00, 30_00]))
        day = draw(st.integers(0, 4))
        first = draw(st.one_of(st.none(), st.integers(day - 6, day)))
        statement = BankStatement(
            ACCOUNT,
            f"2026-{number:03d}",
            on(day),
            old,
            old + sum(each.amount_cents for each in lines),
            lines,
            None if first is None else on(first),
        )
        made[number, day] = statement
    return list(made.values())


def read(order: Iterable[BankStatement]) -> tuple[Counter[str], list[Compared[str]]]:
    memory = Memory[str]()
    found: list[Compared[str]] = []
    for each in order:
        rows = memory.compared(each)
        memory.add(each, rows, lambda row: f"{row.fingerprint}{row.occurrence}")
        found += rows
    return Counter(row.fingerprint for row in found if row.equals is None), found


@given(statements())
def test_any_statements_in_any_order_keep_the_same(given_: list[BankStatement]) -> None:
    orders = list(permutations(given_))
    counts, _rows = read(orders[0])
    for order in orders:
        again, rows = read(order)
        assert again == counts
        new = [row for row in rows if row.equals is None]
        assert len({(row.fingerprint, row.occurrence) for row in new}) == len(new)
        assert all(row.occurrence <= counts[row.fingerprint] for row in rows)
        for row in rows:
            if row.equals is not None:
                assert row.equals == f"{row.fingerprint}{row.occurrence}"
    for one in given_:
        bears = Counter(read([one])[0])
        assert all(counts[mark] >= times for mark, times in bears.items()), (
            "never less than one of them bears"
        )


@given(statements())
def test_what_goes_on_where_another_ends_is_new_money(given_: list[BankStatement]) -> None:
    for one in given_:
        for other in given_:
            if one is not other and follows(span_of(one), span_of(other)):
                counts, rows = read([other, one])
                assert sum(counts.values()) == len(one.lines) + len(other.lines)
                assert len(rows) == len(one.lines) + len(other.lines)


def test_what_equals_an_earlier_movement_waits_and_only_the_first_does_not() -> None:
    one = BankStatement(ACCOUNT, "1", DAY, 0, 10_00, (line(0),), on(-1))
    other = BankStatement(ACCOUNT, "2", DAY, 10_00, 20_00, (line(0),), on(-1))
    for order in ((one, other), (other, one)):
        _counts, (first, second) = read(order)
        assert (first.line.odd, [each.code for each in second.line.odd]) == ((), [Oddity.REPEATED])
        assert (first.occurrence, second.occurrence) == (1, 2)


def test_what_was_kept_before_is_remembered_with_its_occurrence() -> None:
    one = BankStatement(ACCOUNT, "1", DAY, 0, 20_00, (line(0), line(0)), on(-1))
    mark = fingerprint(ACCOUNT, line(0))
    kept_before = {mark: [Bearing(span_of(one), 2, ((1, "first"), (2, "second")))]}
    memory = Memory(kept_before, [span_of(one)])
    assert [(row.equals, row.occurrence) for row in memory.compared(one)] == [("first", 1), ("second", 2)]
    other = BankStatement(ACCOUNT, "2", DAY, 20_00, 30_00, (line(0),), on(-1))
    (row,) = memory.compared(other)
    assert (row.equals, row.occurrence) == (None, 3)


def test_nothing_lies_within_another_account_or_within_what_does_not_say_when_it_began() -> None:
    month = Span((ACCOUNT, "9", on(10), 0, 100), on(-20))
    day = Span((ACCOUNT, "1", on(0), 5, 6), on(-1))
    assert lies_within(day, month)
    assert not lies_within(month, day)
    assert not lies_within(Span(("other", *day.key[1:]), day.first), month)
    assert not lies_within(day, Span(month.key, None))


def test_more_statements_than_anybody_compares_all_count() -> None:
    given_ = [
        BankStatement(ACCOUNT, str(each), on(30), each, each + 10_00, (line(0),), on(-each))
        for each in range(COMPARED_MAX + 2)
    ]
    counts, _rows = read(given_)
    assert sum(counts.values()) == len(given_)


# ---- one account, its statements cut anywhere


MONDAY = on(3)


def moved(cents: int, day: date, text: str = "mes parts") -> BankLine:
    return BankLine(1, cents, day, "", "BE71096123456769", "Jeanne Delvaux", "", text)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_balance_that_comes_again_on_one_day_loses_no_payment(order: tuple[int, ...]) -> None:
    jeanne = moved(100_00, MONDAY)
    given_ = [
        BankStatement(ACCOUNT, "2026-001", MONDAY, 0, 150_00, (moved(50_00, DAY, "x"), jeanne), DAY),
        BankStatement(ACCOUNT, "2026-002", MONDAY, 150_00, 50_00, (moved(-100_00, MONDAY, "y"),), MONDAY),
        BankStatement(ACCOUNT, "2026-003", MONDAY, 50_00, 150_00, (jeanne,), MONDAY),
    ]
    _counts, rows = read(given_[place] for place in order)
    assert sum(row.line.amount_cents for row in rows if row.equals is None) == 150_00


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[BankLine], list[tuple[BankStatement, range]]]:
    """What moved on an account, and statements of it: one series cut anywhere, one of whole days that may name and word the
    movements otherwise; read in any order, not all of them, one maybe twice."""
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from([100_00, -100_00, 50_00])), min_size=3, max_size=8
        )
    )
    lines, at = [], 0
    for days, cents in steps:
        at += days
        lines.append(moved(cents, on(at)))
    ends = [n for n in range(1, len(lines)) if lines[n].booked_on != lines[n - 1].booked_on]
    anywhere = draw(st.sets(st.sampled_from(range(1, len(lines)))))
    whole = draw(st.sets(st.sampled_from(ends))) if ends else set[int]()
    other = draw(st.sampled_from(["mes parts", "MES PARTS 2"]))
    cut = [
        *cut_into("2026-", lines, sorted(anywhere), "mes parts"),
        *cut_into("W", lines, sorted(whole), other),
    ]
    chosen = draw(st.lists(st.sampled_from(cut), min_size=1, unique_by=lambda each: each[0].number))
    return lines, [*chosen, *chosen[: draw(st.integers(0, 1))]]


def cut_into(
    series: str, lines: list[BankLine], cuts: list[int], text: str
) -> Iterable[tuple[BankStatement, range]]:
    first = lines[0].booked_on - timedelta(1)
    edges = [0, *cuts, len(lines)]
    for number, (start, end) in enumerate(pairwise(edges), start=1):
        old, new = (sum(each.amount_cents for each in lines[:place]) for place in (start, end))
        held = tuple(replace(each, text=text) for each in lines[start:end])
        day = held[-1].booked_on
        yield BankStatement(ACCOUNT, f"{series}{number:03d}", day, old, new, held, first), range(start, end)
        first = day


@given(accounts())
def test_statements_cut_anywhere_lose_nothing_and_book_nothing_twice(
    given_: tuple[list[BankLine], list[tuple[BankStatement, range]]],
) -> None:
    lines, statements_ = given_
    _counts, rows = read(each for each, _places in statements_)
    new = [row for row in rows if row.equals is None]
    there = {place for _each, places in statements_ for place in places}
    real = Counter((lines[place].booked_on, lines[place].amount_cents) for place in there)
    all_kept = Counter((row.line.booked_on, row.line.amount_cents) for row in new)
    by_itself = Counter(
        (row.line.booked_on, row.line.amount_cents)
        for row in new
        if not row.line.odd and row.line.amount_cents > 0
    )
    assert not real - all_kept, "no money is lost"
    assert not by_itself - real, "and none counts twice without a person"


def test_statements_of_one_series_that_follow_on_each_other_wait_for_nobody() -> None:
    """Several a day, each with a payment of the same amount by somebody else."""
    given_ = [
        BankStatement(
            ACCOUNT,
            f"2026-{n:03d}",
            DAY,
            n * 50_00,
            n * 50_00 + 50_00,
            (moved(50_00, DAY, f"p{n}"),),
            on(-1 if n == 1 else 0),
        )
        for n in range(1, 5)
    ]
    assert not any(row.line.odd for row in read(given_)[1])
    # One that is missing breaks the series; the same money may be in what was read.
    _counts, rows = read([given_[0], given_[2]])
    assert [[each.code for each in row.line.odd] for row in rows] == [[], [Oddity.OVERLAPS]]


def test_money_of_a_day_and_amount_kept_before_waits_unless_one_statement_leads_to_the_other() -> None:
    before = BankStatement(ACCOUNT, "1", DAY, 0, 50_00, (moved(50_00, DAY, "a"),), on(-1))
    alike = {(ACCOUNT, DAY, 50_00): {span_of(before)}}
    memory = Memory[str](read=[span_of(before)], alike=alike)
    month = BankStatement(ACCOUNT, "M", on(3), 0, 50_00, (moved(50_00, DAY, "b"),), on(-9))
    following = BankStatement(ACCOUNT, "2", DAY, 50_00, 100_00, (moved(50_00, DAY, "b"),), DAY)
    (shown,), (new,) = memory.compared(month), memory.compared(following)
    assert [each.code for each in shown.line.odd] == [Oddity.OVERLAPS]
    assert new.line.odd == ()


def test_money_kept_from_another_statement_some_days_before_waits() -> None:
    (statement,) = read_file(as_coda([SAME]), ACCOUNT).statements
    (line,) = statement.lines
    before = line.booked_on - timedelta(days=2)
    other = Span((ACCOUNT, "099", before, 0, 50_00), None)
    memory: Memory[str] = Memory(read=[other], near={nearness(ACCOUNT, line): {(before, other)}})
    (found,) = memory.compared(statement)
    assert [(each.code, each.detail) for each in found.line.odd] == [(Oddity.NEAR, before.isoformat())]
    assert Memory[str]().compared(statement)[0].line.odd == ()
