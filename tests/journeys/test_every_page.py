"""Every page of the site in a real browser: axe finds nothing, nothing is off a small screen, no English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import pytest

from tests.conftest import SIDEWAYS
from tests.journeys.conftest import PASSWORD, Clock, keeps_its_language, press
from tests.journeys.sites import LANGUAGES, VIEWERS, Look, built

pytestmark = pytest.mark.browser
# Staff have as many pages as all others together: two processes may share the work.
PARTIES = ([viewer for viewer in VIEWERS if viewer != "staff"], ["staff"])
# What may bring a colour of its own: an element with a class or a state, and a picture. Numbers are left out, as they
# count things.
PAINT = """() => [...new Set([...document.querySelectorAll('body, body *')].flatMap(element => {
    const name = element.localName;
    const states = [...element.attributes].map(each => `${name}[${each.name}]`);
    const picture = element.getAttribute('src') || element.getAttribute('href') || element.getAttribute('viewBox');
    return [
        name, ...states, ...[...element.classList].flatMap(each => [each, `${name}.${each}`]),
        ...(['svg', 'use', 'img', 'image'].includes(name) ? [`${name} ${picture}`] : []),
    ];
}))].map(each => each.replace(/[0-9]+/g, '0'))"""


@pytest.fixture
def looks(transactional_db: None, clock: Clock) -> list[Look]:
    """What to look at, on a site made for it."""
    return built()


def rotating_language(look: Look) -> str:
    """One of the four languages for each address; the numbers in it differ between runs and do not count."""
    address = re.sub(r"\d+", "0", look.address)
    return LANGUAGES[crc32(f"{look.viewer} {address}".encode()) % len(LANGUAGES)]


class Tour:
    """A viewer's way from page to page, noting what stands in the way."""

    def __init__(self, page: Any, axe: Callable[..., None]) -> None:
        self.page, self.axe = page, axe
        self.paint: set[str] = set()
        self.troubles: list[str] = []

    def look_at(self, address: str, language: str, *, always_both: bool = False) -> None:
        """One page with axe, in the other colour scheme as well where something on it is new."""
        self.page.goto(f"/{language}/{address}")
        paint = set(self.page.evaluate(PAINT))
        both = always_both or not paint <= self.paint
        self.paint |= paint
        with self._noting(address):
            assert self.page.url.endswith(f"/{language}/{address}"), f"led on to {self.page.url}"
            keeps_its_language(self.page)
            self.axe(self.page, both_schemes=both)

    def fits_in_german(self, address: str) -> None:
        """The same page in German, whose words are the longest, on a small screen."""
        self.page.goto(f"/de/{address}")
        with self._noting(address):
            outside = self.page.evaluate(SIDEWAYS)
            assert outside == [], f"sideways: {self.page.url} {outside}"

    @contextmanager
    def _noting(self, address: str) -> Iterator[None]:
        try:
            yield
        except AssertionError as trouble:
            self.troubles.append(f"{address}: {str(trouble)[:600]}")


@pytest.fixture
def tour(browser_page: Callable[..., Any], axe: Callable[..., None]) -> Tour:
    # 1280 pixels at 400 % are 320.
    return Tour(browser_page(width=320), axe)


@pytest.fixture
def arrive(tour: Tour, clock: Clock, sign_in: Callable[..., None]) -> Callable[[str, str], None]:
    """Goes to a viewer's moment and signs them in."""

    def come(viewer: str, language: str) -> None:
        clock.go_to(VIEWERS[viewer].moment)
        if email := VIEWERS[viewer].email:
            sign_in(tour.page, email, language)
        if VIEWERS[viewer].confirms:
            tour.page.goto(f"/{language}/account/reauthenticate/")
            tour.page.locator("input[name=password]").fill(PASSWORD)
            press(tour.page, "main form:has(input[name=password]) button[type=submit]")

    return come


@pytest.mark.parametrize("viewers", PARTIES, ids=["public", "staff"])
def test_nothing_on_any_page_stands_in_anyones_way(
    looks: list[Look], tour: Tour, arrive: Callable[[str, str], None], viewers: list[str]
) -> None:
    for viewer in viewers:
        arrive(viewer, "de")
        for look in looks:
            if look.viewer == viewer:
                language = rotating_language(look)
                tour.look_at(look.address, language)
                if language != "de":
                    tour.fits_in_german(look.address)
    assert tour.troubles == []


@pytest.mark.django_db(transaction=True)
def test_the_other_scheme_is_looked_at_where_something_is_new(browser_page: Callable[..., Any]) -> None:
    both: list[bool] = []
    tour = Tour(browser_page(width=320), lambda _page, *, both_schemes: both.append(both_schemes))
    for address in ("ui/accessibility/", "ui/accessibility/", "ui/display/", "account/login/?next=/"):
        tour.look_at(address, "en")
    assert both == [True, False, True, True]
    tour.look_at("", "fr")
    tour.look_at("account/logout/", "fr")
    assert [trouble.partition(":")[0] for trouble in tour.troubles] == ["account/logout/"], "it led on"


@pytest.mark.proof
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stands_in_anyones_way_in_any_language_and_either_scheme(
    looks: list[Look], tour: Tour, arrive: Callable[[str, str], None], language: str
) -> None:
    for viewer in VIEWERS:
        arrive(viewer, language)
        for look in looks:
            if look.viewer == viewer:
                tour.look_at(look.address, language, always_both=True)
    assert tour.troubles == []
