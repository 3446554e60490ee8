"""One odd field never ends a file: it stands beside its movement, or, where money cannot be told, refuses its statement."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from commonweal.portal.demo.bank import Paid
from commonweal.treasury.rules.matching import Verdict, verdict
from commonweal.treasury.rules.statements import BankLine, Odd, Oddity, Reading, Unreadable, read_file
from commonweal.treasury.rules.statements.kept import plain_reading
from commonweal.treasury.rules.statements.report import Reports, as_text
from tests.examples_count import WHOLE
from tests.treasury.bank_files import ACCOUNT, MOVEMENTS, PAYER, as_camt, as_coda

CASES = Path(__file__).parent.parent / "cases"
CAMT = (CASES / "camt-amount-leading-zeros.xml").read_bytes()
CODA = (CASES / "coda-trailer-says-another-file-follows.cod").read_bytes()
SHARES, JEANNE = "310000014739", "JEANNE DELVAUX"
OTHER_ACCOUNT = b"BE43068999999501"
FIVE = (500_00, JEANNE, SHARES)


def seen(reading: Reading) -> list[list[tuple[int, str, str]]]:
    return [
        [(line.amount_cents, line.payer_name, line.communication) for line in each.lines]
        for each in reading.statements
    ]


def only(data: bytes) -> BankLine:
    reading = read_file(data, ACCOUNT)
    assert not reading.refused
    ((line,),) = [each.lines for each in reading.statements]
    return line


def odd(line: BankLine) -> list[str]:
    return [each.code.value for each in line.odd]


# ---- CODA


def total(*details: tuple[str, int], kind: str = "1") -> bytes:
    """A CODA file with a total of 500.00 and details of a type and so many thousandths."""
    lines = CODA.decode().split("\r\n")
    head = lines[2].replace("00150000", f"{kind}0150000").replace("1101310000014739", "0" + " " * 15)
    body = [lines[1], head]
    for place, (type_, thousandths) in enumerate(details, start=1):
        part = f"210001{place:04d}" + lines[2][10:].replace("00150000", f"{type_}0150000", 1)
        body += [
            part.replace("0000000000500000", f"0{thousandths:015d}"),
            f"230001{place:04d}" + lines[4][10:],
        ]
    body.append(lines[5])
    return "\r\n".join([lines[0], *body, lines[6].replace("000005", f"{len(body):06d}", 1), ""]).encode()


@pytest.mark.parametrize(
    ("details", "amounts", "codes"),
    [
        ((("5", 250_005), ("5", 249_995)), [500_00], ["parts", "unsplit"]),
        ((("5", 300_000), ("5", 200_010)), [500_00], ["parts", "unsplit"]),
        ((("2", 300_000), ("6", 100_000), ("6", 200_000), ("5", 200_000)), [100_00, 200_00, 200_00], []),
        ((("2", 300_000), ("5", 200_000)), [300_00, 200_00], ["unsplit"]),
        ((("2", 300_000), ("6", 100_000), ("6", 100_000), ("5", 200_000)), [500_00], ["parts", "unsplit"]),
        ((), [500_00], ["unsplit"]),
        ((("5", 0),), [500_00], []),
    ],
    ids=[
        "thousandths",
        "sum",
        "nested",
        "nested without its own",
        "nested that does not hold",
        "none",
        "one",
    ],
)
def test_details_of_coda_split_a_total_only_where_they_give_it(
    details: tuple[tuple[str, int], ...], amounts: list[int], codes: list[str]
) -> None:
    (statement,) = read_file(total(*details), ACCOUNT).statements
    assert [line.amount_cents for line in statement.lines] == amounts
    assert odd(statement.lines[0]) == codes
    if "unsplit" in codes and len(amounts) == 1:
        assert statement.lines[0].communication == ""
    elif not codes:
        assert {line.communication for line in statement.lines} == {SHARES}


def test_a_payment_file_of_ours_that_comes_back_as_one_total_is_not_odd() -> None:
    debit = total().replace(b"0000000000500000", b"1000000000500000", 1)
    debit = debit.replace(b"0000000001500000", b"0000000000500000").replace(
        b"000000000000000000000000500000", b"000000000500000000000000000000"
    )
    assert (only(debit).amount_cents, only(debit).odd) == (-500_00, ())


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        (b"0015000011013", b"0015000071013", "7"),
        (b"0015000011013", b"00150000x1013", "x"),
        (b"20112600150000", b"20112640150000", "40150000"),
        (b"20112600150000", b"201126AB150000", "AB150000"),
        (b"1000000000", b"10000A0000", "0001000A"),
    ],
)
def test_a_field_the_standard_does_not_know_stands_beside_its_movement(
    old: bytes, new: bytes, detail: str
) -> None:
    data = CODA
    if detail == "0001000A":
        # A number that only points.
        data = re.sub(rb"(?m)^(2[123])00010000", rb"\g<1>0001000A", CODA)
    else:
        assert old in data
        data = data.replace(old, new)
    line = only(data)
    assert line.amount_cents == 500_00
    assert Odd(Oddity.OTHER, detail) in line.odd
    if b"1013" not in new:
        assert line.communication == SHARES


def test_information_about_another_movement_changes_nothing() -> None:
    lines = CODA.decode().split("\r\n")
    lost = f"3100090001{'':21}00150000{'0':1}{'x':73}{'':12}0 0"
    data = "\r\n".join([*lines[:5], lost, lines[5], lines[6].replace("000005", "000006", 1), ""]).encode()
    line = only(data)
    assert (line.amount_cents, line.payer_name, line.communication, line.odd) == (*FIVE, ())


def test_a_record_nobody_knows_and_one_that_fits_nowhere_let_the_movement_wait() -> None:
    lines = CODA.decode().split("\r\n")
    end = lines[6].replace("000005", "000006", 1)
    for record in (f"340001{'':122}", f"{'7xyz':128}", f"230007{lines[4][6:]}", f"320001{'':119}Z 0"):
        data = "\r\n".join([*lines[:5], record, lines[5], end, ""]).encode()
        line = only(data)
        assert (line.amount_cents, line.communication, odd(line)) == (500_00, SHARES, ["other"]), record


NAME = "Zoé Ångström-Élan"


def filled(data: bytes, *, by_bytes: bool) -> bytes:
    """A CODA file in UTF-8 whose records are filled to 128 bytes, or to 128 characters."""
    text = data.decode("windows-1252")
    if not by_bytes:
        return text.encode()
    lines = []
    for line in text.split("\r\n"):
        name = line[47:82].rstrip()
        lines.append(
            line if line.isascii() else f"{line[:47]}{name}{' ' * (35 - len(name.encode()))}{line[82:]}"
        )
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("by_bytes", [True, False])
@pytest.mark.parametrize(
    "change", [bytes, lambda data: data.replace(b"\r\n", b"")], ids=["lines", "one line"]
)
def test_coda_in_utf_8_is_read_whether_its_bank_counts_bytes_or_characters(
    by_bytes: bool, change: Callable[[bytes], bytes]
) -> None:
    written = as_coda((Paid(500_00, NAME, PAYER, communication="010806817183"), *MOVEMENTS[1:]))
    (statement,) = read_file(change(filled(written, by_bytes=by_bytes)), ACCOUNT).statements
    first = statement.lines[0]
    assert (first.payer_name, first.payer_iban, first.communication) == (NAME, PAYER, "010806817183")
    assert not any(line.odd for line in statement.lines)
    assert len(statement.lines) == len(MOVEMENTS)


def test_a_name_cut_amid_a_letter_leaves_all_places_where_they_are() -> None:
    text = as_coda((Paid(500_00, "Jeanne", PAYER, text="Loyer"),)).decode()
    name = ("Noël " * 12).encode()[:35]
    assert len(name) == 35
    name = name[:-1] + b"\xc3"
    data = text.encode().replace(b"Jeanne" + b" " * 29, name)
    line = only(data)
    assert (line.payer_iban, line.text, line.payer_name.count("Noël")) == (PAYER, "Loyer", 5)
    assert line.odd == ()


def texts_of(value: object) -> list[str]:
    """Every text within plain values."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in texts_of(each)]
    return [value] if isinstance(value, str) else []


