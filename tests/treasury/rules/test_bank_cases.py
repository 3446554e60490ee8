"""Bank files that failed on an earlier version, with the right outcome of each, and what can be done to a file."""

from __future__ import annotations

import gzip
import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import coda as library
import pytest

from commonweal.portal.demo.bank import Paid
from commonweal.treasury.rules.statements import BankLine, Reading, Unreadable, read_file
from tests.treasury.bank_files import ACCOUNT, MOVEMENTS, as_camt, as_coda

CASES = Path(__file__).parent.parent / "cases"
JEANNE, SHARES = "JEANNE DELVAUX", "310000014739"
FIVE = (500_00, JEANNE, SHARES, ())
TWO = (200_00, JEANNE, "310000014840", ())
ZOE = (600_00, "D'HONDT-LECKA ZOE", "310000001197", ())
# File -> cents, payer, communication and oddities of each movement, statement by statement.
Movement = tuple[int, str, str, tuple[str, ...]]
OUTCOMES: dict[str, list[list[Movement]]] = {
    "camt-amount-leading-zeros.xml": [[FIVE]],
    "camt-batch-details-instructed-amount-only.xml": [[(500_00, "", "", ("unsplit",))]],
    "camt-batch-details-without-amounts.xml": [[(500_00, "", "", ("unsplit",)), TWO]],
    "camt-booked-utc-just-before-midnight.xml": [[FIVE]],
    "camt-foreign-reference-of-twelve-digits.xml": [[(500_00, JEANNE, "", ()), TWO]],
    "camt-month-with-weekend-booking-day-before-opening.xml": [[FIVE, (-8_38, JEANNE, "", ())]],
    "camt-next-day-reversal-of-paid-shares.xml": [
        [(-100_00, "JAN VAN DEN BERG", "310000001197", ("reversal",))]
    ],
    "camt-opening-balance-per-day-twice.xml": [[FIVE]],
    "camt-ultimate-debtor-is-the-member.xml": [[(500_00, "WISE PAYMENTS LTD", SHARES, ())]],
    "coda-account-structure-blank-bpost.cod": [[FIVE]],
    "coda-blank-line-between-statements.cod": [[FIVE], [(10_00, JEANNE, SHARES, ())]],
    "coda-communication-only-in-31-records-ing.cod": [[FIVE]],
    "coda-no-movement-no-record-8.cod": [[]],
    "coda-payer-account-bad-iban.cod": [[(500_00, JEANNE, SHARES, ("payer_account",)), TWO]],
    "coda-payer-foreign-account-looks-like-iban.cod": [[(500_00, JEANNE, SHARES, ("payer_account",)), TWO]],
    "coda-payer-shares-only-van-with-member.cod": [
        [
            (100_00, "JAN VAN DEN BERG", "310000001197", ()),
            (100_00, "O B", "310000001201", ()),
            (100_00, "OUD EMAN", "310000001302", ()),
            (-100_00, "OUD EMAN", "310000001302", ()),
        ]
    ],
    "coda-payment-then-reversal-same-communication.cod": [[FIVE, (-500_00, JEANNE, SHARES, ())]],
    "coda-trailer-says-another-file-follows.cod": [[FIVE]],
    "coda-two-accounts-second-in-usd.cod": [[FIVE]],
    "coda-value-date-000000-unknown.cod": [[FIVE]],
    "trial-c01_empty.cod": [[]],
    "trial-c03_concat.cod": [[], []],
    "trial-c05_bom.cod": [[ZOE]],
    "trial-c06_free.cod": [[ZOE]],
    "trial-c08_foreign.cod": [[ZOE]],
    "trial-c09_first000000.cod": [[ZOE]],
    "trial-c12_reversal.cod": [[ZOE, (-600_00, *ZOE[1:])]],
    "trial-c13_badref.cod": [[(600_00, ZOE[1], "", ("communication",))]],
    "trial-c14_olderday.cod": [[ZOE]],
    "trial-d1_zoe.cod": [[ZOE]],
    "trial-d2_reversal.xml": [
        [
            (250_00, "Bram Claes", "310000000288", ()),
            (-250_00, "Bram Claes", "310000000288", ("reversal",)),
        ]
    ],
    "trial-d3_badref_foreign.xml": [[(50_00, "Hans Muster", "", ("communication",))]],
    "trial-d4_badiban.xml": [[(50_00, "X", "310000001197", ("payer_account",))]],
    "trial-e1_returned_payment.xml": [[(1_75, "La Ruche commune", "", ())]],
    "trial-f1_part_over.cod": [
        [
            (40_00, ZOE[1], "310000001201", ()),
            (90_00, "JAN JANSSENS", "310000001201", ()),
            (100_00, "PIET", "310000001201", ()),
            (100_00, ZOE[1], "310000001201", ()),
        ]
    ],
    "trial-g1_ntryref.xml": [[(200_00, "Heike Brandt", "310000000389", ())]],
    "trial-g2_ntryref.xml": [[(100_00, "Lucas Moreau", "310000000490", ())]],
    "trial-h1_sameseq.xml": [[(1_00, "X", "", ())]],
    "trial-h2_sameseq.xml": [[(500_00, "Amina Haddad", "310000000187", ())]],
    "trial-k11_batch_none.xml": [[(850_00, "", "", ("unsplit",))]],
    "trial-k18_noOPBD.xml": [[ZOE]],
    "trial-k20_dttm.xml": [[ZOE]],
}


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def seen(line: BankLine) -> Movement:
    return (
        line.amount_cents,
        line.payer_name,
        line.communication,
        tuple(each.code.value for each in line.odd),
    )


