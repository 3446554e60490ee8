"""Choosing, reviewing, casting: nothing typed is lost, nothing chosen is kept, one page sent twice is one vote."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from commonweal.people.models import Event
from commonweal.people.rules import Channel
from commonweal.voting import actions
from commonweal.voting.models import Ballot, Envelope, Vote
from commonweal.voting.rules.choices import Form
from tests import factories as make
from tests.clock import Clock
from tests.voting.steps import code_on, opened, person_of, receipt_field, signed_in, voted_over_web

pytestmark = pytest.mark.django_db
POINTS = Form("points", 1, 3, points_total=7, points_each=4)
BASKET = Form("basket", 1, 3, budget_cents=4_000_00)


def ballot_and_client(form: Form | None = None, **changes: Any) -> tuple[Ballot, Client, tuple[Any, ...]]:
    ballot, sheets = make.open_ballot(form=form, budget_cents=4_000_00, **changes)
    return ballot, signed_in(person_of(make.voters(ballot)[0])), sheets


def page_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("form", "choice", "kept"),
    [
        (None, {"choice": ["1", "3"]}, "1,3"),
        (POINTS, {"points-1": "4", "points-2": "3", "points-3": ""}, "4,3"),
        (BASKET, {"choice": ["1", "3"]}, "1,3"),
    ],
    ids=["approval", "points", "basket"],
)
def test_what_a_member_casts_is_what_the_committee_finds(
    form: Form | None, choice: dict[str, Any], kept: str
) -> None:
    ballot, client, sheets = ballot_and_client(form)
    code = voted_over_web(client, ballot, choice)
    (line,) = [row for row in opened(ballot, sheets).splitlines() if row.startswith(code)]
    assert line.split(";")[-1] in kept


@pytest.mark.parametrize(
    ("form", "choice", "said"),
    [
        (None, {"choice": ["1", "3"]}, "2 of 3 chosen"),
        (POINTS, {"points-1": "2", "points-2": "1"}, "You have 4 of 7 points left"),
        (BASKET, {"choice": ["1"]}, "You have €3,000 of €4,000 left"),
        (None, {"choice": ["1", "2", "3", "4"]}, "4 chosen: 1 more than the 3 you may choose"),
        (POINTS, {"points-1": "4", "points-2": "4"}, "You gave 1 points more than the 7 you have"),
        (BASKET, {"choice": ["2", "3"]}, "Your basket costs €1,000 more than €4,000"),
    ],
)
def test_counting_again_says_the_running_total_and_keeps_the_choice(
    form: Form | None, choice: dict[str, Any], said: str
) -> None:
    ballot, client, _sheets = ballot_and_client(form)
    page = page_of(client.post(f"/en/ballots/{ballot.pk}/", choice))
    assert said in page
    for number in choice.get("choice", []):
        assert re.search(rf'name="choice" value="{number}" checked', page)
    for name, points in choice.items():
        assert not name.startswith("points") or re.search(rf'name="{name}" value="{points}"', page)
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    ("form", "choice", "said"),
    [
        (None, {}, "Choose more projects"),
        (None, {"choice": ["1", "2", "3", "4"]}, "Choose fewer projects"),
        (None, {"choice": ["99"]}, "not on this ballot"),
        (POINTS, {"points-1": "two"}, "Project 1: write the points as a whole number"),
        (POINTS, {"points-1": "-2"}, "Project 1: write the points as a whole number"),
        (POINTS, {"points-1": "5"}, "more points than the ballot allows"),
        (BASKET, {"choice": ["2", "3"]}, "Your basket costs more than the budget"),
    ],
)
@pytest.mark.parametrize("step", ["review", "cast"])
def test_a_choice_that_does_not_fit_comes_back_whole_with_what_to_mend(
    form: Form | None, choice: dict[str, Any], said: str, step: str
) -> None:
    ballot, client, _sheets = ballot_and_client(form)
    page = page_of(client.post(f"/en/ballots/{ballot.pk}/{step}/", choice))
    assert said in page
    assert 'class="error-summary"' in page
    for number in set(choice.get("choice", [])) - {"99"}:
        assert re.search(rf'name="choice" value="{number}" checked', page)
    for name, points in choice.items():
        assert not name.startswith("points") or f'name="{name}" value="{points}"' in page
    assert not Vote.objects.exists()


def test_the_review_page_shows_the_choice_and_lets_one_change_it() -> None:
    ballot, client, _sheets = ballot_and_client()
    page = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}))
    assert "Chose 2" in page
    assert "Chose 1" not in page
    assert "1 of 3 chosen" in page
    assert f'action="/en/ballots/{ballot.pk}/"' in page
    assert '<input type="hidden" name="choice" value="2">' in page


def test_the_receipt_shows_the_code_and_not_the_choice() -> None:
    ballot, client, _sheets = ballot_and_client()
    review = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}))
    answer = client.post(
        f"/en/ballots/{ballot.pk}/cast/", {"choice": ["2"], "receipt": receipt_field(review)}
    )
    page = page_of(answer)
    assert len(code_on(page)) == 12
    assert "Chose 2" not in page
    assert f"/en/ballots/{ballot.pk}/result/my-vote/" in page
    assert "It replaces" not in page
    assert "messages" not in answer.cookies


def test_the_same_page_sent_twice_gives_the_same_code_and_one_vote() -> None:
    ballot, client, _sheets = ballot_and_client()
    review = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}))
    sent = {"choice": ["2"], "receipt": receipt_field(review)}
    first, second = (code_on(page_of(client.post(f"/en/ballots/{ballot.pk}/cast/", sent))) for _time in "12")
    assert first == second
    assert Vote.objects.count() == Envelope.objects.count() == 1


def test_a_new_vote_gets_a_new_code_and_says_that_it_replaces() -> None:
    ballot, client, _sheets = ballot_and_client()
    first = voted_over_web(client, ballot, {"choice": ["2"]})
    assert "You have voted" in page_of(client.get(f"/en/ballots/{ballot.pk}/"))
    review = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["1"]}))
    sent = {"choice": ["1"], "receipt": receipt_field(review)}
    receipt = page_of(client.post(f"/en/ballots/{ballot.pk}/cast/", sent))
    assert "It replaces your earlier vote" in receipt
    assert code_on(receipt) != first
    assert Vote.objects.count() == 1


@pytest.mark.parametrize(
    "forged", ["", "0123456789AB", "0123456789AB:nonsense", "foreign voter", "other ballot"]
)
def test_a_code_that_was_not_made_for_this_voter_and_ballot_is_refused_and_nothing_is_lost(
    forged: str,
) -> None:
    ballot, client, _sheets = ballot_and_client()
    if forged == "foreign voter":
        other = signed_in(person_of(make.voters(ballot)[1]))
        forged = receipt_field(page_of(other.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]})))
    elif forged == "other ballot":
        elsewhere, _sheets = make.open_ballot(members=0)
        forged = receipt_field(page_of(client.post(f"/en/ballots/{elsewhere.pk}/review/", {"choice": ["2"]})))
    page = page_of(client.post(f"/en/ballots/{ballot.pk}/cast/", {"choice": ["2"], "receipt": forged}))
    assert "Nothing is lost" in page
    assert "Chose 2" in page
    assert not Vote.objects.exists()
    again = client.post(f"/en/ballots/{ballot.pk}/cast/", {"choice": ["2"], "receipt": receipt_field(page)})
    assert code_on(page_of(again))
    assert Vote.objects.count() == 1


@pytest.mark.parametrize("step", ["review", "cast"])
def test_a_vote_at_the_announced_hour_is_refused_with_the_choice_still_on_the_page(
    clock: Clock, step: str
) -> None:
    ballot, client, _sheets = ballot_and_client()
    review = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}))
    sent = {"choice": ["2"], "receipt": receipt_field(review)}
    clock.go_to(ballot.closes_at)
    page = page_of(client.post(f"/en/ballots/{ballot.pk}/{step}/", sent), 409)
    assert "The vote closed at the announced hour" in page
    assert "Chose 2" in page
    assert not Vote.objects.exists()


def test_a_vote_that_waited_past_the_hour_inside_the_action_is_refused_too(
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ballot, client, _sheets = ballot_and_client()
    review = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}))
    reached = []

    def cast_late(**given: Any) -> None:
        reached.append(given["code"])
        clock.go_to(ballot.closes_at)
        cast_vote(**{**given, "now": timezone.now})

    cast_vote = actions.cast_vote
    monkeypatch.setattr(actions, "cast_vote", cast_late)
    answer = client.post(
        f"/en/ballots/{ballot.pk}/cast/", {"choice": ["2"], "receipt": receipt_field(review)}
    )
    assert "Chose 2" in page_of(answer, 409)
    assert len(reached) == 1
    assert not Vote.objects.exists()


def test_someone_not_on_the_roll_reads_why_and_whom_to_call() -> None:
    ballot, _client, _sheets = ballot_and_client()
    stranger = signed_in(make.person())
    page = page_of(stranger.get(f"/en/ballots/{ballot.pk}/"))
    assert "You are not on the roll of this vote" in page
    assert "<form" not in page.split("<main")[1]
    assert "not on the roll" in page_of(
        stranger.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}), 409
    )


def test_someone_who_votes_on_paper_reads_that_their_vote_is_counted_from_paper() -> None:
    ballot, client, _sheets = ballot_and_client()
    voter = make.voters(ballot)[0]
    actions.hand_out_paper(ballot=ballot, voter=voter, by=make.staff("counter"), now=make.NOW)
    assert "You vote on paper" in page_of(client.get(f"/en/ballots/{ballot.pk}/"))
    page = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}), 409)
    assert "it counts once it is back in time" in page


def test_a_vote_that_is_not_open_yet_says_when_it_opens() -> None:
    ballot, client, _sheets = ballot_and_client(opens_at=make.NOW + timedelta(hours=1))
    page = page_of(client.get(f"/en/ballots/{ballot.pk}/"))
    assert "The vote is not open yet" in page
    assert "Chose 1" in page


def test_a_visitor_reads_the_ballot_and_is_asked_to_sign_in(client: Client) -> None:
    ballot, _client, _sheets = ballot_and_client()
    page = page_of(client.get(f"/en/ballots/{ballot.pk}/"))
    assert "Chose 1" in page
    assert f"/en/account/login/?next=/en/ballots/{ballot.pk}/" in page
    answer = client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]})
    assert (answer.status_code, "/account/login/" in answer["Location"]) == (302, True)
    assert "choice" not in answer["Location"]


@pytest.mark.parametrize("step", ["review", "cast"])
def test_going_straight_to_a_later_step_leads_back_to_the_ballot(step: str) -> None:
    ballot, client, _sheets = ballot_and_client()
    answer = client.get(f"/en/ballots/{ballot.pk}/{step}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/en/ballots/{ballot.pk}/")


def test_pages_that_hold_a_choice_are_kept_by_no_cache() -> None:
    ballot, client, _sheets = ballot_and_client()
    base = f"/en/ballots/{ballot.pk}/"
    review = client.post(f"{base}review/", {"choice": ["2"]})
    sent = {"choice": ["2"], "receipt": receipt_field(page_of(review))}
    for answer in (
        review,
        client.post(f"{base}review/", {}),
        client.post(base, {"choice": ["2"]}),
        client.post(f"{base}cast/", sent),
        client.post(f"{base}cast/", {"choice": ["2"]}),
    ):
        assert "no-store" in answer["Cache-Control"]


def test_that_someone_voted_is_noted_and_nothing_of_what(client: Client) -> None:
    ballot, client, _sheets = ballot_and_client(POINTS, options=300)
    before = set(Event.objects.values_list("pk", flat=True))
    code = voted_over_web(client, ballot, {"points-291": "3", "points-257": "4"})
    (event,) = Event.objects.exclude(pk__in=before)
    assert (event.name, event.subject, event.data) == ("VoteCast", f"ballot:{ballot.pk}", {})
    kept = [str(dict(client.session.items()))]
    kept += [cookie.value for cookie in client.cookies.values()]
    for each in kept:
        assert "points-2" not in each
        assert code not in each


def test_each_member_starts_at_another_project_and_reads_so() -> None:
    ballot, _client, _sheets = ballot_and_client(options=7, members=7)
    firsts = []
    for voter in make.voters(ballot):
        page = page_of(signed_in(person_of(voter)).get(f"/en/ballots/{ballot.pk}/"))
        found = re.findall(r'name="choice" value="(\d+)"', page)
        assert sorted(map(int, found)) == list(range(1, 8))
        assert f"yours starts at number {found[0]}" in page
        firsts.append(found[0])
    assert len(set(firsts)) == 7


@pytest.mark.parametrize("form", [None, POINTS], ids=["ticks", "points"])
def test_turning_the_page_of_a_long_list_keeps_what_was_chosen(form: Form | None) -> None:
    ballot, client, _sheets = ballot_and_client(form, options=600)
    page = page_of(client.get(f"/en/ballots/{ballot.pk}/"))
    field = r'name="points-(\d+)"' if form else r'name="choice" value="(\d+)"'
    chosen = re.findall(field, page)[3]
    choice = {f"points-{chosen}": "2"} if form else {"choice": [chosen]}
    second = page_of(client.post(f"/en/ballots/{ballot.pk}/", {**choice, "page": "1", "to_page": "2"}))
    assert "Chosen on other pages" in second
    assert len(re.findall(field, second)) == 251
    marked = rf'name="points-{chosen}" value="2"' if form else rf'value="{chosen}" checked'
    assert marked in second
    third = page_of(client.post(f"/en/ballots/{ballot.pk}/", {**choice, "page": "2", "to_page": "3"}))
    assert marked in third


def test_a_paper_vote_asked_for_while_someone_reviews_wins_over_the_web() -> None:
    ballot, client, _sheets = ballot_and_client()
    review = page_of(client.post(f"/en/ballots/{ballot.pk}/review/", {"choice": ["2"]}))
    voter = make.voters(ballot)[0]
    actions.hand_out_paper(
        ballot=ballot, voter=voter, by=make.staff("counter"), now=make.NOW, door=Channel.PHONE
    )
    sent = {"choice": ["2"], "receipt": receipt_field(review)}
    assert "Chose 2" in page_of(client.post(f"/en/ballots/{ballot.pk}/cast/", sent), 409)
    assert not Envelope.objects.exists()
