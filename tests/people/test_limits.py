"""Who asks for too much waits; who asks from elsewhere, or for another account, does not."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils.translation import override

from commonweal.config.addresses import client_address
from commonweal.people.actions.limits import TooOften, use_once
from commonweal.ui.formats import moment
from tests import factories as make
from tests.clock import NOW, Clock
from tests.sign_in import signed_in
from tests.test_architecture import patterns

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
ADDRESS = "/%s/members/shares/statement/"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def log_in(address: str, email: str, password: str, **headers: str) -> Any:
    client = Client(REMOTE_ADDR=address, **headers)
    return client.post("/en/account/login/", {"login": email, "password": password})


def test_whoever_fails_elsewhere_keeps_nobody_out_of_their_account() -> None:
    make.account(make.person(email="ada@example.org"))
    for _each in range(8):
        log_in("198.51.100.7", "ada@example.org", "wrong")
    assert log_in("198.51.100.7", "ada@example.org", PASSWORD).status_code == 200, (
        "where it was guessed, it waits"
    )
    assert log_in("203.0.113.9", "ada@example.org", PASSWORD).status_code == 302


def test_behind_our_proxy_one_visitor_keeps_no_other_out(settings: Any) -> None:
    settings.PROXIES = ["127.0.0.1"]
    make.account(make.person(email="ada@example.org"))
    for number in range(14):
        log_in("127.0.0.1", f"nobody{number}@example.org", "wrong", HTTP_X_FORWARDED_FOR="198.51.100.7")
    assert (
        log_in("127.0.0.1", "ada@example.org", PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.7").status_code
        == 200
    )
    entered = log_in("127.0.0.1", "ada@example.org", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert entered.status_code == 302


def test_what_a_visitor_writes_about_their_address_is_not_believed(settings: Any) -> None:
    for number in range(14):
        log_in(
            "198.51.100.7", f"nobody{number}@example.org", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}"
        )
    make.account(make.person(email="ada@example.org"))
    pretended = log_in("198.51.100.7", "ada@example.org", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.77")
    assert pretended.status_code == 200


@pytest.mark.parametrize("page", ["login/code/", "password/reset/"])
def test_asking_for_anothers_mails_does_not_keep_theirs_from_them(page: str, mailoutbox: list[Any]) -> None:
    make.account(make.person(email="ada@example.org"))
    for _each in range(12):
        Client(REMOTE_ADDR="198.51.100.7").post(f"/en/account/{page}", {"email": "ada@example.org"})
    before = len(mailoutbox)
    assert before <= 10
    Client(REMOTE_ADDR="203.0.113.9").post(f"/en/account/{page}", {"email": "ada@example.org"})
    assert len(mailoutbox) == before + 1


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "1.2.3.4, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.9, 10.0.0.3", "10.0.0.9"),
        ("10.0.0.2", "203.0.113.9, nonsense", "10.0.0.2"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("", "203.0.113.9", "unknown"),
    ],
)
def test_the_address_is_the_first_that_is_none_of_our_proxies(
    peer: str, said: str, address: str, settings: Any
) -> None:
    settings.PROXIES = ["10.0.0.0/24"]
    assert client_address(RequestFactory(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=said).get("/")) == address


def test_a_member_reads_ten_pages_of_the_register_a_day(clock: Clock) -> None:
    client, other = signed_in(make.member().person), signed_in(make.member().person)
    asked = {"day_0": "23", "day_1": "11", "day_2": "2026"}
    answers = [client.post("/en/members/register/consult/", asked) for _each in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    text = answers[-1].content.decode()
    assert "Tuesday 24 November 2026, 0:00" in text or "Tuesday 24 November 2026, 00:00" in text
    assert settings.SITE["phone"] in text
    # Nine in the morning in London is ten in Brussels: fourteen hours are left.
    assert answers[-1]["Retry-After"] == str(14 * 3600)
    assert other.post("/en/members/register/consult/", asked).status_code == 200
    assert client.get("/en/members/register/consult/").status_code == 200
    clock.forward(days=1)
    assert client.post("/en/members/register/consult/", asked).status_code == 200


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_documents_are_made_sixty_times_an_hour(language: str) -> None:
    person = make.person()
    for _each in range(60):
        use_once(kind="pdf", person=person, address="", now=NOW)
    answer = signed_in(person).get(ADDRESS % language)
    assert answer.status_code == 429
    with override(language):
        assert moment(NOW.replace(hour=10)) in answer.content.decode()
    assert signed_in(make.person()).get(ADDRESS % language).status_code != 429


def test_tracking_codes_are_tried_thirty_times_an_hour_from_one_address() -> None:
    for _each in range(30):
        use_once(kind="codes", person=None, address="127.0.0.1", now=NOW)
    assert Client().post("/en/ballots/1/result/my-vote/", {"code": "x"}).status_code == 429
    assert (
        Client(REMOTE_ADDR="203.0.113.9").post("/en/ballots/1/result/my-vote/", {"code": "x"}).status_code
        == 404
    )
    # Whoever is signed in is counted by address as well: no code is tied to a name.
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT left(who, 8) FROM people_use")
        assert cursor.fetchall() == [("address:",)]


def test_no_list_of_who_came_from_where_is_kept() -> None:
    use_once(kind="codes", person=None, address="198.51.100.7", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT who FROM people_use")
        assert "198.51" not in str(cursor.fetchall())


def test_the_last_one_is_given_and_the_next_waits() -> None:
    for _each in range(10):
        use_once(kind="register", person=make.person(), address="", now=NOW)
    person = make.person()
    for _each in range(10):
        use_once(kind="register", person=person, address="", now=NOW)
    with pytest.raises(TooOften):
        use_once(kind="register", person=person, address="", now=NOW)


def test_counts_of_tries_are_not_thrown_out_by_asking_for_many_things() -> None:
    """Django's cache in the database keeps 300 things unless told, and lets go a third of them beyond."""
    cache.set("allauth:rl:a-try", [1.0], 600)
    for number in range(400):
        cache.set(f"another:{number}", 1, 600)
    assert cache.get("allauth:rl:a-try") == [1.0]
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000


def makes_documents(path: Path) -> set[str]:
    """Names of the functions of a module that answer with a PDF, themselves or through another of its functions."""
    functions = {
        each.name: each for each in ast.parse(path.read_text()).body if isinstance(each, ast.FunctionDef)
    }
    found = {
        name
        for name, each in functions.items()
        if any(isinstance(node, ast.Constant) and node.value == "application/pdf" for node in ast.walk(each))
    }
    while True:
        more = {
            name
            for name, each in functions.items()
            if any(isinstance(node, ast.Name) and node.id in found for node in ast.walk(each))
        }
        if more <= found:
            return found
        found |= more


def test_every_page_that_makes_a_document_is_limited() -> None:
    views = {pattern.callback for _address, pattern in patterns(get_resolver())}
    found, open_ones = 0, []
    for view in views:
        inner = inspect.unwrap(view)
        file = inspect.getsourcefile(inner) or "" if inspect.isfunction(inner) else ""
        if "/commonweal/" in file and inner.__name__ in makes_documents(Path(file)):
            found += 1
            if getattr(view, "limited", "") != "pdf":
                open_ones.append(f"{inner.__module__}.{inner.__name__}")
    assert found >= 8
    assert open_ones == []
