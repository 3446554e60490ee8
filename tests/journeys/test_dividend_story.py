"""A dividend in the browser: one proposes, two approve, files are made and taken out, the member reads the statement."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from commonweal.dividends.models import DividendRun
from commonweal.dividends.queries import dividend_troubles
from commonweal.ledger.queries import troubles
from commonweal.membership.queries import payment_troubles
from tests import factories as make
from tests.dividends.steps import gives_account, holder
from tests.journeys.conftest import PASSWORD, Clock, press
from tests.journeys.steps import fill, fill_day
from tests.journeys.walks import Walk

WORDS = {"fr": "Payé le", "nl": "Betaald op", "de": "Gezahlt am", "en": "Paid on"}


@pytest.fixture
def people(world: None) -> None:
    for name, role in (("one", "finance"), ("two", "finance"), ("three", "secretary")):
        make.account(make.staff(role, email=f"{name}@example.org"), PASSWORD)
    who = make.person("Ada", "Peeters", email="ada@example.org")
    make.account(who, PASSWORD)
    member = make.member(who)
    make.shares(member, 10, day=date(2025, 3, 1))
    gives_account(member)
    holder(5, account=False)


def pressed(page: Any, move: str, run_jobs: Callable[[], int]) -> None:
    """Presses a button of the run's page, lets the background work, and looks again."""
    press(page, f"button[name=move][value={move}]")
    run_jobs()
    page.reload()


def test_from_the_proposal_to_the_members_statement(
    people: None,
    walk: Walk,
    sign_in: Callable[..., None],
    run_jobs: Callable[[], int],
    clock: Clock,
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, "one@example.org", language)
    page.goto(f"/{language}/members/dividends/new/")
    page.locator("input[name=rate_A]").fill("3")
    page.locator("input[name=document]").fill("PV 23.11.2026")
    for part, value in (("day", "23"), ("month", "11"), ("year", "2026")):
        page.locator(f"input[name=pay_on_{part}]").fill(value)
    press(page)
    run = DividendRun.objects.get()
    home = f"/{language}/members/dividends/{run.pk}/"
    run_jobs()
    page.goto(home)
    assert page.locator("button[name=move][value=approve]").count() == 0
    for kind in ("net_assets", "liquidity"):
        press(page, f"main a[href$='/tests/{kind}/']")
        fill_day(page, "as_of", date(2025, 12, 31))
        fill(page, have_cents="90 000", keep_cents="100", document="PV 12")
        press(page)
        page.wait_for_url(f"**{home}")
    walk.look(page)
    for name in ("two", "three"):
        sign_in(page, f"{name}@example.org", language)
        page.goto(home)
        pressed(page, "approve", run_jobs)
    sign_in(page, "one@example.org", language)
    page.goto(home)
    pressed(page, "pay", run_jobs)
    with page.expect_download() as taken:
        page.locator("form[action*='/paid-out/files/'] button").click()
    assert taken.value.suggested_filename == f"dividend-{run.pk}-1.xml"
    pressed(page, "close", run_jobs)
    assert DividendRun.objects.get().state == "closed"
    sign_in(page, "ada@example.org", language)
    page.goto(f"/{language}/members/shares/dividends/")
    assert WORDS[language] in page.locator("main").inner_text()
    address = page.locator(f"a[href*='/dividends/{run.pk}/']").get_attribute("href")
    reader = PdfReader(io.BytesIO(page.context.request.get(address).body()))
    text = reader.pages[0].extract_text()
    assert WORDS[language] in text
    assert "BE71 … 6769" in text
    assert troubles() == []
    assert dividend_troubles() == []
    assert payment_troubles() == []
