"""The gazetteer that ships and the official files: same facts, one way in, again and again."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import F

from commonweal.places import actions, queries
from commonweal.places.models import Municipality, Postcode, Province, Region

pytestmark = pytest.mark.django_db

BELGIUM = settings.DATA / "belgium"
WRITTEN = json.loads((Path(actions.__file__).parent / "gazetteer.json").read_text())
DAY = date(2026, 11, 23)


def _inside(point: tuple[float, float], ring: list[list[float]]) -> bool:
    x, y = point
    within = False
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            within = not within
    return within


def _official_facts() -> dict[str, dict[str, object]]:
    """NIS code to facts, from the official file where this machine has it, else from what ships."""
    if not BELGIUM.exists():
        return {
            row["nis"]: {**row, "lat": row["latitude"], "lon": row["longitude"]}
            for row in WRITTEN["municipalities"]
        }
    features = json.loads((BELGIUM / actions.OUTLINES_FILE).read_text())["features"]
    return {
        each["properties"]["nis"]: {
            **each["properties"],
            "fr": each["properties"]["name_fr"],
            "nl": each["properties"]["name_nl"],
        }
        for each in features
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two municipalities of one province side by side, in the format of the official files."""
    features = []
    for nis, name, west in (("63023", "Eupen", 6.0), ("63048", "Lontzen", 6.1)):
        ring = [[west, 50.6], [west + 0.1, 50.6], [west + 0.1, 50.7], [west, 50.7], [west, 50.6]]
        properties = {"nis": nis, "name_fr": name, "name_nl": name, "name_de": name, "lang": "D"}
        properties |= {
            "province": "60000",
            "region": "03000",
            "pop_2020": 19_000,
            "lat": 50.65,
            "lon": west + 0.05,
        }
        features.append({"properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    ring = [[4.3, 50.8], [4.4, 50.8], [4.4, 50.9], [4.3, 50.8]]
    properties = {"nis": "21099", "name_fr": "Ici", "name_nl": "Hier", "name_de": "Hier", "lang": "FN"}
    properties |= {"province": "04000", "region": "04000", "pop_2020": 1, "lat": 50.85, "lon": 4.35}
    features.append({"properties": properties, "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}})
    (tmp_path / actions.OUTLINES_FILE).write_text(json.dumps({"features": features}))
    (tmp_path / actions.POSTCODES_FILE).write_text("postcode,nis\n4700,63023\n4701,63023\n4710,63048\n")
    return tmp_path


def test_the_gazetteer_that_ships_covers_every_province_and_region() -> None:
    actions.import_gazetteer()
    assert Region.objects.count() == 3
    assert Province.objects.count() == 11
    assert set(Municipality.objects.values_list("province_id", flat=True)) == set(
        Province.objects.values_list("nis", flat=True)
    )
    assert not Municipality.objects.exclude(province__region=F("region")).exists()
    assert 60 <= Municipality.objects.count() <= 80


def test_the_gazetteer_that_ships_agrees_with_the_official_facts() -> None:
    facts = _official_facts()
    for row in WRITTEN["municipalities"]:
        official = facts[row["nis"]]
        for key in ("fr", "nl", "province", "region"):
            assert row[key] == official[key], row["fr"]
        assert abs(row["latitude"] - float(str(official["lat"]))) < 0.006, row["fr"]
        assert abs(row["longitude"] - float(str(official["lon"]))) < 0.006, row["fr"]


def test_the_postcodes_that_ship_agree_with_the_official_ones() -> None:
    pairs = {(code, row["nis"]) for row in WRITTEN["municipalities"] for code in row["postcodes"]}
    if BELGIUM.exists():
        with (BELGIUM / actions.POSTCODES_FILE).open(newline="") as lines:
            assert pairs <= {(row["postcode"], row["nis"]) for row in csv.DictReader(lines)}
    assert {row["nis"] for row in WRITTEN["municipalities"]} == {nis for _, nis in pairs}


def test_the_regions_drawn_by_hand_hold_their_own_municipalities() -> None:
    rings = {row["nis"]: row["rings"][0] for row in WRITTEN["regions"]}
    for row in WRITTEN["municipalities"]:
        assert _inside((row["longitude"], row["latitude"]), rings[row["region"]]), row["fr"]


def test_importing_again_changes_nothing(folder: Path) -> None:
    for source in (None, folder, None, folder):
        actions.import_gazetteer(folder=source)
    before = list(Municipality.objects.order_by("nis").values()), Postcode.objects.count()
    actions.import_gazetteer(folder=folder)
    actions.import_gazetteer()
    assert (list(Municipality.objects.order_by("nis").values()), Postcode.objects.count()) == before


def test_the_small_gazetteer_does_not_undo_the_official_one(folder: Path) -> None:
    actions.import_gazetteer(folder=folder)
    actions.import_gazetteer()
    assert Municipality.objects.get(nis="63023").outline
    assert Municipality.objects.filter(nis="62063").exists()


def test_the_official_files_correct_what_was_known(folder: Path) -> None:
    actions.import_gazetteer()
    Postcode.objects.create(code="4799", municipality_id="63023")
    actions.import_gazetteer(folder=folder)
    eupen = Municipality.objects.get(nis="63023")
    assert eupen.population == 19_000
    assert eupen.starts_on == date(2025, 1, 1)
    assert sorted(eupen.postcodes.values_list("code", flat=True)) == ["4700", "4701"]


def test_a_province_is_drawn_from_its_municipalities_without_the_border_between_them(folder: Path) -> None:
    actions.import_gazetteer(folder=folder)
    assert Province.objects.get(nis="60000").outline.count("M") == 1


def test_a_bilingual_municipality_without_a_german_name_takes_its_french_one(folder: Path) -> None:
    actions.import_gazetteer(folder=folder)
    brussels = Municipality.objects.get(nis="21099")
    assert (brussels.name_de, brussels.name_en) == ("Ici", "Ici")


def test_great_cities_have_their_german_and_english_names() -> None:
    actions.import_gazetteer()
    names = {row.nis: (row.name_de, row.name_en) for row in Municipality.objects.all()}
    assert names["21004"] == ("Brüssel", "Brussels")
    assert names["44021"] == ("Gent", "Ghent")
    assert names["35013"] == ("Ostende", "Ostend")
    assert names["62063"] == ("Lüttich", "Liège")
    assert names["21009"] == ("Ixelles", "Ixelles")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"features": [{}]}', '{"features": [{"properties": null}]}']
)
def test_files_that_are_not_what_they_should_be_are_refused_and_nothing_changes(
    folder: Path, content: str
) -> None:
    (folder / actions.OUTLINES_FILE).write_text(content)
    with pytest.raises(actions.GazetteerUnreadable):
        actions.import_gazetteer(folder=folder)
    assert not Municipality.objects.exists()


def test_a_missing_file_is_refused_in_one_sentence(folder: Path) -> None:
    (folder / actions.POSTCODES_FILE).unlink()
    with pytest.raises(actions.GazetteerUnreadable, match="could not be read"):
        actions.import_gazetteer(folder=folder)


def test_the_whole_country_can_be_imported_and_drawn_small(tmp_path: Path, folder: Path) -> None:
    source = shutil.copytree(BELGIUM, tmp_path / "all") if BELGIUM.exists() else folder
    read = actions.import_gazetteer(folder=source)
    drawn = queries.outlines(DAY, "fr")
    assert len(drawn.municipalities) == len(read.municipalities)
    assert all(shape.path for shape in drawn.municipalities)
    assert sum(len(shape.path) for shape in drawn.municipalities) < 150_000
    assert sum(len(path) for _, _, path in (*drawn.regions, *drawn.provinces)) < 60_000
    assert len(drawn.provinces) == len({row["province_id"] for row in read.municipalities})
