"""The database is away, breaks off while it keeps a vote, or has no room: every page says so, and nothing typed is lost."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import translation
from PIL import Image

from commonweal.config import outages
from commonweal.config.outage_texts import AGAIN, TEXTS, Outage
from commonweal.voting.models import Vote
from tests import factories as make
from tests.voting.steps import person_of, receipt_field, signed_in

LANGUAGES = ("fr", "nl", "de", "en")


@pytest.fixture
def away(transactional_db: None) -> Iterator[Callable[[], None]]:
    """Takes the database server away for this process, as if it had ended; it is back after the test."""
    kept = dict(connection.settings_dict)

    def take_away() -> None:
        connection.close()
        connection.settings_dict["HOST"] = "/no/such/socket"

    yield take_away
    connection.close()
    connection.settings_dict.update(kept)


def calm(client: Client | None = None) -> Client:
    """A client that shows the page of an error instead of raising it."""
    client = client or Client()
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("language", LANGUAGES)
def test_while_the_database_is_away_a_page_says_so_in_four_languages_and_comes_back(
    away: Callable[[], None], language: str
) -> None:
    client = calm()
    away()
    answer = client.get(f"/{language}/")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    text = answer.content.decode()
    assert text.index(f'<section lang="{language}"') == min(
        text.index(f'<section lang="{each}"') for each in LANGUAGES
    )
    for each in LANGUAGES:
        assert TEXTS[each].outages[Outage.AWAY][0] in text
    assert text.count(f">{settings.SITE['phone']}<") == len(LANGUAGES)


def test_it_comes_back_by_itself(away: Callable[[], None]) -> None:
    client, host = calm(), connection.settings_dict["HOST"]
    away()
    assert client.get("/en/").status_code == 503
    connection.settings_dict["HOST"] = host
    assert client.get("/en/").status_code == 200


def test_a_program_is_told_in_its_own_form(away: Callable[[], None]) -> None:
    away()
    answer = calm().get("/api/1/me", headers={"Authorization": "Bearer cw_x"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "away"
    assert "Retry-After" in answer


def reviewed() -> tuple[Any, Client, dict[str, Any]]:
    """An open ballot, a member's browser, and the fields of the form that casts."""
    ballot, _sheets = make.open_ballot(budget_cents=4_000_00)
    client = calm(signed_in(person_of(make.voters(ballot)[0])))
    page = client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["1", "3"]}).content.decode()
    return ballot, client, {"choice": ["1", "3"], "receipt": receipt_field(page)}


def sent_again(text: str) -> dict[str, list[str]]:
    """The fields of the form on a page of an outage."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text):
        found.setdefault(name, []).append(value)
    return found


def test_a_vote_sent_while_the_database_is_away_is_not_taken_and_can_be_sent_again_from_the_page(
    away: Callable[[], None],
) -> None:
    ballot, client, fields = reviewed()
    host = connection.settings_dict["HOST"]
    address = f"/en/ballots/{ballot.pk}/cast/"
    away()
    answer = client.post(address, fields)
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "no-store" in answer["Cache-Control"]
    for language in LANGUAGES:
        assert TEXTS[language].vote_lost[0] in text
    assert f'<form method="post" action="{address}">' in text
    connection.settings_dict["HOST"] = host
    assert not Vote.objects.exists(), "what the page says is true"
    assert client.post(address, sent_again(text)).status_code == 200
    assert Vote.objects.count() == 1


BREAKS = """
    CREATE FUNCTION breaks_off() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER breaks_off AFTER INSERT ON voting_envelope
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION breaks_off();
"""
FULL = """
    CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER is_full BEFORE INSERT ON voting_envelope FOR EACH ROW EXECUTE FUNCTION is_full();
