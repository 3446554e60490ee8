"""Results: said in a sentence, explained project by project, countable by everyone; and what one vote did."""

from __future__ import annotations

import hashlib
import json
import re
from copy import copy
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.test import Client

from commonweal import allocation
from commonweal.voting import actions, queries
from commonweal.voting.models import Ballot, Count, Option
from commonweal.voting.rules.choices import Form
from commonweal.voting.rules.published import what_it_did
from commonweal.voting.views import figures, reasons, result
from tests import factories as make
from tests.csv_reading import cells_of
from tests.voting.steps import cast, counted, opened, person_of, queries_of, signed_in

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "nl", "de", "en")
# Explaining by counting again is what takes time, not the pages.
QUICK = {**make.BYLAW, "rule": "greedy", "completion": "none"}
POINTS = Form("points", 1, 3, points_total=7, points_each=4)


def decided(*, publish: bool = True, form: Form | None = None, **changes: Any) -> tuple[Ballot, list[str]]:
    """A counted ballot of five votes for 6,000 euro; gives the codes in the order of the votes."""
    ballot, sheets = make.open_ballot(members=6, form=form, budget_cents=6_000_00, **changes)
    codes = []
    for voter, numbers in zip(make.voters(ballot), ((1,), (1, 2), (2, 3), (3,), (4, 1)), strict=False):
        codes.append(cast(ballot, voter, dict.fromkeys(numbers, 2) if form == POINTS else numbers))
    counted(ballot, sheets, publish=publish)
    return ballot, codes


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def plain(page: str) -> str:
    """The words of a page's main part."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main>")[0]).split())


def test_the_sentence_comes_first_then_the_picture_the_table_the_file(client: Client) -> None:
    ballot, _codes = decided()
    page = text_of(client.get(f"/en/ballots/{ballot.pk}/result/"))
    order = ["result-sentence", 'class="dots', 'id="p', "ballots.pb"]
    places = [page.index(each) for each in order]
    assert places == sorted(places)
    assert re.search(r"\d of 4 projects (is|are) carried; for \d of 5 members who voted, at least one", page)


@pytest.mark.parametrize("rule", ["equal-shares", "phragmen", "greedy", "greedy-per-cost"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_result_reads_under_every_rule_and_in_every_language(
    client: Client, rule: str, language: str
) -> None:
    completion = "add1u" if rule == "equal-shares" else "none"
    ballot, _codes = decided(bylaw={**make.BYLAW, "rule": rule, "completion": completion})
    page = text_of(client.get(f"/{language}/ballots/{ballot.pk}/result/?easy=1"))
    assert f'<html lang="{language}"' in page
    for number in range(1, 5):
        assert f'id="p{number}"' in page
    assert f"--rule {rule} --utility cost" in page


def test_every_project_says_who_carried_it_or_what_it_lacked(client: Client) -> None:
    ballot, _codes = decided()
    found = ballot.count.result
    words = plain(text_of(client.get(f"/en/ballots/{ballot.pk}/result/")))
    assert found["funded"]
    assert found["not_funded"]
    for each in found["funded"]:
        assert "chose it." in words
        full = each["payers"] - each["partial_payers"]
        assert f"{full} paid" in words
        assert not each["partial_payers"] or f"{each['partial_payers']} more paid all they had left" in words
    lacking = [each for each in found["not_funded"] if each["reason"] == "supporters"]
    assert all(figures.amount(each["missing"]) + " was lacking" in words for each in lacking)
    assert "would have carried it" in words


def test_the_page_names_what_to_run_and_the_hashes_agree_with_the_files(client: Client) -> None:
    ballot, _codes = decided()
    base = f"/en/ballots/{ballot.pk}/"
    page = text_of(client.get(f"{base}result/"))
    file = client.get(f"{base}result/ballots.pb").content
    definition = client.get(f"{base}definition.json")
    assert f"sha256 {hashlib.sha256(file).hexdigest()}" in page
    assert f"sha256 {hashlib.sha256(definition.content).hexdigest()}" in page
    assert json.loads(definition.content)["options"][0]["title"] == "Chose 1"
    shown = re.search(r"commonweal count ballots.pb ([^<]+)<", page)
    assert shown
    words = shown[1].split()
    assert dict(zip(words[::2], words[1::2], strict=True)) == {
        f"--{name}": value for name, value in ballot.bylaw.items() if value
    }


def test_before_it_is_published_only_programme_staff_see_the_result(client: Client) -> None:
    ballot, _codes = decided(publish=False)
    pages = ("", "my-vote/", "ballots.pb", "projects.csv", "turnout.csv", "votes/all.json")
    for who in (client, signed_in(person_of(make.voters(ballot)[0])), signed_in(make.staff("adviser"))):
        for page in pages:
            assert "not published yet" in text_of(who.get(f"/en/ballots/{ballot.pk}/result/{page}"), 403)
    programme = signed_in(make.staff("programme"))
    for page in pages:
        assert programme.get(f"/en/ballots/{ballot.pk}/result/{page}").status_code == 200
    assert "Only staff see this page" in text_of(programme.get(f"/en/ballots/{ballot.pk}/result/"))
    actions.publish_result(ballot=ballot, by=None, now=make.NOW)
    for page in pages:
        assert client.get(f"/en/ballots/{ballot.pk}/result/{page}").status_code == 200


def test_the_sealed_bundle_is_handed_over_once_the_box_is_closed(client: Client) -> None:
    ballot, sheets = make.open_ballot()
    cast(ballot, make.voters(ballot)[0])
    address = f"/en/ballots/{ballot.pk}/sealed.json"
    programme = signed_in(make.staff("programme"))
    assert programme.get(address).status_code == 403
    opened(ballot, sheets)
    assert client.get(address).status_code == 302
    assert signed_in(make.staff("counter")).get(address).status_code == 403
    answer = programme.get(address)
    assert json.loads(b"".join(answer.streaming_content)) == queries.sealed_bundle(ballot)  # type: ignore[attr-defined]
    assert "no-store" in answer["Cache-Control"]


def test_the_definition_is_public_from_the_opening_on(client: Client) -> None:
    from tests.voting.test_access import ballot_in

    prepared = ballot_in("prepared")
    assert client.get(f"/en/ballots/{prepared.pk}/definition.json").status_code == 404
    assert (
        signed_in(make.staff("programme")).get(f"/en/ballots/{prepared.pk}/definition.json").status_code
        == 403
    )
    ballot, _sheets = make.open_ballot()
    assert client.get(f"/en/ballots/{ballot.pk}/definition.json").status_code == 200


def test_the_projects_as_a_file_hold_no_formula(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ballot, _codes = decided()
    options = {number: copy(option) for number, option in queries.options_of(ballot).items()}
    options[1].title = "=HYPERLINK(1);@x"
    monkeypatch.setattr(queries, "options_of", lambda _ballot: options)
    answer = client.get(f"/en/ballots/{ballot.pk}/result/projects.csv")
    head, *lines = cells_of(answer)
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [row["number"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["title"] == "'=HYPERLINK(1);'@x"
    assert list(rows[0]) == list(result.RESULT_HEAD)
    won = [row["number"] for row in rows if row["supported"] == "yes"]
    assert sorted(won) == sorted(ballot.count.result["winners"])
    assert rows[3]["cost_euro"] == "4000,00"


def test_a_turnout_kept_under_an_older_rule_is_shown_by_todays(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = [{"code": "under 25", "voters": 900, "votes": 3}, {"code": "40-54", "voters": 90, "votes": 40}]
    kept = {"region": older, "age": older, "door": [{"code": "web", "voters": 43, "votes": 43}]}
    monkeypatch.setattr(queries, "turnout", lambda _ballot: kept)
    ballot, _codes = decided()
    rows = cells_of(client.get(f"/en/ballots/{ballot.pk}/result/turnout.csv"))
    assert [row[1:] for row in rows if row[0] == "age"] == [["others", "990", "43"]]
    assert "of 900" not in plain(text_of(client.get(f"/en/ballots/{ballot.pk}/result/")))
    assert Count.objects.get(ballot=ballot).turnout == kept, "the row stays"


@pytest.mark.parametrize(
    ("language", "taken", "dropped", "said"),
    [
        (
            "en",
            1,
            0,
            "1 vote was counted, of 4 on the roll. Besides, 1 paper ballot was handed out and did not come",
        ),
        (
            "en",
            3,
            1,
            "Besides, 2 paper ballots were handed out and did not come back. 1 paper ballot came back and",
        ),
        ("en", 1, 1, "of 4 on the roll. 1 paper ballot came back and was not typed."),
        (
            "fr",
            3,
            1,
            "En outre, 2 bulletins papier ont été remis et ne sont pas revenus. 1 bulletin papier est revenu",
        ),
        (
            "nl",
            3,
            2,
            "Daarnaast werd 1 papieren stembrief uitgedeeld die niet terugkwam. 2 papieren stembrieven kwamen",
        ),
        ("de", 3, 0, "Außerdem wurden 3 Stimmzettel auf Papier ausgegeben, die nicht zurückkamen."),
    ],
)
def test_paper_that_never_came_back_is_not_passed_off_as_counted(
    client: Client, language: str, taken: int, dropped: int, said: str
) -> None:
    ballot, sheets = make.open_ballot(form=Form("approval", 1, 3), members=4)
    voter, *others = make.voters(ballot)
    cast(ballot, voter)
    clerk = make.staff("counter")
    for each in others[:taken]:
        actions.hand_out_paper(ballot=ballot, voter=each, by=clerk, now=make.NOW)
    for number in range(1, dropped + 1):
        actions.type_sheet_first(ballot=ballot, number=number, choice=((1, 1),), by=clerk, now=make.NOW)
        actions.start_sheet_again(ballot=ballot, number=number, by=clerk, now=make.NOW)
    counted(ballot, sheets)
    page = plain(text_of(client.get(f"/{language}/ballots/{ballot.pk}/result/")))
    assert said in page
    assert f"{taken + 1} of 4 members on the roll voted" not in page


def test_who_only_took_a_paper_ballot_is_not_told_that_they_voted() -> None:
    ballot, _sheets = make.open_ballot(members=2)
    web, paper = make.voters(ballot)
    cast(ballot, web)
    actions.hand_out_paper(ballot=ballot, voter=paper, by=make.staff("counter"), now=make.NOW)
    has_paper, has_voted = signed_in(person_of(paper)), signed_in(person_of(web))
    assert "you took a paper ballot" in text_of(has_paper.get("/en/ballots/"))
    assert "you have voted" not in text_of(has_paper.get("/en/ballots/"))
    assert "it counts once it is back in time" in text_of(has_paper.get(f"/en/ballots/{ballot.pk}/"))
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    page = text_of(has_paper.get(f"/en/ballots/{ballot.pk}/"))
    assert "You voted, and your vote counts" not in page
    assert "You took a paper ballot: it counts if it was back in time." in page
    assert "You voted, and your vote counts" in text_of(has_voted.get(f"/en/ballots/{ballot.pk}/"))


def test_turnout_as_a_file_says_what_the_page_says(client: Client) -> None:
    ballot, _codes = decided()
    rows = cells_of(client.get(f"/en/ballots/{ballot.pk}/result/turnout.csv"))
    assert rows[0] == ["by", "group", "on_roll", "voted_or_took_paper"]
    assert {row[0] for row in rows[1:]} == {"region", "age", "door"}
    assert "5 votes were counted, of 6 members on the roll." in plain(
        text_of(client.get(f"/en/ballots/{ballot.pk}/result/"))
    )


def big(client: Client, options: int) -> Ballot:
    ballot, sheets = make.open_ballot(members=2, options=options, bylaw=QUICK)
    cast(ballot, make.voters(ballot)[0], (1, 2))
    counted(ballot, sheets)
    return ballot


@pytest.mark.parametrize("path", ["", "result/", "result/my-vote/", "result/projects.csv"])
def test_a_result_takes_the_same_queries_for_two_options_and_for_forty(client: Client, path: str) -> None:
    few, many = big(client, 2), big(client, 40)
    counts = [queries_of(client, f"/en/ballots/{ballot.pk}/{path}") for ballot in (few, many, few)]
    assert counts[1] <= counts[2]
    assert counts[2] <= 12


def test_the_list_of_votes_takes_the_same_queries_for_one_and_for_ten() -> None:
    ballot, _codes = decided()
    make.open_ballot(members=0)
    member = signed_in(person_of(make.voters(ballot)[0]))
    queries_of(member, "/en/ballots/")
    one = queries_of(member, "/en/ballots/")
    for _each in range(9):
        make.open_ballot(members=0)
        decided(bylaw=QUICK)
    assert queries_of(member, "/en/ballots/") == one


def test_a_ballot_takes_the_same_queries_for_one_option_and_for_several() -> None:
    one, _sheets = make.open_ballot(options=1, form=Form("approval", 1, 1))
    twenty, _sheets = make.open_ballot(options=20, members=0)
    client = signed_in(person_of(make.voters(one)[0]))
    for ballot in (one, twenty):
        # The options of an opened ballot are read once.
        queries_of(client, f"/en/ballots/{ballot.pk}/")
    assert queries_of(client, f"/en/ballots/{one.pk}/") == queries_of(client, f"/en/ballots/{twenty.pk}/")


def test_projects_beyond_the_first_hundred_stand_on_further_pages(client: Client) -> None:
    ballot, sheets = make.open_ballot(members=2, options=250, budget_cents=1_000_00, bylaw=QUICK)
    cast(ballot, make.voters(ballot)[0], (1, 150))
    counted(ballot, sheets)
    first = text_of(client.get(f"/en/ballots/{ballot.pk}/result/"))
    assert first.count('<tr role="row" id="p') == 101
    assert 'id="p150"' in first, "most chosen first"
    third = text_of(client.get(f"/en/ballots/{ballot.pk}/result/?page=3"))
    assert third.count('<tr role="row" id="p') == 50
    for wrong in ("0", "-1", "x", "99999999999999999999"):
        assert client.get(f"/en/ballots/{ballot.pk}/result/?page={wrong}").status_code == 200


def test_open_votes_come_first_and_say_what_one_can_do(client: Client) -> None:
    ballot, _codes = decided()
    running, _sheets = make.open_ballot(members=0)
    member = signed_in(person_of(make.voters(running)[0]))
    assert "sign in to vote" in plain(text_of(client.get("/en/ballots/")))
    page = plain(text_of(member.get("/en/ballots/")))
    assert "you can vote" in page
    assert page.index("you can vote") < page.index("projects are carried")
    cast(running, make.voters(running)[0])
    assert "you have voted" in plain(text_of(member.get("/en/ballots/")))
    assert "can vote" not in plain(text_of(signed_in(make.person()).get("/en/ballots/")))
    assert ballot.pk != running.pk


def test_an_uncounted_or_unpublished_vote_shows_no_sentence(client: Client) -> None:
    decided(publish=False)
    assert "carried" not in plain(text_of(client.get("/en/ballots/")))
    assert "carried" in plain(text_of(signed_in(make.staff("programme")).get("/en/ballots/")))


def test_a_code_finds_its_vote_and_what_each_choice_paid(client: Client) -> None:
    ballot, codes = decided()
    address = f"/en/ballots/{ballot.pk}/result/my-vote/"
    typed = f"{codes[1][:4].lower()} {codes[1][4:8]}-{codes[1][8:]}"
    answer = client.post(address, {"code": typed})
    page = text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert "Your vote is in the count" in page
    costs = dict(Option.objects.filter(ballot=ballot).values_list("number", "cost_cents"))
    spent = what_it_did(((1, 1), (2, 1)), ballot.count.result["outcome"], costs)
    words = plain(page)
    for each in spent.choices:
        assert (
            f"Chose {each.number} {'yes' if each.funded else 'no'} {figures.amount(str(each.euros))}" in words
        )
    assert "Chose 3" not in words


def test_points_are_shown_where_they_counted(client: Client) -> None:
    ballot, codes = decided(form=POINTS, bylaw={**make.BYLAW, "utility": "points"})
    page = plain(text_of(client.post(f"/en/ballots/{ballot.pk}/result/my-vote/", {"code": codes[0]})))
    assert "Points" in page


def test_a_count_without_shares_says_only_what_was_supported(client: Client) -> None:
    ballot, codes = decided(bylaw={**make.BYLAW, "rule": "greedy", "completion": "none"})
    page = plain(text_of(client.post(f"/en/ballots/{ballot.pk}/result/my-vote/", {"code": codes[0]})))
    assert "Your vote is in the count" in page
    assert "You paid" not in page.split("Your vote is in the count")[1].split("If this is not")[0]


@pytest.mark.parametrize("typed", ["", "abc", "0" * 12, "U" * 12])
def test_a_code_that_is_not_there_is_helped_along(client: Client, typed: str) -> None:
    ballot, _codes = decided()
    page = text_of(client.post(f"/en/ballots/{ballot.pk}/result/my-vote/", {"code": typed}))
    assert "error-summary" in page
    assert "your receipt" in page
    assert not typed or f'value="{typed}"' in page


def test_a_replaced_vote_is_not_found_any_more(client: Client) -> None:
    ballot, sheets = make.open_ballot()
    voter = make.voters(ballot)[0]
    old, new = cast(ballot, voter, (1,)), cast(ballot, voter, (2,))
    counted(ballot, sheets)
    address = f"/en/ballots/{ballot.pk}/result/my-vote/"
    assert "only the code of your last vote" in text_of(client.post(address, {"code": old}))
    assert "Your vote is in the count" in text_of(client.post(address, {"code": new}))


def test_a_code_sent_while_signed_in_is_not_looked_at() -> None:
    ballot, codes = decided()
    member = signed_in(person_of(make.voters(ballot)[0]))
    address = f"/en/ballots/{ballot.pk}/result/my-vote/"
    answer = member.post(address, {"code": codes[0]})
    page = text_of(answer, 403)
    assert "Sign out first" in page
    assert "Your vote is in the count</h2>" not in page.split("<template")[0]
    assert codes[0] not in page
    assert "<noscript>" in text_of(member.get(address))


def test_published_votes_come_in_shelves_with_all_that_is_needed(client: Client) -> None:
    ballot, codes = decided()
    answer = client.get(f"/en/ballots/{ballot.pk}/result/votes/all.json")
    content = json.loads(answer.content)
    assert sorted(content["votes"]) == sorted(codes)
    assert content["votes"][codes[1]] == [[1, 1], [2, 1]]
    assert content["options"]["1"] == [1_000_00, "Chose 1", "fr"]
    assert "public" in answer["Cache-Control"]
    for wrong in ("A", "ALL", "all-", "AB"):
        assert client.get(f"/en/ballots/{ballot.pk}/result/votes/{wrong}.json").status_code == 404


def test_the_published_file_is_one_any_program_for_such_files_reads(client: Client) -> None:
    ballot, codes = decided()
    election = allocation.read(client.get(f"/en/ballots/{ballot.pk}/result/ballots.pb").content.decode())
    assert [each.voter_id for each in election.ballots] == sorted(codes)
    assert allocation.check_totals(election) == []


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("1/3", "€0.33"),
        ("1/200", "€0.01"),
        ("1/201", "less than one cent"),
        (0, "€0"),
        ("5/2", "€2.50"),
        (7, "€7"),
    ],
)
def test_exact_amounts_are_shown_to_the_cent(exact: Any, shown: str) -> None:
    assert figures.amount(exact) == shown


@pytest.mark.parametrize(
    ("each", "said"),
    [
        ({"reason": "too-dear"}, "costs more than the whole budget"),
        ({"reason": "nobody"}, "Nobody who voted chose it"),
        ({"reason": "supporters", "supporters": 1}, "The member who chose it had €2 left; €3 was lacking"),
        (
            {"reason": "supporters", "supporters": 9},
            "The 9 members who chose it had €2 left together; €3 was lacking",
        ),
        (
            {"reason": "supporters", "supporters": 9, "lost_in_round": 7},
            "After round 7 its supporters together no longer had its cost.",
        ),
        (
            {"reason": "supporters", "supporters": 9, "lost_in_round": 0},
            "Even with all their shares together they did not have its cost.",
        ),
        ({"reason": "budget", "supporters": 9}, "€2 of the budget was left; €3 was lacking"),
        ({"reason": "budget", "missing": 0}, "the budget was used up"),
    ],
)
def test_each_reason_is_a_sentence(each: dict[str, Any], said: str) -> None:
    given = {"supporters": 2, "money_left": 2, "missing": 3, "lost_in_round": None, **each}
    assert said in reasons.lacked(given)


def test_many_supported_projects_are_drawn_together_beyond_thirty() -> None:
    rows = [
        {"title": f"p{n}", "cost_cents": 100, "code": "sport" if n else "inclusion", "number": n}
        for n in range(33)
    ]
    bars = figures.money_bars(rows, {"budget_cents": 5_000, "spent_cents": 3_300}, 33)
    assert len(bars) == 32
    assert [bar["value"] for bar in bars[-2:]] == [300, 1_700]
    assert [bars[0]["code"], bars[1]["code"]] == ["inclusion", ""]


def test_nobody_voting_is_said_too(client: Client) -> None:
    ballot, sheets = make.open_ballot()
    counted(ballot, sheets)
    page = text_of(client.get(f"/en/ballots/{ballot.pk}/result/"))
    assert "Nobody voted. By the rule fixed before the vote, 4 of 4 projects come in all the same." in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["visitor", "member", "counter", "programme"])
def test_every_page_answers_in_every_language_for_everyone(role: str, language: str) -> None:
    running, _sheets = make.open_ballot()
    past, _codes = decided()
    waiting, sheets = make.open_ballot(members=0)
    opened(waiting, sheets)
    who = {"visitor": None, "member": person_of(make.voters(running)[0])}.get(role) or (
        make.staff(role) if role in ("counter", "programme") else None
    )
    client = signed_in(who) if who else Client()
    pages = ["", "how-it-works/", "how-it-works/?easy=1"]
    pages += [f"{each.pk}/" for each in (running, past, waiting)]
    pages += [f"{past.pk}/result/", f"{past.pk}/result/?easy=1", f"{past.pk}/result/my-vote/"]
    if role == "counter":
        pages += [
            f"{running.pk}/paper/{page}" for page in ("", "hand-out/", "sheet/", "first/", "second/?sheet=3")
        ]
    for page in pages:
        text = text_of(client.get(f"/{language}/ballots/{page}"))
        assert f'<html lang="{language}"' in text
        assert text.count("<h1>") == 1
    assert client.get(f"/{language}/ballots/{running.pk}/result/").status_code == 403


def test_a_page_of_nothing_is_still_a_page() -> None:
    assert Paginator([], result.PAGE_SIZE).get_page("3").number == 1
