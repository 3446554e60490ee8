"""Reading places: lists on a day, a search without accents, drawings for maps. Never writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, F, Func, IntegerField, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from commonweal.kernel.text import clean, folded
from commonweal.places.models import Municipality, Place, Postcode, Province, Region
from commonweal.places.rules import LANGUAGES, name_in, project

MATCHES_MAX = 20
_TYPED_MAX = 80
_GAPS = re.compile(r"[^\w]+")

AnyPlace = TypeVar("AnyPlace", bound=Model)


class Folded(Func):
    """A text as search sees it, in the database: the same as `kernel.text.folded`."""

    function = "public.commonweal_fold"
    arity = 1
    output_field = TextField()


@dataclass(frozen=True, slots=True)
class MunicipalityMatch:
    """A municipality someone may mean: its code, its name in their language, where it is."""

    nis: str
    name: str
    province: str
    postcodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A place to draw in `rules.VIEW_BOX`: path data (maybe empty) and the point that stands for it."""

    nis: str
    name: str
    path: str
    x: float
    y: float
    region: str


@dataclass(frozen=True, slots=True)
class CountryMap:
    """All that a map of the country needs: regions as ground, provinces as lines, municipalities on top."""

    regions: tuple[tuple[str, str, str], ...]
    provinces: tuple[tuple[str, str, str], ...]
    municipalities: tuple[Outline, ...]


def _in_force(places: QuerySet[AnyPlace], on: date) -> QuerySet[AnyPlace]:
    return places.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


def municipalities_coded(codes: Iterable[str]) -> dict[str, Municipality]:
    """Municipalities by NIS code, whether they still exist or not; one query."""
    return Municipality.objects.in_bulk(list(codes))


def municipalities_of_postcodes(codes: Iterable[str]) -> dict[str, list[str]]:
    """Postcode -> NIS codes of the municipalities it lies in today, in order; one query."""
    found: dict[str, list[str]] = {}
    rows = Postcode.objects.filter(code__in=list(codes), municipality__ends_on__isnull=True)
    for code, nis in rows.order_by("code", "municipality_id").values_list("code", "municipality_id"):
        found.setdefault(code, []).append(nis)
    return found


def regions(on: date) -> QuerySet[Region]:
    """The regions that exist on a day, by code."""
    return _in_force(Region.objects.all(), on).order_by("nis")


def provinces(on: date) -> QuerySet[Province]:
    """The provinces that exist on a day (Brussels stands for itself), by code, with their region."""
    return _in_force(Province.objects.select_related("region"), on).order_by("nis")


def municipalities(on: date) -> QuerySet[Municipality]:
    """The municipalities that exist on a day, by code, with province and region, without drawings."""
    found = Municipality.objects.select_related("province", "region")
    return _in_force(found, on).defer("outline", "province__outline", "region__outline").order_by("nis")


def _by_name(found: QuerySet[Municipality], words: str) -> QuerySet[Municipality]:
    # One searchable line of the four names, each after a bar, so that "|ver" is the start of a name and
    # " ver" the start of a later word, with the many hyphens of Belgian names read as spaces.
    names: list[object] = []
    for language in LANGUAGES:
        names += [Value("|"), F(f"name_{language}")]
    line = Func(
        Folded(Concat(*names, output_field=TextField())),
        Value("[^[:alnum:]|]+"),
        Value(" "),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )
    ranked = Case(
        When(line__contains=f"|{words}|", then=0),
        When(line__contains=f"|{words}", then=1),
        When(line__contains=f" {words}", then=2),
        default=3,
        output_field=IntegerField(),
    )
    return (
        found.annotate(line=line).filter(line__contains=words).annotate(rank=ranked).order_by("rank", "nis")
    )


def municipality_matches(text: str, language: str, on: date) -> list[MunicipalityMatch]:
    """At most `MATCHES_MAX` municipalities for what someone typed: any of the four names, or a postcode.

    Accents, capitals and hyphens do not matter; "4700 Eupen" looks for both. One query, or none for no text.
    """
    words = _GAPS.sub(" ", folded(clean(text, lines=False)[:_TYPED_MAX])).split()
    numbers = [word for word in words if word.isascii() and word.isdigit()]
    letters = " ".join(word for word in words if word not in numbers)
    if not letters and not numbers:
        return []
    found = municipalities(on)
    for number in numbers[:1]:
        found = found.filter(
            nis__in=Municipality.objects.filter(postcodes__code__startswith=number).values("nis")
        )
    found = _by_name(found, letters) if letters else found
    codes = ArrayAgg(
        "postcodes__code", filter=Q(postcodes__isnull=False), default=Value([]), order_by="postcodes__code"
    )
    return [
        MunicipalityMatch(
            each.nis, name_in(each, language), name_in(each.province, language), tuple(each.codes)
        )
        for each in found.annotate(codes=codes)[:MATCHES_MAX]
    ]


def _drawn(places: QuerySet[AnyPlace], language: str) -> tuple[tuple[str, str, str], ...]:
    rows: list[Place] = [place for place in places if isinstance(place, Place)]
    return tuple((row.nis, name_in(row, language), row.outline) for row in rows if row.outline)


def outlines(on: date, language: str) -> CountryMap:
    """The drawings of the country on a day, three queries whatever its size."""
    shapes = (
        Outline(
            place.nis,
            name_in(place, language),
            place.outline,
            *project(place.latitude, place.longitude),
            place.region_id,
        )
        for place in _in_force(Municipality.objects.all(), on).order_by("nis")
    )
    return CountryMap(_drawn(regions(on), language), _drawn(provinces(on), language), tuple(shapes))
