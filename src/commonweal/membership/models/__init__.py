"""What membership keeps: members, dated statutes, where members are paid, requests to leave, seasons, estates."""

from commonweal.membership.models.estates import Claimant, Estate
from commonweal.membership.models.exclusions import Exclusion
from commonweal.membership.models.exits import (
    ExitPayment,
    ExitPaymentFile,
    ExitRefund,
    ExitRequest,
    ExitSeason,
    SeasonTest,
)
from commonweal.membership.models.guardianships import Guardianship
from commonweal.membership.models.members import Member
from commonweal.membership.models.payouts import PayoutAccount
from commonweal.membership.models.statutes import ShareTerms, StatuteSetting

__all__ = [
    "Claimant",
    "Estate",
    "Exclusion",
    "ExitPayment",
    "ExitPaymentFile",
    "ExitRefund",
    "ExitRequest",
    "ExitSeason",
    "Guardianship",
    "Member",
    "PayoutAccount",
    "SeasonTest",
    "ShareTerms",
    "StatuteSetting",
]
