"""Signing up and in: codes by e-mail, limits on guessing, no telling who has an account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from commonweal.people.models import Account
from tests import factories as make
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def test_someone_signs_up_with_a_code_and_is_asked_for_their_name(client: Client, mailoutbox: Any) -> None:
    client.post("/en/account/signup/", {"email": "New@Example.org", "password1": "a long password"})
    code = re.search(r"\b([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\b", mailoutbox[0].body)
    assert code, mailoutbox[0].body
    client.post("/en/account/confirm-email/", {"code": code[1]})
    account = Account.objects.get()
    assert (account.email, account.person) == ("new@example.org", None)


def test_signing_up_with_a_known_address_tells_a_stranger_nothing(client: Client, mailoutbox: Any) -> None:
    make.account(make.person(email="known@example.org"))
    known = client.post("/en/account/signup/", {"email": "known@example.org", "password1": "a long password"})
    fresh = Client().post(
        "/en/account/signup/", {"email": "fresh@example.org", "password1": "a long password"}
    )
    assert (known.status_code, known.url) == (fresh.status_code, fresh.url)
    assert {mail.to[0] for mail in mailoutbox} == {"known@example.org", "fresh@example.org"}
    assert Account.objects.filter(email="known@example.org").count() == 1


def test_a_code_by_mail_signs_in(client: Client, mailoutbox: Any) -> None:
    make.account(make.person(email="ada@example.org"))
    client.post("/en/account/login/code/", {"email": "ada@example.org"})
    code = re.search(r"\b([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\b", mailoutbox[0].body)
    assert code, mailoutbox[0].body
    client.post("/en/account/login/code/confirm/", {"code": code[1]})
    assert "_auth_user_id" in client.session


def test_guessing_a_password_is_stopped_politely(client: Client) -> None:
    make.account(make.person(email="ada@example.org"))
    answers = [
        client.post("/en/account/login/", {"login": "ada@example.org", "password": f"wrong guess {number}"})
        for number in range(8)
    ]
    assert {answer.status_code for answer in answers} <= {200, 429}
    right = client.post("/en/account/login/", {"login": "ada@example.org", "password": "a long password"})
    assert right.status_code != 302, "after many wrong guesses even the right one waits"


@pytest.mark.parametrize("password", ["short", "password123", "1234567890"])
def test_a_weak_password_is_refused_with_a_reason(client: Client, password: str) -> None:
    answer = client.post("/en/account/signup/", {"email": "new@example.org", "password1": password})
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "page",
    ["account/email/", "account/password/change/", "account/security/", "account/security/recovery-codes/"],
)
def test_pages_of_ones_own_account_open_without_writing(page: str) -> None:
    client = signed_in(make.person())
    assert client.get(f"/fr/{page}").status_code in (200, 302, 404)
