"""A passkey is made and opens the door, with the authenticator that Chromium plays itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from tests import factories as make
from tests.journeys.conftest import PASSWORD
from tests.journeys.walks import Walk


@pytest.fixture
def device() -> Callable[[Any], Any]:
    """Gives a page's browser a phone that recognises its owner."""

    def plugged_in(page: Any) -> Any:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        return session

    return plugged_in


@pytest.mark.needs_script
def test_a_passkey_is_made_and_opens_the_door(
    walk: Walk, sign_in: Callable[..., None], device: Callable[[Any], Any]
) -> None:
    who = make.person("Nora", email="nora@example.org")
    make.account(who, PASSWORD)
    page, language = walk.open_page(), walk.language
    device(page)
    sign_in(page, "nora@example.org", language)
    page.goto(f"/{language}/account/security/webauthn/add/")
    page.locator("main input[name=name]").fill("Mijn telefoon")
    passwordless = page.locator("main input[name=passwordless]")
    if passwordless.count():
        passwordless.check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/security/recovery-codes/")
    assert page.locator("h1").is_visible(), "the codes for the day the phone is lost"
    key = Authenticator.objects.get(user=who.account, type="webauthn")
    page.goto(f"/{language}/account/security/webauthn/")
    assert "Mijn telefoon" in page.locator("main").inner_text()

    page.context.clear_cookies()
    page.goto(f"/{language}/me/")
    assert "/account/login/" in page.url
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: url.endswith(f"/{language}/me/") and "login" not in url)
    assert page.locator("h1").is_visible()
    key.refresh_from_db()
    assert key.last_used_at is not None

    Authenticator.objects.all().delete()
    page.context.clear_cookies()
    page.goto(f"/{language}/account/login/")
    page.locator("#passkey_login").click()
    page.locator(".error-summary, .errors, .notice").first.wait_for()
    page.goto(f"/{language}/me/")
    assert "/account/login/" in page.url, "a key that was taken away opens nothing"
