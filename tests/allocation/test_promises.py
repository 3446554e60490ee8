"""What each rule promises, checked on small elections with many ties and against the definitions."""

from fractions import Fraction
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
    Engine,
    Outcome,
    Phase,
    Project,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    UtilityError,
    count,
    payments_by_voter,
)
from commonweal.allocation.plain.equal_shares import Market
from tests.examples_count import examples

from .elections import approval, approval_elections, point_elections, projects

BYLAWS = st.builds(
    ByLaw,
    rule=st.sampled_from(list(Rule)),
    utility=st.sampled_from([Utility.COST, Utility.CARDINALITY]),
    completion=st.sampled_from(list(Completion)),
    ties=st.sampled_from(list(Ties)),
    start=st.sampled_from(list(Start)),
    step=st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3)]),
    stop=st.sampled_from(list(Stop)),
)
POINT_BYLAWS = st.builds(
    ByLaw,
    rule=st.sampled_from(list(Rule)),
    utility=st.sampled_from(list(Utility)),
    completion=st.sampled_from(list(Completion)),
    ties=st.sampled_from(list(Ties)),
    start=st.sampled_from(list(Start)),
    stop=st.sampled_from(list(Stop)),
)


def utility_of(ballot: Ballot, project_id: str, cost: Fraction, utility: Utility) -> Fraction:
    """What a project is worth to a voter, from the definition."""
    if project_id not in ballot.choices:
        return Fraction(0)
    if utility is Utility.POINTS:
        assert ballot.points is not None
        return ballot.points[ballot.choices.index(project_id)]
    return cost if utility is Utility.COST else Fraction(1)


