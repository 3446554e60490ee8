"""What each event about a vote says in a history; nothing of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVENTS: Mapping[str, StrOrPromise] = {
    "BallotPrepared": _("The vote was prepared."),
    "BallotOpened": _("The vote was opened."),
    "BallotClosed": _("The vote was closed."),
    "BoxHandedOver": _("The box was handed over to the committee."),
    "BallotCounted": _("The votes were counted."),
    "ResultPublished": _("The result was published."),
    "VoteCast": _("A vote was cast."),
    "VoteReplaced": _("A vote was replaced."),
    "VotesBroughtIn": _("Votes were brought in."),
    "PaperBallotHandedOut": _("A paper ballot was handed out."),
    "PaperSheetTyped": _("A paper sheet was typed once."),
    "PaperSheetSealed": _("A paper sheet was typed a second time and sealed."),
    "PaperSheetDropped": _("The typing of a paper sheet was started again."),
}