def movements(reading: Reading) -> list[list[Movement]]:
    return [[seen(line) for line in each.lines] for each in reading.statements]


def only(data: bytes) -> BankLine:
    ((line,),) = [each.lines for each in read_file(data, ACCOUNT).statements]
    return line


def refused(data: bytes, account: str = ACCOUNT) -> Unreadable:
    with pytest.raises(Unreadable) as trouble:
        read_file(data, account)
    assert trouble.value.line >= 1
    return trouble.value


def test_every_case_has_an_outcome() -> None:
    assert {each.name for each in CASES.iterdir()} == {*OUTCOMES, "camt-zipped-by-the-bank.zip"}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_file_that_failed_before_is_read(name: str) -> None:
    reading = read_file(case(name), ACCOUNT)
    assert movements(reading) == OUTCOMES[name]
    for each in reading.statements:
        assert each.account == ACCOUNT
        assert each.old_cents + sum(line.amount_cents for line in each.lines) == each.new_cents


@pytest.mark.parametrize("name", sorted(OUTCOMES))
@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        lambda data: data.rstrip() + b"\n\n\n",
        lambda data: data.rstrip() + b"\x1a",
        lambda data: data.replace(ACCOUNT.encode(), ACCOUNT.lower().encode()),
    ],
    ids=["bom", "lf", "crlf", "blank lines", "end of file mark", "lower case"],
)
def test_what_a_program_does_to_a_file_changes_nothing(name: str, change: Callable[[bytes], bytes]) -> None:
    assert movements(read_file(change(case(name)), ACCOUNT)) == OUTCOMES[name]


@pytest.mark.parametrize("name", [name for name in sorted(OUTCOMES) if name.endswith(".cod")])
def test_blanks_at_the_end_of_coda_lines_and_line_ends_mean_nothing(name: str) -> None:
    lines = case(name).decode("utf-8-sig").split("\r\n")
    longer = "\r\n".join(f"{line}   " for line in lines).encode()
    shorter = "\n".join(line.rstrip() for line in lines).encode()
    without = "".join(lines).encode()
    with_cr = "\r".join(lines).encode()
    for data in (longer, shorter, without, with_cr):
        assert movements(read_file(data, ACCOUNT)) == OUTCOMES[name]


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_files_put_together_are_read_one_after_the_other(name: str) -> None:
    data = case(name)
    for between in (b"", b"\r\n\r\n", b"\xef\xbb\xbf"):
        assert movements(read_file(data + between + data, ACCOUNT)) == OUTCOMES[name] * 2


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "10", "12"])
def test_every_version_of_camt_is_read_with_names_in_either_place(version: str) -> None:
    data = case("camt-amount-leading-zeros.xml").replace(b"001.08", f"001.{version}".encode())
    assert movements(read_file(data, ACCOUNT)) == [[FIVE]]
    older = re.sub(rb"</?Pty>|(?<=<Sts>)<Cd>|</Cd>(?=</Sts>)", b"", data)
    assert movements(read_file(older, ACCOUNT)) == [[FIVE]]


