"""What may be done with calls, dossiers, checks and photos; other areas import from here."""

from commonweal.projects.actions.calls import (
    CallFrozen,
    NotReady,
    announce_call,
    bring_in_count,
    close_vote,
    decide_call,
    end_applications,
    open_vote,
    plan_call,
    write_call_text,
)
from commonweal.projects.actions.checks import (
    admit_dossier,
    ask_for_more,
    assign_dossier,
    declare_conflict,
    note_dossier,
    refuse_dossier,
    take_up_dossier,
)
from commonweal.projects.actions.dossiers import (
    Incomplete,
    TooLate,
    answer_request,
    drop_view,
    save_view,
    send_dossier,
    start_dossier,
    withdraw_dossier,
    write_part,
)
from commonweal.projects.actions.imports import ImportedProject, ImportRefused, import_projects
from commonweal.projects.actions.photos import PhotoRefused, add_photo, remove_photo
from commonweal.projects.actions.rulebook import load_rulebook

__all__ = [
    "CallFrozen",
    "ImportRefused",
    "ImportedProject",
    "Incomplete",
    "NotReady",
    "PhotoRefused",
    "TooLate",
    "add_photo",
    "admit_dossier",
    "announce_call",
    "answer_request",
    "ask_for_more",
    "assign_dossier",
    "bring_in_count",
    "close_vote",
    "decide_call",
    "declare_conflict",
    "drop_view",
    "end_applications",
    "import_projects",
    "load_rulebook",
    "note_dossier",
    "open_vote",
    "plan_call",
    "refuse_dossier",
    "remove_photo",
    "save_view",
    "send_dossier",
    "start_dossier",
    "take_up_dossier",
    "withdraw_dossier",
    "write_call_text",
    "write_part",
]
