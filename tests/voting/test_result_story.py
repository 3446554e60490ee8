"""How the money went: the rounds of a count as pictures and as a list; and the checks of fairness, in words."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils.translation import override

from commonweal import allocation
from commonweal.voting import counting, queries
from commonweal.voting.models import Ballot, Count
from commonweal.voting.rules.choices import Form
from commonweal.voting.rules.frozen import canonical
from commonweal.voting.views import fairness, figures, reasons, story
from tests import factories as make
from tests.voting.steps import cast, counted, queries_of
from tests.voting.test_result_pages import LANGUAGES, POINTS, decided, plain, text_of

pytestmark = pytest.mark.django_db
NONE = {**make.BYLAW, "completion": "none"}


def town(**bylaw: str) -> Ballot:
    """Four of nine chose project 4 alone; with most votes first the other five take too much for it."""
    ballot, sheets = make.open_ballot(
        members=9, form=Form("approval", 1, 3), budget_cents=9_900_00, bylaw={**make.BYLAW, **bylaw}
    )
    for voter, numbers in zip(make.voters(ballot), [(1, 2, 3)] * 5 + [(4,)] * 4, strict=True):
        cast(ballot, voter, numbers)
    counted(ballot, sheets)
    return ballot


def many_rounds(options: int) -> Ballot:
    """As many rounds as options: everyone chose their own project, and there is enough for all."""
    ballot, sheets = make.open_ballot(
        members=options,
        options=options,
        budget_cents=options * options * 1_000_00,
        bylaw=NONE,
        form=Form("approval", 1, 1),
    )
    for place, voter in enumerate(make.voters(ballot)):
        cast(ballot, voter, (1 + place % options,))
    counted(ballot, sheets)
    return ballot


def story_of(page: str) -> str:
    return page.split('id="story"')[1].split("</section>")[0]


def test_the_result_page_shows_the_first_round_and_each_round_has_an_address(client: Client) -> None:
    ballot, _codes = decided()
    rounds = ballot.count.result["outcome"]["rounds"]
    assert len(rounds) > 1
    titles = {each.number: each.title for each in queries.options_of(ballot).values()}
    for path in ("result/", "result/rounds/"):
        seen = []
        for number in range(1, len(rounds) + 1):
            part = story_of(text_of(client.get(f"/en/ballots/{ballot.pk}/{path}?round={number}")))
            assert f"Round {number} of {len(rounds)}" in part
            assert titles[int(rounds[number - 1]["project"])] in part
            assert '<svg class="flow' in part
            seen.append(part)
        assert seen[0] == story_of(text_of(client.get(f"/en/ballots/{ballot.pk}/{path}?round=1")))
        assert 'rel="prev"' not in seen[0]
        assert 'rel="next"' not in seen[-1]
        assert "?round=2#story" in seen[0]
        assert f"?round={len(rounds) - 1}#story" in seen[-1]


@pytest.mark.parametrize("wrong", ["0", "-3", "x", "", "99", "9" * 30, "1.5"])
def test_a_round_that_is_not_there_shows_one_that_is(client: Client, wrong: str) -> None:
    ballot, _codes = decided()
    for path in ("result/", "result/rounds/"):
        assert "Round " in story_of(text_of(client.get(f"/en/ballots/{ballot.pk}/{path}?round={wrong}")))


def test_the_list_holds_every_round_with_all_its_facts(client: Client) -> None:
    ballot, _codes = decided()
    result = ballot.count.result
    page = text_of(client.get(f"/en/ballots/{ballot.pk}/result/rounds/"))
    listed = re.findall(r'<li id="r\d+".*?</li>', page, re.DOTALL)
    assert len(listed) == len(result["outcome"]["rounds"])
    for item, each in zip(listed, result["funded"], strict=True):
        words = plain(f"<main>{item}</main>")
        assert reasons.carried(each) in words
        assert f"?round={each['order']}#story" in item
        if each["payers"]:
            assert "Afterwards" in words


def test_the_shares_at_the_start_and_in_the_end_are_both_said(client: Client) -> None:
    ballot, _codes = decided()
    page = plain(text_of(client.get(f"/en/ballots/{ballot.pk}/result/rounds/")))
    assert "first share" in page


@pytest.mark.parametrize("rule", ["equal-shares", "phragmen", "greedy", "greedy-per-cost"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_story_reads_under_every_rule_and_in_every_language(
    client: Client, rule: str, language: str
) -> None:
    completion = "add1u" if rule == "equal-shares" else "none"
    ballot, _codes = decided(bylaw={**make.BYLAW, "rule": rule, "completion": completion})
    for number in range(1, len(ballot.count.result["funded"]) + 1):
        page = text_of(client.get(f"/{language}/ballots/{ballot.pk}/result/rounds/?round={number}"))
        assert f'<html lang="{language}"' in page
        assert '<svg class="flow' in story_of(page)


def test_nobody_voting_has_no_story(client: Client) -> None:
    ballot, sheets = make.open_ballot(bylaw=NONE)
    counted(ballot, sheets)
    for path in ("result/", "result/rounds/"):
        page = text_of(client.get(f"/en/ballots/{ballot.pk}/{path}"))
        assert '<svg class="flow' not in page


def test_purses_that_pay_stand_on_the_left_of_what_they_keep() -> None:
    groups = [
        {"group": "whole", "voters": 5, "cents": 50_00, "payers": 4, "paid_cents": 32_00},
        {"group": "most", "voters": 0, "cents": 0, "payers": 0, "paid_cents": 0},
        {"group": "some", "voters": 2, "cents": 6_00, "payers": 2, "paid_cents": 6_00},
        {"group": "none", "voters": 1, "cents": 0, "payers": 0, "paid_cents": 0},
    ]
    before = {"cost_cents": 38_00, "pot_cents": 90_00, "groups": groups}
    sources = story.sources(before)
    assert [(each["value"], each["given"]) for each in sources] == [(50_00, 32_00), (6_00, 6_00), (0, 0)]
    assert "4 of 5" in sources[0]["text"]
    pot = story.sources({**before, "groups": []})
    assert [(each["value"], each["given"]) for each in pot] == [(90_00, 38_00)]


def test_the_result_says_what_is_certified_and_names_who_would_be_passed_over(client: Client) -> None:
    ballot = town()
    page = plain(text_of(client.get(f"/en/ballots/{ballot.pk}/result/")))
    neglects = ballot.count.result["greedy"]["proportionality"]["neglects"]
    assert neglects, "the town was made to show this"
    assert "The money adds up" in page
    assert "No group was passed over" in page
    assert "Most votes first would have passed over" in page
    assert "Chose 4" in page.split("Most votes first would have passed over")[1]


def test_what_does_not_hold_is_said_and_not_praised() -> None:
    ballot = town()
    result = ballot.count.result
    options = queries.options_of(ballot)
    broken = {
        **result,
        "certificates": {
            "priceability": {"holds": False, "failing": "2"},
            "proportionality": {"holds": False, "neglects": result["greedy"]["proportionality"]["neglects"]},
        },
    }
    checks = fairness.checks(broken, options)
    assert [each["holds"] for each in checks] == [False, False]
    assert "Chose 2" in checks[0]["text"]
    assert "Chose 4" in checks[1]["text"]
    unknown = {**result, "certificates": {"priceability": None, "proportionality": None}}
    assert fairness.checks(unknown, options) == []


def test_with_points_nothing_is_claimed_about_groups(client: Client) -> None:
    ballot, _codes = decided(form=POINTS, bylaw={**make.BYLAW, "utility": "points"})
    page = plain(text_of(client.get(f"/en/ballots/{ballot.pk}/result/")))
    assert "we claim nothing about it here" in page
    assert "passed over" not in page


def test_a_tie_is_said_where_the_project_stands_and_in_the_list_of_ties(client: Client) -> None:
    ballot, sheets = make.open_ballot(members=4, options=2, budget_cents=4_000_00, bylaw=NONE)
    for voter, numbers in zip(make.voters(ballot), ((1,), (1,), (2,), (2,)), strict=True):
        cast(ballot, voter, numbers)
    count = counted(ballot, sheets)
    assert count.result["ties"], "the two stand equal"
    page = plain(text_of(client.get(f"/en/ballots/{ballot.pk}/result/")))
    assert "It stood equal with “Chose 1”, which came first. The lowest cost decided: €1,000 against" in page
    for path in ("result/", "result/rounds/"):
        page = plain(text_of(client.get(f"/en/ballots/{ballot.pk}/{path}")))
        assert "It stood equal with “Chose 2”. The lowest cost decided: €1,000 against €2,000." in page


@pytest.mark.parametrize("ties", ["votes", "cost", "id"])
@pytest.mark.parametrize("lot", ["", "drawn on Saturday"])
def test_the_order_that_is_told_is_the_one_that_decides(ties: str, lot: str) -> None:
    projects = tuple(allocation.Project(str(n), Fraction(100), "", {}) for n in (9, 10))
    both = tuple(allocation.Ballot(voter, ("9", "10"), None, {}) for voter in "ab")
    election = allocation.Election({"vote_type": "approval", "budget": "100"}, projects, both)
    law = allocation.ByLaw(rule=allocation.Rule.GREEDY, ties=allocation.Ties(ties), lot=lot)
    (winner,) = allocation.count(election, law).winners
    told = figures.tie_order(law.to_json())
    if lot and ties != "id":
        assert told.endswith("the lot named in the rule")
    else:
        assert winner == "10"
        assert told.endswith("10 before 9")


def test_where_nobody_voted_the_sentence_says_what_the_rule_does_all_the_same() -> None:
    assert figures.sentence(0, 4, 0, 0) == "Nobody voted, so no project is carried."
    assert "4 of 4 projects come in all the same" in figures.sentence(4, 4, 0, 0)


COSTS = {1: 1_400_00, 2: 1_800_00, 3: 1_800_00, 4: 2_000_00, 5: 1_400_00}
CHOSE = {"1": 7, "2": 7, "3": 5, "4": 7, "5": 7}


@pytest.mark.parametrize(
    ("law", "project", "tied", "said"),
    [
        ({"ties": "cost"}, "1", ["2"], "with “B”. The lowest cost decided: €1,400 against €1,800."),
        (
            {"ties": "cost"},
            "1",
            ["2", "4"],
            "“B” and “D”. The lowest cost decided: €1,400 against €1,800 or more.",
        ),
        ({"ties": "votes"}, "1", ["3"], "with “C”. Most supporters decided: 7 against 5."),
        (
            {"ties": "votes"},
            "1",
            ["2", "3", "4", "5"],
            "with “B”, “C” and 2 other projects. Most supporters decided: 7 against 5. "
            "The lowest cost decided: €1,400 against €1,800 or more. "
            "The number read as text decided: 1 before 5.",
        ),
        ({"ties": "cost", "lot": "drawn"}, "1", ["5"], "with “E”. The lot named in the rule decided."),
        ({"ties": "id", "lot": "drawn"}, "1", ["4"], "“D”. The number read as text decided: 1 before 4."),
    ],
)
def test_a_tie_says_what_decided_between_just_these_projects(
    law: dict[str, str], project: str, tied: list[str], said: str
) -> None:
    from commonweal.voting.models import Option

    options = {n: Option(number=n, title="ABCDE"[n - 1], cost_cents=cost) for n, cost in COSTS.items()}
    result = {
        "ties": [{"round": 1, "project": project, "tied": tied}],
        "outcome": {"bylaw": law},
        "funded": [{"project": each, "supporters": chose} for each, chose in CHOSE.items()],
        "not_funded": [],
    }
    told = reasons.tie_words(project, result, options)
    assert told.startswith("It stood equal with “")
    assert told.endswith(said)
    if len(tied) == 1:
        other = reasons.tie_words(tied[0], result, options)
        assert other.startswith("It stood equal with “A”, which came first.")
        assert other.split(". ", 1)[1] == told.split(". ", 1)[1]


@pytest.mark.parametrize(
    ("language", "satisfied", "votes", "said"),
    [
        ("en", 0, 333, "for 0 of 333 members who voted, at least one of their choices is supported."),
        ("en", 1, 1, "for 1 of 1 member who voted, at least one"),
        ("fr", 0, 333, "\u00a0; un choix au moins est soutenu pour 0 des 333 sociétaires"),
        ("nl", 1, 333, "; voor 1 van de 333 vennoten die stemden, is minstens één van hun keuzes gesteund."),
        ("de", 0, 333, "; für 0 von 333 Mitgliedern, die abgestimmt haben, ist mindestens ein Projekt"),
    ],
)
def test_the_sentence_agrees_with_any_number_of_members(
    language: str, satisfied: int, votes: int, said: str
) -> None:
    with override(language):
        assert said in figures.sentence(2, 5, satisfied, votes)


@pytest.mark.parametrize(
    ("each", "said"),
    [
        ({}, "230 paid €12.40 each from their share."),
        (
            {"payers": 271, "partial_payers": 41, "partial_paid": 310},
            "230 paid €12.40 each from their share; 41 more paid all they had left, €310 together.",
        ),
        (
            {"payers": 231, "partial_payers": 1, "partial_paid": 3},
            "230 paid €12.40 each from their share; 1 more paid all they had left: €3.",
        ),
        (
            {"payers": 9, "partial_payers": 9, "partial_paid": 10, "full_min": None, "full_max": None},
            "9 paid all they had left, €10 together.",
        ),
        ({"full_max": 20}, "230 paid between €12.40 and €20 each from their share."),
    ],
)
def test_who_paid_is_said_with_those_who_gave_their_last(each: dict[str, Any], said: str) -> None:
    given = {"supporters": 300, "payers": 230, "partial_payers": 0, "partial_paid": 0}
    given |= {"full_min": "62/5", "full_max": "62/5", "phase": "equal-shares"}
    if "full_max" in each and each["full_max"] == 20:
        given |= each
    assert said in reasons.carried({**given, **each})


OUTCOMES = {
    "raised": {"rule": "equal-shares", "completion": "add1u"},
    "shares": {"rule": "equal-shares", "completion": "greedy"},
    "phragmen": {"rule": "phragmen", "completion": "none"},
    "greedy": {"rule": "greedy", "completion": "none"},
}
SAME = ", everyone’s share being the same."


@pytest.mark.parametrize(
    ("each", "kind", "said"),
    [
        ({"votes_needed": 12}, "raised", f"With 12 more supporters it would have been carried{SAME}"),
        ({"votes_needed": 12}, "shares", f"With 12 more supporters it would have been carried{SAME}"),
        ({"votes_needed": 1}, "greedy", "With one more supporter it would have been carried."),
        ({"votes_needed": 1}, "phragmen", "With one more supporter it would have been carried."),
        ({"cost_needed": 900}, "raised", f"At a cost of up to €900 it would have been carried{SAME}"),
        ({"cost_needed": 900}, "shares", "At a cost of up to €900 it would have been carried."),
        ({"cost_needed": 900}, "phragmen", "At a cost of up to €900 it would have been carried."),
        ({}, "raised", ""),
    ],
)
def test_what_would_have_carried_it_is_a_sentence(each: dict[str, Any], kind: str, said: str) -> None:
    found = {"votes_needed": None, "cost_needed": None, **each}
    assert reasons.needed(found, {"bylaw": OUTCOMES[kind]}) == said


def test_a_result_kept_in_an_earlier_shape_is_counted_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, Any] = {}

    def earlier(*given: Any) -> dict[str, Any]:
        found.update(counting.result_of(*given))
        kept = {key: found[key] for key in ("votes", "winners", "spent_cents", "budget_cents", "satisfied")}
        funded = [{"project": each["project"], "paid_min": 1, "paid_max": 2} for each in found["funded"]]
        return {**kept, "outcome": found["outcome"], "funded": funded, "not_funded": [], "what_if": True}

    monkeypatch.setattr("commonweal.voting.actions.ballots.result_of", earlier)
    ballot, _codes = decided()
    assert "format" not in Count.objects.get(ballot=ballot).result
    for page in ("", "rounds/", "my-vote/", "projects.csv", "result.json", "votes/all.json"):
        assert client.get(f"/en/ballots/{ballot.pk}/result/{page}").status_code == 200, page
    again = queries.count_of(ballot)
    assert again is not None
    assert again.result == found
    assert "format" not in Count.objects.get(ballot=ballot).result, "reading a page writes nothing"


def test_the_whole_result_is_published_as_data(client: Client) -> None:
    ballot, _codes = decided()
    answer = client.get(f"/en/ballots/{ballot.pk}/result/result.json")
    assert answer.content == canonical(ballot.count.result)
    found = json.loads(answer.content)
    assert found["format"] == counting.RESULT_FORMAT
    assert found["input_hash"] == ballot.count.file_hash
    assert {"certificates", "ties", "outcome", "purses"} <= set(found)


def test_rounds_take_the_same_queries_for_two_and_for_thirty(client: Client) -> None:
    few, many = many_rounds(2), many_rounds(30)
    for path in ("result/", "result/rounds/?round=2"):
        counts = [queries_of(client, f"/en/ballots/{ballot.pk}/{path}") for ballot in (few, many, few)]
        assert counts[1] <= counts[2] <= 12


def test_long_lists_of_rounds_come_in_pages_and_stay_light(client: Client) -> None:
    import brotli

    ballot = many_rounds(130)
    assert len(ballot.count.result["funded"]) == 130
    sizes = {}
    for path in ("result/", "result/rounds/", "result/rounds/?round=120"):
        html = text_of(client.get(f"/de/ballots/{ballot.pk}/{path}"))
        files = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', html)
        weight = sum(len(brotli.compress(Path(str(finders.find(file))).read_bytes())) for file in set(files))
        sizes[path] = len(brotli.compress(html.encode())) + weight + 18_524
    assert max(sizes.values()) <= 50_000, sizes
    last = text_of(client.get(f"/en/ballots/{ballot.pk}/result/rounds/?round=120"))
    assert 'id="r120"' in last, "the page of the list that holds the round shown"
    assert 'id="r1"' not in last
    assert 'id="r1"' in text_of(client.get(f"/en/ballots/{ballot.pk}/result/rounds/?round=120&page=1"))