SIGNS = [b"\x00", b"\xff", b"\x1b"]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_that_is_none_is_kept_in_no_text_wherever_it_stands(sign: bytes) -> None:
    # A letter with an accent makes the text UTF-8, in which the broken byte is one.
    data = CODA.replace(b"JEANNE DELVAUX ", "JEANNE DELVAUÉ".encode()) * 2
    read = 0
    # Every place in `make proof`; else every third, so that the three signs share the places.
    first = 0 if WHOLE else SIGNS.index(sign)
    for place in range(len(CODA) + 1 + first, len(data), 1 if WHOLE else len(SIGNS)):
        if data[place : place + 1] in b"\r\n":
            continue
        try:
            reading = read_file(data[:place] + sign + data[place + 1 :], ACCOUNT)
            texts = texts_of(plain_reading(reading))
            read += 1
        except Unreadable as trouble:
            texts = [trouble.detail]
        bad = [each for each in texts if not each.isprintable()]
        assert not bad, place
    assert read > (300 if WHOLE else 100)


# ---- camt.053


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (b"JEANNE DELVAUX", b"JEANNE\x01DELVAUX", "JEANNE DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE & DELVAUX", "JEANNE & DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE &nbsp; DELVAUX", "JEANNE &nbsp; DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE &#1; DELVAUX", "JEANNE DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE &#xD800; DELVAUX", "JEANNE DELVAUX"),
        (b"JEANNE DELVAUX", b"<![CDATA[JEANNE\x0bDELVAUX]]>", "JEANNE DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE < DELVAUX", "JEANNE < DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE <<DELVAUX", "JEANNE <<DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE <3> DELVAUX", "JEANNE <3> DELVAUX"),
        (b"JEANNE DELVAUX", b"<j@delvaux.example>", "<j@delvaux.example>"),
        (b"JEANNE DELVAUX", b"JEANNE <alias of> DELVAUX", "JEANNE <alias of> DELVAUX"),
        (b"JEANNE DELVAUX", b"JEANNE <- DELVAUX->", "JEANNE <- DELVAUX->"),
    ],
)
def test_a_sign_xml_does_not_allow_is_taken_out_and_its_movement_waits(
    old: bytes, new: bytes, name: str
) -> None:
    line = only(CAMT.replace(old, new))
    assert (line.payer_name, line.communication, odd(line)) == (name, SHARES, ["other"])


