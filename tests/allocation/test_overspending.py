"""Bounded overspending: the rule as its paper defines it, its promises, and the page that explains it."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Phase,
    Project,
    Reason,
    Rule,
    Ties,
    Utility,
    count,
    explained,
    payments_by_voter,
    priceability,
)
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.fast.marks import TooFine
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.plain.overspending import best_offer
from commonweal.allocation.plain.supports import Supports
from tests.examples_count import examples

from .elections import approval, approval_elections, point_elections
from .engines import small_election, some_bylaw, wins_again
from .generated import generated

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "bounded-overspending.md").read_text("utf-8")
BOS = Rule.OVERSPENDING


def worth(ballot: Ballot, project: Project, utility: Utility) -> Fraction:
    if project.id not in ballot.choices:
        return Fraction(0)
    if utility is Utility.POINTS:
        assert ballot.points is not None
        return ballot.points[ballot.choices.index(project.id)]
    return project.cost if utility is Utility.COST else Fraction(1)


def value_of_part(
    project: Project, alpha: Fraction, purses: dict[str, Fraction], utilities: dict[str, Fraction]
) -> tuple[Fraction, Fraction] | None:
    """(rho / alpha, rho) where sum(min(purse, alpha x rho x utility)) = alpha x cost; one voter at a time."""
    needs, able = alpha * project.cost, sorted(utilities, key=lambda voter: purses[voter] / utilities[voter])
    for place, voter in enumerate(able):
        rest = needs - sum([purses[poorer] for poorer in able[:place]])
        level = rest / sum([utilities[richer] for richer in able[place:]])
        if level * utilities[voter] <= purses[voter]:
            return level / alpha / alpha, level / alpha
    return None


def check_by_definition(election: Election, utility: Utility) -> None:
    """Replay the outcome: no part of any project that fits is a better buy than the one that was bought."""
    outcome = count(election, ByLaw(BOS, utility))
    purses = {ballot.voter_id: election.budget / len(election.ballots) for ballot in election.ballots}
    left = election.budget
    open_ = {project.id: project for project in election.projects if project.cost}
    utilities = {
        name: {b.voter_id: value for b in election.ballots if (value := worth(b, project, utility)) > 0}
        for name, project in open_.items()
    }
    for found in outcome.rounds:
        if found.project not in open_:
            continue
        offers = []
        for name, project in open_.items():
            have = sum([purses[voter] for voter in utilities[name]])
            if not have or project.cost > left:
                continue
            highest = min(Fraction(1), have / project.cost)
            parts = {highest * k / 24 for k in range(1, 25)}
            # Where one purse is just used up.
            for voter, value in utilities[name].items():
                level = purses[voter] / value
                met = sum([min(purses[v], level * u) for v, u in utilities[name].items()])
                parts.add(min(met / project.cost, highest))
            for part in sorted(parts.difference([0])):
                value_and_rho = value_of_part(project, part, purses, utilities[name])
                assert value_and_rho is not None
                offers.append(
                    (value_and_rho[0], project.cost, -len(utilities[name]), name, -part, value_and_rho[1])
                )
        best = min(offers)
        assert (best[3], best[5]) == (found.project, found.price)
        for voter, value in utilities[found.project].items():
            purses[voter] = max(Fraction(0), purses[voter] - best[5] * value)
        left -= open_.pop(found.project).cost
    for name, project in open_.items():
        assert project.cost > left or not sum([purses[voter] for voter in utilities[name]])


@examples(300)
@given(approval_elections(least_cost=0), st.sampled_from([Utility.COST, Utility.CARDINALITY]))
def test_no_part_of_a_project_is_a_better_buy_than_what_was_bought(
    election: Election, utility: Utility
) -> None:
    check_by_definition(election, utility)


@examples(200)
@given(point_elections())
def test_nor_with_points(election: Election) -> None:
    check_by_definition(election, Utility.POINTS)


@examples(300)
@given(approval_elections(least_cost=0), st.randoms(use_true_random=False))
def test_nobody_overdraws_and_payments_never_exceed_the_cost(election: Election, random: Random) -> None:
    outcome = count(election, some_bylaw(random, rule=BOS))
    costs = {project.id: project.cost for project in election.projects}
    assert outcome.spent == sum([costs[name] for name in outcome.winners]) <= election.budget
    spent: dict[str, Fraction] = {}
    for found in outcome.rounds:
        paid = payments_by_voter(election, outcome, found.project)
        full = sum([payment.amount * payment.payers for payment in found.payments])
        assert sum(paid.values()) == full + found.partial_paid <= costs[found.project]
        assert found.payers == sum([amount > 0 for amount in paid.values()])
        for voter, amount in paid.items():
            spent[voter] = spent.get(voter, Fraction(0)) + amount
    assert all(amount <= (outcome.endowment or 0) for amount in spent.values())


def test_the_order_of_projects_and_ballots_changes_nothing() -> None:
    random = Random(11)
    for _ in range(400):
        election, bylaw = small_election(random), some_bylaw(random, rule=BOS)
        options, ballots = list(election.projects), list(election.ballots)
        random.shuffle(options)
        random.shuffle(ballots)
        assert (
            count(Election(election.meta, options, ballots), bylaw).to_json()
            == count(election, bylaw).to_json()
        )


def test_what_was_missing_is_what_a_count_of_the_changed_election_finds() -> None:
    random = Random(12)
    seen = set()
    for _ in range(150):
        election, bylaw = small_election(random), some_bylaw(random, rule=BOS)
        found = PlainCount(election, bylaw)
        for loser in explained(election, bylaw).not_funded:
            seen.add(loser.reason)
            number = found.standing.ids.index(loser.project)
            wins = [
                wins_again(found, found.standing.with_voters(number, n), number)
                for n in range(1, found.standing.voters + 1)
            ]
            if loser.reason is not Reason.TOO_DEAR:
                assert loser.votes_needed == (wins.index(True) + 1 if True in wins else None)
            cheaper = [c for c in range(1, 7) if c < found.standing.costs[number] and c <= election.budget]
            fits = [
                c for c in cheaper if wins_again(found, found.standing.with_cost(number, Fraction(c)), number)
            ]
            assert loser.cost_needed == max(fits, default=None)
            assert loser.lost_in_round is None
    assert seen == set(Reason).difference([Reason.CEILING])


@pytest.mark.untraced
def test_one_replay_says_what_halving_over_whole_counts_says() -> None:
    """With points and odd costs too; and more voters and lower costs never hurt, whole count by whole count."""
    wanted = 0
    for seed in range(400):
        election, bylaw = generated(seed)
        found = PlainCount(election, replace(bylaw, rule=BOS))
        standing = found.standing
        for project in set(range(len(standing.ids))).difference(found.tally.chosen):
            wins = [
                wins_again(found, standing.with_voters(project, more), project)
                for more in range(1, standing.voters + 1)
            ]
            assert wins == sorted(wins), seed
            assert found.votes_needed(project) == (wins.index(True) + 1 if any(wins) else None), seed
            dearest = min(ceil(standing.costs[project]) - 1, floor(standing.budget))
            fits = [
                wins_again(found, standing.with_cost(project, Fraction(dearest - less)), project)
                for less in range(dearest)
            ]
            assert fits == sorted(fits), seed
            assert found.cost_needed(project) == (dearest - fits.index(True) if any(fits) else None), seed
            wanted += any(wins) + any(fits)
    assert wanted > 500


def hall() -> Election:
    projects = [Project("hall", Fraction(800)), Project("benches", Fraction(100))]
    ballots = [Ballot("Ada", ("hall",)), Ballot("Ben", ("hall",)), Ballot("Cor", ("benches",))]
    return Election.make(budget=900, form=BallotForm.APPROVAL, projects=projects, ballots=ballots)


def test_the_page_says_what_the_library_finds() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"
    ]
    outcome = count(hall(), ByLaw(BOS))
    assert [row[0] for row in rows[2:]] == list(outcome.winners) == ["hall", "benches"]
    for row, found in zip(rows[2:], outcome.rounds, strict=True):
        name, cost, supporters, payment, alpha, rho, value = row
        assert (Fraction(cost), Fraction(rho)) == (hall().project(name).cost, found.price)
        assert Fraction(rho) == Fraction(payment) / Fraction(alpha) / Fraction(cost)
        assert Fraction(value) == Fraction(rho) / Fraction(alpha)
        paid = payments_by_voter(hall(), outcome, name)
        assert set(paid) == set(supporters.split(", "))
        assert set(paid.values()) == {Fraction(payment)}
    assert all(found.phase is Phase.OVERSPENDING for found in outcome.rounds)
    alone = count(hall(), ByLaw())
    assert (alone.winners, alone.budget - alone.spent) == (("benches",), 800)
    assert priceability(hall(), outcome) is None, "who pays a part pays no price"


@pytest.mark.parametrize(
    ("cost", "alpha", "charge"), [(12, Fraction(1), 9), (13, Fraction(12, 13), Fraction(39, 4))]
)
def test_of_equal_parts_of_one_project_the_largest_counts(
    cost: int, alpha: Fraction, charge: Fraction
) -> None:
    # Purses of 1, 1, 1 and 9: at y = 1 they bring 4, at y = 9 they bring 12, and 1 / 4² = 9 / 12².
    election = approval(99, [cost, 1, 1, 1], ["9", "9 10", "9 b", "9 a"])
    supports = Supports.of(election, Utility.CARDINALITY)
    offer = best_offer(supports, [Fraction(1), Fraction(1), Fraction(1), Fraction(9)], 0)
    assert offer == (Fraction(cost**2, 16), alpha, charge)


def test_the_rest_goes_by_votes_where_the_bylaw_says_so() -> None:
    election = approval(9, [3, 4], ["9"])
    assert count(election, ByLaw(BOS)).winners == ("9",)
    for completion in (Completion.GREEDY, Completion.ADD1U):
        filled = count(election, ByLaw(BOS, completion=completion))
        assert [found.phase for found in filled.rounds] == [Phase.OVERSPENDING, Phase.GREEDY]
    assert count(approval(5, [9], []), ByLaw(BOS)).winners == ()


def test_equal_offers_fall_to_the_named_order_and_are_listed() -> None:
    election = approval(4, [2, 2, 2], ["9 10 b"] * 2)
    outcome = count(election, ByLaw(BOS, ties=Ties.ID))
    assert outcome.winners == ("10", "9")
    assert [found.tied for found in outcome.rounds] == [("9", "b"), ("b",)]


def test_the_fast_engine_leaves_it_to_the_plain_one() -> None:
    with pytest.raises(TooFine, match="bounded overspending"):
        FastCount(hall(), ByLaw(BOS))
