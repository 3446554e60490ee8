"""Ties fall to the lowest cost, then the most votes, then a lot drawn before the count."""

from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import BallotForm, ByLaw, ByLawError, Election, Project, Rule, Ties, count
from commonweal.allocation.__main__ import main
from commonweal.allocation.pabulib import write

from .elections import IDS, approval
from .engines import assert_engines_agree, small_election, some_bylaw

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "equal-shares.md").read_text(encoding="utf-8")
LOTS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1).filter(str.isprintable)


def in_order(election: Election, bylaw: ByLaw) -> list[str]:
    """All projects as greedy takes them when each has the same support."""
    return list(count(election, bylaw).winners)


def equals(count_of_projects: int = len(IDS)) -> Election:
    """Projects nobody could tell apart but for their ids."""
    return approval(99, [2] * count_of_projects, [" ".join(IDS[:count_of_projects])])


def test_the_default_order_is_lowest_cost_then_most_votes() -> None:
    assert ByLaw().ties is Ties.COST
    election = approval(99, [4, 2, 2], ["9 10 b", "9 b"])
    assert count(election, ByLaw(Rule.GREEDY_PER_COST)).winners == ("b", "10", "9")
    assert count(election, ByLaw(Rule.GREEDY_PER_COST, ties=Ties.VOTES)).winners == ("b", "9", "10")
    even = approval(99, [4, 2, 2], ["9 10 b"])
    assert count(even, ByLaw(Rule.GREEDY)).winners == ("10", "b", "9")


@given(LOTS, st.sampled_from([Ties.COST, Ties.VOTES]), st.sampled_from(list(Rule)))
def test_what_is_still_equal_comes_in_the_order_of_the_digests(lot: str, ties: Ties, rule: Rule) -> None:
    digests = {name: sha256(f"{lot}\n{name}".encode()).hexdigest() for name in IDS}
    expected = sorted(IDS, key=digests.__getitem__)
    assert in_order(equals(), ByLaw(rule, ties=ties, lot=lot)) == expected


def test_without_a_lot_the_ids_decide_and_with_the_order_of_ids_no_lot_does() -> None:
    assert in_order(equals(), ByLaw()) == sorted(IDS)
    assert in_order(equals(), ByLaw(ties=Ties.ID, lot="7 31")) == sorted(IDS)
    assert in_order(equals(), ByLaw(lot="7 31")) != sorted(IDS)


def test_a_lot_decides_nothing_that_cost_or_votes_decide() -> None:
    election = approval(99, [2, 3, 3], ["9 10 b", "b"])
    for lot in ("1", "2", "3", "4", "5", "6"):
        assert in_order(election, ByLaw(Rule.EQUAL_SHARES, lot=lot)) == ["b", "9", "10"]


def test_every_equal_project_is_drawn_first_about_as_often() -> None:
    first = [in_order(equals(4), ByLaw(lot=str(number)))[0] for number in range(400)]
    # 400 draws among four: fewer than 65 or more than 135 for one would happen once in ten thousand tries.
    assert all(65 <= first.count(name) <= 135 for name in IDS[:4])


@pytest.mark.parametrize("lot", [" 1", "1 ", "1\n2", "\t", None, 7])
def test_a_lot_that_cannot_be_printed_and_read_back_is_refused(lot: Any) -> None:
    with pytest.raises(ByLawError, match="lot"):
        ByLaw(lot=lot)


def test_a_bylaw_stored_before_there_were_lots_counts_as_it_did() -> None:
    words = {"rule": "greedy", "utility": "cost", "completion": "none", "ties": "votes", "start": "exact"}
    stored = ByLaw.from_json({**words, "step": "1", "stop": "exhaustive"})
    assert stored == ByLaw(Rule.GREEDY, ties=Ties.VOTES)
    assert in_order(equals(), stored) == sorted(IDS)


def test_the_command_takes_a_lot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "equal.pb"
    path.write_text(write(equals()), encoding="utf-8")
    assert main([str(path), "--lot", "7 31"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("ties cost, start exact, step 1, stop exhaustive, lot 7 31\n")
    assert [line.split()[1] for line in said.splitlines()[1:8]] == in_order(equals(), ByLaw(lot="7 31"))
    assert main([str(path), "--lot", "7\n31"]) == 1
    assert "lot" in capsys.readouterr().err


def test_the_table_on_the_page_is_what_the_lot_says() -> None:
    rows = [
        line.strip("|").split("|")
        for line in PAGE.split("| SHA-256 begins |\n|---|---|---|\n")[1].splitlines()
    ]
    listed = [(name.strip(), digest.strip()) for _, name, digest in rows if digest.strip()]
    projects = [Project(name, equals().budget / 99) for name, _ in listed]
    street = Election.make(budget=99, form=BallotForm.APPROVAL, projects=projects[::-1], ballots=[])
    lot = "4 8 15 16 23 42"
    assert in_order(street, ByLaw(Rule.GREEDY, lot=lot)) == [name for name, _ in listed]
    assert [sha256(f"{lot}\n{name}".encode()).hexdigest()[:8] for name, _ in listed] == [
        found for _, found in listed
    ]


def test_both_engines_draw_alike() -> None:
    random = Random(20263)
    tied = 0
    for _ in range(500):
        bylaw = some_bylaw(random, lot=str(random.randrange(99)))
        fast = assert_engines_agree(small_election(random), bylaw)
        tied += any(found.tied for found in fast.tally.bought)
    assert tied > 50
