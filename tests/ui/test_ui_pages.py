"""The frame of every page, the display settings, the refusals and the account pages."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.shortcuts import render
from django.test import Client, RequestFactory

from commonweal.config import refusals
from commonweal.ui import display
from commonweal.ui import views as pages
from tests.sign_in import enter

pytestmark = pytest.mark.django_db
LANGUAGES = ["fr", "nl", "de", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page", ["ui/", "ui/display/", "ui/accessibility/", "account/login/", "account/signup/"]
)
def test_every_page_has_its_frame(client: Client, language: str, page: str) -> None:
    html = client.get(f"/{language}/{page}").content.decode()
    assert f'<html lang="{language}"' in html
    assert html.count("<h1>") == html.count("<main ") == html.count("<footer ") == 1
    assert html.index('class="skip"') < html.index("<header") < html.index("<main") < html.index("<footer")
    assert "02 555 01 23" in html.split("<footer")[1]
    assert "Rue du Marché 7" in html.split("<footer")[1]
    assert re.search(r"<title>[^<–]*\S – La Ruche commune</title>", html)


def test_the_frame_and_its_files_weigh_little(client: Client) -> None:
    html = client.get("/fr/ui/accessibility/").content
    assert len(gzip.compress(html)) < 8_000


def test_every_id_of_the_gallery_is_used_once(client: Client) -> None:
    html = client.get("/fr/ui/").content.decode()
    found = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(one for one in set(found) if found.count(one) > 1) == []


def test_each_language_is_named_in_itself(client: Client) -> None:
    html = client.get("/nl/ui/display/?next=/nl/").content.decode()
    for code, name in (("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English")):
        assert re.search(
            rf'href="/{code}/ui/display/\?next=/nl/" lang="{code}" hreflang="{code}"[^>]*>{name}</a>', html
        )
    assert html.count('hreflang="nl" aria-current="true"') == 1


def test_display_settings_are_kept_and_applied_on_every_page(client: Client) -> None:
    wishes = {
        "text": "larger",
        "spacing": "wide",
        "scheme": "contrast",
        "calm": "yes",
        "next": "/fr/ui/accessibility/",
    }
    answer = client.post("/fr/ui/display/", wishes)
    assert (answer.status_code, answer["Location"]) == (302, "/fr/ui/accessibility/")
    cookie = answer.cookies["display"]
    assert cookie.value == "text-larger.spacing-wide.scheme-contrast.calm-yes"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    html = client.get("/fr/ui/accessibility/").content.decode()
    assert '<html lang="fr" class="text-larger spacing-wide scheme-contrast calm-yes">' in html


def test_usual_settings_leave_no_class(client: Client) -> None:
    client.post("/fr/ui/display/", {"text": "normal", "spacing": "normal", "scheme": "auto", "calm": "no"})
    assert '<html lang="fr" class="">' in client.get("/fr/ui/").content.decode()


@pytest.mark.parametrize(
    "next_page", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_display_settings_never_lead_to_another_site(client: Client, next_page: str) -> None:
    wishes = {"text": "large", "spacing": "normal", "scheme": "auto", "calm": "no", "next": next_page}
    assert client.post("/fr/ui/display/", wishes)["Location"] == "/fr/ui/display/"


def test_a_choice_that_does_not_exist_is_asked_again(client: Client) -> None:
    answer = client.post(
        "/en/ui/display/", {"text": "huge", "spacing": "normal", "scheme": "auto", "calm": "no"}
    )
    assert answer.status_code == 200
    assert "display" not in answer.cookies
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("cookie", ["", "text-huge", "<script>", "text-large.text-", "....", "calm-yes\x00"])
def test_a_cookie_that_was_tampered_with_changes_nothing_else(cookie: str) -> None:
    assert display.from_cookie(cookie).classes in {"", "text-large"}


def test_the_cookie_says_what_was_chosen() -> None:
    chosen = display.Display(text="large", calm="yes")
    assert display.from_cookie(display.to_cookie(chosen)) == chosen


def test_a_refusal_says_why_to_someone_not_signed_in(rf: RequestFactory) -> None:
    answer = refusals.page(rf.get("/en/x/"), "The call is closed.", status=409)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The call is closed." in html
    assert "02 555 01 23" in html


def test_a_page_that_does_not_exist_is_a_page(client: Client) -> None:
    answer = client.get("/en/nowhere/")
    assert answer.status_code == 404
    assert "We could not find this page" in answer.content.decode()
    assert 'href="/nl/nowhere/"' in answer.content.decode()


def test_messages_are_notices(rf: RequestFactory) -> None:
    request: Any = rf.get("/en/ui/")
    request._messages = [Message(constants.SUCCESS, "Kept."), Message(constants.ERROR, "<b>Not kept.</b>")]
    html = render(request, "ui/refusal.html", {"title": "T", "reason": "R"}).content.decode()
    assert '<div class="notice good" role="status">' in html
    assert '<div class="notice problem" role="status">' in html
    assert "&lt;b&gt;Not kept." in html


def test_the_log_in_page_offers_a_code_as_an_equal_choice(client: Client) -> None:
    html = client.get("/en/account/login/?next=/en/ui/").content.decode()
    assert html.index("With my password") < html.index("With a code by e-mail")
    assert re.search(r'<form method="post" action="/en/account/login/code/[^"]*"', html)
    assert html.count('name="next" value="/en/ui/"') == 3
    assert 'autocomplete="current-password"' in html
    assert html.count("placeholder") == 0


def test_a_wrong_password_is_said_in_a_summary_and_the_address_is_kept(client: Client) -> None:
    html = client.post("/en/account/login/", {"login": "anna@example.be", "password": "x"}).content.decode()
    assert 'role="alert"' in html
    assert 'value="anna@example.be"' in html


def test_the_pages_of_this_area_are_open_to_everyone() -> None:
    for view in (pages.gallery, pages.display_settings, pages.accessibility):
        assert vars(view)["access_check"] == "open"


@pytest.mark.parametrize(
    "page",
    ["email/", "password/change/", "logout/", "security/", "security/totp/activate/", "security/webauthn/",
     "security/webauthn/add/", "security/recovery-codes/generate/", "reauthenticate/", "password/reset/"],
)  # fmt: skip
def test_the_account_pages_carry_our_frame(client: Client, django_user_model: Any, page: str) -> None:
    user = django_user_model.objects.create_user(email="anna@example.be", password="long enough a word")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    enter(client, user)
    answer = client.get(f"/en/account/{page}", follow=True)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count("<h1>") == 1
    assert "Sign out" in html
    assert "This functionality requires JavaScript" not in html, "the library's own words"
