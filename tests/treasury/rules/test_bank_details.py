"""What the details of a movement say beside it: signs, amounts, several communications, days nobody lives in, and how many
there may be."""

from __future__ import annotations

import re
from datetime import date
from typing import SupportsIndex

import pytest

from commonweal.treasury.rules.statements import BankLine, Unreadable, camt_tree, facts, read_file
from commonweal.treasury.rules.statements.repeats import Span, lies_within
from tests.treasury.bank_files import ACCOUNT
from tests.treasury.rules.test_bank_oddities import CAMT, CODA, SHARES, odd, only, total

OTHER = "090933755493"
# One more of the series of ours.
OURS = "310000015244"
PART = CAMT[CAMT.index(b"<TxDtls>") : CAMT.index(b"</TxDtls>") + 9]
STRUCTURED = CAMT[CAMT.index(b"<Strd>") : CAMT.index(b"</Strd>") + 7]


def part(cents: int, sign: str = "", more: str = "") -> bytes:
    """The part of the example with an amount, a sign and more before all else."""
    amount = f'<Amt Ccy="EUR">{cents // 100}.{cents % 100:02d}</Amt>' if cents else ""
    told = f"<CdtDbtInd>{sign}</CdtDbtInd>" if sign else ""
    return PART.replace(b"<TxDtls>", f"<TxDtls>{amount}{told}{more}".encode())


def with_parts(*parts: bytes) -> bytes:
    return CAMT.replace(PART, b"".join(parts))


def lines(data: bytes) -> list[BankLine]:
    (statement,) = read_file(data, ACCOUNT).statements
    return list(statement.lines)


def tx_amount(text: str, currency: str = "EUR") -> str:
    return f'<AmtDtls><TxAmt><Amt Ccy="{currency}">{text}</Amt></TxAmt></AmtDtls>'


# ---- signs


@pytest.mark.parametrize("cents", [500_00, 0])
def test_a_part_that_goes_in_an_entry_that_comes_waits(cents: int) -> None:
    line = only(with_parts(part(cents, "DBIT")))
    assert (line.amount_cents, odd(line)) == (500_00, ["sign"])
    assert odd(only(with_parts(part(cents, "CRDT")))) == []
    assert odd(only(with_parts(part(cents, "BOTH")))) == ["other"]


def test_parts_of_both_signs_that_give_the_amount_are_told_apart_and_all_wait() -> None:
    came, went = lines(with_parts(part(600_00, "CRDT"), part(100_00, "DBIT")))
    assert [(each.amount_cents, sorted(odd(each))) for each in (came, went)] == [
        (600_00, ["parts"]),
        (-100_00, ["parts", "sign"]),
    ]
    (whole,) = lines(with_parts(part(400_00, "CRDT"), part(100_00, "DBIT")))
    assert (whole.amount_cents, odd(whole), whole.communication) == (500_00, ["unsplit", "parts"], "")


def test_a_part_of_coda_that_goes_in_a_total_that_comes_waits() -> None:
    data = total(("5", 600_000), ("5", 100_000)).decode().split("\r\n")
    # The sign stands before the amount: the second part goes.
    data[5] = data[5][:31] + "1" + data[5][32:]
    came, went = lines("\r\n".join(data).encode())
    assert [(each.amount_cents, sorted(odd(each))) for each in (came, went)] == [
        (600_00, ["parts"]),
        (-100_00, ["parts", "sign"]),
    ]


# ---- amounts


@pytest.mark.parametrize(
    ("written", "currency", "codes"),
    [
        ("500.00", "EUR", []),
        ("499.99", "EUR", ["parts"]),
        ("5000.00", "eur", ["parts"]),
        ("much", "EUR", ["parts"]),
        ("540.00", "USD", []),
    ],
)
def test_an_amount_of_what_was_paid_that_is_not_the_one_booked_is_never_passed_over(
    written: str, currency: str, codes: list[str]
) -> None:
    told = tx_amount(written, currency)
    assert odd(only(with_parts(part(0, more=told)))) == codes, "in the part"
    assert odd(only(with_parts(part(500_00, more=told)))) == codes, "beside its own amount"
    of_entry = CAMT.replace(b"<NtryDtls>", told.encode() + b"<NtryDtls>")
    assert odd(only(of_entry)) == codes, "in the entry"
    bare = re.sub(rb"<NtryDtls>.*</NtryDtls>", told.encode(), CAMT)
    assert odd(only(bare)) == codes, "without details"


