"""Walks: the language, width, script and driver each story is taken in. A story names the fixture `walk`, no more.

Each story runs once in a real browser, and by the same steps through the client driver in the other languages. Language,
width and script of the browser's walk follow from the place of the story in the list of all stories, so that each value
has its turn, on every machine and day alike. `-m proof` adds every combination in the browser.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.driver import Page

LANGUAGES = ("fr", "nl", "de", "en")
WIDTHS = (360, 1280)
TESTS = Path(__file__).parents[1]
SCRIPTS = re.compile(r"<script\b.*?</script>", re.DOTALL)


@dataclass(frozen=True)
class Way:
    """A language, and a browser of some width with script or without; no width stands for the client driver."""

    language: str
    width: int | None = None
    javascript: bool = False

    def __str__(self) -> str:
        if self.width is None:
            return f"{self.language}-client"
        return f"{self.language}-{self.width}-{'script' if self.javascript else 'plain'}"


@dataclass(frozen=True)
class Walk:
    """A way with what a story does on it: opens pages, and looks at one closely."""

    way: Way
    open_page: Callable[[], Any]
    look: Callable[[Any], None]

    @property
    def language(self) -> str:
        return self.way.language


@dataclass(frozen=True)
class Story:
    """A test that names `walk`."""

    name: str
    needs_script: bool


def rotation(index: int, needs_script: bool) -> Way:
    """The browser's way for the story at a place in the list.

    Sixteen places have sixteen different ways, and each four in a row have every language once, each width twice and
    script twice; eight places where script is needed.
    """
    place, round_ = index % 4, index // 4
    width = WIDTHS[(place + round_) % 2]
    return Way(LANGUAGES[place], width, needs_script or (place + round_ // 2) % 2 == 0)


def matrix(needs_script: bool) -> list[Way]:
    """Every combination in the browser."""
    scripts = (True,) if needs_script else (True, False)
    return [Way(*each) for each in product(LANGUAGES, WIDTHS, scripts)]


@cache
def stories() -> tuple[Story, ...]:
    """All stories in the order of their names, whichever of them run today."""
    found = []
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "walk" not in text:
            continue
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            if "walk" in {each.arg for each in node.args.args}:
                marks = {ast.unparse(each) for each in node.decorator_list}
                name = f"{path.relative_to(TESTS.parent).as_posix()}::{node.name}"
                found.append(Story(name, "pytest.mark.needs_script" in marks))
    return tuple(sorted(found, key=lambda each: each.name))


def browser_way(story: Story) -> Way:
    """The way a story takes in the browser; those that need script have a rotation of their own."""
    alike = [each for each in stories() if each.needs_script == story.needs_script]
    return rotation(alike.index(story), story.needs_script)


def client_ways(story: Story) -> list[Way]:
    """The ways a story takes through the client driver: all languages but the browser's."""
    if story.needs_script:
        return []
    return [Way(language) for language in LANGUAGES if language != browser_way(story).language]


def proof_wanted(expression: str) -> bool:
    """Whether an expression of marks asks for the long proofs."""
    return "proof" in expression and "not proof" not in expression


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_script: a story whose steps do not exist without JavaScript")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "walk" not in metafunc.fixturenames:
        return
    path = metafunc.definition.path.relative_to(TESTS.parent).as_posix()
    name = f"{path}::{metafunc.function.__name__}"
    story = next((each for each in stories() if each.name == name), None)
    assert story is not None, f"{name} takes `walk` through another fixture; a story names it itself"
    browser = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
    params = [(way, [pytest.mark.django_db]) for way in client_ways(story)]
    if proof_wanted(metafunc.config.getoption("markexpr")):
        params += [(way, [*browser, pytest.mark.proof]) for way in matrix(story.needs_script)]
    else:
        params.append((browser_way(story), browser))
    metafunc.parametrize(
        "walk", [pytest.param(way, id=str(way), marks=marks) for way, marks in params], indirect=True
    )


@pytest.fixture
def walk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Walk]:
    """The way of this run, with `open_page` and `look`: axe in a browser, language and status in the client."""
    way: Way = request.param
    if way.width is None:
        yield Walk(way, lambda: Page(way.language, tmp_path / "downloads"), _stands)
        return
    browser_page, axe = request.getfixturevalue("browser_page"), request.getfixturevalue("axe")

    def open_page(javascript: bool = way.javascript) -> Any:
        return browser_page(javascript=javascript, width=way.width, language=way.language)

    def look_beside(page: Any) -> None:
        # axe is a script and never ends where none may run: it sees the same document in a window beside.
        beside = open_page(javascript=True)
        beside.context.add_cookies(page.context.cookies())
        document = SCRIPTS.sub("", page.content())
        beside.route(
            page.url.partition("#")[0],
            lambda route: route.fulfill(body=document, content_type="text/html; charset=utf-8"),
        )
        beside.goto(page.url)
        axe(beside)
        beside.close()

    yield Walk(way, open_page, axe if way.javascript else look_beside)


def _stands(page: Page) -> None:
    """Asserts that a page came without a refusal, in the language of its visitor."""
    assert page.response is not None
    assert page.response.status == 200, (page.url, page.response.status)
    assert page.locator("html").get_attribute("lang") == page.context.language, page.url
