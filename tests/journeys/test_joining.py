"""From "become a member" to the certificate: asked, paid by a file of the bank, in the register; in a real browser, on a
small phone, with JavaScript and without, in four languages; once more by telephone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonweal.membership.queries import held_on
from tests import factories as make
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.steps import (
    CERTIFICATE,
    LANGUAGES,
    asked,
    asks_for,
    choose,
    fill,
    home_told,
    pdf_text,
    read_in,
    told_how_to_pay,
)
from tests.membership.joining_steps import paid

pytestmark = pytest.mark.browser


@pytest.fixture
def people(world: None) -> None:
    """A newcomer and two of the staff, each with a log-in."""
    for person in (
        make.person("Jeanne", "Delvaux", email="jeanne@example.org"),
        make.staff("counter", email="counter@example.org"),
        make.staff("finance", email="finance@example.org"),
        make.staff("secretary", email="secretary@example.org"),
    ):
        make.account(person, PASSWORD)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_newcomer_asks_pays_and_holds_a_certificate(
    people: None,
    browser_page: Callable[..., Any],
    sign_in: Callable[..., None],
    axe: Callable[[Any], None],
    language: str,
) -> None:
    page = browser_page(javascript=language in ("fr", "en"), width=360, language=language)
    look = axe if language in ("fr", "en") else lambda _page: None
    sign_in(page, "jeanne@example.org", language)
    page.goto(f"/{language}/")
    press(page, "main a[href$='/members/join/']")
    asks_for(page, "self")
    home_told(page)
    application = asked(page, look, too_many=400)
    told_how_to_pay(page, application)

    sign_in(page, "finance@example.org", language)
    read_in(page, language, [paid(application, name="Jeanne Delvaux")])
    application.refresh_from_db()
    assert application.member is not None
    assert held_on(application.member.number, "A", make.NOW.date()).shares == 4

    sign_in(page, "secretary@example.org", language)
    page.goto(f"/{language}/members/register/")
    assert "Delvaux Jeanne" in page.locator("main table").inner_text()

    sign_in(page, "jeanne@example.org", language)
    page.goto(f"/{language}/members/requests/")
    press(page, "main li a")
    look(page)
    text = pdf_text(page, "main a[href$='certificate.pdf']")
    assert CERTIFICATE[language] in text
    assert "Jeanne Delvaux" in text


def test_someone_who_phones_becomes_a_member_the_same_way(
    people: None, browser_page: Callable[..., Any], sign_in: Callable[..., None], axe: Callable[[Any], None]
) -> None:
    page = browser_page(javascript=False, width=360, language="nl")
    sign_in(page, "counter@example.org", "nl")
    page.goto("/nl/members/requests/desk/new/")
    press(page)
    choose(page, "channel", "phone")
    fill(page, given_name="Rita", family_name="Goossens")
    choose(page, "language", "nl")
    asks_for(page, "self")
    home_told(page)
    application = asked(page, lambda _page: None)
    assert (application.channel, str(application.person), application.language) == (
        "phone",
        "Rita Goossens",
        "nl",
    )
