"""Every page of the site in four languages as it leaves the server: it answers, in its own language, and is light."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import brotli
import lxml.html
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver, resolve
from django.utils import timezone, translation

from commonweal.config.wiring import EVENT_SENTENCES
from tests import factories as make
from tests.journeys.conftest import ENGLISH, PASSWORD, Clock
from tests.journeys.sites import LANGUAGES, VIEWERS, Look, aside, built
from tests.sign_in import prove
from tests.test_architecture import patterns

# The answers come from a site made once; that a test of this file needs a database is what makes one.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("every answer")]
PAGE_BYTES = 50_000
FONT = "ui/fonts/atkinson-hyperlegible-next.woff2"


def words(pattern: str) -> re.Pattern[str]:
    """A pattern for these words; with a dash they may belong to a command."""
    return re.compile(rf"(?<![-\w'’])({pattern})(?![-\w'’])", re.IGNORECASE)


# Words of one language that no text in the three others has.
FOREIGN = {
    "en": ENGLISH,
    "fr": words("vous|votre|nous|notre|dans|avec|une|sont|cette|être|qui|est|ou|leur|aussi"),
    "nl": words("het|een|niet|voor|zijn|naar|deze|wij|ook|wordt|maar|aan|uw|bij|geen"),
    "de": words("und|nicht|für|ist|wir|auch|wird|oder|eine|einen|dem|ihre|sie|bei|kein|zum|zur"),
}
# What people typed on this site, in French; no page can put it in another language.
TYPED = re.compile(
    "|".join(
        re.escape(text)
        for text in (
            "Des projets qui rapprochent.",
            "Les faits sont établis.",
            "Nous posons un banc et nous invitons la rue chaque jeudi.",
            "Nous soutenons des projets de voisins.",
            "Une plaine de jeux",
            "Une troupe",
            "Vous avez un projet. Nous aidons.",
        )
    )
)
SPOKEN = ("aria-label", "alt", "title", "placeholder")


@dataclass(frozen=True)
class Answer:
    """What the site sent for one address in one language; `trouble` is where it led on, or what was raised."""

    look: Look
    language: str
    status: int
    html: str
    trouble: str = ""

    def __str__(self) -> str:
        return f"{self.look.viewer} /{self.language}/{self.look.address}"


@pytest.fixture(scope="module")
def answers(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> list[Answer]:
    """Every page in every language, from one site that is gone when they are read."""
    folder = tmp_path_factory.mktemp("site")
    clock = Clock(make.NOW)
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder / "media", EMAIL_FILE_PATH=folder / "mail"),
        pytest.MonkeyPatch.context() as patch,
        # The test before may have left another language behind.
        translation.override("en"),
        transaction.atomic(),
    ):
        patch.setattr(timezone, "now", clock)
        looks = built()
        read = [
            answer
            for viewer in VIEWERS
            for answer in _read(viewer, [look for look in looks if look.viewer == viewer], clock)
        ]
        transaction.set_rollback(True)
    return read


def _read(viewer: str, looks: list[Look], clock: Clock) -> list[Answer]:
    clock.go_to(VIEWERS[viewer].moment)
    client = Client()
    if email := VIEWERS[viewer].email:
        entered = client.post("/en/account/login/", {"login": email, "password": PASSWORD})
        assert entered.status_code == 302, "nobody signs in"
        session = client.session
        prove(session)
        session.save()
    if VIEWERS[viewer].confirms:
        entered = client.post("/en/account/reauthenticate/", {"password": PASSWORD})
        assert entered.status_code == 302, "the password is not taken"
    return [_answer(client, look, language) for language in LANGUAGES for look in looks]


def _answer(client: Client, look: Look, language: str) -> Answer:
    try:
        response = client.get(f"/{language}/{look.address}")
    # An undefined variable in a template is one: all of them are to be named, not the first alone.
    except Exception as trouble:
        return Answer(look, language, 500, "", repr(trouble))
    return Answer(
        look, language, response.status_code, response.content.decode(), response.get("Location", "")
    )


def test_every_page_answers_in_the_language_of_its_address(answers: list[Answer]) -> None:
    wrong = [
        f"{answer}: {answer.status} {answer.trouble}"
        for answer in answers
        if answer.status != answer.look.status or f'<html lang="{answer.language}"' not in answer.html
    ]
    assert wrong == []


def own_texts(html: str) -> Iterator[str]:
    """Texts of a page, also those that are only spoken, without what is marked as being in another language."""
    page = lxml.html.fromstring(html)
    language = page.get("lang")
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        if _language_of(element) == language:
            yield element.text or ""
            yield from (element.get(name, "") for name in SPOKEN)
            yield from (child.tail or "" for child in element)


def _language_of(element: Any) -> str | None:
    return next((each.get("lang") for each in (element, *element.iterancestors()) if each.get("lang")), None)


def foreign_lines(answer: Answer) -> list[str]:
    """Lines of a page in which words of another language stand."""
    return [
        f"{other}: {' '.join(text.split())[:100]}"
        for text in own_texts(answer.html)
        for other, pattern in FOREIGN.items()
        if other != answer.language and pattern.search(TYPED.sub("", text))
    ]


def test_no_page_speaks_another_language_than_its_own(answers: list[Answer]) -> None:
    wrong = {str(answer): lines for answer in answers if answer.html and (lines := foreign_lines(answer))}
    assert wrong == {}


@pytest.mark.parametrize(("language", "text"), [("nl", "We ask for more"), ("fr", "Das ist für alle")])
def test_a_sentence_nobody_translated_would_be_noticed(language: str, text: str) -> None:
    look = Look("visitor", "")
    page = f'<html lang="{language}"><body><p>{{}}</p><p lang="xx">{text}</p></body></html>'
    assert foreign_lines(Answer(look, language, 200, page.format(text)))
    assert foreign_lines(Answer(look, language, 200, page.format(f'<img alt="{text}">')))
    assert not foreign_lines(Answer(look, language, 200, page.format("")))


EVENT_NAMES = re.compile(rf"\b({'|'.join(EVENT_SENTENCES)})\b")


def test_no_page_shows_the_name_of_an_event(answers: list[Answer]) -> None:
    shown = {str(each): found[0] for each in answers if (found := EVENT_NAMES.search(each.html))}
    assert shown == {}
    assert EVENT_NAMES.search("<h3>DossierMoved</h3>")


@cache
def _weight(path: str) -> int:
    file = finders.find(path)
    assert file, path
    content = Path(str(file)).read_bytes()
    return len(content) if path.endswith("woff2") else len(brotli.compress(content))


def weight(html: str) -> int:
    """Bytes a first visit takes: page, styles, scripts and font, compressed."""
    files = set(re.findall(rf'(?:href|src)="{settings.STATIC_URL}([^"]+\.(?:css|js))"', html)) | {FONT}
    # Compressed in a hurry, a page is a little heavier than it travels.
    return len(brotli.compress(html.encode(), quality=5)) + sum(_weight(path) for path in files)


def test_no_page_weighs_more_than_fifty_kilobytes(answers: list[Answer]) -> None:
    weights = {str(answer): weight(answer.html) for answer in answers}
    assert {page: size for page, size in weights.items() if size > PAGE_BYTES} == {}


def names(answers: list[Answer]) -> set[str]:
    """Names of the addresses that are looked at."""
    return {
        str(resolve(f"/en/{answer.look.address.partition('?')[0]}").url_name)
        for answer in answers
        if answer.look.status == 200
    }


def all_names() -> set[str]:
    """Names of all addresses of ours that people open; programs read the API."""
    return {
        pattern.name
        for address, pattern in patterns(get_resolver())
        if pattern.name
        and not pattern.callback.__module__.startswith("allauth.")
        and not address.startswith("api/")
    }


def test_no_page_is_forgotten(answers: list[Answer]) -> None:
    set_aside = [*aside("NO_PAGE"), *aside("ELSEWHERE")]
    assert all_names() - names(answers) - set(set_aside) == set()
    assert set(set_aside) - all_names() == set(), "no address has this name any more"
    assert set(set_aside) & names(answers) == set(), "it is looked at after all"
    assert len(set_aside) == len(set(set_aside))


def test_a_page_left_out_would_be_noticed(answers: list[Answer]) -> None:
    without = [answer for answer in answers if answer.look.address != "members/statutes/"]
    assert names(answers) - names(without) == {"statutes"}
