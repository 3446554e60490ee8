"""Someone new on the staff signs in, sets up an app, reaches the desk; the next log-in asks for the app's code."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache

from tests import factories as make
from tests.clock import Clock
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.walks import Walk

COUNTER = "counter@example.org"


def code(secret: str) -> str:
    """What an app with a secret shows, by the clock of the story."""
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def logged_in(page: Any, language: str) -> None:
    page.context.clear_cookies()
    page.goto(f"/{language}/account/login/?next=/{language}/desk/")
    page.locator("input[name=login]").fill(COUNTER)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, "main form:has(input[name=password]) button[type=submit]")


def test_someone_new_sets_up_an_app_and_shows_its_code_from_then_on(
    world: None, walk: Walk, clock: Clock
) -> None:
    make.account(make.staff("counter", email=COUNTER), PASSWORD)
    page, language = walk.open_page(), walk.language
    logged_in(page, language)
    page.wait_for_url("**/me/second-factor/**")
    press(page, "main a[href$='/totp/activate/']")
    secret = page.locator("code.secret").inner_text().strip()
    page.locator("input[name=code]").fill("000000" if code(secret) != "000000" else "000001")
    press(page, "main form:has(input[name=code]) button[type=submit]")
    assert page.locator(".error-summary").is_visible()
    assert page.locator("code.secret").inner_text().strip() == secret, "the app keeps what it was shown"
    page.locator("input[name=code]").fill(code(secret))
    press(page, "main form:has(input[name=code]) button[type=submit]")
    page.wait_for_url("**/security/recovery-codes/")
    assert page.locator("main .codes code").count() == 10
    press(page, "main a[href$='/desk/']")
    page.wait_for_url(f"**/{language}/desk/")

    clock.forward(seconds=31)
    cache.clear()
    logged_in(page, language)
    page.wait_for_url("**/security/authenticate/**")
    page.locator("input[name=code]").fill(code(secret))
    press(page, "main form:has(input[name=code]) button[type=submit]")
    page.wait_for_url(f"**/{language}/desk/")
    assert page.locator("h1").is_visible()
