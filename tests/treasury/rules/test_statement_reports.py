"""What `commonweal read-statement` shows, without its process: files one after another, repeats named, lines for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonweal.treasury.rules.payables import ReturnReason, reason_of
from commonweal.treasury.rules.statements.report import Reports, as_text, euros
from tests.treasury.bank_files import ACCOUNT

CASES = sorted((Path(__file__).parent.parent / "cases").iterdir())


def test_every_case_read_twice_is_read_before_and_no_movement_is_kept_again() -> None:
    for path in CASES:
        reports = Reports(ACCOUNT)
        first, again = (reports.add(path.name, path.read_bytes()) for _turn in range(2))
        assert first["ok"] == again["ok"] == (again["refusal"] is None)
        for statement, repeated in zip(first["statements"], again["statements"], strict=True):
            assert repeated["read_before"] is not None, path.name
            assert {move["beside_earlier"] for move in repeated["movements"]} <= {"equals", "repeated"}, (
                path.name
            )
            cents = sum(move["amount_cents"] for move in statement["movements"])
            opening, closing = (
                int(statement[key].replace(".", "")) for key in ("opening_balance", "closing_balance")
            )
            assert opening + cents == closing, path.name


def test_lines_for_people_name_the_file_each_movement_and_what_is_odd() -> None:
    reports = Reports(ACCOUNT)
    for path in CASES:
        report = reports.add(path.name, path.read_bytes())
        lines = list(as_text([report]))
        assert lines[0].startswith(f"{path.name}: ")
        if not report["ok"]:
            assert len(lines) == 1
            continue
        movements = [move for statement in report["statements"] for move in statement["movements"]]
        assert len(lines) == 1 + len(report["set_aside"]) + len(report["statements"]) + len(movements)
        shown = "\n".join(lines)
        for move in movements:
            assert move["amount"] in shown
            assert all(each["what"] in shown for each in move["odd"])


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456, "1234.56")])
def test_amounts_have_a_point_and_two_decimals(cents: int, text: str) -> None:
    assert euros(cents) == text


@pytest.mark.parametrize(
    ("code", "reason"),
    [(" ac04 ", ReturnReason.CLOSED), ("MD07", ReturnReason.DECEASED), ("?", ReturnReason.OTHER)],
)
def test_a_banks_code_stands_for_a_reason(code: str, reason: ReturnReason) -> None:
    assert reason_of(code) == reason


ACCOUNT_FILE = next(
    each for each in CASES if each.name == "camt-ultimate-debtor-is-the-member.xml"
).read_bytes()


@pytest.mark.parametrize(
    "name", ["zlib", "hex", "bz2", "base64", "punycode", "unicode_escape", "utf-7", "no-such"]
)
def test_a_code_page_no_bank_uses_is_refused_in_one_line(name: str) -> None:
    head = f'<?xml version="1.0" encoding="{name}"?>'.encode()
    body = b"a" * 50_000 + b"-" + b"9" * 50_000
    assert Reports(ACCOUNT).add("x", head + body)["refusal"]["kind"] == "encoding"


def test_half_a_megabyte_of_blanks_is_one_step_and_so_is_a_number_of_thousands_of_places() -> None:
    blank = b" " * 500_000 + b"<a>"
    assert not Reports(ACCOUNT).add("x", blank)["ok"]
    counted = ACCOUNT_FILE.replace(
        b"<Ntry>",
        b"<TxsSummry><TtlNtries><NbOfNtries>" + b"9" * 5_000 + b"</NbOfNtries></TtlNtries></TxsSummry><Ntry>",
        1,
    )
    assert Reports(ACCOUNT).add("x", counted)["refusal"]["kind"] == "count"


def test_the_same_day_and_balances_under_another_number_wait() -> None:
    reports = Reports(ACCOUNT)
    reports.add("first", ACCOUNT_FILE)
    other = ACCOUNT_FILE.replace(b"2026-012", b"2026-231").replace(
        b"012</ElctrncSeqNb>", b"231</ElctrncSeqNb>"
    )
    (statement,) = reports.add("second", other.replace(b">A1<", b">C0DE-1<"))["statements"]
    assert statement["read_before"] is None
    assert [move["beside_earlier"] for move in statement["movements"]] == ["contradicts"]
