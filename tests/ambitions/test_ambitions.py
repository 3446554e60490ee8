"""The published ambitions: loaded again and again, read on a day, in a language, within a budget."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from commonweal.ambitions import actions, queries, views
from commonweal.ambitions.models import Ambition, AmbitionText, Theme, ThemeText

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 23)
LANGUAGES = [code for code, _ in settings.LANGUAGES]
WRITTEN = json.loads(actions.PUBLISHED.read_text())["ambitions"]
Budget = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def published() -> None:
    actions.load_published()


def _one(code: str, position: int, **days: date | None) -> None:
    ambition = Ambition.objects.create(code=code, position=position, **{"starts_on": DAY, **days})
    theme = Theme.objects.create(code=f"{code}-theme", ambition=ambition, position=1, starts_on=DAY)
    for language in LANGUAGES:
        texts = {key: f"{key} {code} {language}" for key in ("name", "summary", "vision", "easy_text")}
        AmbitionText.objects.create(ambition=ambition, language=language, **texts)
        ThemeText.objects.create(theme=theme, language=language, name=f"theme {code} {language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_ambitions_are_published_in_their_order_and_in_every_language(
    published: None, language: str
) -> None:
    found = queries.ambitions_on(DAY, language)
    assert [each.code for each in found] == ["inclusion", "cooperatives", "neighbourhoods"]
    for each in found:
        assert 4 <= len(each.themes) <= 6
        assert 120 <= len(each.vision.split()) <= 200
        assert each.vision.count("\n\n") >= 2
        assert (
            max(len(sentence.split()) for sentence in each.easy_text.replace("\n\n", " ").split(". ")) <= 20
        )


def test_no_language_repeats_another_one_s_text(published: None) -> None:
    for each in WRITTEN:
        for key in ("name", "summary", "vision", "easy_text"):
            assert len({str(each["texts"][language][key]) for language in LANGUAGES}) == len(LANGUAGES)


def test_german_and_dutch_and_french_use_the_polite_form() -> None:
    familiar = {
        "fr": {"tu", "toi", "tes", "ton"},
        "nl": {"je", "jij", "jouw", "jullie"},
        "de": {"du", "dir", "dein"},
    }
    for each in WRITTEN:
        for language, words in familiar.items():
            text = json.dumps(each["texts"][language], ensure_ascii=False).lower()
            assert not words & set(text.replace(".", " ").replace(",", " ").replace('"', " ").split())


def test_loading_again_changes_nothing(published: None) -> None:
    tables = (Ambition, AmbitionText, Theme, ThemeText)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    assert actions.load_published() == 3
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_a_corrected_text_replaces_the_old_one(published: None, tmp_path: Path) -> None:
    written = json.loads(actions.PUBLISHED.read_text())
    written["ambitions"][0]["texts"]["nl"]["name"] = "Anders gezegd"
    written["ambitions"][0]["ends_on"] = "2027-12-31"
    (tmp_path / "new.json").write_text(json.dumps(written))
    actions.load_published(tmp_path / "new.json")
    assert queries.ambitions_on(DAY, "nl")[0].name == "Anders gezegd"
    assert len(queries.ambitions_on(date(2027, 12, 31), "nl")) == 3
    assert len(queries.ambitions_on(date(2028, 1, 1), "nl")) == 2


def test_an_ambition_the_file_no_longer_names_stays(published: None, tmp_path: Path) -> None:
    (tmp_path / "new.json").write_text(json.dumps({"ambitions": WRITTEN[:1]}))
    assert actions.load_published(tmp_path / "new.json") == 1
    assert len(queries.ambitions_on(DAY, "fr")) == 3


def _without(path: tuple[str, ...]) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(actions.PUBLISHED.read_text())
    inner = written["ambitions"][1]
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return written


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "{}",
        '{"ambitions": [1]}',
        json.dumps(_without(("texts", "de"))),
        json.dumps(_without(("texts", "de", "vision"))),
        json.dumps(_without(("starts_on",))),
        json.dumps(_without(("themes",))),
    ],
)
def test_a_file_that_lacks_something_is_refused_whole(tmp_path: Path, broken: str) -> None:
    (tmp_path / "broken.json").write_text(broken)
    with pytest.raises(actions.AmbitionsUnreadable, match="could not be read"):
        actions.load_published(tmp_path / "broken.json")
    assert not Ambition.objects.exists()


@pytest.mark.parametrize("empty", ["", "   ", None, 4, []])
def test_an_empty_text_is_refused(tmp_path: Path, empty: object) -> None:
    written = json.loads(actions.PUBLISHED.read_text())
    written["ambitions"][2]["texts"]["en"]["easy_text"] = empty
    (tmp_path / "broken.json").write_text(json.dumps(written))
    with pytest.raises(actions.AmbitionsUnreadable):
        actions.load_published(tmp_path / "broken.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(actions.AmbitionsUnreadable):
        actions.load_published(tmp_path / "nowhere.json")


def test_an_ambition_holds_from_its_first_day_to_its_last() -> None:
    _one("trial", 1, ends_on=DAY + timedelta(days=9))
    held = [bool(queries.ambitions_on(DAY + timedelta(days=shift), "fr")) for shift in (-1, 0, 9, 10)]
    assert held == [False, True, True, False]


def test_a_theme_that_ended_leaves_the_ambition_without_it() -> None:
    _one("trial", 1)
    Theme.objects.update(ends_on=DAY)
    assert len(queries.ambitions_on(DAY, "fr")[0].themes) == 1
    assert queries.ambitions_on(DAY + timedelta(days=1), "fr")[0].themes == ()


def test_a_text_missing_in_one_language_is_read_in_another() -> None:
    _one("trial", 1)
    AmbitionText.objects.filter(language="de").delete()
    ThemeText.objects.filter(language__in=["de", "fr"]).delete()
    (found,) = queries.ambitions_on(DAY, "de")
    assert found.name == "name trial fr"
    assert found.themes[0].name == "theme trial nl"


@pytest.mark.parametrize(
    ("language", "name"), [("nl-be", "name trial nl"), ("EN", "name trial en"), ("it", "name trial fr")]
)
def test_a_language_is_taken_by_its_first_two_letters(language: str, name: str) -> None:
    _one("trial", 1)
    assert queries.ambitions_on(DAY, language)[0].name == name


@pytest.mark.parametrize("count", [1, 5])
def test_reading_all_ambitions_takes_two_queries(django_assert_num_queries: Budget, count: int) -> None:
    for position in range(count):
        _one(f"trial-{position}", position)
    with django_assert_num_queries(2):
        found = queries.ambitions_on(DAY, "nl")
    assert [each.code for each in found] == [f"trial-{position}" for position in range(count)]
    assert all(len(each.themes) == 1 for each in found)


def test_one_ambition_is_found_by_its_code_and_an_unknown_one_is_not(published: None) -> None:
    found = queries.ambition_on("cooperatives", DAY, "de")
    assert found is not None
    assert found.name == "Starke Genossenschaften, von vielen getragen"
    assert queries.ambition_on("nothing", DAY, "de") is None
    assert queries.ambition_on("cooperatives", date(2023, 12, 31), "de") is None


def test_the_database_refuses_days_out_of_order_and_texts_left_empty() -> None:
    _one("trial", 1)
    for spoil in (
        lambda: Ambition.objects.update(ends_on=DAY - timedelta(days=1)),
        lambda: Theme.objects.update(ends_on=DAY - timedelta(days=1)),
        lambda: AmbitionText.objects.update(vision=""),
        lambda: ThemeText.objects.update(name=""),
        lambda: ThemeText.objects.create(theme_id="trial-theme", language="fr", name="twice"),
        lambda: AmbitionText.objects.filter(language="fr").update(language="nl"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            spoil()


def test_every_field_says_what_becomes_of_it_when_a_person_is_forgotten() -> None:
    for model in (Ambition, AmbitionText, Theme, ThemeText):
        assert set(model.personal) == {field.name for field in model._meta.concrete_fields} - {"id"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ambition_list_names_every_ambition_in_the_reader_s_language(
    published: None, client: Client, language: str
) -> None:
    text = client.get(f"/{language}/ambitions/").content.decode()
    for each in WRITTEN:
        assert each["texts"][language]["name"].replace("'", "&#x27;") in text


def test_ambition_detail_shows_vision_and_themes(published: None, client: Client) -> None:
    text = client.get("/nl/ambitions/neighbourhoods/").content.decode()
    assert "reservesleutel" in text
    assert "Samen tegen eenzaamheid" in text
    assert "Niemand mag alleen blijven" not in text


def test_ambition_detail_shows_the_same_in_easy_words(published: None, client: Client) -> None:
    text = client.get("/nl/ambitions/neighbourhoods/?easy=1").content.decode()
    assert "Niemand mag alleen blijven" in text
    assert "reservesleutel" not in text


def test_ambition_detail_is_not_found_when_it_is_not_in_force(published: None, client: Client) -> None:
    assert client.get("/fr/ambitions/nothing/").status_code == 404
    Ambition.objects.filter(code="inclusion").update(ends_on=date(2025, 1, 1))
    assert client.get("/fr/ambitions/inclusion/").status_code == 404


def test_the_pages_only_read_and_say_that_they_are_open(client: Client) -> None:
    assert client.post("/en/ambitions/").status_code == 405
    assert {getattr(view, "access_check", None) for view in (views.ambition_list, views.ambition_detail)} == {
        "open"
    }
