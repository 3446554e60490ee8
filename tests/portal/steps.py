"""Steps that several tests of the portal take: sign in, read a page, count queries, decide a call."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commonweal.people.models import Person
from commonweal.projects import actions as projects
from commonweal.projects.models import Call
from commonweal.voting import actions as voting
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot
from commonweal.voting.queries import sealed_bundle
from tests import factories as make
from tests.sign_in import signed_in as signed_in

LANGUAGES = ("fr", "nl", "de", "en")


def text_of(client: Client, address: str, status: int = 200) -> str:
    """The page at an address, with single spaces."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def queries_of(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200, address
    return len(seen)


def decided_call(
    adviser: Person, titles: tuple[str, ...] = ("Un banc", "Un four à pain"), members: int = 3
) -> Call:
    """A call whose members all chose the first project; the budget reaches one."""
    call = make.call(budget_cents=3_000_00)
    for title in titles:
        make.admitted(call, adviser, title=title, asked_cents=2_000_00)
    for _each in range(members):
        make.member()
    call = projects.end_applications(call=call, by=None, now=call.applies_until)
    committee, sheets = make.committee_for(call)
    ballot: Ballot = projects.open_vote(call=call, **committee, by=None, now=call.vote_from)
    votes = [
        voting.BroughtVote(voter, ((1, 1),), call.vote_from) for voter in ballot.voters.select_related("vote")
    ]
    voting.cast_many(ballot=ballot, votes=votes, by=None, now=call.vote_from)
    projects.close_vote(call=call, by=None, now=call.vote_until)
    projects.hand_over(call=call, by=None, now=call.vote_until)
    projects.bring_in_count(
        call=call, file=opened_file(sealed_bundle(ballot), sheets[:2]), by=None, now=call.vote_until
    )
    return projects.decide_call(call=call, by=None, now=call.vote_until)
