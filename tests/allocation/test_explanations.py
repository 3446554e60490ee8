"""The explanations say what the counts say: each what-if is checked by counting a changed election."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import (
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Engine,
    Reason,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    compare,
    count,
    explained,
    satisfied_share,
    what_my_vote_did,
    why_funded,
)
from commonweal.allocation.plain.engine import PlainCount
from tests.examples_count import examples

from .elections import approval, approval_elections, point_elections
from .engines import wins_again

BYLAWS = st.builds(
    ByLaw,
    rule=st.sampled_from([*Rule, Rule.EQUAL_SHARES, Rule.EQUAL_SHARES, Rule.EQUAL_SHARES]),
    utility=st.sampled_from([Utility.COST, Utility.CARDINALITY]),
    completion=st.sampled_from([*Completion, Completion.ADD1, Completion.ADD1U]),
    ties=st.sampled_from(list(Ties)),
    start=st.sampled_from(list(Start)),
    step=st.sampled_from([Fraction(1), Fraction(1, 2)]),
    stop=st.sampled_from(list(Stop)),
)


def check_what_ifs(election: Election, bylaw: ByLaw) -> None:
    """Every number of more voters and every lower cost is tried with the same share, not only those near the answer."""
    found = explained(election, bylaw)
    plain = PlainCount(election, bylaw)
    numbers = {project.id: place for place, project in enumerate(election.projects)}
    assert [reason.project for reason in found.not_funded] == list(found.outcome.losers)
    for reason in found.not_funded:
        number, cost = numbers[reason.project], election.project(reason.project).cost
        more = range(1, len(election.ballots) + 1)
        enough = [k for k in more if wins_again(plain, plain.standing.with_voters(number, k), number)]
        assert enough == list(more[len(more) - len(enough) :]), "more voters never hurt"
        assert reason.votes_needed == (min(enough, default=None) if cost <= election.budget else None)
        costs = range(1, min(ceil(cost) - 1, int(election.budget)) + 1)
        cheap = [c for c in costs if wins_again(plain, plain.standing.with_cost(number, Fraction(c)), number)]
        assert cheap == list(costs[: len(cheap)]), "a lower cost never hurts"
        assert reason.cost_needed == max(cheap, default=None)
        assert reason.money_left + reason.missing >= cost or reason.reason is Reason.BUDGET


@examples(200)
@given(approval_elections(), BYLAWS)
def test_the_votes_and_the_cost_needed_are_what_counting_again_says(election: Election, bylaw: ByLaw) -> None:
    check_what_ifs(election, bylaw)


@examples(150)
@given(
    point_elections(),
    st.builds(
        ByLaw,
        rule=st.sampled_from([Rule.EQUAL_SHARES, Rule.GREEDY, Rule.GREEDY_PER_COST]),
        utility=st.just(Utility.POINTS),
        completion=st.sampled_from(list(Completion)),
        ties=st.sampled_from(list(Ties)),
    ),
)
def test_the_same_holds_with_points(election: Election, bylaw: ByLaw) -> None:
    check_what_ifs(election, bylaw)


def larger_election() -> Election:
    """120 voters, 9 projects, shares that are raised some fifty times before the budget is used up."""
    names = ["9", "10", "b", "a", "c1", "c10", "z"]
    votes = []
    for voter in range(120):
        named = [
            name for place, name in enumerate(names) if (voter * 7 + place * place * 13) % (4 + place) < 2
        ]
        votes.append(" ".join(named))
    return approval(6000, [1500, 2100, 900, 3000, 650, 1333, 2500], votes)


@pytest.mark.parametrize("stop", list(Stop))
@pytest.mark.parametrize("start", list(Start))
@pytest.mark.parametrize("utility", [Utility.COST, Utility.CARDINALITY])
def test_with_many_voters_both_engines_explain_the_same(utility: Utility, start: Start, stop: Stop) -> None:
    bylaw = ByLaw(Rule.EQUAL_SHARES, utility, Completion.ADD1U, Ties.VOTES, start, Fraction(1), stop)
    found = explained(larger_election(), bylaw)
    assert found == explained(larger_election(), bylaw, engine=Engine.PLAIN)
    assert found.not_funded
    assert all(reason.cost_needed for reason in found.not_funded)


@pytest.mark.parametrize("rule", list(Rule))
def test_no_number_of_votes_up_to_the_number_of_voters_is_none(rule: Rule) -> None:
    # As many more voters as there were give "10" the same five: with ids deciding, it wins the tie.
    tied = explained(approval(9, [9, 9], ["9"] * 5), ByLaw(rule, ties=Ties.ID))
    assert tied.not_funded[0].votes_needed == 5
    # "9" costs less, so it wins the tie, and then the budget has nothing for "10". Shares are another matter: the new
    # voters bring their own.
    first = explained(approval(10, [9, 10], ["9"] * 5), ByLaw(rule, ties=Ties.COST))
    assert first.not_funded[0].votes_needed == (5 if rule is Rule.EQUAL_SHARES else None)


def test_the_round_is_named_after_which_the_supporters_no_longer_had_the_cost() -> None:
    election = approval(12, [6, 6, 6, 9], ["9", "9 10", "10", "b"])
    found = {reason.project: reason for reason in explained(election, ByLaw(ties=Ties.ID)).not_funded}
    assert found["9"].lost_in_round == 1, "whose supporter paid for 10"
    assert found["b"].lost_in_round == 0, "who never had it"
    assert {r.lost_in_round for r in explained(election, ByLaw(Rule.PHRAGMEN)).not_funded} == {None}


def test_why_a_project_was_funded_is_read_from_its_round() -> None:
    election = approval(12, [6, 6, 6], ["9", "9 10", "10", "b"])
    outcome = count(election, ByLaw(Rule.EQUAL_SHARES, completion=Completion.GREEDY, ties=Ties.ID))
    first, filled = [why_funded(found) for found in outcome.rounds]
    assert (first.project, first.order, first.supporters, first.payers) == ("10", 1, 2, 2)
    assert (first.full_min, first.full_max, first.price) == (3, 3, Fraction(1, 2))
    assert (first.partial_payers, first.partial_paid) == (0, 0)
    assert first.to_json()["price"] == "1/2"
    assert (filled.project, filled.phase.value, filled.full_min, filled.payers) == ("9", "greedy", None, 0)


def test_who_had_less_than_the_price_is_told_apart() -> None:
    election = approval(20, [9, 9], ["10", "10", "10 9", "9", "9"])
    first, second = explained(election, ByLaw(ties=Ties.ID)).funded
    assert (first.project, first.full_max, first.partial_payers) == ("10", 3, 0)
    assert (second.project, second.full_max, second.payers) == ("9", 4, 3)
    assert (second.partial_payers, second.partial_paid) == (1, 1)


@pytest.mark.parametrize(
    ("bylaw", "project", "reason", "left", "missing"),
    [
        (ByLaw(Rule.GREEDY), "10", Reason.BUDGET, 4, 2),
        (ByLaw(Rule.GREEDY), "b", Reason.TOO_DEAR, 4, 7),
        (ByLaw(Rule.EQUAL_SHARES), "10", Reason.SUPPORTERS, 4, 2),
        (ByLaw(Rule.EQUAL_SHARES), "a", Reason.NOBODY, 0, 5),
        (ByLaw(Rule.PHRAGMEN), "10", Reason.BUDGET, 6, 0),
        (ByLaw(Rule.PHRAGMEN), "a", Reason.NOBODY, 0, 5),
    ],
)
@pytest.mark.parametrize("engine", list(Engine))
def test_why_not_names_what_was_missing(
    engine: Engine, bylaw: ByLaw, project: str, reason: Reason, left: int, missing: int
) -> None:
    election = approval(10, [6, 6, 11, 5], ["9", "9", "9", "10", "10"])
    (found,) = [
        each for each in explained(election, bylaw, engine=engine).not_funded if each.project == project
    ]
    assert (found.reason, found.money_left, found.missing) == (reason, left, missing)
    assert found.to_json()["missing"] == missing


def test_what_my_vote_did_adds_up_for_every_voter() -> None:
    election = approval(10, [6, 4, 6], ["9", "9 10", "10 b", "", "b"])
    for bylaw in (ByLaw(Rule.EQUAL_SHARES, completion=Completion.ADD1U), ByLaw(Rule.PHRAGMEN)):
        outcome = count(election, bylaw)
        paid: dict[str, Fraction] = {}
        for ballot in election.ballots:
            result = what_my_vote_did(election, outcome, ballot)
            assert [choice.project for choice in result.choices] == list(ballot.choices)
            assert outcome.endowment is not None
            assert result.left is not None
            assert result.left == outcome.endowment - sum(choice.paid for choice in result.choices)
            for choice in result.choices:
                assert choice.funded == (choice.project in outcome.winners)
                paid[choice.project] = paid.get(choice.project, Fraction(0)) + choice.paid
        for found in outcome.rounds:
            full = sum(payment.amount * payment.payers for payment in found.payments)
            assert paid[found.project] == full + found.partial_paid


def test_with_greedy_nobody_pays() -> None:
    election = approval(6, [6], ["9"])
    result = what_my_vote_did(election, count(election, ByLaw(Rule.GREEDY)), election.ballots[0])
    assert result.left is None
    assert result.choices[0].funded
    assert result.choices[0].paid == 0


@examples(150)
@given(st.one_of(approval_elections(), point_elections(BallotForm.SCORING)), BYLAWS)
def test_what_every_vote_did_reproduces_the_costs(election: Election, bylaw: ByLaw) -> None:
    outcome = count(election, bylaw)
    results = [what_my_vote_did(election, outcome, ballot) for ballot in election.ballots]
    for found in outcome.rounds:
        paid = sum(choice.paid for r in results for choice in r.choices if choice.project == found.project)
        full = sum(payment.amount * payment.payers for payment in found.payments)
        assert paid == full + found.partial_paid
        if bylaw.rule is not Rule.OVERSPENDING:
            assert paid == (0 if found.price is None else election.project(found.project).cost)


def test_satisfied_voters_and_two_outcomes_side_by_side() -> None:
    election = approval(6, [6, 3, 3], ["9", "9", "9 10", "10", "b", ""])
    a = count(election, ByLaw(Rule.GREEDY))
    b = count(election, ByLaw(Rule.GREEDY_PER_COST))
    assert a.winners == ("9",)
    assert sorted(b.winners) == ["10", "b"]
    assert satisfied_share(election, a.winners) == (3, 6)
    side = compare(a, b, election)
    assert (side.both, side.only_a, side.only_b) == ((), ("9",), ("10", "b"))
    assert (side.some_a, side.some_b) == (3, 3)
    assert (side.prefer_a, side.prefer_b, side.indifferent) == (2, 2, 2)
    assert (side.nothing_a, side.nothing_b) == (3, 3)
    assert (side.spent_a, side.spent_b) == (6, 6)
    assert side.to_json()["only_b"] == ["10", "b"]


def test_progress_is_told_while_explaining() -> None:
    said: list[str] = []
    election = approval(10, [6, 6], ["9", "9", "10"])
    explained(election, ByLaw(), lambda what, _done, _total: said.append(what))
    assert said == ["explaining projects"]
