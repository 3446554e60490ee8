"""What all tests share: a fast password check, photos in a temporary folder, a browser that never leaves the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import translation

from commonweal.config.translations import compile_all
from tests.examples_count import load_examples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytest_plugins = ["tests.clock", "tests.database", "tests.harness", "tests.journeys.walks"]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# Chromium without its windows: a new page costs a fifth of what it does in the whole browser.
CHROMIUM = (
    shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium-headless-shell"
)
QUIET = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "wcag2aaa", "EN-301-549"]
# What reaches past the edge of the screen, unless it lies in something one can scroll. The width of the page alone
# would not tell: `main` clips what sticks out.
SIDEWAYS = """() => [...document.querySelectorAll('body *')].filter(element => {
    const box = element.getBoundingClientRect();
    const inside = box.left >= -1 && box.right <= document.documentElement.clientWidth + 1;
    if (inside || !box.width || !element.checkVisibility() || element.closest('svg *, .hidden')) return false;
    for (let around = element.parentElement; around; around = around.parentElement)
        if (['auto', 'scroll'].includes(getComputedStyle(around).overflowX)) return false;
    return true;
}).map(element => element.outerHTML.slice(0, 80)).slice(0, 3)"""
# As delivered, the strong rule says nothing of texts below 4.5:1, which the weak one says: each looks at every text. One
# that says both is enough.
CONTRAST = """;axe.configure({checks: [{id: 'color-contrast-enhanced', options: {
    ignoreUnicode: true, boldValue: 700, boldTextPt: 14, largeTextPt: 18, pseudoSizeThreshold: 0.25,
    shadowOutlineEmMax: 0.1, textStrokeEmMin: 0.03, contrastRatio: {normal: {expected: 7}, large: {expected: 4.5}},
}}]});0"""
COLOURS = ["color-contrast-enhanced", "link-in-text-block"]


load_examples()


def pytest_configure() -> None:
    compile_all()
    django_settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    for template in django_settings.TEMPLATES:
        template["OPTIONS"]["string_if_invalid"] = InvalidVariable()


class InvalidVariable(str):
    """Makes a template variable that does not exist a failure instead of an empty place on the page."""

    __slots__ = ()

    def __contains__(self, item: object) -> bool:
        return item == "%s" or super().__contains__(item)  # type: ignore[operator]

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")


@pytest.fixture(autouse=True)
def _photos_in_a_temporary_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture(autouse=True)
def _no_language_left_over() -> None:
    # A request leaves its language behind in the thread; each test starts with the source texts.
    translation.activate("en")


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Runs the waiting background jobs here and now; gives how many ran."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob

    done: set[int] = set()

    def run() -> int:
        count = 0
        while waiting := list(ProcrastinateJob.objects.exclude(pk__in=done).order_by("pk")):
            for job in waiting:
                done.add(job.pk)
                app.tasks[job.task_name].func(**job.args)
                count += 1
        return count

    return run


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages: `browser_page(javascript=False, width=360, scheme="dark", language="nl")`.

    A page fails its test when a script fails, a request leaves the site, or the console shows an error.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_page(
        *,
        javascript: bool = True,
        width: int = 360,
        scheme: str = "light",
        language: str = "fr",
        height: int = 800,
    ) -> Any:
        context = chromium.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=f"{language}-BE",
            reduced_motion="reduce",
            base_url=live_server.url,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("console", lambda message: _noted(message, troubles))
        page.on("request", lambda request: _stays_here(request.url, live_server.url, troubles))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _noted(message: Any, troubles: list[str]) -> None:
    # A refusal page is an answer, but browsers log its status as an error.
    if message.type == "error" and "the server responded with a status of 4" not in message.text:
        troubles.append(f"console: {message.text}")


def _stays_here(url: str, home: str, troubles: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:", "about:")):
        troubles.append(f"left the site: {url}")


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """Asserts that axe finds nothing on a page: WCAG 2.2 A and AA, contrast of 7:1 in both schemes, and page width.

    `both_schemes=False` leaves out the scheme the page does not show, for pages whose colours were looked at before.
    """
    source = AXE.read_text()

    def violations(page: Any, options: str) -> list[Any]:
        found = page.evaluate(
            f"tags => axe.run(document, {{resultTypes: ['violations'], preload: false, {options}}})", RULES
        )
        return [
            (each["id"], each["help"], [node["target"] for node in each["nodes"]][:4])
            for each in found["violations"]
        ]

    def check(page: Any, *, both_schemes: bool = True) -> None:
        # Before its style has come, every page looks wrong.
        page.wait_for_load_state("load")
        page.evaluate(source + CONTRAST)
        found = violations(
            page,
            "runOnly: {type: 'tag', values: tags},"
            " rules: {'color-contrast': {enabled: false}, 'color-contrast-enhanced': {enabled: true},"
            " 'target-size': {enabled: true}}",
        )
        if both_schemes:
            dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
            page.emulate_media(color_scheme="light" if dark else "dark")
            # The other scheme has the same page in other colours.
            found += violations(page, f"runOnly: {{type: 'rule', values: {COLOURS}}}")
            page.emulate_media(color_scheme="dark" if dark else "light")
        assert not found, (page.url, found)
        assert page.evaluate(SIDEWAYS) == [], f"sideways: {page.url} {page.evaluate(SIDEWAYS)}"

    return check
