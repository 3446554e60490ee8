"""Casting a vote over the web. The choice goes into its envelope here and is kept nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand, said
from commonweal.people.actions import record
from commonweal.people.rules import Channel
from commonweal.voting import queries
from commonweal.voting.access import may_vote
from commonweal.voting.models import Ballot, Envelope, Vote, Voter
from commonweal.voting.rules.choices import Choice, allowed
from commonweal.voting.rules.envelopes import code_from, packed
from commonweal.voting.sealing import sealed

if TYPE_CHECKING:
    from commonweal.people.models import Person


class ChoiceNotAllowed(Refusal):
    """The choice does not fit the ballot form."""

    code = "choice_not_allowed"


def new_code() -> str:
    """A fresh tracking code; it exists only on the voter's pages and inside the envelope."""
    return code_from(secrets.token_bytes(8))


def hold_open(ballot: Ballot) -> None:
    """Reads where the ballot stands, and keeps it from being closed or handed over until this transaction ends."""
    # Many votes may go on side by side, but none while the ballot is being closed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM voting_ballot WHERE id = %s FOR SHARE", [ballot.pk])
        (ballot.state,) = cursor.fetchone()


def check_choice(choice: Choice, ballot: Ballot) -> None:
    """Raises ChoiceNotAllowed when a choice does not fit the ballot form."""
    decision = allowed(choice, ballot.rules_form(), queries.costs_of(ballot))
    if not decision:
        raise ChoiceNotAllowed(said(decision), code=decision.code)


@transaction.atomic
def cast_vote(
    *,
    ballot: Ballot,
    voter: Voter | None,
    choice: Choice,
    code: str,
    by: Person | None,
    now: Callable[[], datetime],
    channel: Channel = Channel.WEB,
) -> None:
    """Puts the voter's choice, sealed, in the box, or replaces the one they put there before.

    `now` is asked after the ballot's row is held, so that a vote that waited past the end is late.
    Raises NotAllowed (closed, not on the roll, on paper) and ChoiceNotAllowed.
    """
    hold_open(ballot)
    at = now()
    demand(may_vote(ballot, voter, at))
    assert voter is not None, "who is not on the roll was refused above"
    check_choice(choice, ballot)
    envelope = sealed(packed(ballot.mark, code, choice, ballot.choices_max), bytes(ballot.public_key or b""))
    # Asked for first: a statement that fails is written down in the server's log, with the voter and the moment.
    if _replaced(ballot, voter, envelope, at):
        record("VoteReplaced", f"ballot:{ballot.pk}", by=by, at=at, channel=channel)
        return
    try:
        with transaction.atomic():
            vote = Vote.objects.create(voter=voter, channel=channel, cast_at=at)
            Envelope.objects.create(ballot=ballot, vote=vote, sealed=envelope)
        record("VoteCast", f"ballot:{ballot.pk}", by=by, at=at, channel=channel)
    except IntegrityError:
        # They cast another one at this very moment; whatever else was refused is no vote, and is not told as one.
        if not _replaced(ballot, voter, envelope, at):
            raise
        record("VoteReplaced", f"ballot:{ballot.pk}", by=by, at=at, channel=channel)


def _replaced(ballot: Ballot, voter: Voter, envelope: bytes, at: datetime) -> bool:
    """Whether there was a vote, and its envelope is now this one. Raises NotAllowed where it went onto paper."""
    vote = Vote.objects.select_for_update().filter(voter=voter).first()
    if vote is None:
        return False
    vote.voter.vote = vote
    demand(may_vote(ballot, vote.voter, at))
    vote.cast_at = at
    vote.save(update_fields=["cast_at"])
    Envelope.objects.filter(vote=vote).update(sealed=envelope)
    return True
