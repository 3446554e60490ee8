"""The gallery of components as everyone meets it: in each language, on a phone and a desk, with JavaScript and without."""

from __future__ import annotations

from tests.journeys.walks import Walk


def test_nothing_in_the_gallery_stands_in_anyones_way(walk: Walk) -> None:
    page = walk.open_page()
    page.goto(f"/{walk.language}/ui/")
    walk.look(page)
