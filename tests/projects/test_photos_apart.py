"""Photos are read in a process apart, before anything is locked, and a few at a time: no picture holds up the site."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from PIL import Image

from commonweal.config.serving import web_command
from commonweal.kernel import apart
from commonweal.kernel.decision import NotAllowed
from commonweal.projects import actions
from commonweal.projects.actions import photos
from commonweal.projects.models import Dossier
from commonweal.projects.pictures import reencoded
from commonweal.treasury.queries import readers
from tests import factories as make
from tests.kernel import work_apart
from tests.projects.steps import signed_in
from tests.projects.test_dossiers import picture

WORDS = {"alt": "A red bench", "focus": "50,10"}


def address(dossier: Dossier, language: str = "en") -> str:
    return f"/{language}/dossiers/{dossier.pk}/write/photos/"


def sent(client: Client, dossier: Dossier, language: str = "en") -> Any:
    file = SimpleUploadedFile("a.jpg", picture(size=(9, 9)).read(), "image/jpeg")
    return client.post(address(dossier, language), {"file": file, **WORDS})


def bomb() -> bytes:
    """A picture of sixty thousand bytes that would be a hundred million pixels."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    return out.getvalue()


def slow(scans: int = 2_000) -> bytes:
    """A JPEG whose last scan comes again and again: each goes over every pixel and costs 59 bytes."""
    out = io.BytesIO()
    Image.new("RGB", (6_000, 6_000), "red").save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + whole[-2:]


@pytest.mark.apart
def test_a_picture_bomb_is_refused_before_it_is_decoded() -> None:
    content = bomb()
    assert len(content) < 100_000
    with pytest.raises(photos.PhotoRefused, match=r"cannot read|pixels"):
        photos.looked_at(io.BytesIO(content))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "RGB"])
def test_what_shines_through_a_picture_is_white_like_paper(mode: str) -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    clear.paste((200, 0, 0, 255), (0, 0, 4, 8))
    kept, told = clear.convert(mode), io.BytesIO()
    # A palette and a picture without a channel for it name one colour that is clear.
    one = {"P": kept.getpixel((7, 7)), "L": 0, "RGB": (0, 0, 0)}.get(mode)
    kept.save(told, "PNG", **({} if one is None else {"transparency": one}))
    content, _width, _height = reencoded(told.getvalue())
    seen = Image.open(io.BytesIO(content)).convert("L")
    assert seen.getpixel((7, 4)) > 240, "where nothing is"
    assert seen.getpixel((1, 4)) < 120, "where something is"


@pytest.mark.apart
def test_a_slow_picture_is_refused_and_ends_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    content = slow()
    assert len(content) < 500_000
    monkeypatch.setattr(photos, "SECONDS", 1)
    with pytest.raises(photos.PhotoRefused, match="memory or time"):
        photos.looked_at(io.BytesIO(content))


@pytest.mark.apart
def test_what_the_camera_added_is_gone_when_a_photo_was_read_apart() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    content, width, height = photos.looked_at(picture(exif=exif))
    assert (width, height) == (1600, 800)
    assert b"Secret Camera" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


@pytest.mark.apart
def test_a_reader_that_dies_takes_nobody_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "reencoded", work_apart.dies)
    with pytest.raises(photos.PhotoRefused, match="memory or time"):
        photos.looked_at(picture())


def test_too_many_bytes_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(apart, "call")
    with pytest.raises(photos.PhotoRefused, match="12 MB"):
        photos.looked_at(io.BytesIO(b"\xff\xd8" + bytes(12_000_000)))


@pytest.mark.django_db(transaction=True)
def test_a_picture_is_read_before_any_transaction_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = make.draft(make.call(), make.person())
    within: list[bool] = []
    read = apart.call

    def noted(*given: Any, **named: Any) -> Any:
        within.append(connection.in_atomic_block)
        return read(*given, **named)

    monkeypatch.setattr(apart, "call", noted)
    assert sent(signed_in(dossier.applicant), dossier).status_code == 302
    assert within == [False]
    assert dossier.photos.count() == 1


