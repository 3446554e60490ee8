"""Pages and mails of accounts: in the reader's language and address, true of us, of use without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from commonweal.config import account_texts
from commonweal.config.accounts import AccountAdapter, FactorAdapter
from commonweal.people import actions
from tests import factories as make
from tests.sign_in import account_of, signed_in

pytestmark = pytest.mark.django_db
OTHERS = ("fr", "nl", "de")
# How a friend is spoken to; members are strangers.
FAMILIAR = {
    "fr": r"\b(tu|toi|te|ton|ta|tes)\b",
    "nl": r"\b(je|jij|jou|jouw|jullie)\b",
    "de": r"\b(du|dich|dir|dein\w*|gib|lass)\b",
}
# The same word in two of our languages.
SAME = {"Code", "JavaScript", "Passkey 1", "E-mail", "Name", "Passkeys", "Accounts", "Stop"}


@pytest.fixture(autouse=True)
def _no_limits_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    # What a key holds is of no matter here; that it works, a browser tries (`tests/journeys/test_passkeys.py`).
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda _user: [])


class _Texts(HTMLParser):
    """What a reader sees and hears in the main part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.silent, self.found = 0, 0, []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self.depth += 1
        if tag in ("script", "style"):
            self.silent += 1
        if self.depth:
            said = [value for name, value in attrs if name in ("aria-label", "alt", "placeholder", "title")]
            self.found.extend(filter(None, said))

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "main"
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self.depth and not self.silent and data.strip():
            self.found.append(" ".join(data.split()))


def texts(page: str) -> list[str]:
    parser = _Texts()
    parser.feed(page)
    assert parser.found, "a page without words"
    return parser.found


def passkey(account: Any) -> Authenticator:
    data = {"name": "Passkey 1", "credential": {}, "passwordless": False}
    return Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=data)


def visitor() -> tuple[Client, list[str]]:
    return Client(), [
        "login/",
        "signup/",
        "login/code/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-x/",
        "password/reset/key/done/",
        "inactive/",
    ]


def member() -> tuple[Client, list[str]]:
    person = make.person(email="ada@example.org")
    client = signed_in(person)
    account = account_of(person)
    EmailAddress.objects.create(user=account, email="second@example.org", verified=False)
    return client, [
        "email/",
        "password/change/",
        "logout/",
        "reauthenticate/",
        "security/",
        "security/webauthn/",
    ]


def keeper() -> tuple[Client, list[str]]:
    """Somebody with an app, a passkey and spare codes."""
    person = make.person(email="kim@example.org")
    client, account = signed_in(person), account_of(person)
    totp.TOTP.activate(account, totp.generate_totp_secret())
    RecoveryCodes.activate(account)
    key = passkey(account)
    return client, [
        "security/",
        "security/totp/deactivate/",
        "security/recovery-codes/",
        "security/recovery-codes/generate/",
        "security/reauthenticate/",
        "security/webauthn/",
        "security/webauthn/add/",
        f"security/webauthn/keys/{key.pk}/edit/",
        f"security/webauthn/keys/{key.pk}/remove/",
        "security/webauthn/reauthenticate/",
    ]


def newcomer() -> tuple[Client, list[str]]:
    """Somebody without a second step yet, whose password would be asked for."""
    person = make.person(email="new@example.org")
    return signed_in(person), ["security/totp/activate/", "security/webauthn/add/"]