def price_by_definition(needs: Fraction, supporters: list[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The smallest rho with sum(min(purse, rho x utility)) = cost, found by trying every split into poor and
    rich.

    `supporters` are (purse, utility). The definition of Peters, Pierczynski, Skowron (2021), one voter at a
    time.
    """
    if needs == 0:
        return Fraction(0) if supporters else None
    by_break = sorted(supporters, key=lambda pair: pair[0] / pair[1])
    for poor in range(len(by_break)):
        paid_by_poor = sum((purse for purse, _ in by_break[:poor]), Fraction(0))
        rho = (needs - paid_by_poor) / sum((worth for _, worth in by_break[poor:]), Fraction(0))
        if all(purse >= rho * worth for purse, worth in by_break[poor:]):
            return rho
    return None


def equal_shares_by_definition(
    election: Election, utility: Utility, share: Fraction
) -> list[tuple[str, Fraction]]:
    """The method of equal shares written as in the paper: every project asked in every round, ties by id."""
    purses = {ballot.voter_id: share for ballot in election.ballots}
    bought: list[tuple[str, Fraction]] = []
    while True:
        offers = []
        for project in election.projects:
            if project.id in [winner for winner, _ in bought]:
                continue
            worth = [
                (ballot.voter_id, utility_of(ballot, project.id, project.cost, utility))
                for ballot in election.ballots
            ]
            pairs = [(purses[voter], value) for voter, value in worth if value > 0]
            rho = price_by_definition(project.cost, pairs)
            if rho is not None:
                offers.append((rho, project.id, worth))
        if not offers:
            return bought
        rho, winner, worth = min(offers)
        for voter, value in worth:
            purses[voter] -= min(purses[voter], rho * value)
        bought.append((winner, rho))


@examples(250)
@given(approval_elections(), st.sampled_from([Utility.COST, Utility.CARDINALITY]))
def test_equal_shares_is_the_definition_with_approvals(election: Election, utility: Utility) -> None:
    outcome = count(election, ByLaw(Rule.EQUAL_SHARES, utility, ties=Ties.ID))
    expected = equal_shares_by_definition(election, utility, election.budget / len(election.ballots))
    assert [(found.project, found.price) for found in outcome.rounds] == expected


@examples(250)
@given(point_elections())
def test_equal_shares_is_the_definition_with_points(election: Election) -> None:
    outcome = count(election, ByLaw(Rule.EQUAL_SHARES, Utility.POINTS, ties=Ties.ID))
    expected = equal_shares_by_definition(election, Utility.POINTS, election.budget / len(election.ballots))
    assert [(found.project, found.price) for found in outcome.rounds] == expected


def check_accounts(election: Election, outcome: Outcome) -> None:
    """Budget kept; payments reproduce costs; nobody overdraws or pays for what they did not name."""
    costs = {project.id: project.cost for project in election.projects}
    assert outcome.spent == sum(costs[winner] for winner in outcome.winners)
    assert outcome.spent <= election.budget == outcome.budget
    assert sorted((*outcome.winners, *outcome.losers)) == sorted(costs)
    assert [found.project for found in outcome.rounds] == list(outcome.winners)
    spent_by: dict[str, Fraction] = {}
    for number, found in enumerate(outcome.rounds, start=1):
        assert found.number == number
        by_voter = payments_by_voter(election, outcome, found.project)
        if found.phase is Phase.GREEDY:
            assert by_voter == {}
            assert found.payments == ()
            assert found.price is None
            continue
        assert outcome.payments[found.project] == found.payments
        full = sum(payment.amount * payment.payers for payment in found.payments)
        assert sum(by_voter.values()) == full + found.partial_paid
        if found.phase is Phase.OVERSPENDING:
            assert full + found.partial_paid <= costs[found.project]
        else:
            assert full + found.partial_paid == costs[found.project]
        assert found.payers == sum(amount > 0 for amount in by_voter.values()) <= found.supporters
        in_full = sorted(p.amount for p in found.payments for _ in range(p.payers))
        amounts = sorted(amount for amount in by_voter.values() if amount)
        for amount in in_full:
            amounts.remove(amount)
        assert (len(amounts), sum(amounts)) == (found.partial_payers, found.partial_paid)
        for voter, amount in by_voter.items():
            assert amount >= 0
            spent_by[voter] = spent_by.get(voter, Fraction(0)) + amount
        named = {ballot.voter_id for ballot in election.ballots if found.project in ballot.choices}
        assert by_voter.keys() <= named
    assert outcome.endowment is not None or not spent_by
    assert all(amount <= (outcome.endowment or 0) for amount in spent_by.values())


@examples(300)
@given(approval_elections(least_cost=0), BYLAWS)
def test_the_accounts_of_every_rule_are_in_order(election: Election, bylaw: ByLaw) -> None:
    check_accounts(election, count(election, bylaw))


@examples(250)
@given(point_elections(), POINT_BYLAWS)
def test_the_accounts_are_in_order_with_points(election: Election, bylaw: ByLaw) -> None:
    check_accounts(election, count(election, bylaw))


def test_the_check_of_the_accounts_notices_a_payment_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    election = approval(12, [6, 6], ["9", "9 10", "10"])
    check_accounts(election, count(election, ByLaw()))
    honest = Market.paid_in_full

    def short(self: Market, project: int) -> tuple[tuple[Fraction, int], ...]:
        return tuple((amount - Fraction(1, 10**9), payers) for amount, payers in honest(self, project))

    monkeypatch.setattr(Market, "paid_in_full", short)
    with pytest.raises(AssertionError):
        check_accounts(election, count(election, ByLaw(), engine=Engine.PLAIN))


@examples(250)
@given(approval_elections(least_cost=0), BYLAWS, st.randoms(use_true_random=False))
def test_the_order_of_projects_and_ballots_changes_nothing(
    election: Election, bylaw: ByLaw, random: Random
) -> None:
    options, ballots = list(election.projects), list(election.ballots)
    random.shuffle(options)
    random.shuffle(ballots)
    other = Election(election.meta, tuple(options), tuple(ballots))
    assert count(other, bylaw).to_json() == count(election, bylaw).to_json()


@examples(300)
@given(point_elections(BallotForm.SCORING, least_points=-1), POINT_BYLAWS, st.randoms(use_true_random=False))
def test_the_order_changes_nothing_with_points(election: Election, bylaw: ByLaw, random: Random) -> None:
    options, ballots = list(election.projects), list(election.ballots)
    random.shuffle(options)
    random.shuffle(ballots)
    other = Election(election.meta, tuple(options), tuple(ballots))
    assert count(other, bylaw).to_json() == count(election, bylaw).to_json()


MONOTONE = st.sampled_from(
    [
        ByLaw(Rule.GREEDY, Utility.COST),
        ByLaw(Rule.GREEDY_PER_COST),
        ByLaw(Rule.EQUAL_SHARES, Utility.COST),
        ByLaw(Rule.EQUAL_SHARES, Utility.CARDINALITY),
        ByLaw(Rule.PHRAGMEN),
    ]
)


@examples(300)
@given(approval_elections(), MONOTONE, st.sampled_from(list(Ties)), st.data())
def test_a_supporter_more_keeps_a_winner_winning(
    election: Election, bylaw: ByLaw, ties: Ties, data: st.DataObject
) -> None:
    bylaw = ByLaw(bylaw.rule, bylaw.utility, ties=ties)
    winners = count(election, bylaw).winners
    if not winners:
        return
    winner = data.draw(st.sampled_from(winners))
    place = data.draw(st.integers(0, len(election.ballots) - 1))
    ballots = list(election.ballots)
    if winner not in ballots[place].choices:
        ballots[place] = Ballot(ballots[place].voter_id, (*ballots[place].choices, winner))
    assert winner in count(election.with_ballots(ballots), bylaw).winners


@pytest.mark.parametrize(
    ("ties", "first"),
    [(Ties.VOTES, "z"), (Ties.COST, "9"), (Ties.ID, "10")],
)
def test_a_tie_falls_to_the_first_in_the_named_order(ties: Ties, first: str) -> None:
    """All three have one vote for every two currency units."""
    listed = [Project("9", Fraction(2)), Project("10", Fraction(4)), Project("z", Fraction(6))]
    votes = ["9"] + ["10"] * 2 + ["z"] * 3
    ballots = [Ballot(f"v{place}", (vote,)) for place, vote in enumerate(votes)]
    election = Election.make(budget=6, form=BallotForm.APPROVAL, projects=listed, ballots=ballots)
    assert count(election, ByLaw(Rule.GREEDY_PER_COST, ties=ties)).winners[0] == first


def test_ids_are_compared_as_text() -> None:
    election = approval(3, [3, 3], ["9", "10"])
    assert count(election, ByLaw(Rule.GREEDY, ties=Ties.ID)).winners == ("10",)


def test_rounding_the_first_share_down_can_change_what_is_bought() -> None:
    election = approval(5, [Fraction(5, 2)], ["9", ""])
    assert count(election, ByLaw(Rule.EQUAL_SHARES)).winners == ("9",)
    assert count(election, ByLaw(Rule.EQUAL_SHARES, start=Start.FLOOR)).winners == ()


def test_the_over_budget_stop_goes_on_past_an_exhaustive_outcome() -> None:
    # At a share of 3 project "9" is bought and nothing fits beside it. Only the over-budget stop goes on, and
    # gives up at 5, where "10" would be bought too: 11 of 8.
    election = approval(8, [6, 5], ["9", "9", "10", ""])
    early = count(election, ByLaw(Rule.EQUAL_SHARES, completion=Completion.ADD1))
    late = count(election, ByLaw(Rule.EQUAL_SHARES, completion=Completion.ADD1, stop=Stop.OVER_BUDGET))
    assert (early.endowment, early.winners) == (3, ("9",))
    assert (late.endowment, late.winners) == (4, ("9",))
    assert early.first_endowment == 2
    assert early.rounds[0].phase is Phase.ADD1


def test_phragmen_ends_when_one_of_two_tied_projects_no_longer_fits() -> None:
    # At a load of 1/2 four voters buy "9"; at a load of 1 the supporters of "10" and of "b" own their costs
    # at once, but only 2 are left: "10" would fit, "b" would not.
    election = approval(4, [2, 2, 3], ["9", "9", "9", "9", "10", "10", "b", "b", "b"])
    assert count(election, ByLaw(Rule.PHRAGMEN, ties=Ties.ID)).winners == ("9",)
    roomier = approval(5, [2, 2, 3], ["9", "9", "9", "9", "10", "10", "b", "b", "b"])
    assert count(roomier, ByLaw(Rule.PHRAGMEN, ties=Ties.ID)).winners == ("9", "10")


def test_phragmen_sees_a_tie_with_a_project_whose_load_it_worked_out_long_before() -> None:
    # "b" takes the money of the only supporter of "9", who owns 3/2 again at a load of 2: so does that of
    # "10".
    election = approval(9, [Fraction(3, 2), 2, 1], ["b 9", "b", "10"])
    outcome = count(election, ByLaw(Rule.PHRAGMEN, ties=Ties.ID))
    assert outcome.winners == ("b", "10", "9")
    assert [found.price for found in outcome.rounds] == [Fraction(1, 2), 2, 2]


def test_a_project_nobody_supports_is_only_taken_from_the_pot() -> None:
    election = approval(9, [3, 4], ["9"])
    assert count(election, ByLaw(Rule.EQUAL_SHARES, completion=Completion.ADD1)).winners == ("9",)
    filled = count(election, ByLaw(Rule.EQUAL_SHARES, completion=Completion.ADD1U))
    assert [(found.project, found.phase) for found in filled.rounds][1] == ("10", Phase.GREEDY)
    by_phragmen = count(election, ByLaw(Rule.PHRAGMEN))
    assert [(found.project, found.phase.value) for found in by_phragmen.rounds] == [
        ("9", "phragmen"),
        ("10", "greedy"),
    ]


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("utility", [Utility.COST, Utility.CARDINALITY])
def test_a_project_that_costs_nothing_and_has_a_supporter_always_wins(rule: Rule, utility: Utility) -> None:
    assert "9" in count(approval(1, [0, 1, 1], ["9", "10", "10 b"]), ByLaw(rule, utility)).winners


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("completion", list(Completion))
def test_an_election_without_voters_or_projects_is_counted_too(rule: Rule, completion: Completion) -> None:
    bylaw = ByLaw(rule, completion=completion)
    assert count(approval(5, [], []), bylaw).winners == ()
    assert count(approval(5, [], [""]), bylaw).winners == ()
    nobody = count(approval(5, [9], []), bylaw)
    assert nobody.winners == ()
    assert nobody.losers == ("9",)


def test_points_on_ballots_without_points_are_refused() -> None:
    with pytest.raises(UtilityError, match="approval ballots carry no points"):
        count(approval(5, [5], ["9"]), ByLaw(Rule.GREEDY, Utility.POINTS))
    with pytest.raises(UtilityError, match="approval ballots carry no points"):
        count(approval(5, [5], ["9"]), ByLaw(Rule.GREEDY, Utility.POINTS), engine=Engine.PLAIN)


def test_greedy_with_points_goes_by_total_points() -> None:
    ballots = [
        Ballot("a", ("9",), (Fraction(5),)),
        Ballot("b", ("10",), (Fraction(1),)),
        Ballot("c", ("10",), (Fraction(1),)),
    ]
    election = Election.make(budget=4, form=BallotForm.CUMULATIVE, projects=projects([4, 4]), ballots=ballots)
    assert count(election, ByLaw(Rule.GREEDY, Utility.POINTS)).winners == ("9",)
    assert count(election, ByLaw(Rule.GREEDY, Utility.COST)).winners == ("10",)


def test_ranks_are_worth_borda_points() -> None:
    ballots = [Ballot("a", ("9", "10", "b")), Ballot("b", ("10", "9"))]
    election = Election.make(budget=4, form=BallotForm.ORDINAL, projects=projects([4, 4, 4]), ballots=ballots)
    # 9: 3 + 1, 10: 2 + 2, b: 1
    outcome = count(election, ByLaw(Rule.EQUAL_SHARES, Utility.POINTS, ties=Ties.ID))
    assert [(found.project, found.price) for found in outcome.rounds] == [("10", Fraction(1))]
    assert count(election, ByLaw(Rule.GREEDY, Utility.POINTS, ties=Ties.COST)).losers == ("9", "b")


def test_a_default_score_counts_for_every_project_a_scoring_ballot_does_not_name() -> None:
    ballots = [Ballot("a", ("9",), (Fraction(2),)), Ballot("b", ("9", "10"), (Fraction(0), Fraction(0)))]
    meta = {"default_score": "3"}
    plain = Election.make(budget=4, form=BallotForm.SCORING, projects=projects([4, 4]), ballots=ballots)
    assert count(plain, ByLaw(Rule.GREEDY, Utility.POINTS)).winners == ("9",)
    scored = Election.make(
        budget=4, form=BallotForm.SCORING, projects=projects([4, 4]), ballots=ballots, meta=meta
    )
    assert count(scored, ByLaw(Rule.GREEDY, Utility.POINTS)).winners == ("10",)


def test_progress_is_told() -> None:
    said: list[tuple[str, int, int | None]] = []
    election = approval(8, [6, 5], ["9", "9", "10", ""])
    count(election, ByLaw(completion=Completion.ADD1), lambda *words: said.append(words))
    assert said == [("raising the shares", 0, None)]
    said.clear()
    count(election, ByLaw(completion=Completion.ADD1), lambda *words: said.append(words), engine=Engine.PLAIN)
    assert said == [("raising the shares", 1, None)]
