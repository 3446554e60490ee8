"""Suggesting a municipality: a page of its own, or the list alone for a script."""

from __future__ import annotations

import pytest
from django.test import Client

from commonweal.places import actions, views

pytestmark = pytest.mark.django_db


def test_municipality_suggest_gives_a_script_the_list_alone(client: Client) -> None:
    actions.import_gazetteer()
    answer = client.get("/de/places/municipality-suggest/?q=luttich", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Lüttich" in text
    assert "<html" not in text
    assert "HX-Request" in answer.headers["Vary"]


def test_municipality_suggest_works_as_a_page_without_script(client: Client) -> None:
    actions.import_gazetteer()
    text = client.get("/fr/places/municipality-suggest/?q=gent").content.decode()
    assert "<html" in text
    assert "Gand" in text
    assert 'value="gent"' in text


def test_municipality_suggest_says_what_to_try_when_nothing_is_found(client: Client) -> None:
    actions.import_gazetteer()
    text = client.get(
        "/en/places/municipality-suggest/?q=<b>zz", headers={"HX-Request": "true"}
    ).content.decode()
    assert "We know no municipality" in text
    assert "<b>" not in text


def test_municipality_suggest_only_reads(client: Client) -> None:
    assert client.post("/en/places/municipality-suggest/").status_code == 405


def test_municipality_suggest_says_that_it_is_open() -> None:
    assert getattr(views.municipality_suggest, "access_check", None) == "open"