@pytest.mark.parametrize("who", [visitor, member, keeper, newcomer], ids=lambda who: who.__name__)
@pytest.mark.parametrize("language", OTHERS)
def test_every_page_is_in_the_readers_language_and_polite(
    who: Callable[[], tuple[Client, list[str]]], language: str
) -> None:
    client, addresses = who()
    for address in addresses:
        pages = {}
        for code in ("en", language):
            answer = client.get(f"/{code}/account/{address}", follow=True)
            assert answer.status_code == 200, (address, answer.status_code)
            pages[code] = texts(answer.content.decode())
        said = " | ".join(pages[language])
        assert not re.search(FAMILIAR[language], said, re.IGNORECASE), (address, said)
        english = {each for each in pages["en"] if re.search("[A-Za-z]{3}", each)}
        left = {each for each in english & set(pages[language]) if "@" not in each} - SAME
        left -= {django_settings.SITE["phone"]}
        assert not left, (address, left)


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_library_says_in_its_code_is_ours_and_polite(language: str) -> None:
    kept = {"phone_password_mismatch", "phone_taken", "unknown_phone"}
    kept |= {each for each in AccountAdapter.error_messages if each.startswith("username_")} | {"published"}
    assert set(AccountAdapter.error_messages) - set(account_texts.ERRORS) == kept, "reached by nobody here"
    assert set(FactorAdapter.error_messages) == set(account_texts.FACTOR_ERRORS)
    with translation.override(language):
        ours = [translation.gettext(each) for each in account_texts.LABELS]
        ours += [str(each) for each in (account_texts.ERRORS | account_texts.FACTOR_ERRORS).values()]
    for said in ours:
        assert not re.search(FAMILIAR[language], said, re.IGNORECASE), said


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_each_mail_is_in_the_readers_language_and_says_how_long_its_code_is_good(
    language: str, mailoutbox: list[Any]
) -> None:
    make.account(make.person(email="ada@example.org"))
    base, words = f"/{language}/account", {}
    for address, field, email in (
        ("login/code/", "email", "ada@example.org"),
        ("login/code/", "email", "nobody@example.org"),
        ("password/reset/", "email", "ada@example.org"),
        ("signup/", "email", "ada@example.org"),
        ("signup/", "email", "new@example.org"),
    ):
        cache.clear()
        Client().post(f"{base}/{address}", {field: email, "password1": "a long pass phrase 7"})
        words[address, email] = f"{mailoutbox[-1].subject} | {mailoutbox[-1].body}"
    assert len(mailoutbox) == 5
    quarter = {"en": "quarter of an hour", "fr": "quart d’heure", "nl": "kwartier", "de": "Viertelstunde"}
    for key in (("login/code/", "ada@example.org"), ("signup/", "new@example.org")):
        assert quarter[language] in words[key]
    if language != "en":
        for said in words.values():
            assert not re.search(FAMILIAR[language], said, re.IGNORECASE), said
            assert not re.search(r"\b(the|your|you)\b", said, re.IGNORECASE), said


def test_codes_are_good_for_as_long_as_page_and_mail_say() -> None:
    assert django_settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT == 15 * 60
    assert django_settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT == 15 * 60


def test_nobody_is_told_that_a_closed_account_is_none(mailoutbox: list[Any]) -> None:
    person = make.person(email="ada@example.org")
    account = make.account(person)
    actions.block_account(account=account, why="x", by=make.staff("administrator"), now=make.NOW)
    for address, values in (
        ("login/code/", {"email": "ada@example.org"}),
        ("password/reset/", {"email": "ada@example.org"}),
        ("signup/", {"email": "ada@example.org", "password1": "a long pass phrase 7"}),
    ):
        cache.clear()
        before = len(mailoutbox)
        Client().post(f"/en/account/{address}", values)
        for mail in mailoutbox[before:]:
            assert "closed? Call us" in mail.body, (address, mail.body)


def without_script(page: str) -> str:
    """A page as a browser without JavaScript shows it: what needs a script is hidden by the stylesheet."""
    return re.sub(r'<(\w+)[^>]*class="[^"]*needs-script.*?</\1>', "", page, flags=re.DOTALL)


def test_without_script_no_button_of_a_passkey_is_shown(db: None) -> None:
    person = make.person(email="kim@example.org")
    client, account = signed_in(person), account_of(person)
    totp.TOTP.activate(account, totp.generate_totp_secret())
    passkey(account)
    for address in (
        "account/security/webauthn/",
        "account/security/webauthn/add/",
        "account/security/webauthn/reauthenticate/",
        "account/security/reauthenticate/",
        "me/second-factor/",
    ):
        page = client.get(f"/en/{address}").content.decode()
        shown = without_script(page)
        assert "Use my passkey" not in shown, address
        assert "Add a passkey</span>" not in shown, address
        if address.startswith("account/security/webauthn/"):
            assert "This needs JavaScript" in page, "and it says so"


def test_extra_safety_says_to_staff_that_they_need_it() -> None:
    staff = make.staff("counter")
    for factor in (True, False):
        page = signed_in(staff, factor=factor).get("/en/account/security/").content.decode()
        assert "You are on the staff, so you need one." in page
        assert "You choose whether you want it" not in page
    page = signed_in(make.person()).get("/en/account/security/").content.decode()
    assert "You choose whether you want it" in page
