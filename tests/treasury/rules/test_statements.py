"""Bank statements: two formats say the same; what does not hold together is refused with its line; damage never pays."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import coda as library
import pytest

from commonweal.portal.demo.bank import Paid
from commonweal.treasury.rules.statements import FILE_BYTES, BankLine, BankStatement, Unreadable, read_file
from commonweal.treasury.rules.statements.communications import communication_in
from tests.examples_count import WHOLE
from tests.treasury.bank_files import ACCOUNT, DAY, MOVEMENTS, PAYER, as_camt, as_coda, damaged

FORMATS = pytest.mark.parametrize("written", [as_coda, as_camt])
Written = Callable[..., bytes]
# The account of the example that the library brings along.
SAMPLE = "BE47435000000080"
# How many damaged files of each format are read: a thousand in `make proof`.
FILES = 1_000 if WHOLE else 250


def read(data: bytes, account: str = ACCOUNT) -> tuple[BankStatement, ...]:
    return read_file(data, account).statements


def refused(data: bytes, account: str = ACCOUNT) -> Unreadable:
    with pytest.raises(Unreadable) as trouble:
        read_file(data, account)
    assert 1 <= trouble.value.line <= data.count(b"\n") + 1
    return trouble.value


@FORMATS
def test_a_statement_is_read_as_it_was_written(written: Written) -> None:
    (found,) = read(written())
    total = sum(each.cents for each in MOVEMENTS)
    assert (found.account, found.number, found.day) == (ACCOUNT, "2026-012", DAY)
    assert (found.old_cents, found.new_cents) == (1_234_56, 1_234_56 + total)
    first, second, cost, large = found.lines
    assert (first.amount_cents, first.payer_iban, first.payer_name) == (500_00, PAYER, "Jeanne Delvaux")
    assert (first.communication, first.booked_on) == ("010806817183", DAY)
    assert second.communication == "090933755493", "also when it was typed into the free text"
    assert (cost.amount_cents, cost.communication, cost.text) == (-12_35, "", "kosten")
    assert (large.payer_name, large.payer_iban) == ("Élise Fontaine", "NL91ABNA0417164300")
    assert large.text == "sans communication & sans faute"
    assert len({each.reference for each in found.lines}) == 4


def test_both_formats_say_the_same() -> None:
    def told(data: bytes) -> list[tuple[object, ...]]:
        return [
            (each.amount_cents, each.payer_iban, each.payer_name, each.communication, each.reference)
            for each in read(data)[0].lines
        ]

    assert told(as_coda()) == told(as_camt())


def test_the_example_of_the_banks_is_read_whole() -> None:
    data = (Path(library.__file__).parent / "CODA.txt").read_bytes()
    (found,) = read(data, SAMPLE)
    assert (found.account, len(found.lines)) == (SAMPLE, 67)
    assert found.old_cents + sum(each.amount_cents for each in found.lines) == found.new_cents == 9_405_296_99
    parts = [each for each in found.lines if 32 <= each.line <= 42]
    assert [each.payer_name for each in parts] == ["ECONOLER S.A.", "T.P.F. S.A.", "TPF CONSULTING"]


def test_an_empty_statement_and_two_in_one_file_are_read() -> None:
    (empty,) = read(as_coda(()))
    assert (empty.lines, empty.old_cents) == ((), empty.new_cents)
    assert read(as_camt(()))[0].lines == ()
    first = as_coda().removesuffix(b"2\r\n") + b"1\r\n"
    assert [each.number for each in read(first + as_coda(number=13))] == ["2026-012", "2026-013"]


@FORMATS
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (ACCOUNT.encode(), b"BE68539007547035", "account"),
        (ACCOUNT.encode(), b"BE71096123456769", "other_account"),
        (b"EUR", b"USD", "currency"),
    ],
)
def test_what_is_not_of_the_account_is_named_with_its_line(
    written: Written, old: bytes, new: bytes, what: str
) -> None:
    data = written().replace(old, new)
    assert refused(data).kind == what


@FORMATS
@pytest.mark.parametrize(
    ("old", "new", "odd"),
    [
        (PAYER.encode(), b"BE71096123456768", "payer_account"),
        (PAYER.encode(), b"AU12345678901234", "payer_account"),
        (b"010806817183", b"010806817184", "communication"),
    ],
)
def test_an_odd_number_of_a_stranger_stands_beside_the_movement_and_refuses_nothing(
    written: Written, old: bytes, new: bytes, odd: str
) -> None:
    (found,) = read(written().replace(old, new))
    first, *rest = found.lines
    assert [(each.code.value, each.detail) for each in first.odd] == [(odd, new.decode())]
    assert (first.payer_iban, first.communication).count("") == 1
    assert not any(each.odd for each in rest)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("500.00", "500.10"),
        ("<CdtDbtInd>DBIT", "<CdtDbtInd>CRDT"),
        ("<CdtDbtInd>DBIT", "<CdtDbtInd>BOTH"),
        ("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>"),
        ("500.00", "500.001"),
        ("500.00", "5e2"),
        ("500.00", "٥٠٠"),
        ("2026-11-19</Dt></Dt></Bal>", "2026-12-19</Dt></Dt></Bal>"),
        ("<NbOfNtries>4", "<NbOfNtries>5"),
        ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>"),
        ("<Cd>OPBD</Cd>", "<Cd>CLBD</Cd>"),
        ("camt.053.001.08", "camt.054.001.08"),
        ("<Acct>", "<Acct><Id><IBAN>BE68539007547034</IBAN></Id></Acct><Acct>"),
    ],
)
def test_camt_that_says_something_else_is_refused(old: str, new: str) -> None:
    data = as_camt()
    assert old.encode() in data
    refused(data.replace(old.encode(), new.encode(), 1))


@pytest.mark.parametrize(
    ("day", "booked", "odd"),
    [
        ("2026-11-31", "2026-11-20", ["no_day"]),
        ("", "2026-11-20", ["no_day"]),
        ("2026-11-22", "2026-11-22", ["day"]),
        ("1026-11-20", "1026-11-20", ["day"]),
        ("2026-11-21", "2026-11-21", []),
        ("2026-10-31", "2026-10-31", []),
    ],
)
def test_a_booking_day_outside_the_statement_lets_its_movement_wait_but_a_weekend_does_not(
    day: str, booked: str, odd: list[str]
) -> None:
    wrong = as_camt().replace(b"2026-11-20</Dt></BookgDt>", f"{day}</Dt></BookgDt>".encode(), 1)
    line = read(wrong)[0].lines[0]
    assert (line.booked_on.isoformat(), [each.code.value for each in line.odd]) == (booked, odd)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0000000000500000", "0000000000500010"),
        ("1000000000012350", "0000000000012350"),
    ],
)
def test_coda_that_says_something_else_is_refused(old: str, new: str) -> None:
    data = as_coda()
    assert old.encode() in data
    refused(data.replace(old.encode(), new.encode(), 1))


def test_parts_of_a_collected_payment_come_one_by_one() -> None:
    part = '<TxDtls><Refs><AcctSvcrRef>{0}</AcctSvcrRef></Refs><Amt Ccy="EUR">{1}.00</Amt></TxDtls>'
    data = as_camt((Paid(500_00, "Jeanne", PAYER),)).decode()
    start, end = data.index("<TxDtls>"), data.index("</TxDtls>") + len("</TxDtls>")
    both = data[:start] + part.format("A", 300) + part.format("B", 200) + data[end:]
    assert [(each.reference, each.amount_cents) for each in read(both.encode())[0].lines] == [
        ("A", 300_00),
        ("B", 200_00),
    ]
    (line,) = read(both.replace("200.00", "201.00").encode())[0].lines
    assert (line.amount_cents, [each.code.value for each in line.odd]) == (500_00, ["unsplit", "parts"])


def test_entities_depth_and_size_are_refused_before_they_cost_anything() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n'
    data = as_camt()
    head, _sep, rest = data.partition(b"\n")
    assert "document type" in refused(head + b"\n" + bomb + rest).what
    outside = b'<!DOCTYPE x SYSTEM "file:///etc/passwd">\n'
    assert "document type" in refused(head + b"\n" + outside + rest).what
    deep = data.replace(b"<Stmt>", b"<Stmt>" + b"<A>" * 60, 1)
    assert "too deep" in refused(deep).what
    assert "too large" in refused(b"0" * (FILE_BYTES + 1)).what
    for nothing in (b"", b"\r\n \n", b"<", b"%PDF-1.7 \x00\x01", b"PK\x03\x04" * 40):
        refused(nothing)


def test_a_communication_in_a_free_text_is_found_only_when_it_is_the_only_one() -> None:
    assert communication_in("merci 010/8068/17183") == "010806817183"
    assert communication_in("***010/8068/17183***") == "010806817183"
    assert communication_in("tel 010806817183") == "010806817183"
    assert communication_in("010806817183 en 090933755493") == ""
    assert communication_in("010806817184, 12345") == ""


def guarded(found: tuple[BankStatement, ...]) -> list[tuple[object, ...]]:
    """What a file protects by a sum, a check digit or a second place: money, accounts, and how many movements."""
    return [
        (each.account, each.old_cents, each.new_cents, tuple(line.amount_cents for line in each.lines))
        for each in found
    ]


def ways(found: tuple[BankStatement, ...]) -> list[tuple[str, str]]:
    """For each movement where it would be booked and from whom."""
    return [(line.communication, line.payer_iban) for each in found for line in each.lines]


@FORMATS
def test_damaged_files_are_refused_or_say_the_same_of_money(written: Written) -> None:
    # Names, free texts and days carry no check of their own, in either format; what pays does.
    whole, dice, counts = written(), random.Random(20261125), {"refused": 0, "same": 0}
    expected = read(whole)
    for _each in range(FILES):
        data = damaged(whole, dice)
        try:
            found = read(data)
        except Unreadable as trouble:
            counts["refused"] += 1 <= trouble.line <= data.count(b"\n") + 1
            continue
        assert guarded(found) == guarded(expected), data
        # What is not readable any more may be missing; it never becomes somebody else's.
        for (said, payer), (was_said, was_payer) in zip(ways(found), ways(expected), strict=True):
            assert said in (was_said, ""), data
            assert payer in (was_payer, ""), data
        counts["same"] += 1
    assert counts["same"] > FILES // 20, counts
    assert sum(counts.values()) == FILES, "each refusal named a line of the file"


def test_an_account_written_the_old_way_is_held_to_its_own_digits() -> None:
    def payer(digits: str) -> BankLine:
        (found,) = read(as_coda((Paid(500_00, "Jeanne", digits),)))
        return found.lines[0]

    assert payer("096123456769").payer_iban == PAYER
    assert (payer("000000000000").payer_iban, payer("000000000000").other_account) == ("", "")
    nobody = payer("539007547034")
    assert (nobody.payer_iban, nobody.other_account) == ("", "539007547034"), "no bank has this number today"
    wrong = payer("096123456768")
    assert [each.code.value for each in wrong.odd] == ["payer_account"]
    assert refused(as_coda().replace(ACCOUNT.encode(), b" " * len(ACCOUNT))).kind == "account"


def test_parts_and_cents_of_coda_must_hold_too() -> None:
    data = (Path(library.__file__).parent / "CODA.txt").read_bytes()
    part = b"1000000004000000061206501130000"
    assert data.count(part) == 1
    (found,) = read(data.replace(part, part.replace(b"4000000", b"4000010")), SAMPLE)
    assert found.new_cents == 9_405_296_99
    assert [[each.code.value for each in line.odd] for line in found.lines if line.line == 30] == [
        ["parts", "unsplit"]
    ]
    cents = as_coda((Paid(500_00),)).replace(b"000000000500000", b"000000000500001")
    cents = cents.replace(b"1734560", b"1734561")
    assert "parts of a cent" in refused(cents).what


def test_camt_of_another_kind_or_without_a_statement_is_refused_and_foreign_references_are_left() -> None:
    data = as_camt()
    other = data.replace(b"<Document", b"<Other").replace(b"</Document", b"</Other")
    for wrong in (b"<Document/>", other):
        assert "no camt.053" in refused(wrong).what
    start, end = data.index(b"<Stmt>"), data.index(b"</Stmt>") + len(b"</Stmt>")
    assert "no statement" in refused(data[:start] + data[end:]).what
    (found,) = read(data.replace(b"<Ref>010806817183</Ref>", b"<Ref>RF18539007547034</Ref>"))
    assert found.lines[0].communication == ""