@pytest.mark.parametrize("name", ["InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt", "PrtryAmt"])
def test_an_amount_by_whatever_name_is_held_beside_the_one_booked(name: str) -> None:
    def told(text: str, currency: str = "EUR") -> str:
        return f'<AmtDtls><{name}><Amt Ccy="{currency}">{text}</Amt></{name}></AmtDtls>'

    for text, currency, codes in (
        ("500.00", "EUR", []),
        ("5.00", "EUR", ["parts"]),
        ("5.00", "USD", []),
    ):
        assert odd(only(with_parts(part(500_00, more=told(text, currency))))) == codes
        assert odd(only(CAMT.replace(b"<NtryDtls>", told(text, currency).encode() + b"<NtryDtls>"))) == codes


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("500.00", []),
        ("503.00", []),
        ("502.00", []),
        ("505.00", []),
        ("504.00", ["parts"]),
        ("501.00", ["parts"]),
    ],
)
def test_charges_explain_exactly_what_they_are(written: str, codes: list[str]) -> None:
    single = "".join(f'<Rcrd><Amt Ccy="EUR">{each}.00</Amt></Rcrd>' for each in (2, 3))
    more = tx_amount(written) + f"<Chrgs>{single}</Chrgs>"
    assert odd(only(with_parts(part(500_00, more=more)))) == codes
    whole = '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">999999.00</TtlChrgsAndTaxAmt></Chrgs>'
    assert odd(only(with_parts(part(5_00, more=whole)))) == ["parts"]


def batch(told: str, *parts: bytes) -> bytes:
    return with_parts(*parts).replace(b"<NtryDtls>", f"<NtryDtls><Btch>{told}</Btch>".encode(), 1)


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ("<NbOfTxs>2</NbOfTxs>", []),
        ("<NbOfTxs>1</NbOfTxs>", ["count"]),
        ("<NbOfTxs>5</NbOfTxs>", ["count"]),
        ("<NbOfTxs>two</NbOfTxs>", ["count"]),
        ('<TtlAmt Ccy="EUR">500.00</TtlAmt><CdtDbtInd>CRDT</CdtDbtInd>', []),
        ('<TtlAmt Ccy="EUR">5.00</TtlAmt>', ["parts"]),
        ("<CdtDbtInd>DBIT</CdtDbtInd>", ["sign"]),
        ("<CdtDbtInd>CRDT</CdtDbtInd><CdtDbtInd>CRDT</CdtDbtInd>", ["other"]),
    ],
)
def test_what_is_said_of_a_batch_is_held_beside_its_payments(told: str, codes: list[str]) -> None:
    assert [odd(each) for each in lines(batch(told, part(200_00), part(300_00)))] == [codes, codes]
    if "NbOfTxs" not in told:
        assert odd(only(batch(told, part(500_00)))) == codes


def test_each_of_several_batches_has_its_own_amount() -> None:
    def two(first: str) -> bytes:
        between = '</NtryDtls><NtryDtls><Btch><TtlAmt Ccy="EUR">300.00</TtlAmt></Btch>'
        told = f'<TtlAmt Ccy="EUR">{first}</TtlAmt>'
        return batch(told, part(200_00), between.encode(), part(300_00))

    assert [odd(each) for each in lines(two("200.00"))] == [[], []]
    assert [odd(each) for each in lines(two("500.00"))] == [["parts"], ["parts"]]


