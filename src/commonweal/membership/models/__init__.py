"""What membership keeps, gathered from its subjects."""

from commonweal.membership.models.accreditation import AccreditationNote
from commonweal.membership.models.conversions import ConversionRequest
from commonweal.membership.models.estates import Claimant, Estate
from commonweal.membership.models.exclusions import Exclusion
from commonweal.membership.models.exits import (
    ExitRefund,
    ExitRequest,
    ExitSeason,
    SeasonTest,
)
from commonweal.membership.models.guardianships import Guardianship
from commonweal.membership.models.households import Household, HouseholdMember, HouseholdProposal
from commonweal.membership.models.imports import Import
from commonweal.membership.models.joining import Application, InformationNote
from commonweal.membership.models.members import Member
from commonweal.membership.models.statutes import ShareTerms, StatuteSetting
from commonweal.membership.models.transfers import ShareOffer

__all__ = [
    "AccreditationNote",
    "Application",
    "Claimant",
    "ConversionRequest",
    "Estate",
    "Exclusion",
    "ExitRefund",
    "ExitRequest",
    "ExitSeason",
    "Guardianship",
    "Household",
    "HouseholdMember",
    "HouseholdProposal",
    "Import",
    "InformationNote",
    "Member",
    "SeasonTest",
    "ShareOffer",
    "ShareTerms",
    "StatuteSetting",
]
