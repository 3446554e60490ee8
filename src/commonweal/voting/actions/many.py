"""Putting many votes in the box at once: ballots of another register, and the demo. The same checks as one by one.

Only first votes: a vote that is replaced, or that waits at the closing hour, is cast one by one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from commonweal.people.access import demand, said
from commonweal.people.actions import record
from commonweal.people.rules import Channel
from commonweal.voting import queries
from commonweal.voting.access import may_vote
from commonweal.voting.actions.votes import ChoiceNotAllowed, hold_open, new_code
from commonweal.voting.models import Ballot, Envelope, Vote, Voter
from commonweal.voting.rules.choices import Choice, allowed
from commonweal.voting.rules.envelopes import packed
from commonweal.voting.sealing import sealed

if TYPE_CHECKING:
    from commonweal.people.models import Person

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class BroughtVote:
    """A vote made elsewhere, and when."""

    voter: Voter
    choice: Choice
    at: datetime


@transaction.atomic
def cast_many(
    *,
    ballot: Ballot,
    votes: Iterable[BroughtVote],
    by: Person | None,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> int:
    """Seals each choice and puts it in the box with a code nobody is shown; one event for all. Gives how many.

    Raises NotAllowed, ChoiceNotAllowed, and IntegrityError when a voter has voted or stands there twice: then
    none of them is kept.
    """
    hold_open(ballot)
    form, costs = ballot.rules_form(), queries.costs_of(ballot)
    key, cast, envelopes = bytes(ballot.public_key or b""), [], []
    for each in votes:
        demand(may_vote(ballot, each.voter, each.at))
        decision = allowed(each.choice, form, costs)
        if not decision:
            raise ChoiceNotAllowed(said(decision), code=decision.code)
        vote = Vote(voter=each.voter, channel=channel, cast_at=each.at)
        content = packed(ballot.mark, new_code(), each.choice, ballot.choices_max)
        cast.append(vote)
        envelopes.append(Envelope(id=uuid.uuid4(), ballot=ballot, vote=vote, sealed=sealed(content, key)))
    Vote.objects.bulk_create(cast, batch_size=_BATCH)
    Envelope.objects.bulk_create(envelopes, batch_size=_BATCH)
    record("VotesBroughtIn", f"ballot:{ballot.pk}", by=by, at=now, channel=channel, data={"count": len(cast)})
    return len(cast)
