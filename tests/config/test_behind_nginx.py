"""Debian's nginx as it is shipped before the web server as it is started: slow clients hold nobody up, limits hold."""

from __future__ import annotations

import os
import re
import selectors
import socket
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import translation
from psycopg.conninfo import make_conninfo

from commonweal.config import bodies
from commonweal.config.outage_texts import TEXTS, Outage
from tests.config import site

pytestmark = pytest.mark.xdist_group("nginx")
LANGUAGES = ("fr", "nl", "de", "en")
# What holds the site up comes from another address than who reads it, as on the internet.
SLOW, READER = "127.0.0.2", "127.0.0.1"
P95_SECONDS = 2.0


class Site:
    """Ports of the web server and of the nginx before it, and the folder both read."""

    def __init__(self, web: int, nginx: int, folder: Path) -> None:
        self.web, self.nginx, self.folder = web, nginx, folder


@pytest.fixture(scope="module")
def running(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("var")
    database = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with site.web(database, folder) as web, site.nginx(web, folder) as nginx:
        yield Site(web, nginx, folder)


def asked(port: int, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, Any]:
    """Status, text and headers of an answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - of this machine
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), refused.headers


def raw(port: int, text: bytes) -> bytes:
    """The first bytes of an answer to bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(text)
        return line.recv(4_096)


def test_pages_and_files_come_through_and_what_watches_stays_inside(running: Site) -> None:
    status, text, headers = asked(running.nginx, "/en/")
    assert status == 200
    assert '<html lang="en"' in text
    assert len(headers["X-Request-ID"]) == 32, "the number nginx gave"
    style = text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    status, _text, headers = asked(running.nginx, style)
    assert (status, headers["Cache-Control"]) == (200, "max-age=315360000"), "read by nginx itself"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert asked(running.nginx, path)[0] == 404
        assert asked(running.web, path)[0] == 200


def test_too_much_is_refused_in_four_languages_with_the_phone_number(running: Site) -> None:
    status, text, _headers = asked(running.nginx, "/en/check/", b"x" * 2_000_000)
    assert status == 413
    for language in LANGUAGES:
        assert TEXTS[language].too_large[0] in text
    assert settings.SITE["phone"] in text
    # Where files are taken, the program decides, in the reader's language: nobody is signed in here.
    status, text, _headers = asked(running.nginx, "/nl/members/payments/", b"x" * 2_000_000)
    assert status == 413
    assert '<html lang="nl"' in text


def test_limits_of_proxy_and_program_are_for_the_same_pages() -> None:
    pattern = re.findall(
        r"location ~ (\^/\(fr\|nl\S+) \{", (site.ROOT / "deploy" / "nginx.conf").read_text()
    )[0]
    given = {"projects:dossier-photos": [7], "projects:call-count": ["close-to-home"]}
    for name in bodies.UPLOADS:
        for language in LANGUAGES:
            with translation.override(language):
                assert re.fullmatch(pattern, reverse(name, args=given.get(name, []))), name
    assert not re.fullmatch(pattern, "/en/check/")


def test_a_large_body_is_refused_by_its_head_before_it_is_sent(running: Site) -> None:
    head = b"POST /en/check/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n"
    assert raw(running.web, head).startswith(b"HTTP/1.1 413")
    assert raw(running.nginx, head).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("more", [b"Content-Length: 5\r\n", b""])
def test_a_body_with_two_lengths_or_none_is_refused(running: Site, more: bytes) -> None:
    head = b"POST /en/check/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" + more
    sent = head + b"\r\n5\r\nx=abc\r\n0\r\n\r\n"
    assert raw(running.web, sent)[9:12] in (b"400", b"411")
    if more:
        assert raw(running.nginx, sent).startswith(b"HTTP/1.1 400")


HALF_POST = b"POST /en/check/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx="
HALF_HEAD = b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nX-Slow:"


class Held:
    """Requests that are sent by halves, held open, and sent anew where the server cut them off."""

    def __init__(self, port: int) -> None:
        self.port, self.again = port, 0
        self.selector = selectors.DefaultSelector()
        for half, count in ((HALF_POST, 50), (HALF_HEAD, 400)):
            for _each in range(count):
                self._send(half)

    def _send(self, half: bytes) -> None:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(SLOW, 0))
        line.sendall(half)
        self.selector.register(line, selectors.EVENT_READ, half)

    def keep(self) -> None:
        """Sends those again that were cut off or refused."""
        for key, _events in self.selector.select(0):
            line = key.fileobj
            assert isinstance(line, socket.socket)
            self.selector.unregister(line)
            line.close()
            self.again += 1
            self._send(key.data)

    def __len__(self) -> int:
        return len(self.selector.get_map())

    def close(self) -> None:
        for key in list(self.selector.get_map().values()):
            with suppress(OSError):
                key.fileobj.close()  # type: ignore[union-attr]


def delays(port: int, *, requests: int, seconds: float) -> tuple[list[float], Held]:
    """Seconds each request of others took while halves were held, for so many requests and at least so long."""
    held, found, end = Held(port), [], time.monotonic() + seconds
    try:
        while len(found) < requests or time.monotonic() < end:
            held.keep()
            started = time.perf_counter()
            assert asked(port, "/en/help/")[0] == 200
            found.append(time.perf_counter() - started)
            if seconds:
                time.sleep(0.1)
        assert len(held) == 450
    finally:
        held.close()
    return found, held


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def test_requests_sent_by_halves_hold_nobody_up(running: Site) -> None:
    # Without the proxy ten of them stop the site: each holds one of its eight threads for good.
    found, _held = delays(running.nginx, requests=40, seconds=0)
    assert p95(found) < P95_SECONDS


@pytest.mark.proof
def test_half_a_minute_of_requests_sent_by_halves_holds_nobody_up(running: Site) -> None:
    found, held = delays(running.nginx, requests=40, seconds=30)
    print(
        f"\n50 half-sent bodies and 400 half-sent heads held 30 s (sent again {held.again} times): "
        f"{len(found)} requests of others, median {statistics.median(found):.3f} s, p95 {p95(found):.3f} s, "
        f"most {max(found):.3f} s"
    )
    assert p95(found) < P95_SECONDS


def test_without_the_program_the_proxy_says_that_the_site_comes_back(running: Site, tmp_path: Path) -> None:
    (tmp_path / "pages").symlink_to(running.folder / "pages")
    with site.nginx(site.free_port(), tmp_path) as port:
        status, text, headers = asked(port, "/de/")
    assert (status, headers["Retry-After"]) == (503, "15")
    for language in LANGUAGES:
        assert TEXTS[language].outages[Outage.AWAY][0] in text
    assert settings.SITE["phone"] in text
