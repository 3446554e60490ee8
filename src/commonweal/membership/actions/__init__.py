"""What may be done with members, statutes, shares and what is paid: one verb, one function, gathered from its subjects."""

from commonweal.membership.actions.accreditation import NoteIncomplete, note_condition
from commonweal.membership.actions.conversions import (
    ask_to_convert,
    book_conversion,
    conversion_planned,
    refuse_conversion,
    withdraw_conversion,
)
from commonweal.membership.actions.estates import (
    add_claimant,
    note_agreement,
    open_estate,
    remove_claimant,
    set_claimant_account,
    withdraw_estate,
)
from commonweal.membership.actions.exclusions import (
    decide_exclusion,
    drop_exclusion,
    note_answer,
    note_hearing,
    notify_exclusion,
    propose_exclusion,
    refund_exclusion,
    refund_planned,
)
from commonweal.membership.actions.exits import ask_to_leave, withdraw_exit
from commonweal.membership.actions.flows.estates import EstateRefused
from commonweal.membership.actions.flows.exclusions import ExclusionRefused
from commonweal.membership.actions.flows.exits import ExitRefused
from commonweal.membership.actions.flows.imports import CannotMove
from commonweal.membership.actions.flows.requests import ConversionRefused, HouseholdRefused, OfferMoved
from commonweal.membership.actions.guardianships import (
    GuardianshipRefused,
    end_guardianship,
    note_guardianship,
)
from commonweal.membership.actions.households import (
    accept_household,
    decline_household,
    leave_household,
    note_household,
    note_post_list_taken,
    propose_household,
    withdraw_household,
)
from commonweal.membership.actions.imports import (
    UPLOAD_MAX,
    TooLarge,
    check_import,
    discard_import,
    load_import,
    run_import,
    upload_import,
)
from commonweal.membership.actions.members import admit_member, load_members
from commonweal.membership.actions.payouts import set_payout_account
from commonweal.membership.actions.seasons import decide_season, record_test
from commonweal.membership.actions.settling import settle_estate, settlement_planned
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
from commonweal.membership.actions.transfers import (
    NoSuchMember,
    OfferedAlready,
    accept_offer,
    decline_offer,
    offer_planned,
    offer_shares,
    taker_named,
    withdraw_offer,
)
from commonweal.treasury.actions.discarding import FileStays, discard_file

__all__ = [
    "UPLOAD_MAX",
    "CannotMove",
    "ConversionRefused",
    "DocumentMissing",
    "EstateRefused",
    "ExclusionRefused",
    "ExitRefused",
    "FileStays",
    "GuardianshipRefused",
    "HouseholdRefused",
    "LoadedMovement",
    "Movement",
    "MovementRefused",
    "NoSuchMember",
    "NoteIncomplete",
    "OfferMoved",
    "OfferedAlready",
    "Planned",
    "TooLarge",
    "accept_household",
    "accept_offer",
    "add_claimant",
    "admit_member",
    "ask_to_convert",
    "ask_to_leave",
    "book_conversion",
    "book_movement",
    "check_import",
    "conversion_planned",
    "correct_movement",
    "decide_exclusion",
    "decide_season",
    "decline_household",
    "decline_offer",
    "discard_file",
    "discard_import",
    "drop_exclusion",
    "end_guardianship",
    "leave_household",
    "load_import",
    "load_members",
    "load_movements",
    "load_statutes",
    "note_agreement",
    "note_answer",
    "note_condition",
    "note_guardianship",
    "note_hearing",
    "note_household",
    "note_post_list_taken",
    "notify_exclusion",
    "offer_planned",
    "offer_shares",
    "open_estate",
    "planned",
    "propose_exclusion",
    "propose_household",
    "record_reading",
    "record_test",
    "refund_exclusion",
    "refund_planned",
    "refuse_conversion",
    "remove_claimant",
    "run_import",
    "set_claimant_account",
    "set_payout_account",
    "set_setting",
    "set_terms",
    "settle_estate",
    "settlement_planned",
    "taker_named",
    "upload_import",
    "withdraw_conversion",
    "withdraw_estate",
    "withdraw_exit",
    "withdraw_household",
    "withdraw_offer",
]
