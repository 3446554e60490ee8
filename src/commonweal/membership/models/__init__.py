"""What membership keeps, gathered from its subjects."""

from commonweal.membership.models.joining import Application, InformationNote
from commonweal.membership.models.members import Member
from commonweal.membership.models.payments import (
    AccountStatement,
    BankFile,
    BankMovement,
    Handling,
    Refund,
)
from commonweal.membership.models.statutes import ShareTerms, StatuteSetting

__all__ = [
    "AccountStatement",
    "Application",
    "BankFile",
    "BankMovement",
    "Handling",
    "InformationNote",
    "Member",
    "Refund",
    "ShareTerms",
    "StatuteSetting",
]
