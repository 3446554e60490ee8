"""Lists on a day, the search without accents, and the budgets of both."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from commonweal.kernel.text import folded
from commonweal.places import actions, queries
from commonweal.places.models import Municipality, Postcode, Province, Region
from tests.examples_count import examples

DAY = date(2026, 11, 23)
Budget = Callable[[int], AbstractContextManager[object]]

# Letters both programs know: PostgreSQL may carry a newer Unicode than Python.
KNOWN = st.text(st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\x00"), max_size=40)


class TestTheDatabaseFoldsLikePython(HypothesisTestCase):
    """Search in the database and in Python must find the same."""

    @examples(300)
    @given(KNOWN)
    @example("Ottignies-Louvain-la-Neuve")
    @example("ÉTÉ à Liège, Cœur de Bœuf, Straße, Łódź, Ærø, Ñandú")
    @example("a\u0301\u0327b \u1e9e İ ǅ ﬁ ½ Ⅷ Å")
    @example("")
    def test_any_text_is_folded_alike(self, text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.commonweal_fold(%s)", [text])
            assert cursor.fetchone() == (folded(text),)

    def test_every_code_point_is_folded_alike(self) -> None:
        letters = [chr(point) for point in range(1, 0x110000) if _assigned(chr(point))]
        # Many at once, between bars that both leave alone: one call a letter takes minutes.
        lines = ["|".join(letters[at : at + 200]) for at in range(0, len(letters), 200)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT line, public.commonweal_fold(line) FROM unnest(%s::text[]) line", [lines])
            assert [(line, fold) for line, fold in cursor.fetchall() if fold != folded(line)] == []

    def test_no_text_folds_to_no_text_and_nothing_to_nothing(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.commonweal_fold(''), public.commonweal_fold(NULL)")
            assert cursor.fetchone() == ("", None)

    def test_it_may_serve_in_an_index(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX fold_trial ON places_municipality (public.commonweal_fold(name_fr))")
            cursor.execute("SELECT provolatile, proparallel FROM pg_proc WHERE proname = 'commonweal_fold'")
            assert cursor.fetchone() == ("i", "s")


def _assigned(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cn", "Cs")


@pytest.fixture
def gazetteer(db: None) -> None:
    actions.import_gazetteer()


def _names(text: str, language: str = "fr") -> list[str]:
    return [match.name for match in queries.municipality_matches(text, language, DAY)]


@pytest.mark.parametrize(
    "typed",
    [
        "Liège",
        "liege",
        "LIEGE",
        "Luik",
        "luttich",
        "Lüttich",
        " liege ",
        "Lièg",
        "4000",
        "4000 liège",
        "4000 luik",
    ],
)
def test_liege_is_found_by_any_name_accent_or_postcode(gazetteer: None, typed: str) -> None:
    assert _names(typed)[0] == "Liège"


@pytest.mark.parametrize(
    "typed", ["louvain la neuve", "Louvain-la-Neuve", "ottignies  louvain", "1348", "134"]
)
def test_hyphens_and_spaces_do_not_matter(gazetteer: None, typed: str) -> None:
    assert "Ottignies-Louvain-la-Neuve" in _names(typed)


def test_a_whole_name_comes_before_a_name_that_only_begins_alike(gazetteer: None) -> None:
    assert _names("louvain")[0] == "Louvain"
    assert "Ottignies-Louvain-la-Neuve" in _names("louvain")


def test_names_come_in_the_reader_s_language_with_province_and_postcodes(gazetteer: None) -> None:
    (match,) = queries.municipality_matches("4700", "de", DAY)
    assert match == queries.MunicipalityMatch("63023", "Eupen", "Lüttich", ("4700", "4701"))


@pytest.mark.parametrize(
    "typed", ["", "   ", "-", "%", "_", "'", "\x00", "|", "zzzz", "9999", "٣", "4000 gent", "x" * 9000]
)
def test_what_names_no_municipality_finds_none(gazetteer: None, typed: str) -> None:
    assert _names(typed) == []


def test_a_suggestion_list_is_never_longer_than_twenty(gazetteer: None) -> None:
    assert len(_names("e")) == queries.MATCHES_MAX


def test_a_municipality_that_ended_is_found_on_its_last_day_and_not_after(gazetteer: None) -> None:
    Municipality.objects.filter(nis="62063").update(ends_on=DAY)
    assert _names("liege") == ["Liège"]
    assert [row.nis for row in queries.municipalities(DAY)].count("62063") == 1
    assert queries.municipality_matches("liege", "fr", date(2026, 11, 24)) == []


def test_nothing_is_found_before_the_first_day(gazetteer: None) -> None:
    assert not queries.municipalities(date(2024, 12, 31))
    assert queries.municipalities(date(2025, 1, 1))
    assert not queries.regions(date(1980, 9, 30))
    assert queries.provinces(date(1980, 10, 1))


def _more(count: int) -> None:
    for number in range(count):
        row = Municipality.objects.create(
            nis=f"9{number:04}",
            **dict.fromkeys(("name_fr", "name_nl", "name_de", "name_en"), f"Village {number}"),
            starts_on=DAY,
            province_id="90000",
            region_id="03000",
            latitude="50.4",
            longitude="4.8",
        )
        Postcode.objects.create(code="5999", municipality=row)


@pytest.mark.parametrize("count", [1, 5])
def test_a_search_costs_one_query_whatever_it_finds(
    gazetteer: None, django_assert_num_queries: Budget, count: int
) -> None:
    _more(count)
    with django_assert_num_queries(1):
        assert len(queries.municipality_matches("village", "nl", DAY)) == count
    with django_assert_num_queries(1):
        assert len(queries.municipality_matches("5999", "nl", DAY)) == count


@pytest.mark.parametrize("count", [1, 5])
def test_lists_and_maps_cost_the_same_at_one_and_at_several(
    gazetteer: None, django_assert_num_queries: Budget, count: int
) -> None:
    Municipality.objects.all().delete()
    _more(count)
    with django_assert_num_queries(1):
        assert (
            len([(row.province.name_fr, row.region.name_fr) for row in queries.municipalities(DAY)]) == count
        )
    with django_assert_num_queries(1):
        assert len([row.region.name_fr for row in queries.provinces(DAY)]) == 11
    with django_assert_num_queries(3):
        assert len(queries.outlines(DAY, "nl").municipalities) == count


def test_a_map_without_official_files_has_regions_as_ground_and_points_on_top(gazetteer: None) -> None:
    drawn = queries.outlines(DAY, "nl")
    assert [name for _, name, _ in drawn.regions] == [
        "Vlaams Gewest",
        "Waals Gewest",
        "Brussels Hoofdstedelijk Gewest",
    ]
    assert drawn.provinces == ()
    eupen = next(shape for shape in drawn.municipalities if shape.nis == "63023")
    assert eupen.path == ""
    assert (eupen.x, eupen.y, eupen.region) == (908.4, 376.6, "03000")


def test_no_text_is_sent_when_nothing_was_typed(django_assert_num_queries: Budget, db: None) -> None:
    with django_assert_num_queries(0):
        assert queries.municipality_matches(" -- ", "fr", DAY) == []


@pytest.mark.parametrize(
    "wrong",
    [{"nis": "6302"}, {"nis": "6302x"}, {"ends_on": date(2024, 12, 31)}],
)
def test_the_database_refuses_impossible_places(gazetteer: None, wrong: dict[str, object]) -> None:
    fields = {"nis": "63999", "starts_on": date(2025, 1, 1), "province_id": "60000", "region_id": "03000"}
    place = Municipality(**{**fields, "latitude": "50", "longitude": "5", **wrong})
    with pytest.raises(IntegrityError), transaction.atomic():
        place.save(force_insert=True)
    Municipality(**{**fields, "latitude": "50", "longitude": "5"}).save(force_insert=True)


def test_the_database_refuses_a_postcode_twice_or_of_three_digits(gazetteer: None) -> None:
    for code in ("4700", "470"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Postcode.objects.create(code=code, municipality_id="63023")


def test_every_field_says_what_becomes_of_it_when_a_person_is_forgotten() -> None:
    for model in (Region, Province, Municipality, Postcode):
        fields = {field.name for field in model._meta.concrete_fields} - {"id"}
        assert set(model.personal) == fields
