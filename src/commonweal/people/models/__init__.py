"""Accounts, persons, organisations, roles, mandates, sessions, and the audit trail that is also the outbox."""

from commonweal.people.models.people import (
    Account,
    AccountManager,
    Consent,
    Event,
    Mandate,
    Message,
    Organisation,
    Person,
    Position,
    StaffAppointment,
)
from commonweal.people.models.signing_in import ApiKey, JointAct, Session, Use

__all__ = [
    "Account",
    "AccountManager",
    "ApiKey",
    "Consent",
    "Event",
    "JointAct",
    "Mandate",
    "Message",
    "Organisation",
    "Person",
    "Position",
    "Session",
    "StaffAppointment",
    "Use",
]
