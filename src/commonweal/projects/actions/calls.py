"""Planning, announcing, voting and deciding a call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.allocation import ByLaw
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership.queries import electorate_on
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.projects import queries
from commonweal.projects.actions.flows import CALLS, DOSSIERS, NotReady, may_manage
from commonweal.projects.models import Call, CallText
from commonweal.projects.rules.deadlines import ANNOUNCED, misplaced
from commonweal.projects.rules.tracks import VotersKind
from commonweal.projects.states import CallState, DossierState
from commonweal.voting import actions as voting
from commonweal.voting.queries import ballot_about, count_of
from commonweal.voting.rules.choices import Form
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.voting.models import Ballot, Count

FROZEN_AFTER_ANNOUNCING = (
    *("track", "region", "budget_cents", "amount_min_cents", "amount_max_cents", "applies_from", "voters"),
    *("form", "choices_min", "choices_max", "points_total", "points_each", "bylaw"),
)


class CallFrozen(Refusal):
    """What was announced to everyone no longer changes."""

    code = "call_frozen"


class DeadlineMoved(CallFrozen):
    """An announced day of a call would come earlier, or is over; `days` names the fields."""

    code = "deadline_moved"

    def __init__(self, reason: object, days: Sequence[str]) -> None:
        super().__init__(reason)
        self.days = tuple(days)


def _managed(by: Person | None, now: datetime) -> None:
    # None is the set-up of a new site, an import or the clock.
    if by is not None:
        demand(may_manage(None, by, now))


@transaction.atomic
def plan_call(
    *,
    by: Person | None,
    now: datetime,
    values: dict[str, Any],
    ambitions: Collection[str],
    call: Call | None = None,
) -> Call:
    """Makes a call or changes one. Once announced, only its days change, and only to later ones.

    `values` are fields of Call. Raises CallFrozen naming what no longer changes, and DeadlineMoved.
    """
    _managed(by, now)
    call = Call.objects.select_for_update().get(pk=call.pk) if call else Call(created_at=now)
    if call.pk and call.state != CallState.PREPARED:
        changed = [
            name for name in FROZEN_AFTER_ANNOUNCING if name in values and values[name] != getattr(call, name)
        ]
        past_vote = call.state in (CallState.VOTE, CallState.COUNT, CallState.DECIDED)
        if changed or past_vote or set(ambitions) != set(call.ambitions.values_list("pk", flat=True)):
            raise CallFrozen(
                _(
                    "This call is announced: amounts, ballot form, counting rule, voters and ambitions stay as they "
                    "are, so that everyone applies and votes under the same rules. Open a new call for other rules."
                )
            )
        _check_days(call, values)
    for name, value in values.items():
        setattr(call, name, value)
    call.save()
    call.ambitions.set(list(ambitions))  # type: ignore[arg-type] # the stubs do not know text keys
    record("CallPlanned", f"call:{call.pk}", by=by, at=now)
    return call


def _check_days(call: Call, values: dict[str, Any]) -> None:
    announced = {name: getattr(call, name) for name in ANNOUNCED}
    if days := misplaced(call.state, announced, values):
        raise DeadlineMoved(
            _(
                "People count on the days that were announced: a day may move later, never earlier, and one that is "
                "over stays as it was."
            ),
            days,
        )


@transaction.atomic
def write_call_text(
    *,
    call: Call,
    language: str,
    title: str,
    summary: str,
    body: str,
    easy_text: str,
    by: Person | None,
    now: datetime,
) -> CallText:
    """The call's text in one language; may be improved until the vote opens."""
    _managed(by, now)
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.state not in (CallState.PREPARED, CallState.APPLICATIONS, CallState.CHECK):
        raise CallFrozen(_("The vote is open or over: the text that people voted on stays as it was."))
    text, _made = CallText.objects.update_or_create(
        call=call,
        language=language,
        defaults={"title": title, "summary": summary, "body": body, "easy_text": easy_text},
    )
    record("CallTextWritten", f"call:{call.pk}", by=by, at=now, data={"language": language})
    return text


@transaction.atomic
def announce_call(*, call: Call, by: Person | None, now: datetime) -> Call:
    """Shows the call to everyone and lets people apply from its first day. Raises NotReady without four languages."""
    held = CALLS.hold(call.pk, "announce", by=by, now=now)
    return CALLS.move(held, "announce", by=by, now=now, fields=())


@transaction.atomic
def end_applications(*, call: Call, by: Person | None, now: datetime) -> Call:
    """Stops taking projects, at or after the announced hour."""
    held = CALLS.hold(call.pk, "end_applications", by=by, now=now)
    return CALLS.move(held, "end_applications", by=by, now=now, fields=())


def committee_test(
    *, call: Call, public_key: bytes, threshold: int, by: Person | None, now: datetime
) -> bytes:
    """The envelope by which the committee shows, before the vote opens, that its sheets open the ballots.

    Raises CannotOpen for a key to which nothing can be sealed.
    """
    _managed(by, now)
    return voting.key_test(subject=f"call:{call.pk}", public_key=public_key, threshold=threshold)


