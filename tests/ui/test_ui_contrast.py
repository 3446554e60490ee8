"""The colours of the stylesheet reach what people with weak sight need, in every scheme."""

from __future__ import annotations

import gzip

import pytest

from commonweal.ui import contrast


@pytest.mark.parametrize("scheme", contrast.SCHEMES)
def test_every_pair_of_colours_in_use_reaches_its_ratio(scheme: str) -> None:
    weak = [row for row in contrast.measured() if row.scheme == scheme and not row.enough]
    assert weak == []


def test_text_must_reach_seven_and_boundaries_three() -> None:
    assert {needed for _above, _below, needed in contrast.pairs()} == {7.0, 3.0}


def test_the_conversion_agrees_with_known_colours() -> None:
    white, black = contrast.linear_rgb(1, 0, 0), contrast.linear_rgb(0, 0, 0)
    assert contrast.ratio(white, black) == pytest.approx(21, abs=0.01)
    assert contrast.hex_of(contrast.linear_rgb(0.62796, 0.25768, 29.234)) == "#ff0000"
    assert contrast.hex_of(contrast.linear_rgb(0.86644, 0.29483, 142.495)) == "#00ff00"


def test_every_token_has_a_colour_in_each_scheme() -> None:
    light = set(contrast.tokens("light"))
    assert len(light) > 20
    assert all(set(contrast.tokens(scheme)) == light for scheme in contrast.SCHEMES)


def test_the_strong_contrast_scheme_is_black_with_yellow_actions() -> None:
    strong = contrast.tokens("contrast")
    assert contrast.hex_of(strong["paper"]) == "#000000"
    assert contrast.ratio(strong["action"], strong["paper"]) > 15


def test_the_stylesheet_weighs_at_most_twelve_kilobytes_compressed() -> None:
    assert len(gzip.compress(contrast.STYLESHEET.read_bytes(), 9)) <= 12_000
