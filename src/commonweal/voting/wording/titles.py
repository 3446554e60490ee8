"""Titles of votes in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import get_language

if TYPE_CHECKING:
    from commonweal.voting.models import Ballot


def title_of(ballot: Ballot) -> str:
    """The ballot's title in the reader's language, or in the first one it has."""
    return in_language(ballot.titles) or ballot.subject


def in_language(names: Mapping[str, str]) -> str:
    """The one of several names that is in the reader's language, or the first there is; empty where there is none."""
    return names.get(get_language() or "en") or next(filter(None, names.values()), "")
