"""Tracks of a call, who votes, and the presets a new call starts from."""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.kernel.words import Words, gettext_noop


class Track(Words):
    """How heavy the way to support is."""

    REGIONAL = "regional", gettext_noop("regional: small and light")
    NATIONAL = "national", gettext_noop("national: built together with staff")


class VotersKind(Words):
    """Who votes in a call."""

    ALL = "all", gettext_noop("all members")
    REGION = "region", gettext_noop("members of the region")


@dataclass(frozen=True, slots=True)
class Preset:
    """Values a new call starts from; everything can be changed until it opens."""

    code: str
    name: str
    description: str
    track: str
    form: str
    choices_min: int
    choices_max: int
    points_total: int
    points_each: int
    budget_cents: int
    amount_min_cents: int
    amount_max_cents: int


PRESETS = (
    Preset(
        "regional",
        gettext_noop("Small regional projects"),
        gettext_noop(
            "Up to 3,000 euro each; members tick up to five projects; shared out fairly (equal shares)."
        ),
        "regional",
        "approval",
        1,
        5,
        0,
        0,
        30_000_00,
        500_00,
        3_000_00,
    ),
    Preset(
        "points",
        gettext_noop("Regional projects with points"),
        gettext_noop("Members share seven points, at most three on one project."),
        "regional",
        "points",
        1,
        7,
        7,
        3,
        30_000_00,
        500_00,
        3_000_00,
    ),
    Preset(
        "national",
        gettext_noop("National programme"),
        gettext_noop("Large projects built with a coordinator; members fill a basket within the budget."),
        "national",
        "basket",
        1,
        10,
        0,
        0,
        250_000_00,
        10_000_00,
        80_000_00,
    ),
)


def preset(code: str) -> Preset:
    """The preset with this code; the first one for a code not known."""
    return next((each for each in PRESETS if each.code == code), PRESETS[0])
