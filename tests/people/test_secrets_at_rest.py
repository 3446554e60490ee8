"""Whoever reads the whole database signs in with nothing found there: sessions, codes, second factors, keys."""

from __future__ import annotations

import base64
import copy
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from commonweal.config import lockbox
from commonweal.people.actions import make_key
from commonweal.people.models import Session
from commonweal.people.rules import Scope
from tests import factories as make
from tests.clock import NOW, Clock
from tests.sign_in import account_of, signed_in

pytestmark = pytest.mark.django_db
CODE = re.compile(r"\b([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\b")
_PIECES = re.compile(r"[A-Za-z0-9_\-+/=]{8,}")


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def rows() -> Iterator[str]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            yield from (row for (row,) in cursor.fetchall())


def readable() -> str:
    """All that the rows say, and what they say when each piece is taken for base 64, packed or not."""
    found = list(rows())
    for piece in {piece for row in list(found) for piece in _PIECES.findall(row)}:
        for start in {0, piece.startswith(".")}:
            try:
                raw = base64.urlsafe_b64decode(piece[start:].replace("+", "-").replace("/", "_") + "===")
            except ValueError:
                continue
            found.append(raw.decode("latin-1"))
            try:
                found.append(zlib.decompress(raw).decode("latin-1"))
            except zlib.error:
                continue
    return "\n".join(found)


def secret_things(mailoutbox: list[Any]) -> dict[str, str]:
    """Somebody signed in, a code asked for, both second factors, a key: all that opens their account."""
    person = make.staff("secretary", email="ada@example.org")
    client, stranger = signed_in(person), Client()
    client.get("/en/me/")
    stranger.post("/en/account/login/code/", {"email": "ada@example.org"})
    code = CODE.search(mailoutbox[-1].body)
    assert code
    app = generate_totp_secret()
    TOTP.activate(account_of(person), app)
    codes = RecoveryCodes.activate(account_of(person))
    return {
        "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "session of who asks for a code": stranger.cookies[settings.SESSION_COOKIE_NAME].value,
        "code by mail": code[1],
        "authenticator": app,
        "seed": lockbox.opened(codes.instance.data["seed"], "second factor"),
        **{f"recovery code {number}": text for number, text in enumerate(codes.generate_codes())},
        "key": make_key(name="accounts", scopes=[Scope.REGISTER], by=person, now=NOW)[1],
    }


def test_no_secret_that_opens_an_account_lies_in_the_database(mailoutbox: list[Any]) -> None:
    secrets = secret_things(mailoutbox)
    seen = readable()
    assert "ada@example.org" in seen
    assert {name for name, secret in secrets.items() if secret in seen} == set()


def test_whatever_stands_in_a_row_opens_no_page_and_no_operation(mailoutbox: list[Any]) -> None:
    secret_things(mailoutbox)
    texts = {row.strip("()").partition(",")[0] for row in rows()} | set(
        Session.objects.values_list("session_key", flat=True)
    )
    assert len(texts) > 10
    for text in texts:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = text
        assert "_auth_user_id" not in client.session, text


def test_a_session_is_opened_with_the_cookie_and_the_key_of_the_site_only() -> None:
    client = signed_in(make.person())
    row = Session.objects.get()
    assert row.account_id == int(client.session["_auth_user_id"])
    copied = Client()
    copied.cookies = copy.deepcopy(client.cookies)
    with override_settings(SECRET_KEY="another"):
        assert copied.get("/en/me/").status_code == 302
    assert client.get("/en/me/").status_code == 200


def test_what_an_earlier_key_locked_still_opens_and_nothing_else() -> None:
    text = lockbox.locked("JBSWY3DP", "second factor")
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert lockbox.opened(text, "second factor") == "JBSWY3DP"
    for wrong in ("another purpose", "second factor "):
        with pytest.raises(lockbox.CannotOpen):
            lockbox.opened(text, wrong)
    for damaged in (text[:-6], "JBSWY3DP", "", "box1:é", text.replace("box1:", "box1:A")):
        with pytest.raises(lockbox.CannotOpen):
            lockbox.opened(damaged, "second factor")
    with override_settings(SECRET_KEY="new"), pytest.raises(lockbox.CannotOpen):
        lockbox.opened(text, "second factor")


def test_secrets_are_locked_anew_with_the_newest_key() -> None:
    from commonweal.config.accounts import lock_anew

    account = make.account(make.person())
    TOTP.activate(account, "JBSWY3DP")
    RecoveryCodes.activate(account)
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[old]):
        assert lock_anew() == 2
    with override_settings(SECRET_KEY="new"):
        found = Authenticator.objects.get(type=Authenticator.Type.TOTP)
        assert lockbox.opened(found.data["secret"], "second factor") == "JBSWY3DP"


def test_sessions_that_have_ended_leave_no_row(clock: Clock) -> None:
    from commonweal.people.tasks import forget_what_ended

    signed_in(make.person())
    forget_what_ended()
    assert Session.objects.count() == 1
    clock.forward(days=15)
    forget_what_ended()
    assert not Session.objects.exists()


def test_who_is_forgotten_has_no_session_left() -> None:
    from commonweal.people.actions import erase_person

    person = make.person()
    client = signed_in(person)
    erase_person(person=person, by=person, now=NOW)
    assert not Session.objects.exists()
    assert client.get("/en/me/").status_code == 302
