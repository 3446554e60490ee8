"""The explanations say what the counts say: each what-if is checked by counting a changed election."""

from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Reason,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    compare,
    count,
    counterfactual,
    explain_all,
    satisfied_share,
    what_my_vote_did,
    why_funded,
    why_not,
)
from commonweal.allocation.count import select, supports_for
from commonweal.allocation.counterfactual import Recount
from commonweal.allocation.equal_shares import Market, projects_bought, rounds
from commonweal.allocation.raised import RaisedShares, VoterLimits, survey
from commonweal.allocation.supports import Supports

from .elections import approval, approval_elections, point_elections

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


def with_more_voters(election: Election, project_id: str, more: int) -> Election:
    """The election with `more` voters who name this project only, as strongly as anyone names any."""
    points = None
    if election.form.has_points:
        given_points = [value for ballot in election.ballots for value in ballot.points or () if value > 0]
        points = (max(given_points, default=Fraction(1)),)
    new = [Ballot(f"more{number}", (project_id,), points) for number in range(more)]
    return election.with_ballots([*election.ballots, *new])


def at_cost(election: Election, project_id: str, cost: int) -> Election:
    changed = [replace(p, cost=Fraction(cost)) if p.id == project_id else p for p in election.projects]
    return election.with_projects(changed)


def wins(election: Election, bylaw: ByLaw, project_id: str) -> bool:
    return project_id in count(election, bylaw).winners


def wins_with_voters(election: Election, bylaw: ByLaw, project_id: str, more: int) -> bool:
    return wins(with_more_voters(election, project_id, more), bylaw, project_id)


def wins_at_cost(election: Election, bylaw: ByLaw, project_id: str, cost: int) -> bool:
    return wins(at_cost(election, project_id, cost), bylaw, project_id)


def check_what_ifs(election: Election, bylaw: ByLaw) -> None:
    outcome = count(election, bylaw)
    _, not_funded = explain_all(election, outcome)
    assert [found.project for found in not_funded] == list(outcome.losers)
    most = len(election.ballots)
    for found in not_funded:
        tried = range(1, most + 1)
        expected = next(
            (k for k in tried if wins_with_voters(election, bylaw, found.project, k)),
            None,
        )
        assert found.votes_needed == expected
        cost = election.project(found.project).cost
        costs = range(ceil(cost) - 1, 0, -1)
        cheap = next((c for c in costs if wins_at_cost(election, bylaw, found.project, c)), None)
        assert found.cost_needed == cheap
        assert found.money_left + found.missing >= cost or found.reason is Reason.BUDGET


@settings(max_examples=200, deadline=None)
@given(approval_elections(), BYLAWS)
def test_the_votes_and_the_cost_needed_are_what_counting_again_says(election: Election, bylaw: ByLaw) -> None:
    check_what_ifs(election, bylaw)


@settings(max_examples=150, deadline=None)
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


RAISED = [
    ByLaw(Rule.EQUAL_SHARES, utility, Completion.ADD1U, Ties.VOTES, start, Fraction(1), stop)
    for utility in (Utility.COST, Utility.CARDINALITY)
    for start in Start
    for stop in Stop
]


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


@pytest.mark.parametrize("bylaw", RAISED)
def test_with_many_voters_the_answers_are_boundaries_between_losing_and_winning(bylaw: ByLaw) -> None:
    election = larger_election()
    _, not_funded = explain_all(election, count(election, bylaw))
    assert not_funded
    for found in not_funded:
        if found.votes_needed is not None:
            assert wins_with_voters(election, bylaw, found.project, found.votes_needed)
            assert not wins_with_voters(election, bylaw, found.project, found.votes_needed - 1)
        assert found.cost_needed is not None
        assert wins_at_cost(election, bylaw, found.project, found.cost_needed)
        assert not wins_at_cost(election, bylaw, found.project, found.cost_needed + 1)


