"""What each event about money of the bank says in a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from commonweal.casework.wording.history import Told, reason_typed
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.wording.undo_words import reason
from commonweal.ui.formats import euros, joined

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def reason_in_words(data: Mapping[str, Any]) -> str:
    """The reason as typed, or in words where the program wrote a code."""
    return reason(reason_typed(data))


def _decided(data: Mapping[str, Any]) -> str:
    return joined(euros(data["cents"]), _now(Outcome(data["outcome"]).label))


EVENTS: Mapping[str, StrOrPromise | Told] = {
    "BankFileUploaded": _("The file of the bank was uploaded."),
    "BankFileConfirmed": _("The file of the bank was read in."),
    "BankFileDiscarded": _("The file of the bank was thrown away; nothing of it was read in."),
    "MovementDecided": Told(_("It was decided what the movement is for."), reason_in_words),
    "PaymentDecided": Told(_decided, reason_in_words),
    "PaymentDivided": Told(_("The payment was divided."), reason_in_words),
    "DecisionUndone": Told(_("The decision on the movement was undone."), reason_in_words),
    "PaymentFileMade": _("A payment file was made."),
    "PaymentFileTaken": _("The payment file was downloaded."),
    "PaymentReturned": Told(_("A payment came back."), reason_in_words),
    "RefundMade": _("Money was paid back by hand."),
}
