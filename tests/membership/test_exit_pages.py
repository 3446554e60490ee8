"""The pages of leaving: what a member reads before asking, one look before sending, taking back, the staff doors."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from commonweal.membership import actions, queries
from commonweal.membership.models import ExitRequest, Member
from tests import factories as make
from tests.clock import Clock
from tests.membership.test_exits import partial_allowed
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MINE = "/en/members/shares/leave/"


@pytest.fixture(autouse=True)
def _may(db: None, clock: Clock) -> None:
    make.member()
    clock.go_to(MAY)


@pytest.fixture
def member() -> Member:
    made = make.member(make.person("Jeanne", "Delvaux", email="j@example.org"), joined_on=date(2020, 1, 1))
    make.shares(made, 10)
    return made


@pytest.fixture
def own(member: Member) -> Client:
    return signed_in(member.person)  # type: ignore[arg-type]


def posted(client: Client, address: str, **values: Any) -> str:
    return " ".join(client.post(address, values, follow=True).content.decode().split())


def test_pages_answer_in_every_language(member: Member, own: Client) -> None:
    secretary = signed_in(make.staff("secretary"))
    for ask in (False, True):
        if ask:
            actions.ask_to_leave(member=member, by=member.person, now=MAY)  # type: ignore[arg-type]
        for language in LANGUAGES:
            text_of(own, f"/{language}/members/shares/leave/")
            text_of(secretary, f"/{language}/members/exits/")
            text_of(secretary, f"/{language}/members/register/{member.number}/leave/")
            if ask:
                text_of(own, f"/{language}/members/shares/leave/back/")
                text_of(secretary, f"/{language}/members/register/{member.number}/leave/back/")
                text_of(secretary, f"/{language}/members/exits/2026/")


def test_a_member_reads_what_happens_looks_once_more_and_asks(member: Member, own: Client) -> None:
    page = text_of(own, MINE)
    for told in (
        "at most what was paid: €500",
        "Tuesday 30 June 2026",
        "Friday 31 July 2026",
        "not with a part",
    ):
        assert told in page
    assert "It is not sent yet" in posted(own, MINE)
    assert "What happens when" in posted(own, MINE, change="yes")
    assert not ExitRequest.objects.exists()
    page = posted(own, MINE, checked="yes")
    assert "Nothing is paid or booked before its season" in page
    assert "waits for the season" in page
    assert ExitRequest.objects.get().channel == "web"
    assert "There is a request already" in posted(own, MINE, checked="yes")
    assert "Take the request back?" in text_of(own, f"{MINE}back/")
    page = posted(own, f"{MINE}back/")
    assert "Everything stays as it was" in page
    assert "taken back" in page
    assert own.get(f"{MINE}back/").status_code == 404


def test_some_shares_are_asked_for_where_the_statutes_allow_it(member: Member, own: Client) -> None:
    partial_allowed()
    page = posted(own, MINE, what="some")
    assert "Choose the class." in page
    assert "Write how many shares." in page
    page = posted(own, MINE, what="some", share_class="A", count="3")
    assert "3 shares of class A" in page
    assert "€150" in page
    assert "number of shares you hold" in posted(
        own, MINE, what="some", share_class="A", count="11", checked="yes"
    )
    posted(own, MINE, what="some", share_class="A", count="3", checked="yes")
    assert ExitRequest.objects.get().count == 3


def test_after_the_window_the_page_says_for_which_season_it_is_kept(member: Member, clock: Clock) -> None:
    clock.go_to(make.NOW)
    own = signed_in(member.person)  # type: ignore[arg-type]
    assert "kept for the season of 2027" in text_of(own, MINE)
    posted(own, MINE, checked="yes")
    assert ExitRequest.objects.get().season.year == 2027
    clock.go_to(datetime(2027, 7, 2, tzinfo=UTC))
    later = signed_in(member.person)  # type: ignore[arg-type]
    assert "last day for taking a request back has passed" in text_of(later, MINE)
    assert later.post(f"{MINE}back/").status_code == 409


def test_who_cannot_ask_reads_why(monkeypatch: pytest.MonkeyPatch) -> None:
    minor = make.member(
        make.person(born_on=date(2012, 1, 1), email="m@example.org"), joined_on=date(2020, 1, 1)
    )
    client = signed_in(minor.person)  # type: ignore[arg-type]
    assert "There are no shares to give back" in text_of(client, MINE)
    make.shares(minor, 1)
    assert "justice of the peace must agree first" in text_of(client, MINE)
    assert signed_in(make.person(email="x@example.org")).get(MINE).status_code == 403
    monkeypatch.setattr(queries, "exit_terms_on", lambda _day: None)
    assert "do not say how members leave" in text_of(client, MINE)


def test_staff_enter_what_came_by_phone_or_on_paper(member: Member) -> None:
    counter = signed_in(make.staff("counter"))
    address = f"/en/members/register/{member.number}/leave/"
    page = text_of(counter, address)
    assert "For Jeanne Delvaux" in page
    assert 'href="/en/desk/members/"' in page
    assert address in text_of(counter, "/en/desk/members/?text=delv")
    assert "How did the request come?" in posted(counter, address)
    page = posted(counter, address, channel="paper", checked="yes")
    assert "Name the letter this rests on" in page
    posted(counter, address, channel="paper", document="letter of 2 May", checked="yes")
    request = ExitRequest.objects.get()
    assert (request.channel, request.document) == ("paper", "letter of 2 May")
    assert "letter of 2 May" in text_of(counter, address)
    assert "How did they say so?" in posted(counter, f"{address}back/")
    posted(counter, f"{address}back/", channel="phone")
    assert queries.waiting_request(member) is None
    assert counter.get("/en/members/register/99999/leave/").status_code == 404


def test_these_pages_are_not_for_everyone(member: Member, own: Client) -> None:
    for address in (
        f"register/{member.number}/leave/",
        f"register/{member.number}/leave/back/",
        "exits/",
        "exits/2026/",
    ):
        assert own.get(f"/en/members/{address}").status_code == 403
    counter = signed_in(make.staff("counter"))
    assert counter.get("/en/members/exits/").status_code == 403


def test_the_secretary_sees_the_season_and_who_asked(member: Member) -> None:
    secretary = signed_in(make.staff("secretary"))
    assert "Nobody has asked to leave yet" in text_of(secretary, "/en/members/exits/")
    assert secretary.get("/en/members/exits/2026/").status_code == 404
    actions.ask_to_leave(member=member, by=member.person, now=MAY)  # type: ignore[arg-type]
    assert "1 waiting" in text_of(secretary, "/en/members/exits/")
    page = text_of(secretary, "/en/members/exits/2026/")
    assert "Jeanne Delvaux" in page
    queries_of(secretary, "/en/members/exits/2026/")
    few = queries_of(secretary, "/en/members/exits/2026/")
    for _each in range(5):
        other = make.member(joined_on=date(2020, 1, 1))
        make.shares(other, 1)
        actions.ask_to_leave(member=other, by=other.person, now=MAY)  # type: ignore[arg-type]
    assert queries_of(secretary, "/en/members/exits/2026/") <= few