def check_recounts(election: Election, bylaw: ByLaw) -> None:
    """What is remembered about raised shares answers like a count, at every number."""
    supports = supports_for(election, bylaw)
    selection = select(supports, bylaw)
    raised = RaisedShares(supports, bylaw, supports.places(bylaw.ties))
    for project in set(range(len(supports.ids))).difference(selection.bought):
        for more in range(1, len(election.ballots) + 1):
            changed = supports.with_voters(project, more)
            assert raised.with_voters(changed, project, more) == select(changed, bylaw).bought
        for cost in range(int(supports.costs[project]) + 2):
            changed = supports.with_cost(project, Fraction(cost))
            assert raised.with_cost(changed, project, Fraction(cost)) == select(changed, bylaw).bought


RAISING = st.builds(
    ByLaw,
    rule=st.just(Rule.EQUAL_SHARES),
    utility=st.sampled_from([Utility.COST, Utility.CARDINALITY]),
    completion=st.just(Completion.ADD1),
    ties=st.sampled_from(list(Ties)),
    start=st.sampled_from(list(Start)),
    step=st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(5)]),
    stop=st.sampled_from(list(Stop)),
)


@settings(max_examples=150, deadline=None)
@given(approval_elections(dearest=25, richest=60), RAISING)
def test_what_is_remembered_about_raised_shares_answers_like_a_count(
    election: Election, bylaw: ByLaw
) -> None:
    check_recounts(election, bylaw)


@settings(max_examples=80, deadline=None)
@given(point_elections(dearest=25, richest=60), RAISING)
def test_what_is_remembered_answers_like_a_count_with_points(election: Election, bylaw: ByLaw) -> None:
    check_recounts(election, replace(bylaw, utility=Utility.POINTS))


@settings(max_examples=150, deadline=None)
@given(approval_elections(dearest=25, richest=60), RAISING)
def test_leaps_end_at_a_boundary_too(election: Election, bylaw: ByLaw) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counterfactual, "TRIED_IN_TURN", 0)
        _, not_funded = explain_all(election, count(election, bylaw))
    for found in not_funded:
        if found.votes_needed is not None:
            assert wins_with_voters(election, bylaw, found.project, found.votes_needed)
            assert not wins_with_voters(election, bylaw, found.project, found.votes_needed - 1)
        elif election.project(found.project).cost <= election.budget:
            assert not wins_with_voters(election, bylaw, found.project, len(election.ballots))


@settings(max_examples=250, deadline=None)
@given(
    approval_elections(dearest=25, richest=60),
    st.sampled_from([Utility.COST, Utility.CARDINALITY]),
    st.integers(1, 30),
    st.integers(1, 12),
    st.fractions(0, 1, max_denominator=7),
)
@example(
    # Two winners change places between a share of 5 and one of 7, and no loser is near.
    approval(50, [8, 4, 1, 18], ["b 10", "a", "10 9 a", "b a 9", "9 a 10"]),
    Utility.COST,
    5,
    2,
    Fraction(6, 7),
)
def test_a_range_of_shares_said_to_buy_the_same_does(
    election: Election, utility: Utility, low: int, width: int, part: Fraction
) -> None:
    supports = supports_for(election, ByLaw(utility=utility))
    places = supports.places(Ties.VOTES)
    market = Market(supports, Fraction(low))
    purchases = []
    for project, rho in rounds(market, places):
        market.buy(project)
        purchases.append((project, rho))
    high = Fraction(low + width)
    known = survey(supports, purchases, high, VoterLimits(supports, high), is_range=True)
    if known is not None:
        assert projects_bought(supports, low + part * width, places) == known.bought


@pytest.mark.parametrize("guess", ["always", "never", "late"])
def test_a_guess_that_is_wrong_never_becomes_an_answer(guess: str, monkeypatch: pytest.MonkeyPatch) -> None:
    election, bylaw = larger_election(), replace(RAISED[0], completion=Completion.ADD1)
    outcome = count(election, bylaw)
    honest = explain_all(election, outcome)

    def wrong(_self: RaisedShares, changed: Supports, project: int) -> list[int]:
        late = changed.voters >= len(election.ballots) + 95 or changed.costs[project] <= 100
        return [project] if guess == "always" or (guess == "late" and late) else []

    monkeypatch.setattr(RaisedShares, "guess", wrong)
    assert explain_all(election, outcome) == honest