@pytest.mark.parametrize(
    "inside",
    [
        b"<![CDATA[JEANNE DELVAUX]]>",
        b"JEANNE<!-- & \x01 </Document> <?xml version='1.0'?> --> DELVAUX",
        b"JEANNE <![CDATA[DELVAUX]]>",
        b"&#74;EANNE &#x44;ELVAUX",
    ],
)
def test_what_xml_allows_is_not_odd_wherever_it_stands(inside: bytes) -> None:
    line = only(CAMT.replace(b"JEANNE DELVAUX", inside))
    assert (line.payer_name, line.odd) == (JEANNE, ())


@pytest.mark.parametrize(
    "cut", [b"</Document>", b"<?xml version='1.0'?>", b"<Document>", b"</Document><?xml ?>"]
)
def test_what_stands_in_cdata_divides_no_file(cut: bytes) -> None:
    said = b"<Ustrd><![CDATA[a " + cut + b" & b]]></Ustrd>"
    data = re.sub(rb"<Strd>.*</Strd>", lambda _found: said, CAMT)
    for times in (1, 2):
        reading = read_file(data * times, ACCOUNT)
        assert [[line.text for line in each.lines] for each in reading.statements] == [
            [f"a {cut.decode()} & b"]
        ] * times
        assert not reading.refused


def test_marks_that_never_end_are_one_step() -> None:
    data = CAMT.replace(b"JEANNE DELVAUX", b"<![CDATA[" * 100_000 + b"&" * 100_000)
    with pytest.raises(Unreadable) as trouble:
        read_file(data, ACCOUNT)
    assert trouble.value.kind == "xml"


@pytest.mark.parametrize("sign", [b"<a=", b"<a ", b"=", b"< ", b"<!"])
def test_tags_that_never_end_are_one_step(sign: bytes) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        read_file(CAMT.replace(b"JEANNE DELVAUX", b"<a " + sign * 200_000), ACCOUNT)
    assert time.process_time() - began < 20


def entry(data: bytes = CAMT) -> bytes:
    return data[data.index(b"<Ntry>") : data.index(b"</Ntry>") + 7]


@pytest.mark.parametrize("amount", [b'<Amt Ccy="EUR">later</Amt>', b'<Amt Ccy="USD">7.00</Amt>', b""])
@pytest.mark.parametrize("summary", [b"500.00", b"507.00", b""])
def test_a_pending_entry_may_have_no_amount_that_can_be_read(amount: bytes, summary: bytes) -> None:
    pending = re.sub(rb"<Amt .*?</Amt>", amount, entry(), count=1).replace(b"BOOK", b"PDNG")
    total_ = b"<TxsSummry><TtlCdtNtries><Sum>" + summary + b"</Sum></TtlCdtNtries></TxsSummry>"
    data = CAMT.replace(entry(), (total_ if summary else b"") + entry() + pending)
    assert seen(read_file(data, ACCOUNT)) == [[FIVE]]