"""


@pytest.fixture
def while_voting(transactional_db: None) -> Iterator[Callable[[str], None]]:
    """Lets the database break in a way of its own while it keeps an envelope; mended after the test."""
    names: list[str] = []

    def breaks(statements: str) -> None:
        names.append(re.findall(r"TRIGGER (\w+)", statements)[0])
        with connection.cursor() as cursor:
            cursor.execute(statements)

    yield breaks
    connection.close()
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                f"DROP TRIGGER IF EXISTS {name} ON voting_envelope; DROP FUNCTION IF EXISTS {name}()"
            )


def test_a_vote_the_database_broke_off_keeping_is_never_said_to_be_lost(
    while_voting: Callable[[str], None],
) -> None:
    ballot, client, fields = reviewed()
    while_voting(BREAKS)
    text = client.post(f"/en/ballots/{ballot.pk}/cast/", fields).content.decode()
    for language in LANGUAGES:
        assert TEXTS[language].vote_unsure[0] in text
        assert TEXTS[language].vote_lost[0] not in text
    assert sent_again(text)["choice"] == ["1", "3"]


def test_a_vote_that_was_kept_is_never_said_to_be_lost_where_only_its_receipt_breaks(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballot, client, fields = reviewed()

    def breaks(_code: str) -> str:
        raise OperationalError("gone")

    monkeypatch.setattr("commonweal.voting.views.vote.code_shown", breaks)
    text = client.post(f"/en/ballots/{ballot.pk}/cast/", fields).content.decode()
    assert Vote.objects.count() == 1
    assert TEXTS["en"].vote_unsure[0] in text


def test_a_full_disk_is_said_and_reading_goes_on(while_voting: Callable[[str], None]) -> None:
    ballot, client, fields = reviewed()
    while_voting(FULL)
    answer = client.post(f"/en/ballots/{ballot.pk}/cast/", fields)
    assert answer.status_code == 507
    assert TEXTS["en"].vote_lost[0] in answer.content.decode()
    assert not Vote.objects.exists()
    assert client.get(f"/en/ballots/{ballot.pk}/").status_code == 200


class NoRoom(io.FileIO):
    """A file on a disk that has room for a thousand bytes more."""

    def write(self, content: Any) -> int:
        super().write(content[:1_000])
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_room_for_a_photo_is_said_in_four_languages_and_no_part_of_it_stays(
    transactional_db: None, language: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    dossier = make.draft(make.call(), make.person())
    client, address = calm(signed_in(dossier.applicant)), f"/{language}/dossiers/{dossier.pk}/write/photos/"
    picture = io.BytesIO()
    Image.new("RGB", (900, 600)).save(picture, "PNG")
    sent = {"file": SimpleUploadedFile("a.png", picture.getvalue()), "alt": "A place", "focus": "50,50"}
    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.filesystem.os.fdopen", NoRoom)
        answer = client.post(address, sent)
    assert answer.status_code == 507
    for each in LANGUAGES:
        assert TEXTS[each].outages[Outage.FULL][2] in answer.content.decode()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    assert dossier.photos.count() == 0
    assert client.get(address).status_code == 200


def with_state(state: str | None) -> OperationalError:
    """An error of the database as Django hands it on."""
    wrong = OperationalError("x")
    wrong.__cause__ = type("FromServer", (Exception,), {"sqlstate": state})()
    return wrong


@pytest.mark.parametrize(
    ("wrong", "outage"),
    [
        (with_state(None), Outage.AWAY),
        (with_state("57P01"), Outage.AWAY),
        (with_state("57P03"), Outage.AWAY),
        (with_state("53300"), Outage.AWAY),
        (with_state("08006"), Outage.AWAY),
        (InterfaceError("connection already closed"), Outage.AWAY),
        (with_state("57014"), Outage.MISTAKE),
        (with_state("40P01"), Outage.MISTAKE),
        (OSError(errno.EDQUOT, "x"), Outage.FULL),
        (OSError(errno.ENOENT, "x"), Outage.MISTAKE),
        (ValueError(), Outage.MISTAKE),
        (None, Outage.MISTAKE),
    ],
)
def test_what_was_raised_tells_what_is_wrong(wrong: BaseException | None, outage: Outage) -> None:
    assert outages.outage_of(wrong) is outage


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vote_is_known_as_one_also_where_no_language_was_chosen_yet(language: str) -> None:
    translation.activate("en" if language == "fr" else "fr")
    try:
        raise with_state(None)
    except OperationalError:
        sent = RequestFactory().post(f"/{language}/ballots/2/cast/", {"choice": ["1", "<3"]})
        text = outages.broken(sent).content.decode()
    assert TEXTS[language].vote_lost[0] in text
    assert 'name="choice" value="&lt;3"' in text
    assert text.index(AGAIN[language]) < text.index("<section", text.index("<section") + 1)


def test_a_page_for_readers_asks_nobody_to_send_anything() -> None:
    try:
        raise with_state(None)
    except OperationalError:
        text = outages.broken(RequestFactory().get("/nl/")).content.decode()
    for told in TEXTS.values():
        title, reading, sending = told.outages[Outage.AWAY]
        assert title in text
        assert reading in text
        assert sending not in text
