"""What may be done with persons, organisations, roles, mandates and keys; and the one way to record an event."""

from commonweal.people.actions.accounts import (
    AccountRefused,
    block_account,
    end_sessions,
    open_account_again,
    replace_app,
)
from commonweal.people.actions.consents import set_consents
from commonweal.people.actions.forgetting import erase_person
from commonweal.people.actions.joint import (
    JointRefused,
    ask_jointly,
    confirm_jointly,
    confirm_on_server,
    drop_jointly,
)
from commonweal.people.actions.keys import TooManyKeys, end_key, make_key
from commonweal.people.actions.people import (
    ImpossibleBirthday,
    NameMissing,
    StillOnStaff,
    WrongCompanyNumber,
    company_number,
    complete_person,
    introduce,
    load_organisations,
    load_people,
    mark_printed,
    open_account,
    record,
    register_organisation,
    register_person,
    take_position,
    write_to,
)
from commonweal.people.actions.roles import (
    RoleRefused,
    UnknownRole,
    end_appointment,
    give_mandate,
    set_up_staff,
    withdraw_mandate,
)
from commonweal.people.actions.security import note_change
from commonweal.people.actions.speakers import SpeakerRefused, confirm_speaker, end_speaker
from commonweal.people.actions.turns import wait_turn

__all__ = [
    "AccountRefused",
    "ImpossibleBirthday",
    "JointRefused",
    "NameMissing",
    "RoleRefused",
    "SpeakerRefused",
    "StillOnStaff",
    "TooManyKeys",
    "UnknownRole",
    "WrongCompanyNumber",
    "ask_jointly",
    "block_account",
    "company_number",
    "complete_person",
    "confirm_jointly",
    "confirm_on_server",
    "confirm_speaker",
    "drop_jointly",
    "end_appointment",
    "end_key",
    "end_sessions",
    "end_speaker",
    "erase_person",
    "give_mandate",
    "introduce",
    "load_organisations",
    "load_people",
    "make_key",
    "mark_printed",
    "note_change",
    "open_account",
    "open_account_again",
    "record",
    "register_organisation",
    "register_person",
    "replace_app",
    "set_consents",
    "set_up_staff",
    "take_position",
    "wait_turn",
    "withdraw_mandate",
    "write_to",
]