@pytest.mark.parametrize("status", [b"MAYBE", b"book", b"x" * 400])
def test_the_balances_say_whether_an_entry_of_an_unknown_status_is_booked(status: bytes) -> None:
    unknown = entry().replace(b"BOOK", status)
    line = only(CAMT.replace(entry(), unknown))
    assert (line.amount_cents, odd(line)) == (500_00, ["other"])
    assert seen(read_file(CAMT.replace(entry(), entry() + unknown), ACCOUNT)) == [[FIVE]]


def test_a_currency_in_small_letters_is_that_currency() -> None:
    account = CAMT.replace(b"<Ccy>EUR</Ccy>", b"<Ccy>eur</Ccy>")
    assert only(account).odd == ()
    line = only(CAMT.replace(b'Ccy="EUR"', b'Ccy="eur"'))
    assert (line.amount_cents, [(each.code.value, each.detail) for each in line.odd]) == (
        500_00,
        [("other", "eur")],
    )


def dated(opening: str, closing: str) -> bytes:
    text = CAMT.decode()
    days = re.findall(r"<Dt>(<Dt>[^<]*</Dt>)</Dt>", text)
    assert len(days) == 2
    for old, new in zip(days, (opening, closing), strict=True):
        name = "DtTm" if "T" in new else "Dt"
        text = text.replace(f"<Dt>{old}</Dt>", f"<Dt><{name}>{new}</{name}></Dt>", 1)
    return text.encode()


@pytest.mark.parametrize(
    ("opening", "closing", "day"),
    [
        ("2026-11-19T23:30:00Z", "2026-11-20", "2026-11-20"),
        ("2026-11-20T23:30:00Z", "2026-11-20", "2026-11-20"),
        ("2026-11-20T23:30:00Z", "2026-11-20T22:30:00Z", "2026-11-20"),
        ("2026-11-19", "2026-11-20T23:30:00Z", "2026-11-21"),
        ("2026-11-19T24:00:00", "2026-11-20", "2026-11-20"),
    ],
)
def test_a_balance_dated_with_a_moment_near_the_end_of_a_day_refuses_nothing(
    opening: str, closing: str, day: str
) -> None:
    (statement,) = read_file(dated(opening, closing), ACCOUNT).statements
    assert (statement.day.isoformat(), len(statement.lines)) == (day, 1)
    assert statement.lines[0].odd == ()


@pytest.mark.parametrize(
    ("batch", "codes"),
    [
        (b"<Btch><NbOfTxs>3</NbOfTxs></Btch>", ["unsplit"]),
        (b"<Btch><NbOfTxs>many</NbOfTxs></Btch>", ["unsplit"]),
        (b"<Btch><NbOfTxs>" + b"9" * 5_000 + b"</NbOfTxs></Btch>", ["unsplit"]),
        (b"<Btch><NbOfTxs>1</NbOfTxs></Btch>", []),
    ],
)
def test_a_batch_without_its_details_is_unsplit(batch: bytes, codes: list[str]) -> None:
    bare = re.sub(rb"<NtryDtls>.*</NtryDtls>", b"<NtryDtls>" + batch + b"</NtryDtls>", CAMT)
    assert odd(only(bare)) == codes
    one = CAMT.replace(b"<NtryDtls>", b"<NtryDtls>" + batch)
    assert (odd(only(one)), only(one).communication) == (codes, "" if codes else SHARES)


# ---- what is odd never books by itself


@pytest.mark.parametrize("code", list(Oddity))
def test_nothing_odd_is_decided_without_anybody(code: Oddity) -> None:
    for cents in (500_00, -500_00):
        said = verdict(cents, date(2026, 11, 20), "", None, odd=frozenset([code]))
        assert said not in (Verdict.EXACT, Verdict.OUTGOING)


# ---- one statement that cannot be told refuses no other


