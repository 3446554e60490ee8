"""What each event about members, shares and what becomes of them says in a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from commonweal.casework.wording.history import Told, reason_typed, state_reached
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.states.endings import SeasonState
from commonweal.membership.states.requests import ConversionState, HouseholdState, ImportState, OfferState
from commonweal.treasury.wording.history import reason_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _stuck(data: Mapping[str, Any]) -> str:
    # What keeps a paid request out of the register is a text of the source.
    return _now(text) if (text := reason_typed(data)) else ""


def _application(data: Mapping[str, Any]) -> str:
    return str(capfirst(_now(ApplicationState(data["to"]).label)))


EVENTS: Mapping[str, StrOrPromise | Told] = {
    "MemberAdmitted": _("The member was admitted."),
    "MembersLoaded": _("Members were brought in."),
    "SharesLoaded": _("Shares were brought in."),
    "PayoutAccountsLoaded": _("Accounts for payments were brought in."),
    "MembershipUndone": _("The admission was undone."),
    "SharesMoved": _("A movement of shares was entered in the register."),
    "MovementCorrected": _("A movement of shares was corrected."),
    "RegisterConsulted": _("The register was consulted."),
    "RegisterExported": _("The register was taken out."),
    "StatutesLoaded": _("The statutes were loaded."),
    "ShareTermsSet": _("What holds for a class of shares was set."),
    "SettingSet": _("A value of the statutes was set."),
    "NotesLoaded": _("The information notes were loaded."),
    "ApplicationMoved": Told(_application, reason_in_words),
    "ApplicationStuck": Told(_("Could not be entered in the register"), _stuck),
    "ShareOfferMoved": state_reached(OfferState),
    "ConversionMoved": state_reached(ConversionState),
    "HouseholdMoved": state_reached(HouseholdState),
    "HouseholdLeft": _("A member no longer shares the household's post."),
    "PostListTaken": _("The list for the post was taken out."),
    "GuardianshipNoted": _("It was noted who acts for the member."),
    "GuardianshipEnded": _("Somebody no longer acts for the member."),
    "PayoutAccountSet": _("The account for payments was changed."),
    "ImportUploaded": _("A sheet was uploaded."),
    "ImportMoved": state_reached(ImportState),
    "AccreditationNoted": _("A condition of the accreditation was noted."),
    "ExitAsked": _("The member asked to leave with shares."),
    "ExitMovedOn": _("The request to leave was moved to the next season."),
    "ExitWithdrawn": _("The request to leave was taken back."),
    "SeasonTestRecorded": _("The test of the accounts was recorded."),
    "SeasonDecided": state_reached(SeasonState),
    "ExitsAnswered": _("Members were told what was decided on their requests."),
    "ExitsPaid": _("Requests were noted as paid."),
    "EstateOpened": _("A death was noted."),
    "EstateWithdrawn": _("The note of a death was taken back: it was a mistake."),
    "EstateSettled": _("It was settled what becomes of the shares."),
    "EstatePaid": _("The estate was paid out."),
    "ClaimantAdded": _("An heir was noted."),
    "ClaimantAgreed": _("An heir agreed."),
    "ClaimantRemoved": _("An heir was removed."),
    "ClaimantAccountSet": _("The account of an heir was noted."),
    "ExclusionProposed": _("An exclusion was proposed."),
    "ExclusionAnswered": _("The member answered in writing."),
    "ExclusionHeard": _("The member was heard."),
    "ExclusionDropped": _("The proposal to exclude was dropped."),
    "ExclusionNotDecided": _("It was decided that the member stays."),
    "ExclusionDecided": _("The exclusion was decided."),
    "ExclusionNotified": _("The member was notified of the exclusion."),
    "ExclusionRefundBooked": _("The refund of the shares was booked."),
    "ExclusionPaid": _("The refund of the shares was paid out."),
}
