"""Turnout by group, with groups merged in which few voted, so that no figure speaks of a few people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SMALLEST_GROUP = 20
AGE_BANDS = (
    (0, 25, "under 25"),
    (25, 40, "25-39"),
    (40, 55, "40-54"),
    (55, 70, "55-69"),
    (70, 200, "70 and over"),
)
KINDS = ("region", "age", "door")
UNKNOWN = "unknown"
MERGED = "others"


@dataclass(frozen=True, slots=True)
class Group:
    """Voters and votes of one group; `code` is a region, an age band or a door."""

    code: str
    voters: int
    votes: int


def age_band(age: int | None) -> str:
    """The band an age in years falls in."""
    if age is None:
        return UNKNOWN
    return next((name for low, high, name in AGE_BANDS if low <= age < high), UNKNOWN)


def merged(groups: Sequence[Group], smallest: int = SMALLEST_GROUP) -> tuple[Group, ...]:
    """The groups in the given order, those in which fewer than `smallest` voted put together at the end.

    Who voted is counted, not who might have: of three votes in a group of thousands little is left to guess. While
    fewer than `smallest` voted in the groups put together, the one with the fewest votes joins them, so that nobody
    can subtract the shown groups from the total. All together may be one group. Groups that were put together before,
    by this rule or an older one, may be among the given ones: they stay together, and more join them where need be.
    """
    kept = [group for group in groups if group.code != MERGED]
    before = [group for group in groups if group.code == MERGED]
    small = [*before, *(group for group in kept if group.votes < smallest)]
    if not small:
        return tuple(kept)
    kept = [group for group in kept if group.votes >= smallest]
    while kept and sum(group.votes for group in small) < smallest:
        least = min(kept, key=lambda group: group.votes)
        kept.remove(least)
        small.append(least)
    together = Group(MERGED, sum(g.voters for g in small), sum(g.votes for g in small))
    return (*kept, together)


def kept_turnout(turnout: Mapping[str, Sequence[Group]]) -> dict[str, list[dict[str, Any]]]:
    """A turnout as it is kept and shown: groups by region, age and door, each kind by today's rule."""
    return {
        name: [{"code": g.code, "voters": g.voters, "votes": g.votes} for g in merged(turnout.get(name, ()))]
        for name in KINDS
    }


def shown_turnout(kept: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """A turnout that was kept, perhaps under an older rule, by today's."""
    return kept_turnout(
        {
            name: [Group(str(g["code"]), int(g["voters"]), int(g["votes"])) for g in groups]
            for name, groups in kept.items()
        }
    )
