"""How calls and dossiers move through their tables: who is meant, which guards are asked, which events are left."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commonweal.casework.actions import Flow, a_person, person_or_program, state_not_allowed
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal, no
from commonweal.people.access import demand, may, said
from commonweal.people.rules import Act
from commonweal.projects import queries
from commonweal.projects.access import may_apply, may_check, may_decide, speaks_for
from commonweal.projects.models import Call, Dossier
from commonweal.projects.states import (
    ADVISER,
    APPLICANT,
    CALL,
    COUNT,
    DECIDER,
    DOSSIER,
    CallState,
)
from commonweal.voting.queries import ballot_about, count_of

if TYPE_CHECKING:
    from commonweal.people.models import Person

LANGUAGES_ASKED = {"fr": "français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}


class NotReady(Refusal):
    """Something the next step needs is missing; the reason says what."""

    code = "not_ready"


class Incomplete(Refusal):
    """Something is still missing; the check page lists what, with links."""

    code = "incomplete"


def may_manage(row: object, by: Person, now: datetime) -> Decision:
    """Whether somebody leads calls."""
    return may(by, Act.MANAGE_CALLS, day_of(now))


def texts_in_four_languages(call: Call, now: datetime, context: Any) -> Decision:
    """Whether everybody can read the call, and it says which ambitions it serves."""
    written = set(call.texts.values_list("language", flat=True))
    if missing := [code for code in LANGUAGES_ASKED if code not in written]:
        names = ", ".join(LANGUAGES_ASKED[code] for code in missing)
        return no("not_ready", _("The call is not written yet in: %(languages)s.") % {"languages": names})
    if not call.ambitions.exists():
        return no("not_ready", _("Say which ambitions the call serves."))
    return YES


def day_reached(call: Call, now: datetime, context: Any) -> Decision:
    """Whether the announced hour has come, of the last day to apply or to vote."""
    if call.state == CallState.APPLICATIONS and now < call.applies_until:
        return no("not_ready", _("Projects may still come in until the announced hour."))
    if call.state == CallState.VOTE and now < call.vote_until:
        return no("not_ready", _("The vote stays open until the announced hour; people count on it."))
    return YES


def all_checked(call: Call, now: datetime, context: Any) -> Decision:
    """Whether each project has its answer; the committee's key is asked for by the ballot (`voting`)."""
    unchecked = call.dossiers.filter(state__in=("submitted", "in_check", "returned")).count()
    if not unchecked:
        return YES
    text = ngettext(
        "One project still waits for an answer. Admit or refuse it first.",
        "%(count)s projects still wait for an answer. Admit or refuse them first.",
        unchecked,
    )
    return no("not_ready", text % {"count": unchecked})


def _counted(call: Call) -> Decision:
    ballot = ballot_about(f"call:{call.pk}")
    if ballot is None or count_of(ballot) is None:
        return no("not_ready", _("The ballots are not opened and counted yet."))
    return YES


def ballots_counted(call: Call, now: datetime, context: Any) -> Decision:
    """Whether there is a count to publish."""
    return _counted(call)


def _call_elsewhere(call: Call, move: str, decision: Decision) -> Refusal:
    """What is missing, where that says more than that the call stands elsewhere."""
    if move == "close_vote" and ballot_about(f"call:{call.pk}") is None:
        return NotReady(_("This call has no vote."))
    if move == "decide" and not (counted := _counted(call)):
        return NotReady(said(counted))
    return state_not_allowed(call, move, decision)


CALLS = Flow(
    machine=CALL,
    kind="call",
    event="CallMoved",
    rows=Call.objects.all,
    who={"manage_calls": person_or_program(may_manage)},
    guards={
        "texts_in_four_languages": texts_in_four_languages,
        "day_reached": day_reached,
        "all_checked_and_committee_key": all_checked,
        "ballots_counted": ballots_counted,
    },
    refusal=NotReady,
    wrong_state=_call_elsewhere,
)


def complete(dossier: Dossier, now: datetime, context: Any) -> Decision:
    """Whether nothing is missing."""
    if queries.gaps_of(dossier):
        return no("incomplete", _("Something is still missing. The list below says what."))
    return YES


def complete_and_in_time(dossier: Dossier, now: datetime, context: Any) -> Decision:
    """Whether nothing is missing while the call takes projects. Raises NotAllowed when it does not."""
    demand(may_apply(dossier.call, now))
    return complete(dossier, now, context)


def _speaks(dossier: Dossier, by: Person, now: datetime) -> Decision:
    return speaks_for(dossier, by, day_of(now))


def _checks(dossier: Dossier, by: Person, now: datetime) -> Decision:
    return may_check(dossier, by, day_of(now))


def _decides(dossier: Dossier, by: Person, now: datetime) -> Decision:
    return may_decide(dossier, by, day_of(now))


def _publishes(dossier: Dossier, by: Person, now: datetime) -> Decision:
    return may(by, Act.PUBLISH_RESULTS, day_of(now))


DOSSIERS = Flow(
    machine=DOSSIER,
    kind="dossier",
    event={
        **{move.name: "DossierMoved" for move in DOSSIER.moves},
        **dict.fromkeys(("fund", "not_fund"), "DossierDecided"),
    },
    rows=lambda: Dossier.objects.select_related("call", "applicant"),
    who={
        APPLICANT: a_person(_speaks),
        ADVISER: a_person(_checks),
        DECIDER: a_person(_decides),
        COUNT: person_or_program(_publishes),
    },
    guards={"complete_and_in_time": complete_and_in_time, "complete": complete},
    refusal=Incomplete,
    wrong_state=state_not_allowed,
    no_reason=lambda: Incomplete(_("Write the reason: the applicant reads it.")),
    stamp="changed_at",
)
