"""Certificates are checked on outcomes that are fair, and on ones that were spoiled by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Priceability,
    Project,
    Rule,
    Ties,
    Utility,
    count,
    group_shares,
    priceability,
    proportionality,
    theme_shares,
)
from tests.examples_count import examples

from .elections import approval, approval_elections, point_elections

BY_VOTERS = st.builds(
    ByLaw,
    rule=st.sampled_from([Rule.EQUAL_SHARES, Rule.PHRAGMEN]),
    utility=st.sampled_from([Utility.COST, Utility.CARDINALITY]),
    completion=st.sampled_from(list(Completion)),
    ties=st.sampled_from(list(Ties)),
)


@examples(300)
@given(approval_elections(least_cost=0), BY_VOTERS)
def test_what_voters_bought_is_a_price_system(election: Election, bylaw: ByLaw) -> None:
    found = priceability(election, count(election, bylaw))
    assert found is not None
    assert found.holds, found


@examples(150)
@given(point_elections(), st.sampled_from(list(Completion)))
def test_so_it_is_with_points(election: Election, completion: Completion) -> None:
    found = priceability(election, count(election, ByLaw(utility=Utility.POINTS, completion=completion)))
    assert found is not None
    assert found.holds, found


def test_a_spoiled_price_and_a_forgotten_purchase_are_found() -> None:
    election = approval(12, [6, 6], ["9", "9 10", "10"])
    outcome = count(election, ByLaw(ties=Ties.ID))
    assert outcome.winners == ("10",)
    wrong = replace(outcome.rounds[0], price=Fraction(1, 3))
    assert priceability(election, replace(outcome, rounds=(wrong,))) == Priceability(
        holds=False, failing="10"
    )
    assert priceability(election, replace(outcome, rounds=())) == Priceability(holds=False, failing="9")
    assert priceability(election, count(election, ByLaw(Rule.GREEDY))) is None
    assert priceability(election, count(election, ByLaw(Rule.OVERSPENDING))) is None
    assert outcome.payments == {"10": outcome.rounds[0].payments}
    found = priceability(election, outcome)
    assert found is not None
    assert found.to_json() == {"holds": True, "failing": None}


def neglected(election: Election, winners: tuple[str, ...]) -> set[str]:
    """By the definition: some group of supporters, each with less than its part even with the project."""
    costs = {project.id: project.cost for project in election.projects}
    voters, found = len(election.ballots), set()
    for project in election.projects:
        got = sorted(
            sum((costs[choice] for choice in ballot.choices if choice in winners), Fraction(0))
            for ballot in election.ballots
            if project.id in ballot.choices
        )
        for size, worst_off in enumerate(got, start=1):
            if project.id not in winners and worst_off + project.cost < size * election.budget / voters:
                found.add(project.id)
    return found


@examples(400)
@given(approval_elections(least_cost=0, dearest=12), st.sampled_from(list(Rule)))
def test_neglect_is_found_where_the_definition_finds_it(election: Election, rule: Rule) -> None:
    outcome = count(election, ByLaw(rule))
    found = proportionality(election, outcome)
    assert {neglect.project for neglect in found.neglects} == neglected(election, outcome.winners)
    assert found.holds == (not found.neglects)
    for neglect in found.neglects:
        assert neglect.at_most < neglect.deserves


def test_greedy_neglects_a_minority_and_equal_shares_does_not() -> None:
    votes = ["9 10"] * 6 + ["b"] * 4
    election = approval(10, [5, 5, 3], votes)
    greedy = proportionality(election, count(election, ByLaw(Rule.GREEDY)))
    (neglect,) = greedy.neglects
    assert (neglect.project, neglect.voters, neglect.deserves, neglect.at_most) == ("b", 4, 4, 3)
    assert not greedy.holds
    assert greedy.to_json()["neglects"] == [neglect.to_json()]
    fair = count(election, ByLaw(completion=Completion.ADD1U))
    assert proportionality(election, fair).holds


def test_costs_too_fine_for_whole_numbers_are_refused() -> None:
    election = approval(Fraction(10**15), [Fraction(10**15), 1], ["9"] * 9)
    outcome = count(election, ByLaw(Rule.GREEDY))
    assert proportionality(election, outcome).holds
    fine = approval(Fraction(1, 2**40), [Fraction(10**9)] * 2, ["9", "10"])
    with pytest.raises(ValueError, match="too fine"):
        proportionality(fine, count(fine, ByLaw(Rule.GREEDY)))


def test_what_groups_of_voters_and_kinds_of_projects_got() -> None:
    election = approval(12, [6, 6, 4], ["9 10", "9", "b", "b 10", "", "b"])
    outcome = count(election, ByLaw(completion=Completion.ADD1, ties=Ties.COST))
    north, south = group_shares(election, outcome, ["N", "N", "S", "S", "S", "N"])
    assert (north.group, north.voters, south.group, south.voters) == ("N", 3, "S", 3)
    assert north.paid + south.paid == outcome.spent
    assert north.funded + south.funded == sum(
        choice in outcome.winners for ballot in election.ballots for choice in ballot.choices
    )
    green, grey = theme_shares(election, outcome, ["grey", "grey", "green"])
    assert (green.theme, green.projects, green.choices, grey.projects, grey.choices) == ("green", 1, 3, 2, 4)
    assert green.cost + grey.cost == outcome.spent
    assert green.funded + grey.funded == len(outcome.winners)
    nobody = group_shares(election, count(election, ByLaw(Rule.GREEDY)), ["N"] * 6)
    assert nobody[0].paid == 0
    phragmen = count(election, ByLaw(Rule.PHRAGMEN))
    paid = sum(found.paid for found in group_shares(election, phragmen, list("abcdef")))
    assert abs(paid - phragmen.spent) <= Fraction(3, 100), "cents are rounded for each group"


def test_points_count_as_naming_for_the_certificate() -> None:
    ballots = [Ballot("a", ("x",), (Fraction(2),)), Ballot("b", ("y",), (Fraction(0),))]
    election = Election.make(
        budget=4,
        form=BallotForm.CUMULATIVE,
        projects=[Project("x", Fraction(2)), Project("y", Fraction(1))],
        ballots=ballots,
    )
    outcome = count(election, ByLaw(utility=Utility.POINTS))
    assert outcome.winners == ("x",)
    assert [neglect.project for neglect in proportionality(election, outcome).neglects] == ["y"]
