"""What each event about people, accounts and roles says in a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVENTS: Mapping[str, StrOrPromise] = {
    "PersonRegistered": _("The person was registered."),
    "PersonCompleted": _("What was missing about the person was filled in."),
    "PersonErased": _("The person's data were erased."),
    "OrganisationRegistered": _("The organisation was registered."),
    "PositionTaken": _("Somebody took up a position in the organisation."),
    "SpeakerConfirmed": _("Somebody was confirmed to speak for the organisation."),
    "SpeakerEnded": _("Somebody no longer speaks for the organisation."),
    "MandateGiven": _("Somebody was allowed to act for another."),
    "MandateWithdrawn": _("Somebody is no longer allowed to act for another."),
    "ConsentsSet": _("What may be sent and used was chosen."),
    "LettersPrinted": _("Letters were printed."),
    "StaffAppointed": _("A role was given."),
    "StaffAppointmentEnded": _("A role was ended."),
    "JointActAsked": _("An act that needs two administrators was asked for."),
    "JointActDropped": _("An act that needs two administrators was dropped."),
    "AccountOpened": _("An account to sign in with was opened."),
    "AccountBlocked": _("The account was closed by an administrator."),
    "AccountReopened": _("The account was opened again by an administrator."),
    "PasswordChanged": _("The password was changed."),
    "AddressChanged": _("The e-mail address to sign in with was changed."),
    "AddressRemoved": _("An e-mail address was removed from the account."),
    "FactorAdded": _("A second factor was added to the account."),
    "FactorReplaced": _("A second factor of the account was replaced."),
    "FactorRemoved": _("A second factor was removed from the account."),
    "FactorsReset": _("The second factors were taken off the account by two administrators."),
    "SpareCodesMade": _("Spare codes were made for the account."),
    "SessionsEnded": _("The account was signed out on other devices."),
    "ApiKeyMade": _("A key for programs was made."),
    "ApiKeyEnded": _("A key for programs was ended."),
}
