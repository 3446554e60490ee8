"""Payments that do not fit are decided by finance in the browser: too little, too much, twice, from someone else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonweal.ledger.queries import troubles
from commonweal.membership.models import Application
from commonweal.membership.queries import held_on
from commonweal.treasury.models import Refund
from tests import factories as make
from tests.journeys.conftest import PASSWORD, Clock, press
from tests.journeys.steps import choose, fill, plain, read_in
from tests.journeys.walks import Walk
from tests.membership.joining_steps import asked, paid

FINANCE, PAYER = "finance@example.org", "emma@example.org"
# 300 euro are still to come, as each language writes them.
REST = {"fr": "300 €", "nl": "€ 300", "de": "300 €", "en": "€300"}


@pytest.fixture
def requests(world: None) -> dict[str, Application]:
    """Four requests for ten shares at 50 euro, by the first name of who asked; finance, and one who asked, can log in."""
    emma = make.person("Emma", "Claes", email=PAYER)
    for person in (emma, make.staff("finance", email=FINANCE)):
        make.account(person, PASSWORD)
    others = [make.person(name, "Claes") for name in ("Olga", "Dirk", "Wout")]
    return {each.given_name: asked(each) for each in (emma, *others)}


def decided(page: Any, language: str, payer: str, outcome: str, reason: str) -> None:
    """From the work list to what becomes of the movement of one payer."""
    page.goto(f"/{language}/members/payments/")
    press(page, f"main td a:has-text('{payer}'), main th a:has-text('{payer}')")
    choose(page, "outcome", outcome)
    fill(page, reason=reason)
    press(page)
    page.wait_for_url("**/payments/")


def paid_back(page: Any, language: str) -> str:
    """All that is on the list to pay back goes into one file for the bank; gives the file."""
    page.goto(f"/{language}/members/payments/")
    press(page, "main a[href$='/payments/refunds/']")
    press(page, "main form:not([action]) button")
    with page.expect_download() as taken:
        page.locator("main form[action*='/paid-out/files/'] button").click()
    return str(taken.value.path().read_text())


def test_what_does_not_fit_is_decided_by_finance(
    requests: dict[str, Application],
    walk: Walk,
    sign_in: Callable[..., None],
    clock: Clock,
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, FINANCE, language)
    come = [
        paid(requests["Emma"], 200_00, "Emma Claes"),
        paid(requests["Olga"], 600_00, "Olga Claes"),
        paid(requests["Dirk"], name="Dirk Claes"),
        paid(requests["Dirk"], name="Dirk Claes"),
        paid(requests["Wout"], name="Bakkerij Zoet"),
    ]
    read_in(page, language, come)
    walk.look(page)
    decided(page, language, "Emma Claes", "wait", "le reste suit")
    decided(page, language, "Olga Claes", "accept", "")
    decided(page, language, "Dirk Claes", "refund", "payé deux fois")
    decided(page, language, "Bakkerij Zoet", "accept", "son employeur")
    assert sorted(Refund.objects.values_list("cents", flat=True)) == [100_00, 500_00]
    file = paid_back(page, language)
    assert all(part in file for part in ("100.00", "500.00", "Olga Claes", "Dirk Claes"))
    assert not Refund.objects.filter(made_on__isnull=True).exists()

    sign_in(page, PAYER, language)
    page.goto(f"/{language}/members/requests/{requests['Emma'].pk}/")
    assert REST[language] in plain(page)
    clock.forward(hours=1)
    sign_in(page, FINANCE, language)
    rest = [paid(requests["Emma"], 300_00, "Emma Claes")]
    read_in(page, language, rest, 13, 1_234_56 + sum(each.cents for each in come))
    for application in requests.values():
        application.refresh_from_db()
        assert application.member is not None
        assert held_on(application.member.number, "A", make.NOW.date()).shares == 10
    assert troubles() == []
