"""Pages for too many tries and for our own mistakes: four languages, the phone number, what to do next."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client, RequestFactory
from psycopg.errors import UniqueViolation

from commonweal.config import middleware, outages
from commonweal.config.middleware import PoliteRefusals
from tests import factories as make
from tests.sign_in import enter


def test_our_mistake_is_said_in_four_languages_with_the_phone_number() -> None:
    text = outages.broken(RequestFactory().get("/")).content.decode()
    for language, said in (
        ("fr", "réessayez"),
        ("nl", "opnieuw"),
        ("de", "noch einmal"),
        ("en", "try again"),
    ):
        assert f'lang="{language}"' in text
        assert said in text
    assert settings.SITE["phone"] in text
    assert 'href="tel:' in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Patientez"), ("nl", "Wacht"), ("de", "Bitte warten Sie"), ("en", "Please wait")],
)
def test_too_many_tries_are_answered_in_the_readers_language_with_the_phone_number(
    language: str, said: str
) -> None:
    client = Client()
    for _each in range(40):
        answer = client.post(f"/{language}/account/password/reset/", {"email": "a@b.example"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    text = answer.content.decode()
    assert said in text
    assert settings.SITE["phone"] in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    ["word", "introduce", "portal:help", "me", "//evil.example", "https:///x", "\\\\x", "/\\x", "?", " "],
)
def test_where_to_go_on_may_be_any_text(asked: str) -> None:
    client = Client()
    enter(client, make.person())
    for answer in (client.get("/en/me/name/", {"next": asked}), client.post("/en/me/name/", {"next": asked})):
        assert answer.status_code == 302
        assert answer["Location"] == "/en/me/"
    assert client.get("/en/me/name/", {"next": "/en/help/"})["Location"] == "/en/help/"


@pytest.mark.django_db
def test_what_the_database_refuses_of_two_at_once_is_no_error_of_ours() -> None:
    request = RequestFactory().post("/en/")
    request.resolver_match = None
    request.user = make.account(make.person())
    error = IntegrityError("twice")
    error.__cause__ = UniqueViolation()
    answer = PoliteRefusals(lambda _request: None).process_exception(request, error)  # type: ignore[arg-type, return-value]
    assert answer is not None
    assert answer.status_code == 409
    assert PoliteRefusals(lambda _request: None).process_exception(request, IntegrityError("x")) is None  # type: ignore[arg-type, return-value]
    assert middleware.logger