@transaction.atomic
def open_vote(
    *,
    call: Call,
    public_key: bytes,
    holders: Sequence[str],
    threshold: int,
    by: Person | None,
    now: datetime,
    answer: str = "",
    references: Sequence[str] = (),
) -> Ballot:
    """Puts the admitted projects to the vote and freezes form, rule, roll and options.

    `answer` is what the committee found in the envelope of `committee_test`.
    `references` are the voters of an imported vote; then no member is on the roll.
    Raises NotReady while dossiers are still being checked, CannotOpen without options, key or answer.
    """
    call = CALLS.hold(call.pk, "open_vote", by=by, now=now)
    CALLS.check(call, "open_vote", by=by, now=now)
    ballot = voting.prepare_ballot(
        subject=f"call:{call.pk}",
        titles={text.language: text.title for text in call.texts.all()},
        form=form_of(call),
        budget_cents=call.budget_cents,
        bylaw=ByLaw.from_json(call.bylaw),
        opens_at=call.vote_from,
        closes_at=call.vote_until,
        region=call.region if call.voters == VotersKind.REGION else None,
        by=by,
        now=now,
    )
    region = call.region_id if call.voters == VotersKind.REGION else None
    electorate = electorate_on(day_of(now), region)
    ballot = voting.open_ballot(
        ballot=ballot,
        options=[voting.NewOption(**option) for option in queries.ballot_options(call)],
        electorate=electorate.none() if references else electorate,
        public_key=public_key,
        holders=holders,
        threshold=threshold,
        by=by,
        now=now,
        answer=answer,
        references=references,
    )
    CALLS.move(call, "open_vote", by=by, now=now, fields=())
    return ballot


def form_of(call: Call) -> Form:
    """The ballot form a call announces."""
    budget = call.budget_cents if call.form == "basket" else 0
    return Form(call.form, call.choices_min, call.choices_max, call.points_total, call.points_each, budget)


@transaction.atomic
def close_vote(*, call: Call, by: Person | None, now: datetime) -> Call:
    """Closes the box, at or after the announced hour."""
    held = CALLS.hold(call.pk, "close_vote", by=by, now=now)
    ballot = ballot_about(f"call:{held.pk}")
    if ballot is None:
        raise NotReady(_("This call has no vote."))
    if ballot.state == BallotState.OPEN:
        voting.close_ballot(ballot=ballot, by=by, now=now)
    return CALLS.move(held, "close_vote", by=by, now=now, fields=())


@transaction.atomic
def hand_over(*, call: Call, by: Person | None, now: datetime) -> Ballot:
    """Gives the box its fingerprint, after which the committee gets it. Raises NotReady, NotAllowed, SheetsWaiting."""
    ballot = ballot_about(f"call:{call.pk}")
    if ballot is None:
        raise NotReady(_("This call has no vote."))
    return voting.hand_over(ballot=ballot, by=by, now=now)


@transaction.atomic
def bring_in_count(*, call: Call, file: str, by: Person | None, now: datetime) -> Count:
    """Takes in the file the committee opened. Raises FileRefused, NotReady."""
    ballot = ballot_about(f"call:{call.pk}")
    if ballot is None:
        raise NotReady(_("This call has no vote."))
    return voting.accept_count(ballot=ballot, file=file, by=by, now=now)


@transaction.atomic
def decide_call(*, call: Call, by: Person | None, now: datetime) -> Call:
    """Publishes the result: each project learns whether it is supported, and why."""
    call = CALLS.hold(call.pk, "decide", by=by, now=now)
    CALLS.check(call, "decide", by=by, now=now)
    ballot = ballot_about(f"call:{call.pk}")
    count = count_of(ballot) if ballot else None
    if ballot is None or count is None:
        raise NotReady(_("The ballots are not opened and counted yet."))
    voting.publish_result(ballot=ballot, by=by, now=now)
    winners = {int(number) for number in count.result["winners"]}
    numbers = dict(ballot.options.values_list("subject", "number"))
    admitted = call.dossiers.filter(state=DossierState.ADMITTED).order_by("pk")
    for pk in admitted.values_list("pk", flat=True):
        _settle(pk, numbers.get(f"dossier:{pk}") in winners, by, now)
    return CALLS.move(call, "decide", by=by, now=now, fields=())


def _settle(pk: int, won: bool, by: Person | None, now: datetime) -> None:
    move = "fund" if won else "not_fund"
    dossier = DOSSIERS.hold(pk, move, by=by, now=now)
    dossier.awarded_cents = dossier.requested_cents if won else 0
    dossier.decided_at = now
    DOSSIERS.move(dossier, move, by=by, now=now, fields=("awarded_cents", "decided_at"))
