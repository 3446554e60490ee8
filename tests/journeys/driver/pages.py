"""Pages: one window on the site, with its cookies, its address, what it shows and what somebody typed there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import lxml.html
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from lxml.html import HtmlElement

from tests.journeys.driver import forms
from tests.journeys.driver.forms import Answers, Request
from tests.journeys.driver.locators import Locator
from tests.journeys.driver.sight import DriverError, named

HOME = "http://testserver"
# As many as Chromium follows.
REDIRECTS = 20
KEEPS_ITS_METHOD = {307, 308}


@dataclass(frozen=True)
class Response:
    """An answer of the site, after its redirects."""

    url: str
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def body(self) -> bytes:
        return self.content

    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def attachment(self) -> str | None:
        """The name of the file this answer asks to be kept under; none for a page."""
        header = Message()
        header["content-disposition"] = self.headers.get("content-disposition", "inline")
        if header.get_content_disposition() != "attachment":
            return None
        return header.get_filename() or unquote(urlsplit(self.url).path.rsplit("/", 1)[-1])


@dataclass(frozen=True)
class Download:
    """A file the site handed over."""

    url: str
    suggested_filename: str
    content: bytes
    folder: Path

    def path(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / Path(self.suggested_filename).name
        path.write_bytes(self.content)
        return path


@dataclass
class Taken:
    """The file that came while one was expected."""

    download: Download | None = None

    @property
    def value(self) -> Download:
        if self.download is None:
            raise DriverError("no file has come yet")
        return self.download


@dataclass
class Context:
    """Cookies and language of one visitor; asks the site without opening a page, too."""

    language: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def request(self) -> Context:
        return self

    def cookies(self) -> list[dict[str, str]]:
        """The cookies this browser holds, as `name` and `value`."""
        return [{"name": name, "value": morsel.value} for name, morsel in self.client.cookies.items()]

    def clear_cookies(self) -> None:
        self.client.cookies.clear()

    def get(self, url: str) -> Response:
        """The answer to a GET, as a script of the browser's maker would ask for it: no page changes."""
        return self.ask(Request(urljoin(HOME, url)))[0]

    def ask(self, request: Request, referrer: str = "") -> tuple[Response, Request]:
        """The last answer to a request, redirects followed, and the request it answers."""
        for _redirect in range(REDIRECTS):
            response = self._once(request, referrer)
            target = response.headers.get("location")
            if not (300 <= response.status < 400 and target):
                return response, request
            fragment = urldefrag(request.url).fragment
            url = urljoin(request.url, target)
            if fragment and not urldefrag(url).fragment:
                url = f"{url}#{fragment}"
            request = (
                Request(url, request.method, request.body, request.content_type)
                if response.status in KEEPS_ITS_METHOD
                else Request(url)
            )
        raise DriverError(f"more than {REDIRECTS} redirects, the last to {request.url}")

    def _once(self, request: Request, referrer: str) -> Response:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != HOME:
            raise DriverError(f"{request.url} leaves the site")
        headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": f"{self.language}-BE"}
        if request.method != "GET":
            headers["Origin"] = HOME
        if referrer:
            headers["Referer"] = urldefrag(referrer).url
        address = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        # The site runs in this thread here; the language of its pages is not that of the test.
        with translation.override(translation.get_language()):
            answer = self.client.generic(
                request.method, address, request.body, request.content_type, headers=headers
            )
            content = answer.getvalue()
        self._throw_away_dead_cookies(answer)
        if answer.status_code >= 500:
            raise DriverError(f"{request.method} {request.url} answers {answer.status_code}")
        lower = {name.lower(): value for name, value in answer.headers.items()}
        return Response(request.url, answer.status_code, lower, content)

    def _throw_away_dead_cookies(self, answer: HttpResponse) -> None:
        for name, morsel in answer.cookies.items():
            if morsel["max-age"] == 0:
                self.client.cookies.pop(name, None)