def packed(data: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("a.xml", data)
    return kept.getvalue()


CAMT, CODA = case("camt-amount-leading-zeros.xml"), case("coda-trailer-says-another-file-follows.cod")


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (case("camt-zipped-by-the-bank.zip"), "zip", "this is a ZIP"),
        (packed(CODA), "zip", "take the statement out"),
        (gzip.compress(CAMT), "gzip", "unpack it"),
        (CAMT.decode().encode("utf-16"), "utf16", "this is UTF-16"),
        (CODA.decode().encode("utf-16-le"), "utf16", "save it as UTF-8"),
        (CODA.decode().encode("utf-16-be"), "utf16", "this is UTF-16"),
        (CAMT.decode().encode("utf-32"), "utf32", "this is UTF-32"),
        (b"%PDF-1.7 x", "pdf", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office", "Excel"),
        (b"PK\x03\x04xxxx[Content_Types].xml", "office", "Excel"),
        (b"\x89PNG\r\n", "image", "picture"),
        (b"Date;Amount;Name\n1;2;3\n", "csv", "sheet"),
        (b":20:START\n:25:BE68\n:28C:1/1\n:60F:C261119EUR1000,00\n", "mt940", "MT940"),
        (b'{"a": 1}', "json", "JSON"),
        (b"<!DOCTYPE html><html><body>log in</body></html>", "html", "page of the web"),
        (b"<html/>", "html", "page of the web"),
        (b"hello", "unknown", "CODA or camt.053"),
        (b"", "empty", "empty"),
        (b"\xef\xbb\xbf\r\n ", "empty", "empty"),
        (CAMT.replace(b"camt.053", b"camt.052"), "camt.052", "during the day"),
        (CAMT.replace(b"camt.053", b"camt.054"), "camt.054", "single movements"),
        (CAMT.replace(b"camt.053.001.08", b"pain.001.001.09"), "pain.001", "payment file"),
        (CAMT.replace(b"camt.053.001.08", b"other"), "other_xml", "no camt.053"),
        (CAMT.replace(b"UTF-8", b"x-none"), "encoding", "code page"),
        (CAMT[:-30], "xml", "cut or changed"),
        (CODA.replace(b"EUR", b"USD"), "currency", "another currency"),
        (CODA.replace(ACCOUNT.encode(), b"BE43068999999501"), "other_account", "another account"),
        (b"".join(CODA.splitlines(True)[:-1]), "end", "end of the file"),
        (b"".join(CODA.splitlines(True)[1:]), "order", "beginning of the file"),
        (CODA[:127] + b"1" + CODA[128:], "version", "version 1"),
        (CODA.replace(b"000005000000", b"000006000000"), "count", "number of records"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(data: bytes, kind: str, says: str) -> None:
    trouble = refused(data)
    assert trouble.kind == kind
    assert says in trouble.what


def test_half_a_million_elements_and_entities_are_refused_before_they_cost_anything() -> None:
    start = time.process_time()
    many = CAMT.replace(b"</Stmt>", b"<A/>" * 500_000 + b"</Stmt>")
    assert refused(many).kind == "too_many_elements"
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Document'
    assert refused(CAMT.replace(b"<Document", bomb)).kind == "doctype"
    assert time.process_time() - start < 1


def test_other_code_pages_keep_figures_and_names() -> None:
    text = as_coda((Paid(500_00, "Élise Hérîté", MOVEMENTS[0].iban),)).decode("windows-1252")
    for page in ("cp850", "windows-1252", "utf-8"):
        assert only(text.encode(page)).payer_name == "Élise Hérîté", page
    camt = as_camt((Paid(500_00, "Élise Hérîté", MOVEMENTS[0].iban),)).decode()
    for page in ("iso-8859-1", "iso-8859-15", "windows-1252"):
        declared = camt.replace('encoding="UTF-8"', f'encoding="{page}"').encode(page)
        assert only(declared).payer_name == "Élise Hérîté", page
    assert only(camt.encode("windows-1252")).payer_name == "Élise Hérîté", "also when it says UTF-8"


def test_only_the_part_of_another_account_is_set_aside_and_named() -> None:
    reading = read_file(case("coda-two-accounts-second-in-usd.cod"), ACCOUNT)
    assert [(each.account, each.currency, each.line) for each in reading.set_aside] == [
        ("BE43068999999501", "USD", 9)
    ]
    stmt = CAMT[CAMT.index(b"<Stmt>") : CAMT.index(b"</Stmt>") + 7]
    other = stmt.replace(ACCOUNT.encode(), b"BE43068999999501").replace(b"500.00", b"7.00")
    both = read_file(CAMT.replace(stmt, other + stmt), ACCOUNT)
    assert movements(both) == [[FIVE]]
    assert [each.account for each in both.set_aside] == ["BE43068999999501"], "its sums are not ours to hold"
    foreign = read_file(CAMT.replace(stmt, stmt + stmt.replace(b"EUR", b"CHF")), ACCOUNT)
    assert [(each.account, each.currency) for each in foreign.set_aside] == [(ACCOUNT, "CHF")]


def test_the_bank_says_that_another_file_follows() -> None:
    assert read_file(CODA, ACCOUNT).more_follows
    assert not read_file(case("trial-c05_bom.cod"), ACCOUNT).more_follows


def test_a_moment_counts_by_the_clock_of_brussels() -> None:
    assert only(case("camt-booked-utc-just-before-midnight.xml")).booked_on.isoformat() == "2026-11-20"
    assert only(case("trial-k20_dttm.xml")).booked_on.isoformat() == "2026-12-01"


def test_who_paid_in_the_name_of_whom_is_read() -> None:
    assert only(case("camt-ultimate-debtor-is-the-member.xml")).ultimate_name == JEANNE
    ing = case("coda-communication-only-in-31-records-ing.cod")
    assert "KERKSTRAAT 1 1000 BRUSSEL" in only(ing).text
    ultimate = ing.replace(b"001500001001JEANNE", b"001500001009JEANNE")
    assert only(ultimate).ultimate_name == JEANNE


@pytest.mark.parametrize(
    ("old", "new", "communication", "text"),
    [
        (
            b"<Strd>.*</Strd>",
            b"<Ustrd>mes parts +++310/0000/14</Ustrd><Ustrd>739+++</Ustrd>",
            SHARES,
            "mes parts",
        ),
        (b"<RmtInf>.*</RmtInf>", b"", "", ""),
        (
            b"<RmtInf>(.*)</RmtInf>(.*)</Ntry>",
            rb"\2<AddtlNtryInf>+++310/0000/14739+++</AddtlNtryInf></Ntry>",
            SHARES,
            "+++",
        ),
        (b"<Issr>BBA</Issr>", b"<Issr>CUR</Issr>", "", SHARES),
        (b"<Issr>BBA</Issr>", b"", SHARES, ""),
        (b"<Ref>310000014739", b"<Ref>RF18539007547034", "", "RF18539007547034"),
    ],
)
def test_a_communication_is_found_wherever_banks_put_it(
    old: bytes, new: bytes, communication: str, text: str
) -> None:
    line = only(re.sub(old, new, CAMT))
    assert line.communication == communication
    assert line.text.startswith(text)
    assert line.odd == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Sts><Cd>BOOK</Cd></Sts>", b""),
        (b"<Ccy>EUR</Ccy>", b""),
        (b"<ElctrncSeqNb>012</ElctrncSeqNb>", b""),
        (b"<BookgDt><Dt>2026-11-20</Dt></BookgDt>", b"<ValDt><Dt>2026-11-20</Dt></ValDt>"),
        (b"000000000000500.00", b"500"),
        (b"000000000000500.00", b"+500.00000"),
        (b"<IBAN>BE68539007547034</IBAN>", b"<Othr><Id>BE68 5390 0754 7034</Id></Othr>"),
        (b"<Document xmlns", b"<ns:Document xmlns:ns='x' xmlns"),
        (b"OPBD", b"PRCD"),
        (b"OPBD", b"ITBD"),
        (b"CLBD", b"ITBD"),
        (b"<Stmt>", b"<Stmt><TxsSummry><TtlNtries><NbOfNtries>0001</NbOfNtries></TtlNtries></TxsSummry>"),
    ],
)
def test_what_camt_leaves_to_the_bank_is_read_either_way(old: bytes, new: bytes) -> None:
    assert old in CAMT
    data = CAMT.replace(old, new)
    if b"ns:Document" in new:
        data = re.sub(rb"<(/?)(?!\?|ns:)", rb"<\1ns:", CAMT).replace(b"xmlns=", b"xmlns:ns=")
    assert movements(read_file(data, ACCOUNT)) == [[FIVE]]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b"000000000000500.00", b"-500.00", "amount"),
        (b"000000000000500.00", b"500,00", "amount"),
        (b"000000000000500.00", b"500.005", "amount"),
        (b"000000000000500.00", b"500.10", "sums"),
        (b'<Ntry><Amt Ccy="EUR">', b'<Ntry><Amt Ccy="USD">', "currency"),
        (b"<Cd>OPBD", b"<Cd>OPAV", "balance"),
        (b"<Cd>BOOK", b"<Cd>PDNG", "sums"),
    ],
)
def test_the_accounts_own_figures_must_hold(old: bytes, new: bytes, kind: str) -> None:
    assert old in CAMT
    assert refused(CAMT.replace(old, new)).kind == kind


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        (
            b"12012BE68539007547034                  EUR",
            b"10012539007547034 EUR0BE                  ",
            [FIVE],
        ),
        (b"12012", b"13012", [FIVE]),
        (b"1101310000014739", b"1102310000014739", [FIVE]),
        (b"1101310000014739", b"1102310000014738", [(500_00, JEANNE, "", ("communication",))]),
        (b"1101310000014739", b"1101000000000000", [(500_00, JEANNE, "", ())]),
        (b"1 0\r\n", b"0 0\r\n", [FIVE]),
        (b"0001", b"0009", [FIVE]),
        (b"BE39001112223319    ", b"BE39 0011 1222 3319 ", [FIVE]),
        (b"20112601201", b"15112601201", [FIVE]),
        (b"20112601201", b"00000001201", [(500_00, JEANNE, SHARES, ("no_day",))]),
        (b"20112600150000", b"20112600199000", [(500_00, JEANNE, SHARES, ("reversal",))]),
        (
            b"KREDBEBB                   1",
            b"KREDBEBB      2AC04        1",
            [(500_00, JEANNE, SHARES, ("return",))],
        ),
    ],
)
def test_what_coda_leaves_to_the_bank_is_read_either_way(
    old: bytes, new: bytes, outcome: list[Movement]
) -> None:
    head, rest = CODA[:130], CODA[130:]
    assert old in rest
    changed = rest.replace(old, new)
    if old == b"0001":
        changed = re.sub(rb"(?m)^(2[123])0001", rb"\g<1>0009", rest)
    assert movements(read_file(head + changed, ACCOUNT)) == [outcome]


