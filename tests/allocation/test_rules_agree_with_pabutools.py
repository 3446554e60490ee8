"""The same winners as pabutools 1.2.3 with exact fractions, wherever both define the same rule."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pabutools import fractions as their_fractions
from pabutools.election import Additive_Cardinal_Sat, Cardinality_Sat, Cost_Sat
from pabutools.fractions import frac
from pabutools.rules import (
    completion_by_rule_combination,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
    sequential_phragmen,
)
from pabutools.tiebreaking import TieBreakingRule

from commonweal.allocation import BallotForm, ByLaw, Completion, Election, Rule, Ties, Utility, count
from tests.examples_count import examples

from .elections import approval_elections, as_pabutools, point_elections

assert their_fractions.FRACTION == their_fractions.GMPY_FRAC

SATISFACTION = {
    Utility.COST: Cost_Sat,
    Utility.CARDINALITY: Cardinality_Sat,
    Utility.POINTS: Additive_Cardinal_Sat,
}
TIES = st.sampled_from(list(Ties))
APPROVAL_UTILITIES = st.sampled_from([Utility.COST, Utility.CARDINALITY])


def their_ties(election: Election, ties: Ties, utility: Utility) -> TieBreakingRule:
    """The named order for pabutools, written from the definition: not with the library's own order."""
    votes = {project.id: 0 for project in election.projects}
    for ballot in election.ballots:
        values = ballot.points if utility is Utility.POINTS and ballot.points else [1] * len(ballot.choices)
        for choice, value in zip(ballot.choices, values, strict=True):
            votes[choice] += value > 0
    keys: dict[Ties, Callable[[Any], Any]] = {
        Ties.VOTES: lambda p: (-votes[p.name], Fraction(str(p.cost)), p.name),
        Ties.COST: lambda p: (Fraction(str(p.cost)), -votes[p.name], p.name),
        Ties.ID: lambda p: p.name,
    }
    return TieBreakingRule(lambda _instance, _profile, project: keys[ties](project))


def names(allocation: Any) -> list[str]:
    return [project.name for project in allocation]


@examples(250)
@given(approval_elections(), TIES)
def test_greedy_by_votes_selects_what_pabutools_selects_in_the_same_order(
    election: Election, ties: Ties
) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, Utility.COST)
    theirs = greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat, tie_breaking=order)
    assert list(count(election, ByLaw(Rule.GREEDY, Utility.COST, ties=ties)).winners) == names(theirs)


@examples(250)
@given(approval_elections(), TIES, st.sampled_from([Utility.COST, Utility.CARDINALITY]))
def test_greedy_per_cost_is_the_cardinality_greedy_of_pabutools(
    election: Election, ties: Ties, utility: Utility
) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, utility)
    theirs = greedy_utilitarian_welfare(instance, profile, sat_class=Cardinality_Sat, tie_breaking=order)
    assert list(count(election, ByLaw(Rule.GREEDY_PER_COST, utility, ties=ties)).winners) == names(theirs)
    by_utility = ByLaw(Rule.GREEDY, Utility.CARDINALITY, ties=ties)
    assert list(count(election, by_utility).winners) == names(theirs)


@examples(200)
@given(point_elections(), TIES)
def test_greedy_per_cost_by_points_selects_what_pabutools_selects(election: Election, ties: Ties) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, Utility.POINTS)
    theirs = greedy_utilitarian_welfare(
        instance, profile, sat_class=Additive_Cardinal_Sat, tie_breaking=order
    )
    mine = count(election, ByLaw(Rule.GREEDY_PER_COST, Utility.POINTS, ties=ties))
    assert list(mine.winners) == names(theirs)


@examples(200)
@given(approval_elections(), TIES, APPROVAL_UTILITIES)
def test_equal_shares_selects_what_pabutools_selects_in_the_same_order(
    election: Election, ties: Ties, utility: Utility
) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, utility)
    theirs = method_of_equal_shares(instance, profile, sat_class=SATISFACTION[utility], tie_breaking=order)
    mine = count(election, ByLaw(Rule.EQUAL_SHARES, utility, Completion.NONE, ties))
    assert list(mine.winners) == names(theirs)


@examples(200)
@given(st.one_of(point_elections(), point_elections(BallotForm.SCORING, least_points=-2)), TIES)
def test_equal_shares_with_points_selects_what_pabutools_selects(election: Election, ties: Ties) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, Utility.POINTS)
    theirs = method_of_equal_shares(instance, profile, sat_class=Additive_Cardinal_Sat, tie_breaking=order)
    mine = count(election, ByLaw(Rule.EQUAL_SHARES, Utility.POINTS, Completion.NONE, ties))
    assert list(mine.winners) == names(theirs)


@examples(200)
@given(point_elections(), TIES, APPROVAL_UTILITIES)
def test_points_are_read_as_approvals_as_pabutools_reads_them(
    election: Election, ties: Ties, utility: Utility
) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, utility)
    theirs = method_of_equal_shares(instance, profile, sat_class=SATISFACTION[utility], tie_breaking=order)
    mine = count(election, ByLaw(Rule.EQUAL_SHARES, utility, Completion.NONE, ties))
    assert list(mine.winners) == names(theirs)


@examples(250)
@given(
    approval_elections(),
    TIES,
    APPROVAL_UTILITIES,
    st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(2)]),
)
def test_raising_the_shares_ends_where_pabutools_ends(
    election: Election, ties: Ties, utility: Utility, step: Fraction
) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, utility)
    shares = {"sat_class": SATISFACTION[utility], "tie_breaking": order, "voter_budget_increment": frac(step)}
    theirs = method_of_equal_shares(instance, profile, **shares)
    mine = count(election, ByLaw(Rule.EQUAL_SHARES, utility, Completion.ADD1, ties, step=step))
    assert list(mine.winners) == names(theirs)
    filling = {"sat_class": Cost_Sat, "tie_breaking": their_ties(election, ties, Utility.COST)}
    rules = [method_of_equal_shares, greedy_utilitarian_welfare]
    filled = completion_by_rule_combination(instance, profile, rules, [shares, filling])
    mine = count(election, ByLaw(Rule.EQUAL_SHARES, utility, Completion.ADD1U, ties, step=step))
    assert list(mine.winners) == names(filled)


@examples(200)
@given(approval_elections(), TIES, APPROVAL_UTILITIES)
def test_greedy_completion_takes_what_pabutools_takes(
    election: Election, ties: Ties, utility: Utility
) -> None:
    instance, profile = as_pabutools(election)
    shares = {"sat_class": SATISFACTION[utility], "tie_breaking": their_ties(election, ties, utility)}
    filling = {"sat_class": Cost_Sat, "tie_breaking": their_ties(election, ties, Utility.COST)}
    rules = [method_of_equal_shares, greedy_utilitarian_welfare]
    filled = completion_by_rule_combination(instance, profile, rules, [shares, filling])
    mine = count(election, ByLaw(Rule.EQUAL_SHARES, utility, Completion.GREEDY, ties))
    assert list(mine.winners) == names(filled)


@examples(250)
@given(approval_elections(), TIES)
def test_phragmen_selects_what_pabutools_selects(election: Election, ties: Ties) -> None:
    instance, profile = as_pabutools(election)
    order = their_ties(election, ties, Utility.CARDINALITY)
    theirs = sequential_phragmen(instance, profile, tie_breaking=order)
    mine = count(election, ByLaw(Rule.PHRAGMEN, Utility.CARDINALITY, ties=ties))
    assert sorted(mine.winners) == sorted(names(theirs))