@pytest.mark.parametrize("sign", ["CRDT", "DBIT", ""])
def test_a_second_sign_in_a_part_waits(sign: str) -> None:
    line = only(with_parts(part(500_00, "CRDT", f"<CdtDbtInd>{sign}</CdtDbtInd>")))
    assert odd(line) == (["sign"] if sign == "DBIT" else ["other"])


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("true", ["reversal"]),
        ("1", ["reversal"]),
        ("false", []),
        ("0", []),
        ("yes", ["other"]),
        ("", ["other"]),
    ],
)
def test_an_entry_that_does_not_say_clearly_whether_it_takes_another_back_waits(
    written: str, codes: list[str]
) -> None:
    told = f"<RvslInd>{written}</RvslInd><Sts>".encode()
    assert odd(only(CAMT.replace(b"<Sts>", told))) == codes
    both = told.replace(b"<Sts>", b"<RvslInd>true</RvslInd><Sts>")
    assert "reversal" in odd(only(CAMT.replace(b"<Sts>", both)))


def with_detail(
    type_: str, thousandths: int, sign: str = "0", communication: str = SHARES, of: bytes = CODA
) -> bytes:
    """The CODA movement and a detail record of a type, with an amount, a sign and a communication."""
    records = of.decode().split("\r\n")
    detail = records[2][:2] + "00010001" + records[2][10:].replace("00150000", f"{type_}0150000", 1)
    detail = detail.replace("0000000000500000", f"{sign}{thousandths:015d}").replace(SHARES, communication)
    body = [*records[1:5], detail, records[5]]
    end = records[6].replace("000005", f"{len(body):06d}", 1)
    return "\r\n".join([records[0], *body, end, ""]).encode()


@pytest.mark.parametrize("type_", "56789")
def test_a_detail_of_coda_that_says_another_thing_than_its_movement_waits(type_: str) -> None:
    for data, communication, codes in (
        (with_detail(type_, 500_000), SHARES, []),
        (with_detail(type_, 0), SHARES, []),
        (with_detail(type_, 5_000), SHARES, ["parts"]),
        (with_detail(type_, 500_000, "1"), SHARES, ["sign"]),
        (with_detail(type_, 500_000, communication=OTHER), "", ["communications"]),
        (with_detail(type_, 500_000, communication="310000014738"), SHARES, ["communication"]),
    ):
        line = only(data)
        assert (line.amount_cents, line.communication, odd(line)) == (500_00, communication, codes)


def test_two_communications_in_the_records_of_one_coda_movement_are_said() -> None:
    data = CODA.replace(b"1101310000014739" + b" " * 21, b"1101310000014739 " + B_TYPED.encode())
    assert data != CODA
    line = only(data)
    assert (line.communication, odd(line)) == ("", ["communications"])


def test_a_total_within_a_total_gives_the_amount_of_those_after_it() -> None:
    good = total(("2", 300_000), ("6", 100_000), ("6", 200_000), ("5", 200_000))
    bad = total(("2", 5_000), ("6", 100_000), ("6", 200_000), ("5", 200_000))
    assert [odd(each) for each in lines(good)] == [[], [], []]
    assert [odd(each) for each in lines(bad)] == [["parts"]] * 3


def test_a_communication_of_a_total_contradicts_that_of_a_payment_in_it() -> None:
    data = total(("5", 500_000))
    place = data.index(b"0" + b" " * 15, data.index(b"\r\n21"))
    for digits, codes in ((OTHER, ["communications"]), (SHARES, [])):
        line = only(data[:place] + f"1101{digits}".encode() + data[place + 16 :])
        assert odd(line) == codes


def test_of_several_parts_only_the_one_whose_amounts_differ_waits() -> None:
    good, bad = part(200_00, more=tx_amount("200.00")), part(300_00, more=tx_amount("299.00"))
    assert [odd(each) for each in lines(with_parts(good, bad))] == [[], ["parts"]]


def test_parts_of_which_one_has_no_amount_that_can_be_read_stay_together() -> None:
    strange = part(300_00).replace(b"300.00", b"much")
    (whole,) = lines(with_parts(part(200_00), strange))
    assert (whole.amount_cents, odd(whole)) == (500_00, ["unsplit"])


# ---- communications


def said(*inside: str) -> bytes:
    return CAMT.replace(STRUCTURED, "".join(inside).encode())


