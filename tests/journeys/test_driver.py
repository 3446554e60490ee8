"""The client driver does what a browser does, and says so where it cannot; a real browser is asked the same."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.driver import DriverError, Page
from tests.journeys.driver_cases import CASES, Visit
from tests.journeys.driver_site import PAGES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.journeys.driver_site"),
    pytest.mark.usefixtures("_pages_of_one_test"),
]
_names = count(1)


@pytest.fixture
def _pages_of_one_test(settings: Any) -> Any:
    # The site of these pages is a small one of its own, where every page takes files.
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    yield
    PAGES.clear()


def visitor(open_page: Callable[[], Any]) -> Visit:
    """Opens one window and puts a page there, again and again."""
    page = open_page()

    def visit(html: str) -> Any:
        name = f"p{next(_names)}"
        PAGES[name] = html
        page.goto(f"/made/{name}/")
        return page

    return visit


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    return visitor(lambda: Page("nl", tmp_path))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_client_driver_has_the_habits_of_a_browser(case: Callable[[Visit], None], visit: Visit) -> None:
    case(visit)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_real_browser_has_them_too(browser_page: Callable[..., Any]) -> None:
    wrong = {}
    for case in CASES:
        try:
            case(visitor(lambda: browser_page(javascript=False, width=1280, language="nl")))
        except Exception as trouble:
            wrong[case.__name__] = trouble
    assert wrong == {}


def test_an_answer_of_the_server_that_something_broke_fails_the_story(visit: Visit) -> None:
    with pytest.raises(DriverError, match="answers 500"):
        visit("").goto("/broken/")


def test_the_driver_stays_on_the_site(visit: Visit) -> None:
    page = visit("<a href=https://elsewhere.example/>Out</a><a href=mailto:a@b.be>Write</a>")
    with pytest.raises(DriverError, match="leaves the site"):
        page.locator("a").first.click()
    with pytest.raises(DriverError, match="cannot follow"):
        page.locator("a").last.click()
    with pytest.raises(DriverError, match="leaves the site"):
        page.goto("/away/")


def test_redirects_end(visit: Visit) -> None:
    with pytest.raises(DriverError, match="more than 20 redirects"):
        visit("").goto("/loop/")


def test_another_window_is_more_than_the_driver_can(visit: Visit) -> None:
    page = visit("<a href=/echo/ target=_blank>Out</a><form target=_blank><button>Out</button></form>")
    for place in ("a", "button"):
        with pytest.raises(DriverError, match="another window"):
            page.locator(place).click()


def test_a_text_longer_than_its_field_is_no_text_a_person_can_type(visit: Visit) -> None:
    page = visit("<input maxlength=3 name=a><input type=number name=n>")
    page.locator("[name=a]").fill("abc")
    with pytest.raises(DriverError, match="takes 3 characters, not 4"):
        page.locator("[name=a]").fill("abcd")
    with pytest.raises(DriverError, match="cannot be typed"):
        page.locator("[name=n]").fill("ten")


def test_a_document_that_is_no_page_cannot_be_read(visit: Visit) -> None:
    page = visit("")
    page.goto("/picture/")
    with pytest.raises(DriverError, match="shows application/pdf"):
        page.locator("h1").count()


def test_whatever_else_playwright_can_is_refused_by_name(visit: Visit) -> None:
    page = visit("<p>Text</p>")
    with pytest.raises(AttributeError, match=r"cannot do page\.evaluate"):
        page.evaluate("1")
    with pytest.raises(AttributeError, match=r"cannot do locator\.hover"):
        page.locator("p").hover()
    with pytest.raises(DriverError, match=":nth-foo"):
        page.locator("p:nth-foo(1)").count()


def test_a_press_that_brings_no_page_is_noticed(visit: Visit) -> None:
    page = visit("<p>Text</p><form><input name=a value=1><button type=reset>Again</button></form>")
    with pytest.raises(DriverError, match="does nothing without script"):
        page.locator("p").click()
    with pytest.raises(DriverError, match="no page came"), page.expect_navigation():
        page.locator("p").inner_text()
    page.locator("[name=a]").fill("2")
    page.locator("button").click()
    assert page.locator("[name=a]").input_value() == "1"


def test_the_language_of_a_page_is_not_left_behind(visit: Visit) -> None:
    from django.utils import translation

    visit("").goto("/echo/")
    assert translation.get_language() == "en"
