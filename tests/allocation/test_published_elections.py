"""Published elections, when the data folder is there: the winners that pabutools 1.2.3 and the organisers
found.

These tests use files that are not part of this repository (see `elections.data_files`). Without them they
loop over nothing; what they check is checked on elections of our own too: the winners in
`test_rules_agree_with_pabutools`, the round trip in `test_pabulib_files`, the stop rule and the
explanations at the end of this file.
"""

import json
from fractions import Fraction
from functools import cache
from random import Random

import pytest

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Engine,
    Project,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    check_totals,
    count,
    explained,
    read,
    write,
)

from .elections import data_files

FILES = {path.name: path for path in data_files()}
SHARES = Rule.EQUAL_SHARES
BYLAWS = {
    "greedy+cost": ByLaw(Rule.GREEDY, Utility.COST, ties=Ties.ID),
    "greedy+card": ByLaw(Rule.GREEDY, Utility.CARDINALITY, ties=Ties.ID),
    "phragmen": ByLaw(Rule.PHRAGMEN, ties=Ties.ID),
    "mes+cost": ByLaw(SHARES, Utility.COST, Completion.NONE, Ties.ID),
    "mes+card": ByLaw(SHARES, Utility.CARDINALITY, Completion.NONE, Ties.ID),
    "mes+cost+add1": ByLaw(SHARES, Utility.COST, Completion.ADD1, Ties.ID),
    "mes+card+add1": ByLaw(SHARES, Utility.CARDINALITY, Completion.ADD1, Ties.ID),
    "mes+cost+add1u": ByLaw(SHARES, Utility.COST, Completion.ADD1U, Ties.ID),
    "mes+card+add1u": ByLaw(SHARES, Utility.CARDINALITY, Completion.ADD1U, Ties.ID),
}
# The recorded runs completed the points ballots of Toulouse 2019 in order of points per euro, not of votes.
OTHER_COMPLETION = ("france_toulouse_2019.pb",)


@cache
def election_in(name: str) -> Election:
    return read(FILES[name])


def recorded() -> dict[tuple[str, str], list[str]]:
    """(file, rule) -> the sorted winners that pabutools found with exact fractions."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in FILES.values():
        baselines = path.parent / "baselines.json"
        for run in json.loads(baselines.read_text(encoding="utf-8")) if baselines.exists() else []:
            if (
                run["tool"] == "pabutools-1.2.3"
                and run["params"]["numeric"] == "exact"
                and run["rule"] in BYLAWS
            ):
                found[run["instance"], run["rule"]] = sorted(run["winners"])
    return found


@pytest.mark.untraced
@pytest.mark.parametrize("rule", list(BYLAWS))
def test_the_winners_of_published_elections_are_those_of_pabutools(rule: str) -> None:
    for (name, of_rule), winners in recorded().items():
        skipped = rule.endswith("add1u") and name in OTHER_COMPLETION
        if of_rule == rule and name in FILES and not skipped:
            outcome = count(election_in(name), BYLAWS[rule])
            assert sorted(outcome.winners) == winners, name


@pytest.mark.untraced
def test_published_files_are_read_and_written_without_loss() -> None:
    for name in FILES:
        election = election_in(name)
        written = write(election)
        assert read(written) == election
        assert write(read(written)) == written
        assert check_totals(election) == []


@pytest.mark.untraced
def test_the_official_result_of_wieliczka_2023_needs_the_over_budget_stop() -> None:
    for name in [name for name in FILES if name == "poland_wieliczka_2023.pb"]:
        election = election_in(name)
        official = {project.id for project in election.projects if project.fields["selected"] == "1"}
        for start in Start:
            bylaw = ByLaw(
                SHARES, Utility.COST, Completion.ADD1, Ties.ID, start, Fraction(1), Stop.OVER_BUDGET
            )
            outcome = count(election, bylaw)
            assert (set(outcome.winners), len(outcome.winners), int(outcome.spent)) == (official, 30, 995_079)
        early = count(election, ByLaw(SHARES, Utility.COST, Completion.ADD1, Ties.ID))
        assert (len(early.winners), int(early.spent)) == (31, 984_579)


def own_election(voters: int, options: int, form: BallotForm = BallotForm.APPROVAL) -> Election:
    """A town of our own: a few popular projects, many small ones; every number from a fixed seed."""
    random = Random(20_260_901)
    projects = [
        Project(str(number), Fraction(random.choice([2, 5, 10, 20, 45, 90, 160]) * 1000))
        for number in range(options)
    ]
    ids = [project.id for project in projects]
    weights = [1 / (place + 2) for place in range(options)]
    ballots = []
    for number in range(voters):
        choices = tuple(dict.fromkeys(random.choices(ids, weights, k=random.randint(1, 6))))
        points = tuple([Fraction(random.randint(1, 3)) for _ in choices]) if form.has_points else None
        ballots.append(Ballot(str(number), choices, points))
    return Election.make(budget=500_000, form=form, projects=projects, ballots=ballots)


@pytest.mark.untraced
@pytest.mark.parametrize("form", [BallotForm.APPROVAL, BallotForm.CUMULATIVE])
def test_both_engines_say_the_same_of_a_town(form: BallotForm) -> None:
    election = own_election(300, 14, form)
    bylaw = ByLaw(SHARES, Utility.POINTS if form.has_points else Utility.COST, Completion.ADD1U)
    found = explained(election, bylaw)
    assert found == explained(election, bylaw, engine=Engine.PLAIN)
    assert found.outcome.endowment is not None
    assert found.outcome.first_endowment is not None
    assert found.outcome.endowment - found.outcome.first_endowment > 200
    assert len(found.not_funded) >= 3


@pytest.mark.untraced
@pytest.mark.parametrize(
    "name", ["france_toulouse_2019.pb", pytest.param("poland_wieliczka_2023.pb", marks=pytest.mark.proof)]
)
def test_both_engines_say_the_same_of_a_published_election(name: str) -> None:
    if name in FILES:
        utility = Utility.POINTS if election_in(name).form.has_points else Utility.COST
        # Overspending has one engine only.
        for rule in set(Rule) - {Rule.OVERSPENDING}:
            bylaw = ByLaw(rule, utility)
            plain = explained(election_in(name), bylaw, engine=Engine.PLAIN)
            assert explained(election_in(name), bylaw) == plain, rule


@pytest.mark.proof
def test_both_engines_count_every_published_election_alike() -> None:
    """Its twin on elections of our own is `test_both_engines_agree_on_a_hundred_thousand_generated_elections`."""
    for name in FILES:
        election = election_in(name)
        bylaws = [ByLaw(rule) for rule in (Rule.PHRAGMEN, Rule.GREEDY, Rule.GREEDY_PER_COST)]
        utilities = [
            Utility.COST,
            Utility.CARDINALITY,
            *([Utility.POINTS] if election.form.has_points else []),
        ]
        for completion in (Completion.NONE, Completion.ADD1U):
            bylaws += [ByLaw(SHARES, utility, completion) for utility in utilities]
        for bylaw in bylaws:
            assert count(election, bylaw) == count(election, bylaw, engine=Engine.PLAIN), (name, bylaw)
        print(f"\n{name}: {len(bylaws)} by-laws, the same outcome from both engines, every figure.")


def test_a_town_of_our_own_survives_the_round_trip() -> None:
    election = own_election(3000, 60)
    written = write(election)
    assert write(read(written)) == written
