"""The map's projection, its path data, and names in four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.places import rules


@dataclass
class _Place:
    name_fr: str = "Liège"
    name_nl: str = "Luik"
    name_de: str = "Lüttich"
    name_en: str = "Liège (en)"


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fr", "Liège"),
        ("nl", "Luik"),
        ("de", "Lüttich"),
        ("en", "Liège (en)"),
        ("nl-be", "Luik"),
        ("it", "Liège (en)"),
    ],
)
def test_a_place_is_called_by_its_name_in_the_reader_s_language(language: str, name: str) -> None:
    assert rules.name_in(_Place(), language) == name


def test_north_is_up_and_east_is_right() -> None:
    bruges, arlon = rules.project(51.21, 3.22), rules.project(49.68, 5.81)
    assert bruges[0] < arlon[0]
    assert bruges[1] < arlon[1]


def test_decimals_and_floats_give_the_same_point() -> None:
    assert rules.project(Decimal("50.85"), Decimal("4.35")) == rules.project(50.85, 4.35)


def test_a_degree_east_is_shorter_than_a_degree_north() -> None:
    (x1, y1), (x2, y2) = rules.project(50.5, 4.0), rules.project(51.5, 5.0)
    assert (x2 - x1) / (y1 - y2) == pytest.approx(0.636, abs=0.001)


@given(st.floats(49.49, 51.51), st.floats(2.54, 6.41))
def test_every_point_of_the_country_lies_in_the_frame(latitude: float, longitude: float) -> None:
    x, y = rules.project(latitude, longitude)
    assert 0 <= x <= 1000
    assert 0 <= y <= 840


SQUARE = [(4.0, 50.0), (4.1, 50.0), (4.1, 50.1), (4.0, 50.1), (4.0, 50.0)]
NEIGHBOUR = [(4.1, 50.0), (4.2, 50.0), (4.2, 50.1), (4.1, 50.1), (4.1, 50.0)]


def _absolute(path: str) -> list[list[tuple[float, float]]]:
    rings = []
    for ring in re.findall(r"M([^z]*)z", path):
        points: list[tuple[float, float]] = []
        for part in ring.split("l"):
            dx, dy = (float(number) for number in re.findall(r"-?(?:\d+\.\d+|\.\d+|\d+)", part))
            points.append(
                (round(points[-1][0] + dx, 1), round(points[-1][1] + dy, 1)) if points else (dx, dy)
            )
        rings.append(points)
    return rings


def test_an_outline_draws_exactly_the_rounded_points() -> None:
    assert _absolute(rules.outline([SQUARE])) == [[rules.project(lat, lon) for lon, lat in SQUARE[:-1]]]


def test_an_outline_needs_no_zero_before_the_point_and_none_after_it() -> None:
    path = rules.outline([[(4.0, 50.0), (4.001, 50.0), (4.001, 50.1), (3.999, 50.1)]])
    assert "0." not in path.replace("00.", "")
    assert not re.search(r"\.0(?!\d)", path)


def test_two_neighbours_draw_their_common_border_alike() -> None:
    left, right = _absolute(rules.outline([SQUARE]))[0], _absolute(rules.outline([NEIGHBOUR]))[0]
    assert len(set(left) & set(right)) == 2


def test_doubled_points_are_dropped_and_a_speck_disappears() -> None:
    assert rules.outline([[(4.0, 50.0), (4.00001, 50.0), (4.0, 50.00001), (4.0, 50.0)]]) == ""
    doubled = [SQUARE[0], SQUARE[0], *SQUARE[1:]]
    assert rules.outline([doubled]) == rules.outline([SQUARE])


def test_an_open_ring_is_drawn_like_a_closed_one() -> None:
    assert rules.outline([SQUARE[:-1]]) == rules.outline([SQUARE])


@given(
    st.lists(st.tuples(st.floats(2.6, 6.4), st.floats(49.5, 51.5)), min_size=3, max_size=12),
)
def test_any_ring_can_be_read_back_from_its_path(points: list[tuple[float, float]]) -> None:
    for ring in _absolute(rules.outline([points])):
        assert set(ring) <= {rules.project(lat, lon) for lon, lat in points}


def test_the_border_between_two_neighbours_disappears_when_they_merge() -> None:
    (border,) = rules.merged([SQUARE, NEIGHBOUR])
    assert border[0] == border[-1]
    assert len(border) == 7
    assert set(border) == set(SQUARE) | set(NEIGHBOUR)


def test_places_that_do_not_touch_keep_a_border_each() -> None:
    far = [(lon + 1, lat) for lon, lat in SQUARE]
    assert len(rules.merged([SQUARE, far])) == 2


def test_places_that_touch_in_a_point_still_close() -> None:
    corner = [
        (lon + 0.1, lat + 0.1)
        for lon, lat in [(4.0, 50.0), (4.1, 50.0), (4.1, 50.1), (4.0, 50.1), (4.0, 50.0)]
    ]
    corner = [(4.1, 50.1) if (round(x, 1), round(y, 1)) == (4.1, 50.1) else (x, y) for x, y in corner]
    borders = rules.merged([SQUARE, corner])
    assert all(border[0] == border[-1] for border in borders)
    assert sum(len(border) - 1 for border in borders) == 8


def test_nothing_merges_to_nothing() -> None:
    assert rules.merged([]) == []


def test_a_ring_that_was_never_closed_stays_open() -> None:
    assert rules.merged([SQUARE[:-1]]) == [SQUARE[:-1]]
