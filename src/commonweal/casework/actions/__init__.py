"""What work on any object needs, whatever its subject; other areas import from here."""

from commonweal.casework.actions.flow import (
    Flow,
    Guard,
    NotHeld,
    Who,
    a_person,
    person_or_program,
    program,
    state_not_allowed,
    state_refused,
)

__all__ = [
    "Flow",
    "Guard",
    "NotHeld",
    "Who",
    "a_person",
    "person_or_program",
    "program",
    "state_not_allowed",
    "state_refused",
]