def statement_of(data: bytes) -> bytes:
    return data[data.index(b"<Stmt>") : data.index(b"</Stmt>") + 7]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (ACCOUNT.encode(), b"", "missing"),
        (b"000000000000500.00", b"500,00", "amount"),
        (b"000000000000500.00", b"501.00", "sums"),
        (b"<CdtDbtInd>CRDT", b"<CdtDbtInd>BOTH", "sign"),
        (b"<Cd>OPBD", b"<Cd>OPAV", "balance"),
    ],
)
def test_one_statement_of_camt_that_does_not_hold_leaves_the_others(
    old: bytes, new: bytes, kind: str
) -> None:
    good, bad = statement_of(CAMT), statement_of(CAMT).replace(old, new)
    assert good != bad
    for both in (good + bad, bad + good):
        reading = read_file(CAMT.replace(good, both), ACCOUNT)
        assert seen(reading) == [[FIVE]]
        assert [each.kind for each in reading.refused] == [kind]
    foreign = good.replace(ACCOUNT.encode(), OTHER_ACCOUNT)
    reading = read_file(CAMT.replace(good, foreign + bad + good), ACCOUNT)
    assert (seen(reading), [each.account.encode() for each in reading.set_aside]) == (
        [[FIVE]],
        [OTHER_ACCOUNT],
    )


def test_a_broken_part_of_several_files_put_together_leaves_the_others() -> None:
    reading = read_file(CAMT[:-40] + b"\n" + CAMT, ACCOUNT)
    assert (seen(reading), [each.kind for each in reading.refused]) == ([[FIVE]], ["xml"])
    empty = CAMT.replace(b"BkToCstmrStmt", b"Other")
    reading = read_file(empty + CAMT, ACCOUNT)
    assert (seen(reading), [each.kind for each in reading.refused]) == ([[FIVE]], ["missing"])
    other = CAMT.replace(b"camt.053", b"camt.054")
    reading = read_file(other + CAMT, ACCOUNT)
    assert (seen(reading), [each.kind for each in reading.refused]) == ([[FIVE]], ["camt.054"])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda data: data.replace(b"0000000000500000", b"00000000005000x0"), "record"),
        (lambda data: data.replace(b"000005000000", b"000006000000"), "count"),
        (lambda data: data.replace(b"0000000001500000", b"0000000001500010"), "sums"),
        (lambda data: b"".join(data.splitlines(True)[:-1]), "end"),
        (lambda data: data[:127] + b"1" + data[128:], "version"),
        (lambda data: data.replace(b"\r\n8", b"\r\n" + b"x" * 140 + b"\r\n8"), "record"),
    ],
)
def test_one_statement_of_coda_that_does_not_hold_leaves_the_others(
    change: Callable[[bytes], bytes], kind: str
) -> None:
    bad = change(CODA)
    assert bad != CODA
    for both in (CODA + bad, bad + CODA):
        reading = read_file(both, ACCOUNT)
        assert seen(reading) == [[FIVE]]
        assert [each.kind for each in reading.refused] == [kind]
    foreign = bad.replace(ACCOUNT.encode(), OTHER_ACCOUNT)
    reading = read_file(foreign + CODA, ACCOUNT)
    assert (seen(reading), reading.refused) == ([[FIVE]], ()), (
        "what is wrong in another account is not ours to hold"
    )
    assert [each.account.encode() for each in reading.set_aside] == [OTHER_ACCOUNT]


def test_a_statement_that_was_not_read_is_told_with_its_line_and_fails_the_command() -> None:
    report = Reports(ACCOUNT).add("x", CODA + CODA.replace(b"000005000000", b"000006000000"))
    assert (report["ok"], len(report["statements"])) == (False, 1)
    assert [(each["kind"], each["line"]) for each in report["refused"]] == [("count", 14)]
    assert any(
        line == "  not read: line 14: the number of records is not the one the bank counted"
        for line in as_text([report])
    )


# ---- communications that stand only in a detail


def test_a_communication_only_in_the_detail_of_a_simple_movement_is_read() -> None:
    lines = CODA.decode().split("\r\n")
    for kind, detail_kind in (("0", "8"), ("3", "8"), ("0", "5")):
        head = lines[2].replace("00150000", f"{kind}0150000").replace("1101310000014739", "0" + " " * 15)
        detail = "2100010001" + lines[2][10:].replace("00150000", f"{detail_kind}0150000")
        named = "2300010001" + lines[4][10:]
        body = [lines[1], head, detail, named, lines[5]]
        line = only("\r\n".join([lines[0], *body, lines[6], ""]).encode())
        assert (line.amount_cents, line.payer_name, line.communication, line.odd) == (*FIVE, ())
    charges = detail.replace("1101310000014739", "0+++310/0000/14739+++")[:128]
    body = [lines[1], head, charges, named, lines[5]]
    assert only("\r\n".join([lines[0], *body, lines[6], ""]).encode()).communication == SHARES


def test_every_account_of_the_bank_files_here_is_the_same_in_both_formats() -> None:
    assert seen(read_file(as_camt(), ACCOUNT)) == seen(read_file(as_coda(), ACCOUNT))