def structured(digits: str, issuer: str = "BBA") -> str:
    return f"<Strd><CdtrRefInf><Tp><Issr>{issuer}</Issr></Tp><Ref>{digits}</Ref></CdtrRefInf></Strd>"


B_TYPED = "+++090/9337/55493+++"


@pytest.mark.parametrize(
    "inside",
    [
        f"<Ustrd>{B_TYPED}</Ustrd>" + structured(SHARES),
        f"<Ustrd>{OURS}</Ustrd>" + structured(SHARES),
        f"<Ustrd>+++310/0000/14739+++</Ustrd><Ustrd>{OURS}</Ustrd><Ustrd>7 parts</Ustrd>",
        f"<Ustrd>{'x' * 2_100} {B_TYPED}</Ustrd>" + structured(SHARES),
        structured(SHARES) + structured(OTHER),
        structured(SHARES).replace("</Ref>", f"</Ref><Ref>{OTHER}</Ref>"),
        structured(SHARES).replace("</CdtrRefInf>", f"</CdtrRefInf><AddtlRmtInf>{B_TYPED}</AddtlRmtInf>"),
    ],
    ids=["typed", "bare", "glued", "far behind", "two", "two in one", "beside it"],
)
def test_of_two_communications_in_one_payment_none_is_chosen_and_it_is_said(inside: str) -> None:
    line = only(said(inside))
    assert (line.communication, odd(line)) == ("", ["communications"])
    other = OURS if OURS in inside else OTHER
    assert other in "".join(each for each in line.text if each.isdigit()) or len(line.text) == facts.TEXT
    assert [each.detail for each in line.odd] == [", ".join(sorted([other, SHARES]))]


@pytest.mark.parametrize("place", ["NtryDtls", "TxDtls"])
def test_a_communication_in_what_the_bank_adds_contradicts_that_of_the_payment(place: str) -> None:
    name = "AddtlNtryInf" if place == "NtryDtls" else "AddtlTxInf"
    for typed, codes in ((B_TYPED, ["communications"]), (SHARES, [])):
        more = f"<{name}>{typed}</{name}>"
        end = f"</{place}>"
        line = only(CAMT.replace(end.encode(), (end + more if place == "NtryDtls" else more + end).encode()))
        assert (line.communication, odd(line)) == ("" if codes else SHARES, codes)


def test_the_same_communication_twice_is_one_and_the_free_text_is_kept_beside_it() -> None:
    line = only(said("<Ustrd>+++310/0000/14739+++ merci</Ustrd>", structured(SHARES)))
    assert (line.communication, line.text, line.odd) == (SHARES, "+++310/0000/14739+++ merci", ())


def test_of_several_structured_communications_none_is_chosen_and_all_are_kept() -> None:
    line = only(said(structured(SHARES), structured(OTHER)))
    assert (line.communication, line.text) == ("", f"{SHARES} {OTHER}")
    assert only(said(structured(SHARES), structured(SHARES))).communication == SHARES
    line = only(said(f"<Ustrd>{SHARES}</Ustrd>", structured(SHARES), structured(OTHER)))
    assert (line.communication, line.text) == ("", f"{SHARES} {SHARES} {OTHER}")


def test_a_reference_of_another_kind_is_kept_beside_a_free_text() -> None:
    line = only(said("<Ustrd>merci</Ustrd>", structured("RF18539007547034", "ISO")))
    assert (line.communication, line.text) == ("", "merci RF18539007547034")


def test_what_coda_says_after_a_structured_communication_is_kept() -> None:
    data = CODA.replace(b"1101310000014739" + b" " * 5, b"1101310000014739merci")
    assert data != CODA
    line = only(data)
    assert (line.communication, line.text) == (SHARES, "merci")