def test_a_balance_may_be_below_zero_and_amounts_are_thousandths() -> None:
    below = CODA.replace(b"EUR0000000001000000", b"EUR1000000001000000")
    below = below.replace(b"EUR0000000001500000", b"EUR1000000000500000")
    (statement,) = read_file(below, ACCOUNT).statements
    assert (statement.old_cents, statement.new_cents) == (-1000_00, -500_00)
    parts = CODA.replace(b"0000000000500000", b"0000000000500005").replace(b"1500000", b"1500005")
    assert refused(parts.replace(b"000000500000", b"000000500005")).kind == "amount"


def test_this_reader_agrees_with_the_library_on_what_the_library_reads() -> None:
    sample = Path(library.__file__).parent / "CODA.txt"
    (mine,) = read_file(sample.read_bytes(), "BE47435000000080").statements
    theirs = [
        (int(part.amount * 100), part.entry_date, " ".join((part.counterparty_name or "").split()))
        for move in library.CODA(str(sample)).statements[0].moves
        for part in (move.moves if move.transaction_type in "12" and move.moves else [move])
    ]
    assert [(each.amount_cents, each.booked_on, each.payer_name) for each in mine.lines] == theirs


def total(kind: str, *amounts: int) -> bytes:
    """A CODA file with a total of 500.00 whose details are these amounts, in cents, written as one bank writes them."""
    lines = CODA.decode().split("\r\n")
    head = lines[2].replace("00150000", "10150000").replace("1101310000014739", "0" + " " * 15)
    parts = []
    for place, cents in enumerate(amounts, start=1):
        part = lines[2].replace("21000100", f"210001{place:04d}"[:8]).replace("00150000", f"{kind}0150000")
        part = f"210001{place:04d}" + part[10:]
        parts.append(part.replace("0000000000500000", f"0{cents * 10:015d}"))
        parts.append(f"230001{place:04d}" + lines[4][10:])
    body = [lines[1], head, *parts, lines[5]]
    end = lines[6].replace("000005", f"{len(body):06d}", 1)
    return "\r\n".join([lines[0], *body, end, ""]).encode()


