"""What may be done with memberships, statutes and shares: one verb, one function, gathered from its subjects."""

from commonweal.membership.actions.estates import (
    EstateRefused,
    add_claimant,
    note_agreement,
    note_estate_file_taken,
    note_estate_paid,
    open_estate,
    remove_claimant,
    settle_estate,
    withdraw_estate,
)
from commonweal.membership.actions.exclusions import (
    ExclusionRefused,
    decide_exclusion,
    drop_exclusion,
    note_answer,
    note_exclusion_file_taken,
    note_exclusion_paid,
    note_hearing,
    notify_exclusion,
    propose_exclusion,
    refund_exclusion,
)
from commonweal.membership.actions.exit_payments import make_payment_file, note_file_taken, note_paid
from commonweal.membership.actions.exits import ExitRefused, ask_to_leave, withdraw_exit
from commonweal.membership.actions.guardianships import (
    GuardianshipRefused,
    end_guardianship,
    note_guardianship,
)
from commonweal.membership.actions.members import admit_member, load_members
from commonweal.membership.actions.payouts import WrongAccount, load_payout_accounts, set_payout_account
from commonweal.membership.actions.seasons import decide_season, record_test
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
    "DocumentMissing",
    "EstateRefused",
    "ExclusionRefused",
    "ExitRefused",
    "GuardianshipRefused",
    "LoadedMovement",
    "Movement",
    "MovementRefused",
    "Planned",
    "WrongAccount",
    "add_claimant",
    "admit_member",
    "ask_to_leave",
    "book_movement",
    "correct_movement",
    "decide_exclusion",
    "decide_season",
    "drop_exclusion",
    "end_guardianship",
    "load_members",
    "load_movements",
    "load_payout_accounts",
    "load_statutes",
    "make_payment_file",
    "note_agreement",
    "note_answer",
    "note_estate_file_taken",
    "note_estate_paid",
    "note_exclusion_file_taken",
    "note_exclusion_paid",
    "note_file_taken",
    "note_guardianship",
    "note_hearing",
    "note_paid",
    "notify_exclusion",
    "open_estate",
    "planned",
    "propose_exclusion",
    "record_reading",
    "record_test",
    "refund_exclusion",
    "remove_claimant",
    "set_payout_account",
    "set_setting",
    "set_terms",
    "settle_estate",
    "withdraw_estate",
    "withdraw_exit",
]