class Page:
    """One window: goes to addresses, follows links, sends forms, takes files."""

    def __init__(self, language: str, downloads: Path) -> None:
        self.context = Context(language)
        self.request = self.context.request
        self.url = "about:blank"
        self.answers = Answers()
        self.response: Response | None = None
        self._request: Request | None = None
        self._root: HtmlElement | None = None
        self._pages_seen = 0
        self._downloads: list[Download] = []
        self._folder = downloads

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the client driver cannot do page.{name}")

    @property
    def root(self) -> HtmlElement:
        """The document on the page; raises DriverError where none can be read."""
        if self._root is None:
            kind = self.response.kind if self.response else "nothing"
            raise DriverError(f"{self.url} shows {kind}, which the client driver cannot read")
        return self._root

    # Going somewhere

    def goto(self, url: str) -> Response:
        before = len(self._downloads)
        response = self._go(Request(urljoin(HOME, url)))
        if len(self._downloads) > before:
            raise DriverError(f"{url} is a file to take, not a page to go to")
        return response

    def reload(self) -> Response:
        """The same request again; after a form that answered by itself, its answers are sent again."""
        if self._request is None:
            raise DriverError("there is no page to load again")
        return self._go(self._request, self.url)

    def follow(self, link: HtmlElement) -> None:
        """Goes where a link leads."""
        href = link.get("href", "").strip()
        if link.get("target", "_self") != "_self":
            raise DriverError(f"the client driver cannot open another window: {named(link)}")
        url = urljoin(self.url, href)
        if urlsplit(url).scheme not in {"http", "https"}:
            raise DriverError(f"the client driver cannot follow {named(link)}")
        if "#" in href and urldefrag(url).url == urldefrag(self.url).url:
            self.url = url
            return
        self._go(Request(url), self.url, keep_as=link.get("download"))

    def submit(self, button: HtmlElement) -> None:
        """Sends the form of a button."""
        form = forms.form_of(button)
        if form is None:
            raise DriverError(f"{named(button)} belongs to no form")
        target = button.get("formtarget") or form.get("target") or "_self"
        if target != "_self":
            raise DriverError(f"the client driver cannot open another window: {named(form)}")
        self._go(forms.submission(form, button, self.answers, self.url), self.url)

    def reset(self, button: HtmlElement) -> None:
        """Puts the fields of a form back to what the page says."""
        form = forms.form_of(button)
        if form is None:
            raise DriverError(f"{named(button)} belongs to no form")
        for control in forms.controls_of(form):
            for kept in (self.answers.texts, self.answers.ticks, self.answers.choices, self.answers.files):
                kept.pop(control, None)

    def _go(self, request: Request, referrer: str = "", keep_as: str | None = None) -> Response:
        response, last = self.context.ask(request, referrer)
        name = response.attachment if keep_as is None else keep_as or response.attachment
        if name is not None or keep_as is not None:
            name = name or unquote(urlsplit(response.url).path.rstrip("/").rsplit("/", 1)[-1])
            self._downloads.append(Download(response.url, name, response.content, self._folder))
            return response
        # "No content" leaves the page as it is.
        if response.status != 204:
            self._show(response, last)
        return response

    def _show(self, response: Response, request: Request) -> None:
        self.response, self.url, self._request, self.answers = response, response.url, request, Answers()
        self._pages_seen += 1
        self._root = None
        if response.kind == "text/html" and response.content:
            parser = lxml.html.HTMLParser(encoding="utf-8")
            self._root = lxml.html.document_fromstring(response.content, parser=parser)

    # Expecting something

    @contextmanager
    def expect_navigation(self) -> Iterator[None]:
        before = self._pages_seen
        yield
        if self._pages_seen == before:
            raise DriverError(f"no page came after {self.url}")

    @contextmanager
    def expect_download(self) -> Iterator[Taken]:
        before, taken = len(self._downloads), Taken()
        yield taken
        if len(self._downloads) != before + 1:
            raise DriverError(f"{len(self._downloads) - before} files came, not one, on {self.url}")
        taken.download = self._downloads[-1]

    def wait_for_url(self, url: str | re.Pattern[str] | Callable[[str], bool]) -> None:
        """Nothing moves by itself here: the address fits already, or never will."""
        if isinstance(url, str):
            fits = _glob(url if url.startswith("*") else urljoin(HOME, url)).fullmatch(self.url) is not None
        elif isinstance(url, re.Pattern):
            fits = url.search(self.url) is not None
        else:
            fits = url(self.url)
        if not fits:
            raise DriverError(f"{self.url} is not {url}")

    def wait_for_load_state(self, _state: str = "load") -> None:
        """Nothing to wait for: a page that came is all there."""

    # Looking

    def locator(self, selector: str, *, has_text: str | None = None) -> Locator:
        return self._all().locator(selector, has_text=has_text)

    def get_by_text(self, text: str) -> Locator:
        return self._all().get_by_text(text)

    def _all(self) -> Locator:
        return Locator(self, "", ())

    def title(self) -> str:
        return " ".join((self.root.findtext("head/title") or "").split())

    def content(self) -> str:
        return self.response.text() if self.response else ""


def _glob(pattern: str) -> re.Pattern[str]:
    """Playwright's patterns of addresses: `**` is anything, `*` anything but a slash."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(part) or re.escape(part) for part in parts))
