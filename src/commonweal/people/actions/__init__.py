"""What may be done with persons, organisations, roles, mandates and keys; and the one way to record an event."""

from commonweal.people.actions.consents import set_consents
from commonweal.people.actions.keys import TooManyKeys, end_key, make_key
from commonweal.people.actions.people import (
    ImpossibleBirthday,
    NameMissing,
    StillOnStaff,
    WrongCompanyNumber,
    company_number,
    complete_person,
    erase_person,
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
    appoint_staff,
    end_appointment,
    give_mandate,
    withdraw_mandate,
)
from commonweal.people.actions.speakers import SpeakerRefused, confirm_speaker, end_speaker
from commonweal.people.actions.turns import wait_turn

__all__ = [
    "ImpossibleBirthday",
    "NameMissing",
    "RoleRefused",
    "SpeakerRefused",
    "StillOnStaff",
    "TooManyKeys",
    "UnknownRole",
    "WrongCompanyNumber",
    "appoint_staff",
    "company_number",
    "complete_person",
    "confirm_speaker",
    "end_appointment",
    "end_key",
    "end_speaker",
    "erase_person",
    "give_mandate",
    "introduce",
    "load_organisations",
    "load_people",
    "make_key",
    "mark_printed",
    "open_account",
    "record",
    "register_organisation",
    "register_person",
    "set_consents",
    "take_position",
    "wait_turn",
    "withdraw_mandate",
    "write_to",
]
