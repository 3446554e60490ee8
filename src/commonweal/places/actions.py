"""Filling the gazetteer, from official files or from the small one that ships. Writes nothing but places."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Refusal
from commonweal.places.models import Municipality, Postcode, Province, Region
from commonweal.places.rules import merged, outline

OUTLINES_FILE = "be-municipalities-2025-lowres.geojson"
POSTCODES_FILE = "be-postcode-nis-2025.csv"
_BUILT_IN = Path(__file__).parent / "gazetteer.json"
_MUNICIPALITIES_FROM = date(2025, 1, 1)
_BATCH = 500
# The language of the municipality, as the official files write it, and the name others fall back on.
_OWN_LANGUAGE = {"F": "fr", "N": "nl", "D": "de", "FN": "fr"}

Row = dict[str, Any]
Ring = list[tuple[float, float]]


class GazetteerUnreadable(Refusal):
    """The files are not there or do not hold what they should; nothing was changed."""

    code = "gazetteer_unreadable"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places as rows for the tables, and pairs of postcode and municipality code."""

    regions: list[Row]
    provinces: list[Row]
    municipalities: list[Row]
    postcodes: frozenset[tuple[str, str]]


def _names(row: Row) -> Row:
    return {f"name_{language}": row[language] for language in ("fr", "nl", "de", "en")}


def _rings(geometry: Row) -> list[Ring]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(point[0], point[1]) for point in ring] for polygon in polygons for ring in polygon]


def _built_in(written: Row) -> Gazetteer:
    regions = [
        {
            "nis": row["nis"],
            **_names(row),
            "starts_on": date.fromisoformat(row["starts_on"]),
            "outline": outline([(point[0], point[1]) for point in ring] for ring in row["rings"]),
        }
        for row in written["regions"]
    ]
    provinces = [
        {
            "nis": row["nis"],
            **_names(row),
            "starts_on": date.fromisoformat(row["starts_on"]),
            "region_id": row["region"],
        }
        for row in written["provinces"]
    ]
    municipalities = [
        {
            "nis": row["nis"],
            **_names(row),
            "starts_on": _MUNICIPALITIES_FROM,
            "province_id": row["province"],
            "region_id": row["region"],
            "latitude": row["latitude"],
            "longitude": row["longitude"],
        }
        for row in written["municipalities"]
    ]
    pairs = {(code, row["nis"]) for row in written["municipalities"] for code in row["postcodes"]}
    return Gazetteer(regions, provinces, municipalities, frozenset(pairs))


def _official_names(properties: Row, ours: Row) -> Row:
    """Names of a municipality: ours where we know better, then the official ones, then its own language's."""
    own = _OWN_LANGUAGE[properties["lang"]]
    german = properties["name_de"]
    if properties["lang"] == "FN" and german == properties["name_nl"]:
        german = properties["name_fr"]
    names = {"fr": properties["name_fr"], "nl": properties["name_nl"], "de": german}
    return _names({"en": names[own], **names, **ours.get(properties["nis"], {})})


def _redrawn(row: Row, rings: dict[str, list[Ring]]) -> Row:
    return {**row, "outline": outline(merged(rings[row["nis"]]))} if row["nis"] in rings else row


def _official(folder: Path, written: Row) -> Gazetteer:
    features = json.loads((folder / OUTLINES_FILE).read_text())["features"]
    small = _built_in(written)
    municipalities: list[Row] = []
    by_province: dict[str, list[Ring]] = {}
    by_region: dict[str, list[Ring]] = {}
    for feature in features:
        properties = feature["properties"]
        rings = _rings(feature["geometry"])
        by_province.setdefault(properties["province"], []).extend(rings)
        by_region.setdefault(properties["region"], []).extend(rings)
        municipalities.append(
            {
                "nis": properties["nis"],
                **_official_names(properties, written["names"]),
                "starts_on": _MUNICIPALITIES_FROM,
                "province_id": properties["province"],
                "region_id": properties["region"],
                "latitude": properties["lat"],
                "longitude": properties["lon"],
                "population": properties["pop_2020"],
                "outline": outline(rings),
            }
        )
    regions = [_redrawn(row, by_region) for row in small.regions]
    provinces = [_redrawn(row, by_province) for row in small.provinces]
    with (folder / POSTCODES_FILE).open(newline="") as lines:
        pairs = frozenset((row["postcode"], row["nis"]) for row in csv.DictReader(lines))
    return Gazetteer(regions, provinces, municipalities, pairs)


def _read(folder: Path | None) -> Gazetteer:
    try:
        written = json.loads(_BUILT_IN.read_text())
        return _built_in(written) if folder is None else _official(folder, written)
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        reason = _("The files with the municipalities could not be read: %(trouble)s") % {"trouble": trouble}
        raise GazetteerUnreadable(reason) from trouble


def _store(model: type[models.Model], rows: list[Row], *, replace: bool) -> None:
    columns = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    made = [model(**row) for row in rows]
    if replace:
        model._default_manager.bulk_create(
            made, batch_size=_BATCH, update_conflicts=True, unique_fields=["nis"], update_fields=columns
        )
    else:
        model._default_manager.bulk_create(made, batch_size=_BATCH, ignore_conflicts=True)


@transaction.atomic
def import_gazetteer(*, folder: Path | None = None) -> Gazetteer:
    """Brings regions, provinces, municipalities and postcodes up to date; running it again changes nothing.

    `folder` holds the official files `OUTLINES_FILE` and `POSTCODES_FILE` (Statbel, CC BY 4.0); they replace
    what is known. Without it the small gazetteer that ships fills in what is missing and touches nothing
    else. Gives back what was read. Raises GazetteerUnreadable.
    """
    gazetteer = _read(folder)
    replace = folder is not None
    _store(Region, gazetteer.regions, replace=replace)
    _store(Province, gazetteer.provinces, replace=replace)
    _store(Municipality, gazetteer.municipalities, replace=replace)
    if replace:
        known = Postcode.objects.filter(municipality_id__in=[row["nis"] for row in gazetteer.municipalities])
        gone = [row.pk for row in known if (row.code, row.municipality_id) not in gazetteer.postcodes]
        Postcode.objects.filter(pk__in=gone).delete()
    Postcode.objects.bulk_create(
        [Postcode(code=code, municipality_id=nis) for code, nis in sorted(gazetteer.postcodes)],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    return gazetteer
