"""Histories: every event has its sentence, in every language, and no page shows the name of one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from commonweal.casework.wording.history import Told, history, told
from commonweal.config.wiring import EVENT_SENTENCES
from commonweal.people.actions import record
from commonweal.people.models import Event
from tests import factories as make

SOURCE = Path(__file__).parents[2] / "src" / "commonweal"
NAME = re.compile(r"[A-Z][a-z]+([A-Z][a-z]+)+")
# Made of two words where they are recorded.
MADE_UP = {"RegisterConsulted", "RegisterExported"}


def recording() -> Iterator[Path]:
    """The files in which events are recorded."""
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE).parts
        if ("actions" in inside and path.name != "__init__.py") or "demo" in inside:
            yield path


def recorded() -> set[str]:
    """The names of all events that the program can record."""
    found = set(MADE_UP)
    for path in recording():
        tree = ast.parse(path.read_text())
        classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        found |= {text for text in texts if NAME.fullmatch(text)} - classes
    return found


def test_every_event_has_its_sentence_and_every_sentence_its_event() -> None:
    assert recorded() == set(EVENT_SENTENCES)


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_every_sentence_is_told_in_every_language(language: str) -> None:
    def sentences(of: str) -> dict[str, str]:
        with translation.override(of):
            return {name: str(each) for name, each in EVENT_SENTENCES.items() if not isinstance(each, Told)}

    english = sentences("en")
    assert {name for name, text in sentences(language).items() if text == english[name]} == set()


@pytest.mark.django_db
def test_a_move_is_told_as_the_state_it_reached_in_the_readers_language() -> None:
    person, later = make.person(), make.NOW + timedelta(minutes=1)
    data = {"move": "submit", "from": "draft", "to": "submitted", "reason": ""}
    record("DossierStarted", "dossier:1", by=person, at=make.NOW)
    record("DossierMoved", "dossier:1", by=person, at=later, data=data)
    record("DossierMoved", "dossier:2", by=person, at=later, data=data)
    for language, text in (("en", "Sent"), ("fr", "Envoy\u00e9"), ("nl", "Ingediend"), ("de", "Eingereicht")):
        with translation.override(language):
            started, sent = history("dossier:1")
            assert (sent["title"], sent["when"], sent["by"]) == (text, later, str(person))
            assert started["title"] != "DossierStarted"
            assert [each["by"] for each in history("dossier:1", names=False)] == ["", ""]
            assert history("dossier:1", only=("DossierMoved",)) == [sent]


@pytest.mark.django_db
def test_a_history_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _each in range(5):
        record("DossierNoted", "dossier:1", by=make.person(), at=make.NOW)
    with django_assert_num_queries(1):
        assert len(history("dossier:1")) == 5


@pytest.mark.parametrize(
    "event",
    [
        Event(name="NobodyKnows", data={}),
        Event(name="DossierMoved", data={}),
        Event(name="DossierMoved", data={"to": "elsewhere"}),
        Event(name="PaymentDecided", data={"cents": 100, "outcome": "thrown to the wind"}),
        Event(name="PaymentDecided", data={"cents": None, "outcome": "accept"}),
    ],
)
def test_an_event_that_nobody_can_tell_any_more_fails_no_page(event: Event) -> None:
    with translation.override("en"):
        assert told(event).title(event.data) == "Something was noted."


@pytest.mark.django_db
def test_a_reason_that_is_a_code_is_told_in_words() -> None:
    data = {"cents": 50_00, "outcome": "accept", "reason": "decision_undone"}
    with translation.override("en"):
        event = Event(name="PaymentDecided", data=data)
        assert told(event).title(data).startswith("\u20ac50")
        assert told(event).reason(data) == "A decision about a payment was undone."
        assert told(event).reason({"reason": "As she asked"}) == "As she asked"