@pytest.mark.django_db
def test_nobody_elses_picture_is_read_for_a_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = make.draft(make.call(), make.person())
    monkeypatch.delattr(apart, "call")
    with pytest.raises(NotAllowed):
        actions.add_photo(dossier=dossier, file=picture(), alt="x", by=make.person(), now=make.NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Beaucoup de photos arrivent"),
        ("nl", "Er komen nu veel foto’s binnen"),
        ("de", "Gerade kommen viele Fotos an"),
        ("en", "Many photos come in"),
    ],
)
def test_who_would_wait_too_long_is_told_so_and_keeps_what_they_typed(
    monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    dossier = make.draft(make.call(), make.person())
    client = signed_in(dossier.applicant)
    full = apart.Turns(at_once=1, waiting=0, seconds=0)
    monkeypatch.setattr(photos, "TURNS", full)
    with full.one():
        text = sent(client, dossier, language).content.decode()
    assert told in text
    assert 'value="A red bench"' in text
    assert dossier.photos.count() == 0
    assert sent(client, dossier, language).status_code == 302, "the turn is free again"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Une autre de vos photos"),
        ("nl", "Een andere foto van u"),
        ("de", "Ein anderes Foto von Ihnen"),
        ("en", "Another photo of yours"),
    ],
)
def test_who_sends_a_second_photo_meanwhile_is_told_so_and_keeps_what_they_typed(
    monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    dossier, other = (make.draft(make.call(), make.person()) for _each in range(2))
    client = signed_in(dossier.applicant)
    turns = apart.Turns(at_once=2, waiting=0, seconds=0)
    monkeypatch.setattr(photos, "TURNS", turns)
    with turns.one(dossier.applicant_id):
        text = sent(client, dossier, language).content.decode()
        assert told in text
        assert 'value="A red bench"' in text
        assert dossier.photos.count() == 0
        assert sent(signed_in(other.applicant), other, language).status_code == 302, "others have their turn"
    assert sent(client, dossier, language).status_code == 302, "the turn is free again"


@pytest.fixture
def held_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, list[int]]]:
    """Reading a picture goes on until the event is set; notes each that began."""
    finish, begun = threading.Event(), list[int]()

    def held(*_given: Any, **_bounds: Any) -> Iterator[Any]:
        begun.append(1)
        assert finish.wait(60)
        yield picture(size=(9, 9)).read(), 9, 9

    monkeypatch.setattr(apart, "rows", held)
    monkeypatch.setattr(photos, "TURNS", apart.Turns(at_once=1, waiting=1, seconds=60))
    yield finish, begun
    finish.set()


@pytest.mark.django_db(transaction=True)
def test_a_page_is_answered_while_as_many_pictures_as_may_be_are_read(
    held_open: tuple[threading.Event, list[int]],
) -> None:
    finish, begun = held_open
    command = web_command(1, "1")
    threads = int(command[command.index("--blocking-threads") + 1])
    dossiers = [make.draft(make.call(), make.person()) for _each in range(3 * threads)]
    clients = [signed_in(each.applicant) for each in dossiers]

    def answered(client: Client, dossier: Dossier | None = None) -> int:
        try:
            return int((sent(client, dossier) if dossier else client.get("/en/projects/")).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as server:
        posts = [server.submit(answered, *each) for each in zip(clients, dossiers, strict=True)]
        assert server.submit(answered, Client()).result(60) == 200
        assert len(begun) == 1
        # All but the one that is looked at and the one that waits.
        refused = list(islice(as_completed(posts, timeout=60), len(posts) - 2))
        assert {each.result() for each in refused} == {200}, "the form once more"
        assert sum(each.done() for each in posts) == len(refused)
        finish.set()
        wait(posts)
        assert sum(each.result() == 302 for each in posts) == 2


def test_all_who_wait_for_a_file_leave_a_thread_for_pages() -> None:
    command = web_command(1, "1")
    threads = int(command[command.index("--blocking-threads") + 1])
    turns = [photos.TURNS, readers.STATEMENT_TURNS]
    assert sum(each.most for each in turns) < threads
    calls = [path for path in Path("src/commonweal").rglob("*.py") if "apart.call(" in path.read_text()]
    assert len(calls) == len(turns), "whoever calls has turns, and they count here"
