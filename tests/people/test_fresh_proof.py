"""Money, roles, accounts and keys ask once more who it is; what was typed is kept; changes are told where they hurt."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from commonweal.config.signing_in import device_of
from commonweal.people import actions
from commonweal.people.access import PROOF_AT
from commonweal.people.models import Account, ApiKey, Event, JointAct, Message, Session
from commonweal.people.rules import ASKED_AGAIN, Scope
from tests import factories as make
from tests.clock import Clock
from tests.sign_in import account_of, signed_in
from tests.test_architecture import patterns

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def stale(client: Client) -> Client:
    """A session whose owner showed long ago who they are."""
    session = client.session
    session[PROOF_AT] = 0
    session.save()
    return client


def asked_at(view: Any) -> frozenset[str]:
    return getattr(view, "asks_again", frozenset())


def test_every_page_for_what_matters_most_asks_again_when_something_is_sent() -> None:
    mattering = {f"staff:{act}" for act in ASKED_AGAIN}
    views = {
        f"{view.__module__.split('.')[1]}.{view.__name__}": view
        for _address, pattern in patterns(get_resolver())
        if getattr(view := pattern.callback, "access_check", "") in mattering
    }
    assert {"treasury.movement_decide", "treasury.bank_file", "projects.call_count"} <= set(views)
    silent = {name for name, view in views.items() if "POST" not in asked_at(view)}
    # They keep a file, and do nothing with it.
    assert silent == {"treasury.payment_desk", "membership.imports"}
    assert "GET" in asked_at(views["projects.call_count"]), "before the file is chosen: it is counted at once"


def test_pages_that_give_roles_change_accounts_or_make_keys_ask_again() -> None:
    named = {pattern.name: pattern.callback for _address, pattern in patterns(get_resolver()) if pattern.name}
    for name in (
        "dividend-new",
        "payments-returned",
        "exit-enter",
        "conversion-enter",
        "paper-hand-out",
        "desk-staff",
        "desk-staff-end",
        "desk-account-change",
        "keys",
        "forget-me",
        "my-account",
        "dividend",
    ):
        assert "POST" in asked_at(named[name]), name


def test_a_payment_decided_at_a_desk_left_open_waits_for_a_proof() -> None:
    client = stale(signed_in(make.staff("finance")))
    decided = client.post("/en/members/payments/1/", {"decision": "set_aside"})
    assert decided["Location"].startswith("/en/account/reauthenticate/?next=")
    assert client.get("/en/members/payments/").status_code == 200, "looking asks for nothing"


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_page_is_asked_for_before_anything_is_typed(language: str) -> None:
    boss = make.staff("administrator")
    client = stale(signed_in(boss))
    asked = client.get(f"/{language}/desk/staff/")
    assert asked["Location"] == f"/{language}/account/reauthenticate/?next=%2F{language}%2Fdesk%2Fstaff%2F"
    assert client.get(asked["Location"]).status_code == 200
    entered = client.post(asked["Location"], {"password": PASSWORD})
    assert entered["Location"] == f"/{language}/desk/staff/"
    assert client.get(entered["Location"]).status_code == 200


def test_a_form_that_took_longer_is_kept_through_it(clock: Clock) -> None:
    boss = make.staff("administrator")
    make.account(make.person("Jo", "Peeters", email="jo@example.org"))
    client = stale(signed_in(boss))
    client.post("/en/account/reauthenticate/?next=/en/desk/staff/", {"password": PASSWORD})
    assert client.get("/en/desk/staff/").status_code == 200
    clock.forward(minutes=16)
    sent = {"email": "jo@example.org", "role": "counter", "why": "on Monday"}
    asked = client.post("/en/desk/staff/?anything=1", sent)
    assert not JointAct.objects.exists()
    wrong = client.post(asked["Location"], {"password": "wrong", "next": "/en/desk/staff/"})
    assert wrong.status_code == 200
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    shown = client.post(asked["Location"], {"password": PASSWORD, "next": back})
    assert not JointAct.objects.exists(), "sent when they are back at its own address"
    stranger = signed_in(make.staff("administrator"))
    assert stranger.get(back).status_code == 200
    assert client.get(shown["Location"])["Location"] == "/en/desk/staff/"
    client.get(shown["Location"])
    assert JointAct.objects.get().why == "on Monday"
    assert Event.objects.filter(name="JointActAsked").count() == 1


def test_what_waits_in_several_windows_is_all_kept_and_what_waited_too_long_is_said(clock: Clock) -> None:
    for name in ("jo", "an", "bo"):
        make.account(make.person(name.title(), "Peeters", email=f"{name}@example.org"))
    client = stale(signed_in(make.staff("administrator")))
    asked = [
        client.post("/en/desk/staff/", {"email": f"{name}@example.org", "role": "counter", "why": name})[
            "Location"
        ]
        for name in ("jo", "an", "bo")
    ]
    client.post(asked[0], {"password": PASSWORD})
    backs = [parse_qs(urlsplit(each).query)["next"][0] for each in asked]
    for back in reversed(backs[:2]):
        assert client.get(back)["Location"] == "/en/desk/staff/"
    assert set(JointAct.objects.values_list("why", flat=True)) == {"jo", "an"}
    clock.forward(minutes=61)
    client = stale(client)
    client.post(asked[0], {"password": PASSWORD})
    assert "was not done" in client.get(backs[2], follow=True).content.decode()
    assert JointAct.objects.count() == 2


def test_a_proof_lasts_a_quarter_of_an_hour(clock: Clock) -> None:
    person = make.person(email="ada@example.org")
    make.account(person)
    client = Client()
    client.post("/en/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    clock.forward(minutes=14)
    assert client.get("/en/me/keys/").status_code == 200
    clock.forward(minutes=2)
    assert client.get("/en/me/keys/").status_code == 302
    assert client.get("/en/me/").status_code == 200


@pytest.mark.parametrize("page", ["email/", "security/totp/activate/", "security/webauthn/add/"])
def test_address_password_and_factors_ask_again(page: str) -> None:
    client = stale(signed_in(make.person()))
    answer = client.get(f"/en/account/{page}")
    if answer.status_code == 200:
        answer = client.post(f"/en/account/{page}", {"action_add": "", "email": "evil@example.org"})
    assert "/reauthenticate/" in answer["Location"], page


@pytest.fixture
def ada() -> Any:
    person = make.person("Ada", "Byron", email="ada@example.org", language="en")
    make.account(person)
    return person


def told(person: Any, run_jobs: Callable[[], int]) -> Message:
    run_jobs()
    return Message.objects.filter(person=person).latest("pk")


def test_who_changes_the_address_is_seen_at_the_old_one(
    ada: Any, run_jobs: Callable[[], int], mailoutbox: list[Any]
) -> None:
    account, client = account_of(ada), signed_in(ada)
    EmailAddress.objects.create(user=account, email="evil@example.net", verified=True)
    client.post("/en/account/email/", {"action_primary": "", "email": "evil@example.net"})
    account.refresh_from_db()
    ada.refresh_from_db()
    assert (account.email, ada.email) == ("evil@example.net", "evil@example.net")
    message = told(ada, run_jobs)
    assert (message.event.name, message.address) == ("AddressChanged", "ada@example.org")
    assert mailoutbox[-1].to == ["ada@example.org"]
    assert "02 555 01 23" in mailoutbox[-1].body
    assert "example" not in str(message.event.data), "the audit trail is never erased, so it holds no address"
    client.post("/en/account/email/", {"action_remove": "", "email": "ada@example.org"})
    assert (told(ada, run_jobs).event.name, mailoutbox[-1].to) == ("AddressRemoved", ["ada@example.org"])


def test_a_new_password_is_told(ada: Any, run_jobs: Callable[[], int], mailoutbox: list[Any]) -> None:
    new = {"oldpassword": PASSWORD, "password1": "another long word", "password2": "another long word"}
    signed_in(ada).post("/en/account/password/change/", new)
    assert told(ada, run_jobs).event.name == "PasswordChanged"
    assert mailoutbox[-1].to == ["ada@example.org"]


def test_a_password_reset_by_mail_is_told(
    ada: Any, run_jobs: Callable[[], int], mailoutbox: list[Any]
) -> None:
    client = Client()
    client.post("/en/account/password/reset/", {"email": "ada@example.org"})
    link = re.search(r"https?://testserver(/\S+)", mailoutbox[-1].body)
    assert link
    page = client.get(link[1], follow=True)
    client.post(
        page.request["PATH_INFO"], {"password1": "another long word", "password2": "another long word"}
    )
    assert told(ada, run_jobs).event.name == "PasswordChanged"


def test_a_factor_taken_away_is_told(ada: Any, run_jobs: Callable[[], int]) -> None:
    totp.TOTP.activate(account_of(ada), totp.generate_totp_secret())
    signed_in(ada).post("/en/account/security/totp/deactivate/")
    assert told(ada, run_jobs).event.name == "FactorRemoved"


def test_a_key_for_programs_is_told(ada: Any, run_jobs: Callable[[], int]) -> None:
    signed_in(ada).post("/en/me/keys/", {"name": "accounts", "scopes": [Scope.OWN.value]})
    message = told(ada, run_jobs)
    assert (message.event.name, message.event.subject) == ("ApiKeyMade", f"key:{ApiKey.objects.get().pk}")


def test_an_account_without_a_name_is_told_as_well(
    mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    account = Account.objects.create_user(email="new@example.org", password=PASSWORD)
    with django_capture_on_commit_callbacks(execute=True):
        actions.note_change(account=account, kind="password_changed", now=make.NOW)
    assert mailoutbox[-1].to == ["new@example.org"]
    assert actions.note_change(account=account, kind="unheard of", now=make.NOW) is None


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_one_sees_where_one_is_signed_in_and_signs_out_elsewhere(ada: Any, language: str) -> None:
    here = signed_in(ada)
    phone, library = signed_in(ada), signed_in(ada)
    agent = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
    for client in (phone, library):
        session = client.session
        session["device"] = device_of(agent)
        session.save()
    stranger = signed_in(make.person())
    page = here.get(f"/{language}/me/sessions/").content.decode()
    assert page.count("Chrome, Android") >= 2
    rows = re.findall(r'name="session" value="([0-9a-f]{40})"', page)
    assert len(rows) == 2
    here.post(f"/{language}/me/sessions/end/", {"session": rows[0]})
    assert sorted(client.get("/en/me/").status_code for client in (phone, library)) == [200, 302]
    others = Session.objects.get(account=account_of(stranger.get("/en/me/").wsgi_request.user)).session_key
    here.post(f"/{language}/me/sessions/end/", {"session": others})
    assert stranger.get("/en/me/").status_code == 200, "nobody ends the sessions of others"
    here.post(f"/{language}/me/sessions/end/", {"session": "others"})
    assert [client.get("/en/me/").status_code for client in (here, phone, library)] == [200, 302, 302]
    assert Event.objects.filter(name="SessionsEnded", by=ada).count() == 2


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("", ""),
        ("curl/8", ""),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/141 Safari/537 Edg/141", "Edge, macOS"),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, device: str) -> None:
    assert device_of(agent) == device


def test_an_administrator_closes_an_account_and_opens_it_again(
    ada: Any, run_jobs: Callable[[], int], mailoutbox: list[Any]
) -> None:
    boss, account, device = make.staff("administrator"), account_of(ada), signed_in(ada)
    _key, secret = actions.make_key(name="x", scopes=[Scope.OWN], by=ada, now=make.NOW)
    base, desk = f"/en/desk/accounts/{account.pk}/", signed_in(boss)
    desk.post(f"{base}close/", {"why": "someone else has her phone"})
    assert device.get("/en/me/").status_code == 302
    assert Client().get("/api/1/me", headers={"Authorization": f"Bearer {secret}"}).status_code in (401, 404)
    assert not ApiKey.objects.filter(ended_at__isnull=True).exists()
    entered = Client().post("/en/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert entered.get("Location", "") in ("", "/en/account/inactive/")
    assert "someone else has her phone" in desk.get(base).content.decode()
    message = told(ada, run_jobs)
    assert (message.event.name, message.event.by) == ("AccountBlocked", boss)
    assert "someone else has her phone" in mailoutbox[-1].body
    desk.post(f"{base}open/")
    entered = Client().post("/en/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert entered["Location"] == "/en/me/"
    assert told(ada, run_jobs).event.name == "AccountReopened"


def test_nobody_closes_their_own_account_or_without_a_reason() -> None:
    boss, account = make.staff("administrator"), make.account(make.person())
    with pytest.raises(actions.AccountRefused):
        actions.block_account(account=make.account(boss), why="x", by=boss, now=make.NOW)
    with pytest.raises(actions.AccountRefused):
        actions.block_account(account=account, why=" ", by=boss, now=make.NOW)
    actions.block_account(account=account, why="left us", by=boss, now=make.NOW)
    actions.block_account(account=account, why="twice", by=boss, now=make.NOW)
    assert Event.objects.filter(name="AccountBlocked").count() == 1
    actions.open_account_again(account=account, by=boss, now=make.NOW)
    actions.open_account_again(account=account, by=boss, now=make.NOW)
    assert Event.objects.filter(name="AccountReopened").count() == 1
