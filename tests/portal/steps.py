"""Steps that several tests of the portal take: sign in, count queries, bring a call to its end."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from commonweal.people.models import Account, Person
from commonweal.projects import actions as projects
from commonweal.projects.models import Call
from commonweal.voting import actions as voting
from commonweal.voting.committee import new_key, opened_file
from commonweal.voting.models import Ballot
from commonweal.voting.queries import sealed_bundle
from tests import factories as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(who: Person | Account) -> Client:
    """A browser in which someone is signed in."""
    account = who if isinstance(who, Account) else getattr(who, "account", None) or make.account(who)
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


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


def voting_call(adviser: Person, titles: tuple[str, ...] = ("Un banc", "Un four"), **changes: Any) -> Ballot:
    """A ballot open at the test moment, with a project for each title."""
    past = {
        "vote_from": make.NOW - make.timedelta(days=2),
        "applies_from": make.NOW - make.timedelta(days=40),
    }
    call = make.call(
        announced=True, **{**past, "applies_until": make.NOW - make.timedelta(days=3)}, **changes
    )
    Call.objects.filter(pk=call.pk).update(
        applies_until=make.NOW + make.timedelta(days=1), vote_from=make.NOW + make.timedelta(days=2)
    )
    call.refresh_from_db()
    for title in titles:
        make.admitted(call, adviser, title=title)
    Call.objects.filter(pk=call.pk).update(applies_until=past["vote_from"], vote_from=past["vote_from"])
    call.refresh_from_db()
    call = projects.end_applications(call=call, by=None, now=make.NOW)
    key, _sheets = new_key(3, 2)
    return projects.open_vote(
        call=call, public_key=key, holders=["An", "Bo", "Cy"], threshold=2, by=None, now=make.NOW
    )
