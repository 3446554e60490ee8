"""How much may be sent: refused before it is read, in words; no file of strangers is ever written down."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import get_resolver

from commonweal.config import bodies
from tests import factories as make
from tests.test_architecture import patterns
from tests.voting.steps import signed_in

pytestmark = pytest.mark.django_db
UPLOAD = "/en/members/register/imports/"


class Unread:
    """A body that must not be read."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def head(address: str, length: int, client: Client | None = None, **more: Any) -> Any:
    """The answer to a head that promises a body."""
    return (client or Client()).generic(
        "POST", address, **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread(), **more}
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "plus petit"), ("nl", "kleiner"), ("de", "kleinere"), ("en", "choose a smaller one")],
)
def test_what_is_too_large_is_refused_by_its_head_in_the_readers_language(language: str, said: str) -> None:
    answer = head(f"/{language}/check/", bodies.FORM_BYTES + 1)
    assert answer.status_code == 413
    text = answer.content.decode()
    assert said in text
    assert settings.SITE["phone"] in text


def test_files_are_taken_where_they_are_needed_from_who_is_signed_in() -> None:
    secretary = signed_in(make.staff("secretary"))
    content = "x" * (bodies.FORM_BYTES + 10)
    answer = secretary.post(
        UPLOAD, {"kind": "members", "file": SimpleUploadedFile("a.csv", content.encode())}
    )
    assert answer.status_code == 302, "taken: the sheet is looked at"
    assert head(UPLOAD, bodies.FILE_BYTES + 1, secretary).status_code == 413
    assert head(UPLOAD, bodies.FORM_BYTES + 1).status_code == 413, "nobody is signed in"
    assert head("/en/members/join/", bodies.FORM_BYTES + 1, secretary).status_code == 413, "no file is needed"
    assert head("/nowhere/", bodies.FORM_BYTES + 1, secretary).status_code == 413


def test_a_strangers_file_is_never_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    original = TemporaryFileUploadHandler.new_file
    monkeypatch.setattr(
        TemporaryFileUploadHandler, "new_file", lambda self, *a, **k: written.append(original(self, *a, **k))
    )
    monkeypatch.setattr(settings, "FILE_UPLOAD_MAX_MEMORY_SIZE", 10)
    for address in (UPLOAD, "/en/check/", "/en/", "/nowhere/"):
        Client().post(address, {"file": SimpleUploadedFile("a.csv", b"x" * 10_000)})
    assert written == []
    signed_in(make.staff("secretary")).post(
        UPLOAD, {"kind": "members", "file": SimpleUploadedFile("a.csv", b"x" * 10_000)}
    )
    assert written == [None]


def test_files_are_counted_while_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "FILE_BYTES", 50_000)
    monkeypatch.setattr(bodies, "looked_at", lambda _request: bodies.Body.FITS)
    files = [SimpleUploadedFile(f"{each}.csv", b"x" * 30_000) for each in "ab"]
    answer = signed_in(make.staff("secretary")).post(UPLOAD, {"kind": "members", "file": files})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("more", "status"), [({"HTTP_TRANSFER_ENCODING": "chunked"}, 400), ({"CONTENT_LENGTH": ""}, 411)]
)
def test_a_body_without_one_length_is_refused(more: dict[str, str], status: int) -> None:
    given = {"HTTP_TRANSFER_ENCODING": "chunked", **more}
    assert head("/en/check/", 5, **given).status_code == status
    answer = head("/api/1/me", 5, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert (answer.status_code, answer.json()["code"]) == (411, "no_length")
    assert head("/api/1/me", bodies.FORM_BYTES + 1).json()["code"] == "too_large"


def test_every_page_that_reads_files_is_on_the_list() -> None:
    def reads_files(view: Any) -> bool:
        tree = ast.parse(inspect.getsource(inspect.unwrap(view)).lstrip())
        return any(isinstance(node, ast.Attribute) and node.attr == "FILES" for node in ast.walk(tree))

    names = {
        f"{pattern.callback.__module__.split('.')[1]}:{pattern.name}"
        for _address, pattern in patterns(get_resolver())
        if pattern.callback.__module__.startswith("commonweal.") and reads_files(pattern.callback)
    }
    assert names == bodies.UPLOADS