@pytest.mark.parametrize("kind", ["5", "6", "7", "0"])
def test_details_of_a_total_are_payments_of_their_own(kind: str) -> None:
    assert movements(read_file(total(kind, 300_00, 200_00), ACCOUNT)) == [
        [(300_00, JEANNE, SHARES, ()), (200_00, JEANNE, SHARES, ())]
    ]
    (line,) = read_file(total(kind, 300_00, 200_01), ACCOUNT).statements[0].lines
    assert (line.amount_cents, line.communication) == (500_00, "")
    assert [(each.code.value, each.detail) for each in line.odd] == [("parts", "500.010"), ("unsplit", "2")]
    (line,) = read_file(total(kind, 0, 0), ACCOUNT).statements[0].lines
    assert (line.amount_cents, line.communication, [each.code.value for each in line.odd]) == (
        500_00,
        "",
        ["unsplit"],
    )
    assert line.text.count(SHARES) == 2


def test_details_of_a_detail_are_no_payments() -> None:
    assert movements(read_file(total("9", 3_00), ACCOUNT)) == [[(500_00, "", "", ("parts", "unsplit"))]]


def changed(old: str, new: str, count: int = -1) -> bytes:
    text = CODA.decode()
    assert old in text
    return text.replace(old, new, count).encode()


