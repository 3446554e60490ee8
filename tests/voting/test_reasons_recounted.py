"""Every sentence about what would have carried a project is true when the election is counted again as it says.

The elections of cities are not part of this repository: without them the generated ones and our own ballot remain.
"""

from __future__ import annotations

import re
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from commonweal.allocation import ByLaw, Completion, Election, Outcome, Rule, count, explained, read, write
from commonweal.config import cli
from commonweal.voting import actions, queries
from commonweal.voting.models import Ballot
from commonweal.voting.views import reasons
from tests import factories as make
from tests.allocation.elections import data_files
from tests.voting.recounts import COST, SUPPORTERS, falsehoods, generated
from tests.voting.steps import counted

ADD1U = ByLaw(completion=Completion.ADD1U)
SAME = {
    "en": "everyone’s share being the same",
    "fr": "la part de chacun restant la même",
    "nl": "als ieders deel gelijk was gebleven",
    "de": "wenn der Anteil aller unverändert geblieben wäre",
}
FILES = {path.name: path for path in data_files()}


def sentences(election: Election, bylaw: ByLaw) -> tuple[Outcome, dict[str, str]]:
    """The outcome, and what the result page says of each project that was not funded, in English."""
    found = explained(election, bylaw)
    outcome = found.outcome.to_json()
    with translation.override("en"):
        said = {each.project: reasons.needed(each.to_json(), outcome) for each in found.not_funded}
    return found.outcome, said


def wrong_in(election: Election, bylaw: ByLaw) -> tuple[int, list[str]]:
    """How many sentences there are, and which are false."""
    outcome, said = sentences(election, bylaw)
    wrong, total = [], 0
    for project, words in said.items():
        total += len(SUPPORTERS.findall(words)) + len(COST.findall(words))
        wrong += [f"{project}: {each}" for each in falsehoods(words, election, bylaw, outcome, project)]
    return total, wrong


def check_generated(seeds: range) -> int:
    sentences_seen = 0
    for seed in seeds:
        total, wrong = wrong_in(*generated(seed))
        sentences_seen += total
        assert wrong == [], (seed, wrong)
    return sentences_seen


def test_the_sentences_of_two_hundred_elections_hold() -> None:
    assert check_generated(range(200)) > 200


@pytest.mark.proof
def test_the_sentences_of_five_thousand_elections_hold() -> None:
    print(f"{check_generated(range(200, 5_200)):,} sentences about 5,000 elections counted again: all true")


def test_without_the_words_about_the_share_some_would_be_false() -> None:
    """The negative control: read as if shares were raised anew, the same sentences do not hold."""
    wrong = 0
    for seed in range(200):
        election, bylaw = generated(seed)
        if bylaw.completion not in (Completion.ADD1, Completion.ADD1U):
            continue
        outcome, said = sentences(election, bylaw)
        for project, words in said.items():
            bare = words.replace(", everyone’s share being the same", "")
            wrong += len(falsehoods(bare, election, bylaw, outcome, project))
    assert wrong > 0


