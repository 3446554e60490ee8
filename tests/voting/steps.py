"""Steps that several tests of voting take: sign in, choose, cast over the web, open the box, count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commonweal.people.models import Person
from commonweal.voting import actions, queries
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot, Count, Voter
from commonweal.voting.rules.choices import tidy
from commonweal.voting.sealing import Sheet
from tests import factories as make
from tests.sign_in import signed_in as signed_in


def person_of(voter: Voter) -> Person:
    assert voter.member is not None
    assert voter.member.person is not None
    return voter.member.person


def cast(
    ballot: Ballot, voter: Voter, numbers: Iterable[int] | dict[int, int] = (1,), now: Any = None
) -> str:
    """Casts a vote past the pages; gives its code."""
    code = actions.new_code()
    actions.cast_vote(
        ballot=ballot,
        voter=voter,
        choice=tidy(numbers if isinstance(numbers, dict) else dict.fromkeys(numbers, 1)),
        code=code,
        by=voter.member.person if voter.member else None,
        now=lambda: now or make.NOW,
    )
    return code


def receipt_field(page: str) -> str:
    """The signed code on a review page."""
    found = re.search(r'name="receipt" value="([^"]+)"', page)
    assert found, "no review page"
    return found[1]


def code_on(page: str) -> str:
    """The code shown on a page, plain."""
    found = re.search(r'class="code">([0-9A-Z-]+)<', page)
    assert found, "no code on the page"
    return found[1].replace("-", "")


def voted_over_web(client: Client, ballot: Ballot, choice: dict[str, Any], language: str = "en") -> str:
    """Reviews and casts through the pages; gives the code on the receipt."""
    base = f"/{language}/ballots/{ballot.pk}/"
    review = client.post(f"{base}review/", choice)
    assert review.status_code == 200
    receipt = client.post(f"{base}cast/", {**choice, "receipt": receipt_field(review.content.decode())})
    assert receipt.status_code == 200
    return code_on(receipt.content.decode())


def opened(ballot: Ballot, sheets: Sequence[Sheet]) -> str:
    """Closes the box and opens it as the committee does; gives the ballot file."""
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at + timedelta(minutes=1))
    ballot = actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at + timedelta(minutes=1))
    return opened_file(queries.sealed_bundle(ballot), sheets[:2])


def counted(ballot: Ballot, sheets: Sequence[Sheet], *, publish: bool = True) -> Count:
    """Closes, opens, counts and publishes a ballot."""
    after = ballot.closes_at + timedelta(minutes=2)
    count = actions.accept_count(ballot=ballot, file=opened(ballot, sheets), by=None, now=after)
    if publish:
        actions.publish_result(ballot=ballot, by=None, now=after)
    ballot.refresh_from_db()
    return count


def queries_of(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200, address
    return len(seen)


def a_counted_town() -> Ballot:
    """A ballot of six members, counted, that reaches three projects or more."""
    bylaw = {**make.BYLAW, "ties": "votes"}
    ballot, sheets = make.open_ballot(members=6, budget_cents=6_000_00, bylaw=bylaw)
    for voter, numbers in zip(make.voters(ballot), ((1,), (1, 2), (2, 3), (3,), (4, 1), (2,)), strict=True):
        cast(ballot, voter, numbers)
    assert len(counted(ballot, sheets).result["funded"]) >= 3
    return ballot
