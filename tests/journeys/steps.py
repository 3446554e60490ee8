"""Steps that journeys share: filling in pages, asking for shares, reading a bank's file in, reading a PDF."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from pypdf import PdfReader

from commonweal.membership.models import Application
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.rules.statements.communications import printed
from tests.journeys.conftest import press
from tests.treasury.bank_files import as_camt, as_coda

LANGUAGES = ("fr", "nl", "de", "en")
CERTIFICATE = {
    "fr": "Certificat de parts",
    "nl": "Bewijs van aandelen",
    "de": "Anteilsbescheinigung",
    "en": "Certificate of shares",
}


def fill(page: Any, **typed: str) -> None:
    """Types into the fields of a page."""
    for name, text in typed.items():
        page.locator(f"main [name={name}]:not([type=hidden])").fill(text)


def fill_day(page: Any, name: str, day: date) -> None:
    """Types a day in its three parts."""
    parts = {"day": day.day, "month": day.month, "year": day.year}
    fill(page, **{f"{name}_{part}": str(number) for part, number in parts.items()})


def choose(page: Any, name: str, value: str) -> None:
    """Takes one of several answers."""
    page.locator(f"main input[name={name}][value='{value}']").check()


def plain(page: Any) -> str:
    """What stands on a page, with single spaces."""
    return " ".join(page.locator("main").inner_text().split())


def pdf_text(page: Any, link: str) -> str:
    """What stands on the first page of the document behind a link."""
    address = page.locator(link).first.get_attribute("href")
    return str(PdfReader(io.BytesIO(page.request.get(address).body())).pages[0].extract_text())


def asks_for(page: Any, role: str) -> None:
    """From the page that explains to the one after "for whom are the shares?"."""
    press(page)
    choose(page, "role", role)
    press(page)


def home_told(page: Any, *, born: bool = True, postcode: str = "4800") -> None:
    """Says where somebody lives, and when they were born."""
    if born:
        fill_day(page, "born_on", date(1980, 5, 1))
    fill(page, street="rue 3", postcode=postcode)
    press(page)


def asked(
    page: Any, axe: Callable[[Any], None], *, share_class: str = "A", count: int = 4, too_many: int = 0
) -> Application:
    """From the page that asks which shares to the one that says what comes next, looked at on the way."""
    choose(page, "share_class", share_class)
    if too_many:
        fill(page, count=str(too_many))
        press(page)
        assert page.locator("main [name=count]").input_value() == str(too_many), (
            "what was typed is still there"
        )
        axe(page)
    fill(page, count=str(count))
    press(page)
    axe(page)
    page.locator("main input[name=accept]").check()
    press(page)
    page.wait_for_url("**/check/")
    axe(page)
    press(page)
    page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    return Application.objects.latest("pk")


def told_how_to_pay(page: Any, application: Application) -> None:
    """The page of a request says what to write on the transfer, as figures and as a picture."""
    assert printed(application.communication) in plain(page)
    assert page.locator("main svg.qr").is_visible()


def read_in(
    page: Any, language: str, movements: Sequence[Paid], number: int = 12, old: int = 1_234_56
) -> None:
    """Finance uploads the bank's file, looks at what it would do and reads it in. The format goes with the language."""
    page.goto(f"/{language}/members/payments/")
    write = as_coda if language in ("fr", "nl") else as_camt
    content = write(movements, number, old)
    file = {"name": "statement", "mimeType": "application/octet-stream", "buffer": content}
    page.locator("main input[name=file]").set_input_files(file)
    press(page)
    page.wait_for_url("**/files/*/")
    for each in movements:
        assert each.name in page.locator("main table").inner_text()
    press(page)
    page.wait_for_url("**/payments/")
