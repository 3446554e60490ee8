"""What a dossier lacks before it can be sent, and the amounts a kind of call starts with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from commonweal.projects.rules.parts import Content, Part, gaps
from commonweal.projects.rules.tracks import PRESETS, preset

WHOLE = Content(
    has_organisation=True,
    title="Un banc",
    summary="Un banc et un café.",
    story="Nous posons un banc.",
    has_place=True,
    target_group="les voisins",
    starts_on=date(2027, 7, 1),
    ends_on=date(2027, 12, 1),
    ambitions_argued=1,
    costs_cents=1_500_00,
    asked_cents=1_200_00,
    other_asks=0,
    values_declared=True,
)


def test_a_whole_dossier_lacks_nothing() -> None:
    assert gaps(WHOLE, 500_00, 3_000_00) == ()


def test_each_thing_missing_is_named_with_its_page() -> None:
    short = replace(WHOLE, title="", costs_cents=1_000_00, values_declared=False)
    assert [gap.part for gap in gaps(short, 500_00, 3_000_00)] == [Part.STORY, Part.SUPPORT, Part.SUPPORT]


def test_a_kind_of_call_nobody_knows_starts_like_the_first() -> None:
    assert preset(PRESETS[-1].code) == PRESETS[-1]
    assert preset("no such kind") == PRESETS[0]
