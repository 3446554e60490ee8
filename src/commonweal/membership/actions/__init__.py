"""What may be done with memberships, statutes and shares: one verb, one function, gathered from its subjects."""

from commonweal.membership.actions.accreditation import NoteIncomplete, note_condition
from commonweal.membership.actions.imports import (
    UPLOAD_MAX,
    CannotMove,
    TooLarge,
    check_import,
    discard_import,
    load_import,
    run_import,
    upload_import,
)
from commonweal.membership.actions.members import admit_member, load_members
from commonweal.membership.actions.shares import (
    DocumentMissing,
    LoadedMovement,
    Movement,
    MovementRefused,
    Planned,
    book_movement,
    correct_movement,
    load_movements,
    planned,
    record_reading,
)
from commonweal.membership.actions.statutes import load_statutes, set_setting, set_terms

__all__ = [
    "UPLOAD_MAX",
    "CannotMove",
    "DocumentMissing",
    "LoadedMovement",
    "Movement",
    "MovementRefused",
    "NoteIncomplete",
    "Planned",
    "TooLarge",
    "admit_member",
    "book_movement",
    "check_import",
    "correct_movement",
    "discard_import",
    "load_import",
    "load_members",
    "load_movements",
    "load_statutes",
    "note_condition",
    "planned",
    "record_reading",
    "run_import",
    "set_setting",
    "set_terms",
    "upload_import",
]