def test_records_that_contradict_each_other_are_named() -> None:
    lines = CODA.decode().split("\r\n")

    def of(*kept: int, records: int) -> bytes:
        chosen = [lines[place] for place in kept]
        chosen[-1] = chosen[-1].replace("000005", f"{records:06d}", 1)
        return "\r\n".join(chosen).encode()

    assert refused(of(0, 2, 1, 3, 4, 5, 6, records=5)).kind == "order"
    assert refused(of(0, 1, 2, 3, 4, 6, records=4)).kind == "balance", "what moved needs a new balance"
    assert refused(of(0, 1, 4, 2, 3, 5, 6, records=5)).kind == "part"
    # The count shows that something is missing, and the records themselves say where.
    blank_part = f"3200010001{'':115}{'':3}"
    text = "\r\n".join([*lines[:2], blank_part, *lines[2:]]).encode()
    assert (refused(text).kind, refused(text).line) == ("part", 3)
    said = lines[4][:127] + "1"
    text = "\r\n".join([*lines[:4], said, lines[5], lines[6].replace("000005", "000006", 1)]).encode()
    assert (refused(text).kind, refused(text).line) == ("part", 6)
    nowhere = changed("0000020112672505", "0000000000072505").replace(b"191126OUR", b"000000OUR")
    assert refused(nowhere.replace(b"1500000201126", b"1500000000000")).kind == "day"
    detail = changed("20112600150000", "20112650150000")
    assert movements(read_file(detail, ACCOUNT)) == [[(500_00, JEANNE, SHARES, ("other",))]], "the sums hold"
    blank = changed(
        "12012BE68539007547034                  EUR", "1 012539007547034 EUR0BE                  "
    )
    assert movements(read_file(blank, ACCOUNT)) == [[FIVE]]


