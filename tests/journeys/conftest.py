"""A clock the whole program obeys, a world with places, ambitions and rules, and a person at the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from commonweal.config.sessions import SessionStore
from tests.clock import Clock as Clock
from tests.sign_in import prove

pytest.register_assert_rewrite("tests.journeys.driver_cases")
PASSWORD = "a long password"
# Words no French, Dutch or German text has; with a dash they may belong to a command.
ENGLISH = re.compile(
    r"(?<![-\w])(the|this|that|and|for|from|with|you|your|they|their|there|when|what|who|which|how|why"
    r"|has|have|are|were|paid|asked|shares|nobody|someone|everyone)(?![-\w])",
    re.IGNORECASE,
)


def press(page: Any, button: str = "main form button[type=submit]") -> None:
    """Presses the first such button and waits until the page it leads to stands, in the language of its address.

    A click alone may come back before the answer does: what is looked at next would be the page that was left.
    """
    with page.expect_navigation():
        page.locator(button).first.click()
    keeps_its_language(page)


def keeps_its_language(page: Any) -> None:
    """No English stands on a page whose address says another language."""
    if re.search(r"//[^/]+/(fr|nl|de)/", page.url):
        english = [line for line in page.locator("body").inner_text().splitlines() if ENGLISH.search(line)]
        assert english == [], page.url


def shown_in(page: Any) -> None:
    """The second factor as if it had been shown: one story shows it really (`test_second_step.py`), the others save it."""
    cookie = next(
        each["value"] for each in page.context.cookies() if each["name"] == settings.SESSION_COOKIE_NAME
    )
    session = SessionStore(cookie)
    prove(session)
    session.save()


@pytest.fixture
def world(db: None, clock: Clock) -> None:
    # What limits log-ins counts here, and outlives a test: each begins with none.
    cache.clear()


@pytest.fixture
def sign_in() -> Callable[..., None]:
    def enter(page: Any, email: str, language: str = "fr") -> None:
        page.context.clear_cookies()
        page.goto(f"/{language}/account/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        press(page, "main form:has(input[name=password]) button[type=submit]")
        page.wait_for_url(lambda url: "/account/login" not in url)
        shown_in(page)

    return enter
