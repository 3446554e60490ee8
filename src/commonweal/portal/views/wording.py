"""Sentences that several pages of the portal need, in the reader's language. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.projects.states import DossierState
from commonweal.ui.formats import day, moment, number

LATE_DAYS, SOON_DAYS = 14, 7


def title_in(titles: Mapping[str, str], language: str) -> str:
    """A title in the reader's language, or in the first one there is."""
    return titles.get(language) or next(
        (titles[code] for code in ("en", "fr", "nl", "de") if titles.get(code)), ""
    )


def result_sentence(facts: Mapping[str, Any]) -> str:
    """A result in one sentence; `facts` as `voting.queries.counted_facts` gives them."""
    winners, options = facts["winners"], facts["winners"] + facts["losers"]
    satisfied, votes = facts["satisfied"]
    if not votes:
        return _("Nobody voted, so no project is carried.")
    carried = ngettext(
        "%(winners)s of %(options)s projects is carried",
        "%(winners)s of %(options)s projects are carried",
        winners,
    ) % {"winners": number(winners), "options": number(options)}
    seen = ngettext(
        "%(satisfied)s of %(votes)s member who voted sees at least one of their choices supported",
        "%(satisfied)s of %(votes)s members who voted see at least one of their choices supported",
        votes,
    ) % {"satisfied": number(satisfied), "votes": number(votes)}
    return f"{carried}; {seen}."


def next_step(dossier: Any) -> str:
    """What comes next for a dossier, in one sentence."""
    call = dossier.call
    checked = {"when": day(call.check_until)}
    return {
        DossierState.DRAFT: _("Your text is kept. Send it by %(when)s.")
        % {"when": moment(timezone.localtime(call.applies_until))},
        DossierState.SUBMITTED: _("An adviser reads it. You hear from us by %(when)s.") % checked,
        DossierState.IN_CHECK: _("An adviser is reading it. You hear from us by %(when)s.") % checked,
        DossierState.RETURNED: _("We have a question. Answer it, and the check goes on."),
        DossierState.ADMITTED: _("Your project is admitted. Members vote until %(when)s.")
        % {"when": moment(timezone.localtime(call.vote_until))},
        DossierState.REFUSED: _("It was not admitted. The reason is on its page."),
        DossierState.WITHDRAWN: _("You withdrew it. Your text is kept."),
        DossierState.FUNDED: _("Members support your project. We contact you about the agreement."),
        DossierState.NOT_FUNDED: _(
            "The budget did not reach it this time. The result page says what it lacked."
        ),
    }[DossierState(dossier.state)]


def waits(since: datetime | None, now: datetime) -> dict[str, Any]:
    """How long something has been waiting: `days`, and `urgency` (calm, soon, late)."""
    days = (now - since).days if since else 0
    return {"days": days, "urgency": "late" if days >= LATE_DAYS else "soon" if days >= SOON_DAYS else "calm"}
