"""The announced days of a call: once people count on them they move later only, and those that are over stay. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

ANNOUNCED = ("applies_until", "check_until", "vote_from", "vote_until", "publish_on")
# The days that are over, by the state of the call; from the vote on, all are.
_OVER: dict[str, tuple[str, ...]] = {"applications": (), "check": ("applies_until",)}


def misplaced(
    state: str, announced: Mapping[str, date | datetime], wanted: Mapping[str, date | datetime]
) -> tuple[str, ...]:
    """The days of a call in this state that are wanted earlier than announced, or changed although they are over.

    A call in preparation was announced to nobody: its days are free. From the vote on, all are over.
    """
    if state == "prepared":
        return ()
    over = _OVER.get(state, ANNOUNCED)
    return tuple(
        name
        for name in ANNOUNCED
        if name in wanted
        and (wanted[name] != announced[name] if name in over else wanted[name] < announced[name])
    )