# ---- days


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]
)
def test_a_day_at_the_end_of_all_days_lets_only_its_movement_wait(day: str) -> None:
    entry = CAMT[CAMT.index(b"<Ntry>") : CAMT.index(b"</Ntry>") + 7]
    name = "DtTm" if "T" in day else "Dt"
    strange = entry.replace(b"<Dt>2026-11-20</Dt>", f"<{name}>{day}</{name}>".encode())
    assert strange != entry
    data = CAMT.replace(entry, entry + strange).replace(b">1500.00<", b">2000.00<")
    good, bad = lines(data)
    assert odd(good) == []
    assert odd(bad) in (["day"], ["no_day"])


def test_statements_of_the_first_days_of_all_are_compared() -> None:
    first = date(1, 1, 1)
    whole = Span((ACCOUNT, "a", date(1, 1, 2), 0, 5), first)
    assert not lies_within(Span((ACCOUNT, "b", date(1, 1, 2), 1, 5), None), whole)
    longer = Span((ACCOUNT, "a", date(1, 1, 3), 0, 5), first)
    assert lies_within(Span((ACCOUNT, "b", date(1, 1, 3), 1, 5), None), longer)


# ---- how many


def test_more_parts_than_anybody_looks_at_are_one_movement_that_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts, "PARTS_MAX", 3)
    assert len(lines(with_parts(part(200_00), part(200_00), part(100_00)))) == 3
    (line,) = lines(with_parts(part(200_00), part(100_00), part(100_00), part(100_00)))
    assert (line.amount_cents, line.communication, odd(line)) == (500_00, "", ["unsplit"])
    assert [each.detail for each in line.odd] == ["4"]
    details = [("5", 200_000), ("5", 100_000), ("5", 100_000), ("5", 100_000)]
    assert len(lines(total(*details[:1], ("5", 150_000), ("5", 150_000)))) == 3
    (line,) = lines(total(*details))
    assert (line.amount_cents, line.communication, odd(line)) == (500_00, "", ["unsplit"])