def small(election: Election, every: int) -> Election:
    """Every so many voters of a large election, with the budget cut alike: its sentences are counted again in seconds."""
    ballots = list(election.ballots)[::every]
    meta = {k: v for k, v in election.meta.items() if k in ("vote_type", "description")}
    budget = str(int(election.budget) // every)
    projects = [type(p)(p.id, max(Fraction(1), Fraction(int(p.cost) // every))) for p in election.projects]
    return Election({**meta, "budget": budget}, projects, ballots)


OFFICIAL = [
    ("poland_wieliczka_2023.pb", ByLaw(completion=Completion.ADD1, step=Fraction(1))),
    ("france_toulouse_2024.pb", ADD1U),
]


@pytest.mark.parametrize(("name", "bylaw"), OFFICIAL, ids=[name for name, _law in OFFICIAL])
def test_the_sentences_about_a_citys_vote_hold(name: str, bylaw: ByLaw) -> None:
    if name not in FILES:
        pytest.skip("the files of cities are not here; the generated elections are checked above")
    total, wrong = wrong_in(small(read(FILES[name]), 200), bylaw)
    assert wrong == []
    assert total > 5


@pytest.mark.proof
@pytest.mark.parametrize(("name", "bylaw"), OFFICIAL, ids=[name for name, _law in OFFICIAL])
def test_the_sentences_about_a_citys_whole_vote_hold(name: str, bylaw: ByLaw) -> None:
    if name not in FILES:
        pytest.skip("the files of cities are not here")
    total, wrong = wrong_in(read(FILES[name]), bylaw)
    assert wrong == []
    print(f"{name}: {total:,} sentences counted again, all true")


# ---- the page itself


def voted_on(completion: str, seed: int) -> Ballot:
    """A counted ballot of eight projects and some twenty votes."""
    import random

    dice = random.Random(seed)
    ballot, sheets = make.open_ballot(
        members=20,
        options=8,
        budget_cents=9_000_00,
        bylaw={**make.BYLAW, "completion": completion, "step": "7"},
    )
    brought = []
    for voter in make.voters(ballot):
        chosen = sorted(dice.sample(range(1, 9), dice.randint(1, 3)))
        brought.append(actions.BroughtVote(voter, tuple((number, 1) for number in chosen), make.NOW))
    actions.cast_many(ballot=ballot, votes=brought, by=None, now=make.NOW)
    counted(ballot, sheets)
    return ballot


def said_on(page: str) -> dict[str, str]:
    """What the page says of each project that was not supported."""
    rows = re.findall(r'<tr role="row" id="p(\d+)">(.*?)</tr>', page, re.DOTALL)
    plain = {number: " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for number, row in rows}
    return {
        number: words for number, words in plain.items() if SUPPORTERS.search(words) or COST.search(words)
    }


@pytest.mark.django_db
@pytest.mark.parametrize("completion", ["add1", "add1u"])
def test_every_sentence_on_a_result_page_holds(client: Client, completion: str) -> None:
    seen = 0
    for seed in range(4):
        ballot = voted_on(completion, seed)
        page = client.get(f"/en/ballots/{ballot.pk}/result/").content.decode()
        election, bylaw = read(queries.published_file(ballot).encode()), ByLaw.from_json(ballot.bylaw)
        outcome = count(election, bylaw)
        for project, words in said_on(page).items():
            seen += 1
            assert falsehoods(words, election, bylaw, outcome, project) == [], (seed, project, words)
    assert seen > 4


@pytest.mark.django_db
@pytest.mark.parametrize("language", list(SAME))
def test_every_language_says_that_the_share_stays_the_same(client: Client, language: str) -> None:
    ballot = voted_on("add1u", 1)
    english = said_on(client.get(f"/en/ballots/{ballot.pk}/result/").content.decode())
    count_of = sum(len(SUPPORTERS.findall(words)) + len(COST.findall(words)) for words in english.values())
    page = client.get(f"/{language}/ballots/{ballot.pk}/result/").content.decode()
    assert unescape(page).count(SAME[language]) == count_of > 0


# ---- the command


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_what_the_command_says_would_have_been_enough_is(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    election, bylaw = generated(seed)
    path = tmp_path / "ballots.pb"
    path.write_text(write(election), "utf-8")
    words = [f"--{name}={value}" for name, value in bylaw.to_json().items() if value]
    assert cli.main(["count", str(path), *words, "--explain"]) == 0
    printed = capsys.readouterr().out
    heading = next((line for line in printed.split("\n") if line.startswith("Not funded")), "")
    same = "everyone's share being the same" in heading
    assert same == (bylaw.rule is Rule.EQUAL_SHARES) or not heading
    found = explained(election, bylaw)
    for each in found.not_funded:
        (row,) = [
            line
            for line in printed.split("\n")
            if re.match(rf"\s*{each.project}\s+\d", line) and each.reason in line
        ]
        cells: list[Any] = [each.votes_needed, each.cost_needed]
        tail = ", everyone’s share" if same else ""
        said = ""
        if each.votes_needed:
            said += f"With {each.votes_needed:,} more supporters it would have been carried{tail}. "
        if each.cost_needed:
            said += f"At a cost of up to €{each.cost_needed:,} it would have been carried{tail}."
        assert all(f"{cell:,}" in row for cell in cells if cell)
        assert falsehoods(said, election, bylaw, found.outcome, each.project) == []