def test_information_without_a_movement_and_direct_debits_are_read() -> None:
    lines = CODA.decode().split("\r\n")
    lost = f"310009{'':4}{'':21}00150000{'0':1}{'x':73}{'':12}0 0".replace("310009    ", "3100090001")
    text = "\r\n".join([*lines[:2], lost, *lines[2:6], lines[6].replace("000005", "000006", 1)])
    assert movements(read_file(text.encode(), ACCOUNT)) == [[FIVE]]
    debit = changed("1101310000014739", "1127000000000000")
    assert only(debit).communication == ""


def test_amounts_in_details_beside_the_amount_booked() -> None:
    single = CAMT.replace(b"<TxDtls>", b'<TxDtls><Amt Ccy="EUR">499.00</Amt>')
    assert [each.code.value for each in only(single).odd] == ["parts"]
    charges = b'<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt></Rcrd></Chrgs>'
    charged = single.replace(b"</TxDtls>", charges + b"</TxDtls>")
    assert only(charged).odd == ()
    for none in (b"<Chrgs/>", charges.replace(b"1.00", b"0.99"), charges.replace(b"EUR", b"USD")):
        assert [each.code.value for each in only(charged.replace(charges, none)).odd] == ["parts"], (
            "charges explain what they are, and no more"
        )
    for amount in (b'<Amt Ccy="EUR">500.00</Amt>', b'<Amt Ccy="USD">540.00</Amt>'):
        assert only(CAMT.replace(b"<TxDtls>", b"<TxDtls>" + amount)).odd == ()
    part = CAMT[CAMT.index(b"<TxDtls>") : CAMT.index(b"</TxDtls>") + 9]
    wrong = part.replace(b"<TxDtls>", b"<TxDtls><AmtDtls><TxAmt><Amt>260.00</Amt></TxAmt></AmtDtls>")
    assert [each.code.value for each in only(CAMT.replace(part, wrong * 2)).odd] == ["unsplit", "parts"]
    half = wrong.replace(b"260.00", b"250.00")
    assert [
        line.amount_cents for line in read_file(CAMT.replace(part, half * 2), ACCOUNT).statements[0].lines
    ] == [250_00] * 2
    charges = b"<Chrgs><TtlChrgsAndTaxAmt>20.00</TtlChrgsAndTaxAmt></Chrgs>"
    for explains, codes in ((charges, ["unsplit"]), (b"<Chrgs/>", ["unsplit", "parts"])):
        assert [each.code.value for each in only(CAMT.replace(part, wrong * 2 + explains)).odd] == codes
    without = CAMT.replace(b"<Issr>BBA</Issr>", b"").replace(b"310000014739", b"310000014738")
    assert (only(without).communication, only(without).odd) == ("", ())
    returned = CAMT.replace(b"<TxDtls>", b"<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    assert ([each.code.value for each in only(returned).odd], only(returned).return_code) == (
        ["return"],
        "AC04",
    )


def test_envelopes_accounts_and_encodings_that_say_something_else() -> None:
    bare = CAMT.split(b"?>", 1)[1]
    envelope = b'<?xml version="1.0"?><Envelope xmlns="urn:x"><AppHdr/>' + bare + bare + b"</Envelope>"
    assert movements(read_file(envelope, ACCOUNT)) == [[FIVE], [FIVE]]
    assert movements(read_file(envelope + envelope, ACCOUNT)) == [[FIVE]] * 4
    assert movements(read_file(bare + CAMT, ACCOUNT)) == [[FIVE], [FIVE]]
    unnamed = CAMT.replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b"")
    assert movements(read_file(unnamed, ACCOUNT)) == [[FIVE]]
    assert refused(unnamed.replace(b"BkToCstmrStmt", b"Other")).kind == "other_xml"
    assert refused(CAMT.replace(f"<IBAN>{ACCOUNT}</IBAN>".encode(), b"")).kind == "missing"
    assert refused(CAMT.replace(b"UTF-8", b"UTF-16")).kind == "utf16"
    assert refused(b"abc\x00def" * 3).kind == "unknown"
