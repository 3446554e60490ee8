"""How a ballot moves through its table: who is meant, which guards are asked, which events are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commonweal.casework.actions import Flow, Who, person_or_program, state_not_allowed
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, NotAllowed, Refusal, no
from commonweal.people.access import demand, may
from commonweal.people.rules import Act
from commonweal.voting import queries
from commonweal.voting.actions.keys import CannotOpen, check_answer
from commonweal.voting.models import Ballot, Envelope
from commonweal.voting.rules.choices import OPTIONS_MAX
from commonweal.voting.rules.holders import named_twice
from commonweal.voting.states import BALLOT, NOT_HANDED_OVER, BallotState

if TYPE_CHECKING:
    from commonweal.people.models import Person


class BallotFrozen(Refusal):
    """The ballot is open or over; its form, rule, roll and options no longer change."""

    code = "ballot_frozen"


class SheetsWaiting(Refusal):
    """Paper sheets were typed once only."""

    code = "sheets_waiting"


class FileRefused(Refusal):
    """The opened ballots brought in do not belong to this ballot, or are not complete."""

    code = "file_refused"


def frozen() -> BallotFrozen:
    """The refusal of whatever would change what people vote on."""
    return BallotFrozen(
        _("The vote is open or over: its rules no longer change. Everyone votes under the same ones.")
    )


def _with(act: Act) -> Who:
    def check(ballot: Ballot, by: Person, now: datetime) -> Decision:
        return may(by, act, day_of(now))

    return person_or_program(check)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ballot opens with: how many options, who holds the sheets, the key, and the answer that shows that the sheets
    were tried."""

    options_count: int
    holders: tuple[str, ...]
    threshold: int
    public_key: bytes
    answer: str


def committee_key_and_options(ballot: Ballot, now: datetime, opening: Opening) -> Decision:
    """Whether a ballot has options, and a key that enough holders can open. Raises CannotOpen."""
    if not 1 <= opening.options_count <= OPTIONS_MAX:
        raise CannotOpen(_("A vote needs at least one project to choose from."))
    if not 2 <= opening.threshold <= len(opening.holders):
        raise CannotOpen(_("There are fewer holders than are needed to open the ballots."))
    if named_twice(opening.holders) is not None or not all(name.strip() for name in opening.holders):
        raise CannotOpen(_("Each sheet of the committee has a holder of its own, with a name."))
    check_answer(
        subject=ballot.subject,
        public_key=opening.public_key,
        threshold=opening.threshold,
        answer=opening.answer,
    )
    return YES


def end_reached(ballot: Ballot, now: datetime, context: Any) -> Decision:
    """Whether the announced hour has come. Raises NotAllowed before it."""
    if now < ballot.closes_at:
        demand(no("too_early", _("The vote stays open until the announced hour; people count on it.")))
    return YES


def no_sheet_waits(ballot: Ballot, now: datetime, context: Any) -> Decision:
    """Whether each paper sheet was typed twice. Raises SheetsWaiting."""
    if queries.vote_figures(ballot)["waiting"]:
        raise SheetsWaiting(
            _(
                "Some paper sheets still wait for their second typing. Once counters have typed them, hand over the box."
            )
        )
    return YES


@dataclass(frozen=True, slots=True)
class Counted:
    """How many votes a file of the committee holds, and the places in the box of envelopes that could not be opened."""

    votes: int
    left_out: tuple[int, ...]


def file_matches_ballot(ballot: Ballot, now: datetime, counted: Counted) -> Decision:
    """Whether a file of the committee, whose form is in order, accounts for each envelope of the box."""
    found, envelopes = counted.votes, Envelope.objects.filter(ballot=ballot).count()
    if found + len(counted.left_out) == envelopes and max(counted.left_out, default=0) <= envelopes:
        return YES
    text = ngettext(
        "The file holds one ballot, the box %(expected)s. Open the box again and bring the new file.",
        "The file holds %(found)s ballots, the box %(expected)s. Open the box again and bring the new file.",
        found,
    )
    return no("file_refused", text % {"found": found, "expected": envelopes})


def _elsewhere(ballot: Ballot, move: str, decision: Decision) -> Refusal:
    if move == "open":
        return frozen()
    if move == "hand_over" and ballot.state in NOT_HANDED_OVER:
        return NotAllowed(_("The box is handed over once the vote is closed."), code="not_closed")
    if move == "count" and ballot.state == BallotState.CLOSED:
        return FileRefused(
            _("First hand over the box, on the page of the call; the committee opens its envelopes.")
        )
    return state_not_allowed(ballot, move, decision)


BALLOTS = Flow(
    machine=BALLOT,
    kind="ballot",
    event={
        "open": "BallotOpened",
        "close": "BallotClosed",
        "hand_over": "BoxHandedOver",
        "count": "BallotCounted",
        "publish": "ResultPublished",
    },
    rows=Ballot.objects.all,
    who={
        "manage_calls": _with(Act.MANAGE_CALLS),
        "close_ballots": _with(Act.CLOSE_BALLOTS),
        # The committee's file comes in through whoever publishes: the committee itself has no account here.
        "committee": _with(Act.PUBLISH_RESULTS),
        "publish_results": _with(Act.PUBLISH_RESULTS),
    },
    guards={
        "committee_key_and_options": committee_key_and_options,
        "end_reached": end_reached,
        "no_sheet_waits": no_sheet_waits,
        "file_matches_ballot": file_matches_ballot,
    },
    refusal=FileRefused,
    wrong_state=_elsewhere,
)
