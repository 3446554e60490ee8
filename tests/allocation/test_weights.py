"""A voter with n shares counts exactly as n voters with one share and the same ballot."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Election,
    ElectionError,
    Engine,
    Rule,
    Utility,
    count,
    explained,
    group_shares,
    payments_by_voter,
    priceability,
    proportionality,
    read,
    satisfied_share,
    what_my_vote_did,
    write,
)
from commonweal.allocation.__main__ import main
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.fast.marks import TooFine
from commonweal.allocation.plain.engine import PlainCount
from tests.examples_count import examples

from .elections import approval, approval_elections, point_elections
from .engines import assert_engines_agree, small_election, some_bylaw


def with_shares(election: Election, shares: Callable[[int], int]) -> Election:
    """The same election, with a column that says how many shares each voter holds."""
    ballots = list(election.ballots)
    return election.with_ballots(
        [replace(ballot, fields={"shares": str(shares(at))}) for at, ballot in enumerate(ballots)]
    )


def written_out(election: Election) -> Election:
    """The same election with one voter for each share."""
    return election.with_ballots(
        [
            replace(ballot, voter_id=f"{ballot.voter_id} {number}")
            for ballot in election.ballots
            for number in range(int(ballot.fields["shares"]))
        ]
    )


def assert_counts_as_written_out(election: Election, bylaw: ByLaw, engine: Engine) -> None:
    single = written_out(election)
    by_share = explained(election, replace(bylaw, weights="shares"), engine=engine)
    by_voter = explained(single, bylaw, engine=engine)
    assert replace(by_share.outcome, bylaw=bylaw) == by_voter.outcome
    assert by_share.funded == by_voter.funded
    assert by_share.not_funded == by_voter.not_funded
    assert priceability(election, by_share.outcome) == priceability(single, by_voter.outcome)
    if election.ballots:
        assert proportionality(election, by_share.outcome) == proportionality(single, by_voter.outcome)


@examples(200)
@given(approval_elections(least_cost=0), st.randoms(use_true_random=False), st.sampled_from(list(Engine)))
def test_shares_count_as_so_many_voters(election: Election, random: Random, engine: Engine) -> None:
    election = with_shares(election, lambda _: random.choice((1, 1, 2, 3)))
    assert_counts_as_written_out(election, some_bylaw(random, rule=random.choice(list(Rule))), engine)


@examples(200)
@given(
    point_elections(BallotForm.SCORING, least_points=-1),
    st.randoms(use_true_random=False),
    st.sampled_from(list(Engine)),
    st.booleans(),
)
def test_shares_multiply_points(election: Election, random: Random, engine: Engine, default: bool) -> None:
    if default:
        meta = {**election.meta, "default_score": "2"}
        election = Election(meta, election.projects, list(election.ballots))
    election = with_shares(election, lambda _: random.choice((1, 2, 5)))
    assert_counts_as_written_out(election, some_bylaw(random, utility=Utility.POINTS), engine)


def test_both_engines_weigh_alike() -> None:
    random = Random(2026)
    for _ in range(500):
        election = with_shares(small_election(random), lambda _: random.choice((1, 1, 2, 7)))
        assert_engines_agree(election, some_bylaw(random, weights="shares"))


def test_a_person_pays_for_all_their_shares() -> None:
    election = with_shares(approval(12, [6, 6], ["9", "9 10", "10"]), lambda at: at + 1)
    bylaw = ByLaw(Rule.EQUAL_SHARES, weights="shares")
    outcome = count(election, bylaw)
    # 6 shares of 2 each. "10" has 5 shares behind it and costs 6/5 a share; then "9" finds 2 + 2 x 4/5.
    assert (outcome.voters, outcome.endowment, outcome.winners) == (6, 2, ("10",))
    assert outcome.rounds[0].supporters == outcome.rounds[0].payers == 5
    assert payments_by_voter(election, outcome, "10") == {"v1": Fraction(12, 5), "v2": Fraction(18, 5)}
    did = what_my_vote_did(election, outcome, election.ballots[2])
    assert (did.choices[0].paid, did.left) == (Fraction(18, 5), Fraction(12, 5))
    assert what_my_vote_did(election, count(election, ByLaw(Rule.GREEDY)), election.ballots[2]).left is None
    assert satisfied_share(election, outcome.winners) == (2, 3)
    groups = group_shares(election, outcome, ["few", "few", "many"])
    assert [(found.voters, found.paid) for found in groups] == [(2, Fraction(12, 5)), (1, Fraction(18, 5))]


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "01", "x", "٣", "1" * 19])
def test_a_crooked_number_of_shares_is_refused_by_name(text: str, engine: Engine) -> None:
    ballots = [Ballot("a", ("9",), None, {"shares": "1"}), Ballot("b", ("9",), None, {"shares": text})]
    election = approval(5, [5], []).with_ballots(ballots)
    with pytest.raises(ElectionError, match="voter b: shares") as raised:
        count(election, ByLaw(weights="shares"), engine=engine)
    assert (raised.value.section, raised.value.row, raised.value.column) == ("votes", 1, "shares")


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(ElectionError, match="the votes have no column 'shares'; further columns: none"):
        count(approval(5, [5], ["9"]), ByLaw(weights="shares"))
    assert count(approval(5, [5], []), ByLaw(weights="shares")).winners == ()


def test_more_shares_than_floats_can_hold_are_counted_plainly() -> None:
    election = with_shares(approval(12, [6, 6], ["9", "9 10", "10"]), lambda at: 10**17 + at)
    bylaw = ByLaw(weights="shares")
    with pytest.raises(TooFine):
        FastCount(election, bylaw)
    outcome = count(election, bylaw)
    assert outcome.voters == 3 * 10**17 + 3
    assert outcome == count(election, bylaw, engine=Engine.PLAIN)
    assert PlainCount(election, bylaw).tally.share == Fraction(12, 3 * 10**17 + 3)
    ballots = [Ballot("a", ("9",), (Fraction(10**9),), {"shares": str(10**8)})]
    points = Election.make(budget=9, form=BallotForm.SCORING, projects=election.projects, ballots=ballots)
    with pytest.raises(TooFine):
        FastCount(points, ByLaw(utility=Utility.POINTS, weights="shares"))


def test_the_command_reads_the_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "shares.pb"
    path.write_text(write(with_shares(approval(12, [6, 6], ["9", "9 10", "10"]), lambda at: at + 1)), "utf-8")
    assert list(read(path).ballots.columns) == ["shares"]
    assert main([str(path), "--weights", "shares"]) == 0
    said = capsys.readouterr().out
    assert "1 of 2 projects, 3 voters with 6 shares" in said
    assert "weights shares" in said
    assert main([str(path), "--weights", "stakes"]) == 1
    assert "the votes have no column 'stakes'; further columns: shares" in capsys.readouterr().err
