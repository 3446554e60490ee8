"""What was read in a bank's file is kept beside it: looking at it, and confirming it, reads no file again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from commonweal.kernel import apart
from commonweal.membership.models import Application
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankFile, BankMovement
from commonweal.treasury.queries import readers
from commonweal.treasury.rules.statements import Reading, Unreadable, read_file
from commonweal.treasury.rules.statements.kept import plain_reading, reading_from
from tests import factories as make
from tests.membership.joining_steps import asked, paid
from tests.portal.steps import LANGUAGES, signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, as_camt, as_coda

DESK = "/en/members/payments/"
CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir())


def told(reading: Reading) -> tuple[Any, ...]:
    refused = [(each.line, each.what, each.detail, each.kind) for each in reading.refused]
    return reading.format, reading.statements, reading.set_aside, reading.more_follows, refused


def test_a_reading_comes_back_from_plain_values_as_it_was() -> None:
    broken = as_coda(number=13).replace(b"0000000000500000", b"0000000000500010")
    found = 0
    for content in [each.read_bytes() for each in CASES] + [as_coda() + broken, as_camt()]:
        for account in (ACCOUNT, "BE71096123456769", "BE47435000000080"):
            try:
                reading = read_file(content, account)
            except Unreadable:
                continue
            found += 1
            assert told(reading_from(json.loads(json.dumps(plain_reading(reading))))) == told(reading)
    assert found > len(CASES) / 2


@pytest.mark.django_db
def test_looking_at_a_file_and_reading_it_in_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    finance = signed_in(make.staff("finance"))
    broken = as_coda([Paid(8_00, "Paul")], 13).replace(b"0000000000008000", b"0000000000008010")
    content = as_coda([Paid(7_00, "Piet")]) + broken
    address = finance.post(DESK, {"file": SimpleUploadedFile("x.cod", content)}).url  # type: ignore[attr-defined]
    monkeypatch.delattr(apart, "call")
    monkeypatch.delattr(apart, "rows")
    answer = finance.get(address)
    assert "Line 14" in answer.content.decode()
    finance.post(address, {"plan": answer.context["plan"].digest})
    assert BankMovement.objects.get().amount_cents == 7_00
    assert "Line 14" in text_of(finance, address)
    again = finance.post(DESK, {"file": SimpleUploadedFile("y.cod", content)})
    assert again.url == address, "the same bytes are known without reading them"  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_read_before_any_transaction_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    within: list[bool] = []
    read = apart.call

    def noted(*given: Any, **named: Any) -> Any:
        within.append(connection.in_atomic_block)
        return read(*given, **named)

    monkeypatch.setattr(apart, "call", noted)
    by = make.staff("finance")
    payments.upload_file(name="x", content=as_coda(), account=ACCOUNT, by=by, now=make.NOW)
    assert within == [False]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "wait a minute"), ("nl", "wacht een minuut")])
def test_who_would_wait_too_long_for_other_files_is_told_so(
    monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    finance = signed_in(make.staff("finance"))
    full = apart.Turns(at_once=1, waiting=0, seconds=0)
    monkeypatch.setattr(readers, "STATEMENT_TURNS", full)
    with full.one():
        sent = {"file": SimpleUploadedFile("x.cod", as_coda())}
        text = finance.post(DESK.replace("/en/", f"/{language}/"), sent).content.decode()
    assert words in text
    assert not BankFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("opens", "closes"), [("2026-11-19", "2026-11-20"), ("0001-01-01", "9999-12-31")])
def test_days_at_the_end_of_all_days_stop_nothing_from_the_file_to_the_decision(
    opens: str, closes: str
) -> None:
    finance, applications = signed_in(make.staff("finance")), [asked(make.person(), 3) for _each in range(3)]
    content = as_camt([paid(each) for each in applications]).decode()
    for day in ("0001-01-01", "9999-12-31"):
        content = content.replace("<BookgDt><Dt>2026-11-20<", f"<BookgDt><Dt>{day}<", 1)
    content = content.replace("<Dt><Dt>2026-11-19<", f"<Dt><Dt>{opens}<").replace(
        "<Dt><Dt>2026-11-20<", f"<Dt><Dt>{closes}<"
    )
    address = finance.post(DESK, {"file": SimpleUploadedFile("x.xml", content.encode())}).url  # type: ignore[attr-defined]
    for language in LANGUAGES:
        text_of(finance, address.replace("/en/", f"/{language}/"))
    finance.post(address, {"plan": finance.get(address).context["plan"].digest})
    years = BankMovement.objects.order_by("booked_on").values_list("booked_on__year", flat=True)
    assert list(years) == [1, 2026, 9999]
    assert Application.objects.filter(state="member").exists(), "the others are read in"
    for movement in BankMovement.objects.waiting():
        page = f"{DESK}{movement.pk}/"
        assert "booked on a day" in text_of(finance, page) or closes.startswith("9999")
        finance.post(page, {"outcome": "accept", "reason": "the bank said so"})
    for page in (DESK, address):
        text_of(finance, page)
    assert not BankMovement.objects.waiting().exists()