def test_doubling_and_halving_finds_the_first_number_that_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    election = approval(9, [4, 5, 9], ["9"] * 3 + ["10"] * 4 + ["b"])
    monkeypatch.setattr(counterfactual, "TRIED_IN_TURN", 0)
    bylaw = ByLaw(Rule.GREEDY)
    found = why_not(election, count(election, bylaw), "b")
    assert found.votes_needed == 4
    assert not wins_with_voters(election, bylaw, "b", 3)


def test_no_number_of_votes_up_to_the_number_of_voters_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    election = approval(9, [9, 9], ["9"] * 5)
    bylaw = ByLaw(Rule.GREEDY, ties=Ties.ID, utility=Utility.COST)
    # "10" wins ties by id: five more votes make five each.
    assert why_not(election, count(election, bylaw), "10").votes_needed == 5
    monkeypatch.setattr(counterfactual, "TRIED_IN_TURN", 0)
    assert why_not(election, count(election, bylaw), "10").votes_needed == 5
    by_votes = ByLaw(Rule.EQUAL_SHARES, Utility.COST)
    assert why_not(election, count(election, by_votes), "10").votes_needed is None


def test_why_a_project_was_funded_is_read_from_its_round() -> None:
    election = approval(12, [6, 6, 6], ["9", "9 10", "10", "b"])
    outcome = count(election, ByLaw(Rule.EQUAL_SHARES, completion=Completion.GREEDY, ties=Ties.ID))
    first = why_funded(election, outcome, "10")
    assert (first.order, first.supporters, first.payers) == (1, 2, 2)
    assert (first.paid_min, first.paid_max, first.price) == (3, 3, Fraction(1, 2))
    assert first.to_json()["price"] == "1/2"
    filled = why_funded(election, outcome, "9")
    assert (filled.phase.value, filled.paid_min, filled.payers) == ("greedy", None, 0)
    with pytest.raises(KeyError):
        why_funded(election, outcome, "b")
    with pytest.raises(KeyError):
        why_funded(election, outcome, "nothing")
    with pytest.raises(KeyError):
        why_not(election, outcome, "9")


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
def test_why_not_names_what_was_missing(
    bylaw: ByLaw, project: str, reason: Reason, left: int, missing: int
) -> None:
    election = approval(10, [6, 6, 11, 5], ["9", "9", "9", "10", "10"])
    found = why_not(election, count(election, bylaw), project, what_if=False)
    assert (found.reason, found.money_left, found.missing) == (reason, left, missing)
    assert found.votes_needed is None
    assert found.cost_needed is None
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
            assert paid[found.project] == sum(p.amount * p.payers for p in found.payments)


def test_with_greedy_nobody_pays() -> None:
    election = approval(6, [6], ["9"])
    result = what_my_vote_did(election, count(election, ByLaw(Rule.GREEDY)), election.ballots[0])
    assert result.left is None
    assert result.choices[0].funded
    assert result.choices[0].paid == 0


@settings(max_examples=150, deadline=None)
@given(st.one_of(approval_elections(), point_elections(BallotForm.SCORING)), BYLAWS)
def test_what_every_vote_did_reproduces_the_costs(election: Election, bylaw: ByLaw) -> None:
    outcome = count(election, bylaw)
    results = [what_my_vote_did(election, outcome, ballot) for ballot in election.ballots]
    for found in outcome.rounds:
        paid = sum(choice.paid for r in results for choice in r.choices if choice.project == found.project)
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
    assert (side.spent_a, side.spent_b) == (6, 6)


def test_progress_is_told_while_explaining() -> None:
    said: list[str] = []
    election = approval(10, [6, 6], ["9", "9", "10"])
    explain_all(election, count(election, ByLaw()), progress=lambda what, _done, _total: said.append(what))
    assert set(said) == {"explaining projects", "trying additional voters", "trying lower costs"}


def test_a_recount_can_be_shared_between_questions() -> None:
    election = approval(10, [6, 6], ["9", "9", "10"])
    outcome = count(election, ByLaw(completion=Completion.ADD1))
    recount = Recount(supports_for(election, outcome.bylaw), outcome.bylaw)
    assert why_not(election, outcome, "10", recount=recount) == why_not(election, outcome, "10")
