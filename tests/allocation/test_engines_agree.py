"""The fast rules say exactly what the plain rules say: winners, prices, payments, ties, and every what-if."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Engine,
    Project,
    Rule,
    Ties,
    Utility,
    count,
    explained,
    write,
)
from commonweal.allocation.count import counted
from commonweal.allocation.fast import accounts, equal_shares, hindsight, marks, raising
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.fast.equal_shares import Market, Offer
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.plain.equal_shares import equal_shares as by_definition
from commonweal.allocation.tally import places, room_beside
from tests.examples_count import examples

from .elections import IDS, approval, approval_elections
from .generated import generated


def check(seed: int) -> None:
    election, bylaw = generated(seed)
    fast = explained(election, bylaw)
    plain = explained(election, bylaw, engine=Engine.PLAIN)
    assert fast == plain, f"seed {seed}"


@pytest.mark.untraced
def test_both_engines_agree_on_generated_elections() -> None:
    for seed in range(500):
        check(seed)


@pytest.mark.proof
def test_both_engines_agree_on_a_hundred_thousand_generated_elections() -> None:
    for seed in range(100_000):
        check(1_000_000 + seed)
    print("\n100,000 generated elections: the fast and the plain engine agree in every figure")


@examples(300)
@given(
    approval_elections(least_cost=0, dearest=25, richest=60),
    st.sampled_from([Utility.COST, Utility.CARDINALITY]),
    st.sampled_from(list(Ties)),
    st.fractions(0, 9, max_denominator=12),
)
def test_any_share_buys_the_same(election: Election, utility: Utility, ties: Ties, share: Fraction) -> None:
    bylaw = ByLaw(Rule.EQUAL_SHARES, utility, ties=ties)
    plain = PlainCount(election, bylaw)
    fast = marks.Marks.of(election, utility)
    at = places(fast, bylaw)
    assert at == places(plain.standing, bylaw)
    expected = by_definition(plain.standing, share, at, room_beside(plain.standing, bylaw, []))
    market = Market(fast, share, at)
    assert [purchase.project for purchase in market.rounds()] == [
        found.project for found in expected.purchases
    ]
    exact = [market.accounts.price(place) for place in range(len(expected.purchases))]
    assert [
        price / fast.unit[found.project] for price, found in zip(exact, expected.purchases, strict=True)
    ] == [found.price for found in expected.purchases]


def by_floats_alone(patch: pytest.MonkeyPatch) -> None:
    """The fast engine without its conscience: the smaller float wins, and a purse is what its float says."""

    def nearest(self: Market, rivals: list[Offer]) -> Offer:
        return min(
            rivals, key=lambda o: (o.price / self.marks.unit_floats[o.project], self.places[o.project])
        )

    patch.setattr(Market, "_settled", nearest)
    patch.setattr(Market, "_near", lambda *_: None)


def fooled() -> list[int]:
    """The seeds at which the fast engine names other winners, or another order, than the plain one."""
    wrong = []
    for seed in range(600):
        election, bylaw = generated(seed)
        if bylaw.rule is Rule.EQUAL_SHARES:
            bylaw = replace(bylaw, completion=Completion.NONE)
            plain = [found.project for found in PlainCount(election, bylaw).tally.bought]
            if [found.project for found in FastCount(election, bylaw).tally.bought] != plain:
                wrong.append(seed)
    return wrong


@pytest.mark.untraced
def test_floats_alone_are_fooled_and_the_engine_is_not() -> None:
    with pytest.MonkeyPatch.context() as patch:
        by_floats_alone(patch)
        assert len(fooled()) >= 3
    assert fooled() == []


def thirds(ties: Ties) -> tuple[Election, ByLaw]:
    """After "a" every voter of the second group holds 1 - 1/3 - 1/3 ...: sums that floats round, beside exact ones."""
    projects = [
        Project("a", Fraction(1)),
        Project("b", Fraction(1)),
        Project("c", Fraction(2)),
        Project("d", Fraction(2)),
    ]
    votes = ["a b c", "a b c", "a b c", "d", "d", "d"]
    ballots = [Ballot(f"v{place}", tuple(vote.split())) for place, vote in enumerate(votes)]
    election = Election.make(budget=6, form=BallotForm.APPROVAL, projects=projects, ballots=ballots)
    return election, ByLaw(Rule.EQUAL_SHARES, Utility.CARDINALITY, ties=ties)


@pytest.mark.parametrize("ties", list(Ties))
def test_sums_that_floats_round_are_decided_exactly(ties: Ties) -> None:
    election, bylaw = thirds(ties)
    assert explained(election, bylaw) == explained(election, bylaw, engine=Engine.PLAIN)


def test_what_floats_cannot_hold_is_counted_plainly() -> None:
    huge = Fraction(10**30)
    ballots = [Ballot("a", ("x",), (huge,)), Ballot("b", ("x", "y"), (Fraction(1), huge))]
    election = Election.make(
        budget=10,
        form=BallotForm.CUMULATIVE,
        projects=[Project("x", Fraction(5)), Project("y", Fraction(5))],
        ballots=ballots,
    )
    bylaw = ByLaw(Rule.EQUAL_SHARES, Utility.POINTS)
    with pytest.raises(marks.TooFine):
        FastCount(election, bylaw)
    assert isinstance(counted(election, bylaw), PlainCount)
    assert count(election, bylaw).winners == count(election, bylaw, engine=Engine.PLAIN).winners


def test_points_that_add_up_beyond_floats_are_counted_plainly() -> None:
    large = Fraction(2**50)
    ballots = [Ballot(f"v{voter}", ("x", "y"), (large, large + voter)) for voter in range(6)]
    projects = [Project("x", Fraction(5)), Project("y", Fraction(5))]
    election = Election.make(budget=10, form=BallotForm.CUMULATIVE, projects=projects, ballots=ballots)
    with pytest.raises(marks.TooFine):
        FastCount(election, ByLaw(Rule.EQUAL_SHARES, Utility.POINTS))


def test_shares_and_points_together_may_be_too_fine_as_well() -> None:
    def of(points: int, shares: int) -> Election:
        ballots = [Ballot(f"v{n}", ("x",), (Fraction(points),), {"shares": str(shares)}) for n in range(4)]
        return Election.make(
            budget=10, form=BallotForm.CUMULATIVE, projects=[Project("x", Fraction(5))], ballots=ballots
        )

    for points, shares, utility in ((2**30, 2**30, Utility.POINTS), (1, 2**52, Utility.COST)):
        bylaw = ByLaw(Rule.EQUAL_SHARES, utility, weights="shares")
        with pytest.raises(marks.TooFine):
            FastCount(of(points, shares), bylaw)
        assert count(of(points, shares), bylaw).winners == ("x",)


def test_a_cost_just_above_what_all_have_together_is_not_bought() -> None:
    for extra, winners in ((Fraction(0), ("9",)), (Fraction(1, 10**17), ())):
        election = approval(3, [3 + extra], ["9", "9", "9"])
        assert float(3 + extra) == 3.0, "floats cannot tell them apart"
        assert count(election, ByLaw()).winners == winners


def test_exact_purses_are_the_same_worked_out_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "CHUNK", 2)
    monkeypatch.setattr(marks, "WORTH_GROUPING", 0.0)
    for seed in range(80):
        check(seed)


def test_a_search_cut_short_is_finished_by_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hindsight, "LOOKS_MAX", 1)
    for seed in range(80):
        check(seed)


def town(voters: int, options: int, seed: int) -> Election:
    """A town of our own, drawn with numpy: popular and small projects, six choices a ballot at most."""
    random = np.random.default_rng(seed)
    costs = random.integers(5, 160, options) * 500
    weights = 1 / (np.arange(options) + 3)
    ballots = []
    for voter in range(voters):
        chosen = random.choice(options, size=random.integers(1, 7), replace=False, p=weights / weights.sum())
        ballots.append(Ballot(f"v{voter}", tuple([f"p{number}" for number in chosen])))
    projects = [Project(f"p{number}", Fraction(int(cost))) for number, cost in enumerate(costs)]
    return Election.make(budget=400_000, form=BallotForm.APPROVAL, projects=projects, ballots=ballots)


@pytest.mark.untraced
@pytest.mark.parametrize("rule", [Rule.EQUAL_SHARES, Rule.PHRAGMEN])
def test_both_engines_agree_on_a_town(rule: Rule) -> None:
    election = town(400, 16, 7)
    for utility in (Utility.COST, Utility.CARDINALITY):
        bylaw = ByLaw(rule, utility, Completion.ADD1U, Ties.COST, step=Fraction(5))
        assert explained(election, bylaw) == explained(election, bylaw, engine=Engine.PLAIN)


@pytest.mark.untraced
def test_a_stretch_of_shares_is_certified_without_counting_each(monkeypatch: pytest.MonkeyPatch) -> None:
    election = town(120, 10, 3)
    bylaw = ByLaw(completion=Completion.ADD1, step=Fraction(1, 10))
    counts: list[Fraction] = []
    honest = raising.Stretches.bought

    def noted(self: raising.Stretches, share: Fraction) -> list[raising.Bought]:
        counts.append(share)
        return honest(self, share)

    monkeypatch.setattr(raising.Stretches, "bought", noted)
    outcome = count(election, bylaw)
    assert outcome.endowment is not None
    assert outcome.first_endowment is not None
    steps = (outcome.endowment - outcome.first_endowment) * 10
    assert steps > 2_000
    assert len(counts) < steps / 4
    assert outcome == count(election, bylaw, engine=Engine.PLAIN)


def dear_and_cheap(voters: int) -> Election:
    """Everybody names two projects that no share could ever pay, and one or two of five that it can."""
    random = Random(7)
    costs = [900_000, 950_000, *[random.randint(3, 9) * voters // 20 for _ in range(5)]]
    votes = [" ".join([*IDS[:2], *random.sample(IDS[2:7], random.randint(1, 2))]) for _ in range(voters)]
    return approval(voters, costs, votes)


@pytest.mark.parametrize("utility", [Utility.COST, Utility.CARDINALITY])
def test_raising_leaves_out_what_no_share_can_pay(monkeypatch: pytest.MonkeyPatch, utility: Utility) -> None:
    election, bylaw = (
        dear_and_cheap(60),
        ByLaw(utility=utility, completion=Completion.ADD1, step=Fraction(1, 7)),
    )
    left_out: list[list[str]] = []
    honest = marks.Marks.supported_by_nobody

    def noted(self: marks.Marks, projects: Any) -> marks.Marks:
        left_out.append([IDS[place] for place in np.flatnonzero(projects)])
        return honest(self, projects)

    monkeypatch.setattr(marks.Marks, "supported_by_nobody", noted)
    outcome = count(election, bylaw)
    assert left_out[0] == list(IDS[:2])
    assert outcome == count(election, bylaw, engine=Engine.PLAIN)
    monkeypatch.setattr(marks.Marks, "supported_by_nobody", lambda self, found: honest(self, ~found))
    assert count(election, bylaw) != outcome, "leaving out the others would be noticed"


@pytest.mark.untraced
def test_a_certificate_that_forgets_the_rivals_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raising.Stretches, "_no_rival", lambda *_: True)
    wrong = 0
    for seed in range(250):
        election, bylaw = generated(seed)
        law = replace(bylaw, rule=Rule.EQUAL_SHARES, completion=Completion.ADD1, step=Fraction(1, 7))
        wrong += count(election, law).winners != count(election, law, engine=Engine.PLAIN).winners
    assert wrong > 0


@pytest.mark.untraced
def test_many_threads_and_other_kernels_say_the_same_bytes(tmp_path: Path) -> None:
    """The JSON of a count of 12,000 ballots, with one thread and several, and with and without the newest kernels."""
    file = tmp_path / "town.pb"
    file.write_text(write(town(12_000, 30, 11)), encoding="utf-8")
    said = set()
    for threads, kernels in (
        ("1", ""),
        ("4", ""),
        ("2", "AVX512F AVX512CD AVX512_SKX X86_V4 AVX2 X86_V3 FMA3"),
    ):
        env = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "NPY_DISABLE_CPU_FEATURES": kernels}
        command = [sys.executable, "-W", "ignore", "-m", "commonweal.allocation", str(file), "--json"]
        done = subprocess.run(
            [*command, "--completion", "add1u"], env=env, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            said.add(done.stdout)
    assert len(said) == 1


def test_equal_ballots_are_grouped_and_an_unlucky_sum_costs_no_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    election = approval(12, [4, 5, 6], ["9 10", "10 9", "9", "9", "b", "9", "b"])
    grouped = marks.Marks.of(election, Utility.COST)
    assert (grouped.grouped, grouped.group_sizes.tolist()) == (True, [2, 3, 2])
    honest = count(election, ByLaw())
    # Every sum the same: the ballots are then compared mark by mark, and nothing is grouped.
    monkeypatch.setattr(marks, "_drawn", lambda projects: np.zeros(projects, np.uint64))
    assert not marks.Marks.of(election, Utility.COST).grouped
    assert count(election, ByLaw()) == honest
    of_one = approval(12, [4, 5, 6], ["9", "10", "b", "9"])
    assert not marks.Marks.of(of_one, Utility.COST).grouped


def test_a_looser_bound_is_measured_anew_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    election = town(1_500, 40, 7)
    honest = count(election, ByLaw())
    tightened: list[int] = []
    measure = Market._tighten

    def noted(self: Market) -> None:
        tightened.append(len(self.accounts.purchases))
        measure(self)

    monkeypatch.setattr(Market, "_tighten", noted)
    monkeypatch.setattr(equal_shares, "LOOSE", 1e-15)
    assert count(election, ByLaw()) == honest
    assert tightened
