"""What each event about dividends says in a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.casework.wording.history import Told

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVENTS: Mapping[str, StrOrPromise | Told] = {
    "DividendProposed": _("A dividend was proposed."),
    "DividendReckoned": _("The dividend was calculated for each holder."),
    "DividendTestRecorded": _("The test of the accounts was recorded."),
    "DividendApproved": _("The dividend was approved by one of two."),
    "DividendWithdrawn": _("The proposal was withdrawn."),
    "DividendPayAsked": _("The payment files were asked for."),
    "DividendCarriedOn": _("The work on the dividend was carried on."),
    "DividendCarriedInto": _("Small payments of earlier years were added."),
    "DividendLinesTaken": _("The list of the dividend was taken out."),
    "DividendClosed": _("The dividend was closed."),
}
