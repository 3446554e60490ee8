"""Who may see a ballot, vote, and see a result; each answer carries its reason."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, no
from commonweal.people.access import may
from commonweal.people.rules import Act, Channel
from commonweal.voting.models import Ballot, Voter
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from commonweal.people.models import Person


def visible_ballots(person: Person | None, now: datetime) -> QuerySet[Ballot]:
    """Ballots a person may look at: opened ones for everyone, those in preparation for programme staff."""
    if person is not None and may(person, Act.MANAGE_CALLS, day_of(now)):
        return Ballot.objects.all()
    return Ballot.objects.exclude(state=BallotState.PREPARED)


def may_vote(ballot: Ballot, voter: Voter | None, now: datetime) -> Decision:
    """Whether someone may cast or replace a vote at a moment."""
    if ballot.state != BallotState.OPEN or now < ballot.opens_at:
        return no("not_open", _("This vote is not open. The page of the call says when it is."))
    if now >= ballot.closes_at:
        return no(
            "closed", _("The vote closed at the announced hour. Your earlier vote counts, if you cast one.")
        )
    if voter is None:
        return no(
            "not_on_roll",
            _("You are not on the roll of this vote: it holds those who were members when it opened."),
        )
    vote = getattr(voter, "vote", None)
    if vote is not None and vote.channel == Channel.PAPER:
        return no("on_paper", _("You took a paper ballot: it counts once it is back in time."))
    return YES


def may_see_result(ballot: Ballot, person: Person | None, now: datetime) -> Decision:
    """Results are for everyone once published; programme staff see them when counted."""
    if ballot.state == BallotState.PUBLISHED:
        return YES
    if ballot.state == BallotState.COUNTED and may(person, Act.PUBLISH_RESULTS, day_of(now)):
        return YES
    return no(
        "not_published", _("The result is not published yet. The page of the call says when it will be.")
    )