def test_what_an_entry_says_of_all_its_parts_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    found = camt_tree.Node.all

    def counted(self: camt_tree.Node, path: str) -> list[camt_tree.Node]:
        if self.name == "Ntry":
            looked.append(path)
        return found(self, path)

    def steps(count: int) -> int:
        looked.clear()
        # Each part in details of its own: all of them are children of the entry.
        each = part(500_00 // count)
        assert len(lines(CAMT.replace(PART, b"</NtryDtls><NtryDtls>".join([each] * count)))) == count
        return len(looked)

    monkeypatch.setattr(camt_tree.Node, "all", counted)
    assert steps(100) == steps(2)


def test_of_one_kind_of_oddity_a_few_stand_beside_a_movement() -> None:
    wrong = [structured(f"31000001{place:04d}") for place in range(100)]
    line = only(said(*wrong))
    assert set(odd(line)) == {"communication"}
    assert len(line.odd) == facts.ODD_MAX


# ---- what stands before and between documents


class Counted(str):
    """A text that counts the characters that are looked at one by one or copied."""

    steps = 0

    def count(self, sub: str, start: SupportsIndex | None = 0, end: SupportsIndex | None = None) -> int:
        last = len(self) if end is None else int(end)
        self.steps += last - int(start or 0)
        return super().count(sub, start, last)

    def __getitem__(self, at: SupportsIndex | slice) -> str:
        found = super().__getitem__(at)
        self.steps += len(found)
        return found


@pytest.mark.parametrize(
    "text",
    [
        "<?xml " + "a" * 1_000 + "\n?>",
        "<?xml version='1.0'?>\n" + " \n" * 500,
        "<Document>" + "\n" * 1_000 + "</Document>",
    ],
    ids=["declarations", "blanks", "documents"],
)
def test_a_megabyte_before_a_document_is_gone_through_a_few_times_not_once_for_each_piece(text: str) -> None:
    whole = Counted(text * (1_000_000 // len(text)))
    pieces = list(camt_tree._pieces(whole))
    assert len(pieces) > 900
    assert pieces[-1][1] <= str(whole).count("\n")
    assert whole.steps < 10 * len(whole)


@pytest.mark.parametrize("text", ["<?xml ", "<?xml ?>\n", "<Document></Document>"])
def test_a_file_of_too_many_documents_is_refused_before_they_are_read(text: str) -> None:
    with pytest.raises(Unreadable) as trouble:
        read_file((text * (1_000_000 // len(text))).encode(), ACCOUNT)
    assert trouble.value.kind in ("too_many", "too_many_elements")


def test_so_many_documents_are_told_apart_and_not_one_more() -> None:
    one = "<?xml version='1.0'?><a/>"
    assert len(list(camt_tree._pieces(one * camt_tree.DOCUMENTS_MAX))) == camt_tree.DOCUMENTS_MAX
    with pytest.raises(Unreadable) as trouble:
        list(camt_tree._pieces(one * (camt_tree.DOCUMENTS_MAX + 1)))
    assert trouble.value.kind == "too_many_documents"


STATEMENT = CAMT[CAMT.index(b"<Stmt>") : CAMT.index(b"</Stmt>") + 7]
DOCUMENT = CAMT[CAMT.index(b"<Document") :]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (CAMT.replace(STATEMENT, b"<Stmt/>" * 102), "too_many"),
        (CAMT.replace(STATEMENT, b"<Stmt/>" * 100), "missing"),
        (b"<all>" + b"<Document/>" * 102 + DOCUMENT + b"</all>", "too_many"),
        (b"<all>" + DOCUMENT.replace(STATEMENT, b"") * 1_002 + b"</all>", "no_statement"),
        (CODA[: CODA.index(b"\r\n") + 2] * 102 + CODA, "too_many"),
        (CODA.replace(b"0000000001500000", b"0000000001500010") * 102, "too_many"),
    ],
    ids=["camt", "camt that fits", "envelope", "empty messages", "coda", "coda sums"],
)
def test_a_file_of_more_refused_parts_than_anybody_looks_at_is_refused_in_one_line(
    data: bytes, kind: str
) -> None:
    assert data != CODA * 102
    with pytest.raises(Unreadable) as trouble:
        read_file(data, ACCOUNT)
    assert trouble.value.kind == kind


@pytest.mark.parametrize("account", [ACCOUNT, "BE71096123456769"], ids=["ours", "another's"])
def test_a_file_of_more_statements_than_anybody_looks_at_is_refused(
    account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "STATEMENTS_MAX", 3)
    envelope = b"<all>%s</all>"
    for data in (CODA * 3, CAMT * 3, CAMT.replace(STATEMENT, STATEMENT * 3), envelope % (DOCUMENT * 3)):
        if account == ACCOUNT:
            assert len(read_file(data, account).statements) == 3
        else:
            with pytest.raises(Unreadable) as trouble:
                read_file(data, account)
            assert trouble.value.kind == "other_account"
    for data in (CODA * 4, CAMT * 4, CAMT.replace(STATEMENT, STATEMENT * 4), envelope % (DOCUMENT * 4)):
        with pytest.raises(Unreadable) as trouble:
            read_file(data, account)
        assert trouble.value.kind == "too_many"


def test_one_long_declaration_is_one_piece() -> None:
    text = "<?xml version='1.0' " + "a='b' " * 170_000 + "?>" + CAMT.decode().partition("?>")[2]
    whole = Counted(text)
    assert len(list(camt_tree._pieces(whole))) == 1
    assert whole.steps < 10 * len(whole)


def test_lines_are_told_right_across_documents_put_together() -> None:
    broken = CAMT.replace(b"</Stmt>", b"</Stm>")
    reading = read_file(b"\n\n" + CAMT + b"\n \n" + broken + b"\n" + CAMT, ACCOUNT)
    (trouble,) = reading.refused
    height = CAMT.count(b"\n")
    assert height + 4 < trouble.line <= 2 * height + 5
    starts = [each.lines[0].line for each in reading.statements]
    assert starts == [2 + 5, 2 + height + 2 + height + 1 + 5]


def test_a_text_with_elements_in_it_is_read_whole() -> None:
    line = only(said("<Ustrd>een " + "<X/>twee " * 1_000 + "</Ustrd>"))
    assert line.text.startswith("een twee twee")
