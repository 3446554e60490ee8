"""Who holds the committee's sheets: as many people as names. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from commonweal.kernel.text import folded


def named_twice(holders: Iterable[str]) -> str | None:
    """The first name that stands there a second time, whatever its capitals, accents and order of words; None without.

    Whoever holds two sheets of two opens every ballot alone.
    """
    seen: set[tuple[str, ...]] = set()
    for name in holders:
        words = tuple(sorted(folded(name).replace(",", " ").split()))
        if words in seen:
            return name
        seen.add(words)
    return None
