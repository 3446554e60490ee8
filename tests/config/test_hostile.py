"""Whatever is typed or sent, at whatever address, by whoever: the site answers, and never with an error of its own.

Each address is asked with true and false numbers and names in its gaps, with hostile questions and with hostile answers in
every field its page asks. `make test` takes one kind of person an address, in turn; `make proof` takes them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from commonweal.people.models import Account
from commonweal.people.rules import ROLES
from tests import factories as make
from tests.clock import Clock
from tests.journeys.sites import VIEWERS, VOTE_DAY, built
from tests.test_architecture import patterns

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
GAP = re.compile(r"<(?:(\w+):)?\w+>|\(\?P<\w+>[^)]*\)")
# What stands in a gap of an address: by its kind, numbers and words that name nothing, or more than fits anywhere.
WORDS = (
    "x",
    "%00",
    "..%2F..%2Fetc",
    "é’%22%3C%3E",
    "%F0%9F%99%82",
    "a" * 300,
    "%ff%fe",
    "%ed%a0%80",
    "-1",
    "٣",
)
NUMBERS = ("0", "1", "2147483648", "9223372036854775808", "9" * 40)
TEXTS = (
    "",
    "\x00",
    "a" * 20_000,
    "🙂" * 200,
    "-1",
    "1e400",
    "9" * 400,
    "1.125",
    "٣",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "NaN",
    "' OR 1=1 --",
    "{{7*7}}{% now %}",
    "=cmd|' /C calc'!A0",
    "http://[::1",
    "//evil.example/",
    "\u202eabc\u2066",
    "[1]",
    "{}",
)
ASKED = (
    *(
        "q",
        "text",
        "page",
        "cursor",
        "day",
        "next",
        "language",
        "sort",
        "order",
        "since",
        "until",
        "state",
        "number",
    ),
    *(
        "year",
        "class",
        "region",
        "reading",
        "known_at",
        "format",
        "limit",
        "from",
        "to",
        "call",
        "ambition",
        "code",
    ),
)
FILES = {
    "nothing": b"",
    "noughts": bytes(2_000),
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;',
    "zip": b"PK\x03\x04" + bytes(40),
    "coda": b"0000020112672505        " + b"9" * 104 + b"\n",
    "csv": b"number;postcode\n\x00;;;\n=1;\xff\n",
}


@dataclass(frozen=True)
class Address:
    """An address of the site as it is declared, with what may stand in its gaps."""

    declared: str

    def filled(self, real: dict[str, str], turn: int) -> Iterator[str]:
        """A true one where a page of the site has it, and one with gaps filled by what names nothing."""
        if self.declared in real:
            yield real[self.declared]
        if self.declared not in real or GAP.search(self.declared):
            yield self._with(turn)

    def _with(self, place: int) -> str:
        def gap(found: re.Match[str]) -> str:
            kind = found[1] or "str"
            if kind == "uuid":
                return "00000000-0000-0000-0000-000000000001"
            several = NUMBERS if kind == "int" else WORDS
            return several[place % len(several)]

        plain = re.sub(r"[\^$\\]|\\Z", "", GAP.sub(gap, self.declared))
        return "/" + plain.removeprefix("/").replace("en-us/", "en/")


def addresses() -> list[Address]:
    return [Address(address) for address, _pattern in patterns(get_resolver()) if "logout" not in address]


def declared(path: str) -> str:
    """What an address is declared as."""
    return get_resolver().resolve(path.partition("?")[0]).route


class Trial:
    """Asks an address as somebody, and notes what ended in an error of ours; nothing that is sent stays."""

    def __init__(self, real: dict[str, str]) -> None:
        self.real, self.asked = real, 0
        self.troubles: list[str] = []
        self.raised: list[str] = []
        got_request_exception.connect(self._note)

    def _note(self, sender: Any, **_told: Any) -> None:
        import sys

        kind, error, _trace = sys.exc_info()
        self.raised.append(f"{kind.__name__ if kind else ''}: {str(error)[:200]}")

    def ask(self, client: Client, who: str, address: Address, turns: int) -> None:
        turn = crc32(f"{who} {address.declared}".encode())
        for path in address.filled(self.real, turn):
            html = self._answer(client, who, "GET", path)
            for place in range(turns):
                texts = [TEXTS[(turn + place + each) % len(TEXTS)] for each in range(len(ASKED))]
                self._answer(client, who, "GET", path, dict(zip(ASKED, texts, strict=True)))
                self._answer(client, who, "POST", path, dict(typed(html, turn + place)))
            self._answer(
                client, who, "POST", path, b'{"a": [' + b"1e999," * 20, content_type="application/json"
            )
            self._answer(client, who, "DELETE", path)

    def _answer(self, client: Client, who: str, method: str, path: str, data: Any = None, **told: Any) -> str:
        self.asked += 1
        with self._taken_back():
            send = {"GET": client.get, "POST": client.post, "DELETE": client.delete}[method]
            sent = {"data": data} if data is not None else {}
            answer: Any = send(path, **sent, **told)
            if answer.status_code >= 500:
                raised = self.raised[-1] if self.raised else ""
                self.troubles.append(
                    f"{answer.status_code} {who} {method} {path[:120]} {str(data)[:160]!r} {raised}"
                )
            # What streams is only made when it is read.
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return str(content, "utf-8", "replace") if method == "GET" and data is None else ""

    @contextmanager
    def _taken_back(self) -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


def typed(html: str, turn: int) -> Iterator[tuple[str, Any]]:
    """A hostile answer to every field of every form of a page; what a page hides is left as it was in every other turn."""
    if not html.strip() or "<form" not in html:
        yield "field", TEXTS[turn % len(TEXTS)]
        return
    for place, field in enumerate(lxml.html.fromstring(html).iterfind(".//form//*[@name]")):
        name, kind = str(field.get("name")), field.get("type", field.tag)
        if name == "csrfmiddlewaretoken":
            continue
        if kind == "file":
            title = list(FILES)[(turn + place) % len(FILES)]
            yield name, SimpleUploadedFile(f"{title}.xlsx", FILES[title])
        elif kind in ("hidden", "radio", "checkbox", "submit") and turn % 2:
            yield name, str(field.get("value") or "")
        else:
            yield name, TEXTS[(turn + place) % len(TEXTS)]


def everybody(site_staff: str) -> dict[str, Client]:
    """Each kind of person there is: nobody signed in, an account without a name, a member, every role, all roles."""
    people: dict[str, Account | None] = {"nobody": None}
    people["nameless"] = Account.objects.get(email=VIEWERS["newcomer"].email)
    people["member"] = Account.objects.get(email=VIEWERS["applicant"].email)
    people["all roles"] = Account.objects.get(email=site_staff)
    for role in ROLES:
        people[role.code] = make.account(make.staff(role.code, email=f"{role.code}@hostile.example"))
    clients = {}
    for who, account in people.items():
        clients[who] = Client(raise_request_exception=False)
        if account is not None:
            clients[who].force_login(account)
    return clients


@pytest.fixture
def trial(clock: Clock) -> Trial:
    looks = built()
    clock.go_to(VOTE_DAY)
    real = {declared(f"/en/{look.address}"): f"/en/{look.address}" for look in looks if look.status == 200}
    return Trial(real)


def test_no_address_breaks_whatever_it_is_asked(trial: Trial) -> None:
    people = everybody(VIEWERS["staff"].email)
    names = list(people)
    for place, address in enumerate(addresses()):
        # Who may do most meets every other address; the others take turns.
        who = names[place // 2 % len(names)] if place % 2 else "all roles"
        trial.ask(people[who], who, address, turns=1)
    assert trial.asked > 1_000
    assert trial.troubles == []


@pytest.mark.proof
@pytest.mark.parametrize("who", ["nobody", "nameless", "member", "all roles", *(role.code for role in ROLES)])
def test_no_address_breaks_whoever_asks_and_whatever(trial: Trial, who: str) -> None:
    client = everybody(VIEWERS["staff"].email)[who]
    for address in addresses():
        trial.ask(client, who, address, turns=2)
    print(f"{who}: {trial.asked} requests")
    assert trial.troubles == []


def test_an_error_of_ours_would_be_noted(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    from commonweal.portal.views import home

    def breaks(*_request: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(home, "render", breaks)
    trial.ask(Client(raise_request_exception=False), "nobody", Address("en/"), turns=1)
    assert any(
        "500 nobody GET /en/" in trouble and "ZeroDivisionError" in trouble for trouble in trial.troubles
    )
