"""From "become a member" to the certificate: asked, paid by a file of the bank, in the register; in a real browser, on a
small phone, with JavaScript and without, in four languages; once more by telephone.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader

from commonweal.membership.models import Application
from commonweal.membership.queries import held_on
from commonweal.membership.rules.joining import printed
from tests import factories as make
from tests.journeys.conftest import PASSWORD, press
from tests.membership.bank_files import as_camt, as_coda
from tests.membership.joining_steps import paid, ready

pytestmark = pytest.mark.browser
LANGUAGES = ("fr", "nl", "de", "en")
CERTIFICATE = {
    "fr": "Certificat de parts",
    "nl": "Bewijs van aandelen",
    "de": "Anteilsbescheinigung",
    "en": "Certificate of shares",
}


@pytest.fixture
def people(world: None) -> None:
    """A newcomer and two of the staff, each with a log-in."""
    ready()
    for person in (
        make.person("Jeanne", "Delvaux", email="jeanne@example.org"),
        make.staff("counter", email="counter@example.org"),
        make.staff("finance", email="finance@example.org"),
        make.staff("secretary", email="secretary@example.org"),
    ):
        make.account(person, PASSWORD)


def fill(page: Any, **typed: str) -> None:
    """Types into the fields of a page."""
    for name, text in typed.items():
        page.locator(f"main [name={name}]").fill(text)


def home_told(page: Any) -> None:
    """Says when somebody was born and where they live."""
    fill(page, born_on_day="1", born_on_month="5", born_on_year="1980", street="rue 3", postcode="4800")
    press(page)


def asked(page: Any, axe: Callable[[Any], None]) -> Application:
    """From the page that asks which shares to the one that says how to pay, looked at on the way."""
    page.locator("main input[name=share_class][value=A]").check()
    fill(page, count="400")
    press(page)
    assert page.locator("main [name=count]").input_value() == "400", "what was typed is still there"
    axe(page)
    fill(page, count="4")
    press(page)
    axe(page)
    page.locator("main input[name=accept]").check()
    press(page)
    page.wait_for_url("**/check/")
    axe(page)
    press(page)
    page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    application = Application.objects.get()
    assert printed(application.communication) in page.locator("main").inner_text()
    assert page.locator("main svg.qr").is_visible()
    return application


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
    press(page)
    page.locator("main input[name=role][value=self]").check()
    press(page)
    home_told(page)
    application = asked(page, look)

    sign_in(page, "finance@example.org", language)
    page.goto(f"/{language}/members/payments/")
    write = as_coda if language in ("fr", "nl") else as_camt
    file = {"name": "statement", "mimeType": "application/octet-stream", "buffer": write([paid(application)])}
    page.locator("main input[name=file]").set_input_files(file)
    press(page)
    page.wait_for_url("**/files/*/")
    assert "Jeanne Delvaux" in page.locator("main table").inner_text()
    press(page)
    page.wait_for_url("**/payments/")
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
    address = page.locator("main a[href$='certificate.pdf']").get_attribute("href")
    text = PdfReader(io.BytesIO(page.request.get(address).body())).pages[0].extract_text()
    assert CERTIFICATE[language] in text
    assert "Jeanne Delvaux" in text


def test_someone_who_phones_becomes_a_member_the_same_way(
    people: None, browser_page: Callable[..., Any], sign_in: Callable[..., None], axe: Callable[[Any], None]
) -> None:
    page = browser_page(javascript=False, width=360, language="nl")
    sign_in(page, "counter@example.org", "nl")
    page.goto("/nl/members/requests/desk/new/")
    press(page)
    page.locator("main input[name=channel][value=phone]").check()
    fill(page, given_name="Rita", family_name="Goossens")
    page.locator("main input[name=language][value=nl]").check()
    press(page)
    page.locator("main input[name=role][value=self]").check()
    press(page)
    home_told(page)
    application = asked(page, lambda _page: None)
    assert (application.channel, str(application.person), application.language) == (
        "phone",
        "Rita Goossens",
        "nl",
    )
