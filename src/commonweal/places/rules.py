"""Where a place stands on the map of the country, and what it is called. Pure: no file, no clock."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from commonweal.kernel.text import plain

# What Belgians and the posts of others write before the four digits (UPU, Belgium).
_BEFORE_POSTCODE = re.compile(r"^BE?[\s-]*(?=\d{4}$)")
VIEW_BOX = "0 0 1000 840"
LANGUAGES = ("fr", "nl", "de", "en")

# Equirectangular projection with its true parallel at 50.5 degrees north, centred on the country's
# bounding box; 398 units a degree of latitude leave a margin of about ten units on each side.
_CENTRE_LONGITUDE = 4.4767
_CENTRE_LATITUDE = 50.501
_UNITS = 398.0
_NARROWING = math.cos(math.radians(50.5))

Point = tuple[float, float]


class Named(Protocol):
    """Anything that carries a name in each of the four languages."""

    name_fr: str
    name_nl: str
    name_de: str
    name_en: str


def project(latitude: float | Decimal, longitude: float | Decimal) -> Point:
    """Degrees (WGS 84) to units of `VIEW_BOX`, x to the right and y down, one decimal. For drawing only."""
    x = 500 + (float(longitude) - _CENTRE_LONGITUDE) * _NARROWING * _UNITS
    y = 420 - (float(latitude) - _CENTRE_LATITUDE) * _UNITS
    return round(x, 1), round(y, 1)


def plain_postcode(text: str) -> str:
    """A postcode as lists hold it, however it was pasted: `B-9000`, `BE 9000` and `９０００` are 9000.

    Only the spelling: whether there is such a postcode, and where it lies, the queries say.
    """
    return _BEFORE_POSTCODE.sub("", plain(text).upper()).strip()


def name_in(place: Named, language: str) -> str:
    """The place's name in a language (`fr`, `nl-be`, ...); another language gets the English name."""
    names = {"fr": place.name_fr, "nl": place.name_nl, "de": place.name_de}
    return names.get(language[:2].lower(), place.name_en)


def _number(value: float) -> str:
    # SVG needs no zero before the point, and every byte is sent to a telephone.
    text = f"{value:.1f}".removesuffix(".0")
    text = text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
    return "0" if text in {"-0", ""} else text


def _pair(x: float, y: float) -> str:
    second = _number(y)
    return _number(x) + (second if second.startswith("-") else f" {second}")


def outline(rings: Iterable[Sequence[Point]]) -> str:
    """SVG path data for rings of (longitude, latitude): relative lines, one decimal, doubled points dropped.

    A ring that shrinks to less than three points disappears. Offsets are taken between rounded points, so
    that rounding never adds up and two places draw their common border alike.
    """
    parts = []
    for ring in rings:
        points: list[Point] = []
        for longitude, latitude in ring:
            point = project(latitude, longitude)
            if not points or point != points[-1]:
                points.append(point)
        if len(points) > 1 and points[0] == points[-1]:
            points.pop()
        if len(points) < 3:
            continue
        steps = (_pair(x - a, y - b) for (a, b), (x, y) in itertools.pairwise(points))
        parts.append(f"M{_pair(*points[0])}" + "".join(f"l{step}" for step in steps) + "z")
    return "".join(parts)


def merged(rings: Iterable[Sequence[Point]]) -> list[list[Point]]:
    """The outer borders of places that touch: an edge two neighbours walk in opposite directions disappears.

    Expects rings wound alike with common borders sharing their points (a valid coverage). Rings come back
    closed; where borders meet in a point, each ring still closes.
    """
    edges: dict[tuple[Point, Point], None] = {}
    for ring in rings:
        for start, end in itertools.pairwise(ring):
            if (end, start) in edges:
                del edges[end, start]
            else:
                edges[start, end] = None
    following: dict[Point, list[Point]] = {}
    for start, end in edges:
        following.setdefault(start, []).append(end)
    borders = []
    for first in list(following):
        while following[first]:
            ring_points = [first]
            while following.get(ring_points[-1]):
                ring_points.append(following[ring_points[-1]].pop())
                if ring_points[-1] == first:
                    break
            borders.append(ring_points)
    return borders
