"""Floors and ceilings: what is promised for every rule, and the bounds a by-law cannot have."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from commonweal.allocation import (
    ByLaw,
    ByLawError,
    Completion,
    Election,
    Engine,
    Phase,
    Project,
    Reason,
    Rule,
    Stop,
    Ties,
    count,
    explained,
    write,
)
from commonweal.allocation.__main__ import main
from commonweal.allocation.bounds import labels_of
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.fast.marks import TooFine
from commonweal.allocation.plain.engine import PlainCount

from .elections import approval
from .engines import small_election, some_bylaw, wins_again

LABELS = ("art", "sport", "art, sport", "")


def labelled(election: Election, labels: list[str]) -> Election:
    return election.with_projects(
        [replace(p, fields={"category": label}) for p, label in zip(election.projects, labels, strict=True)]
    )


def cases(
    seed: int, number: int
) -> Iterator[tuple[Election, ByLaw, dict[str, Fraction], dict[str, Fraction]]]:
    """Elections with labels, by-laws with bounds, and the floors and ceilings apart."""
    random = Random(seed)
    for _ in range(number):
        election = small_election(random)
        election = labelled(election, [random.choice(LABELS) for _ in election.projects])
        ceilings = {
            name: Fraction(random.randint(0, 9)) for name in ("art", "sport") if random.random() < 0.6
        }
        floors = {name: Fraction(random.randint(0, int(ceilings.get(name, 9)))) for name in ("art", "sport")}
        floors = {name: amount for name, amount in floors.items() if random.random() < 0.6}
        # A bound on a label that no project has is refused: see the tests of that below.
        known = {word for p in election.projects for word in p.fields["category"].split(", ")}
        ceilings = {name: amount for name, amount in ceilings.items() if name in known}
        floors = {name: amount for name, amount in floors.items() if name in known}
        words = {
            name: ";".join([f"{label}={amount}" for label, amount in bounds.items()])
            for name, bounds in (("floors", floors), ("ceilings", ceilings))
        }
        bylaw = some_bylaw(random, rule=random.choice(list(Rule)), labels="category", **words)
        yield election, bylaw, floors, ceilings


def spent_on(election: Election, winners: tuple[str, ...], label: str) -> Fraction:
    return sum(
        [p.cost for p in election.projects if p.id in winners and label in p.fields["category"].split(", ")],
        Fraction(0),
    )


def fits(
    election: Election, winners: tuple[str, ...], project: Project, ceilings: dict[str, Fraction]
) -> bool:
    """Whether the project could be funded beside these, from the definition."""
    cost = sum([p.cost for p in election.projects if p.id in winners], Fraction(0)) + project.cost
    return cost <= election.budget and all(
        spent_on(election, (*winners, project.id), label) <= most
        for label, most in ceilings.items()
        if label in project.fields["category"].split(", ")
    )


@pytest.mark.untraced
def test_ceilings_are_kept_and_floors_are_reached_where_anything_could_still_reach_them() -> None:
    reached = short = 0
    for election, bylaw, floors, ceilings in cases(1, 3_000):
        outcome = count(election, bylaw)
        assert outcome.spent <= election.budget
        for label, most in ceilings.items():
            assert spent_on(election, outcome.winners, label) <= most
        for label, least in floors.items():
            if spent_on(election, outcome.winners, label) >= least:
                reached += 1
                continue
            short += 1
            for project in election.projects:
                backed = any(project.id in ballot.choices for ballot in election.ballots)
                if (
                    label in project.fields["category"].split(", ")
                    and project.id not in outcome.winners
                    and backed
                ):
                    assert not fits(election, outcome.winners, project, ceilings)
    assert reached > 500
    assert short > 500


@pytest.mark.untraced
def test_one_floor_is_reached_whenever_greedy_within_the_label_reaches_it() -> None:
    reached = 0
    for election, bylaw, floors, _ in cases(2, 1_500):
        rich = Election({**election.meta, "budget": "999"}, election.projects, list(election.ballots))
        order = count(rich, replace(bylaw, rule=Rule.GREEDY, floors="", ceilings="")).winners
        for label, least in floors.items():
            left, got = election.budget, Fraction(0)
            for project in [election.project(name) for name in order]:
                backed = any(project.id in ballot.choices for ballot in election.ballots)
                asked = backed and label in project.fields["category"].split(", ") and got < least
                if asked and project.cost <= left:
                    left, got = left - project.cost, got + project.cost
            alone = replace(bylaw, rule=Rule.GREEDY, floors=f"{label}={least}", ceilings="")
            if got >= least:
                reached += 1
                assert spent_on(election, count(election, alone).winners, label) >= least
    assert reached > 200


def test_the_accounts_are_in_order() -> None:
    for election, bylaw, _, _ in cases(3, 1_000):
        outcome = count(election, bylaw)
        phases = [found.phase for found in outcome.rounds]
        first = phases.count(Phase.FLOOR)
        assert phases[:first] == [Phase.FLOOR] * first
        assert len(set(outcome.winners)) == len(outcome.winners) == len(phases)
        paid = Fraction(0)
        for found in outcome.rounds:
            cost = election.project(found.project).cost
            full = sum([payment.amount * payment.payers for payment in found.payments]) + found.partial_paid
            paid += full
            assert full == (0 if found.price is None else cost) or found.phase is Phase.OVERSPENDING
        assert paid <= (outcome.endowment or 0) * outcome.voters


@pytest.mark.untraced
def test_bounds_that_bind_nothing_change_nothing() -> None:
    for election, bylaw, _, _ in cases(4, 1_000):
        free = replace(bylaw, floors="", ceilings="")
        known = sorted({word for p in election.projects for word in p.fields["category"].split(", ") if word})
        wide = replace(
            bylaw,
            floors=";".join(f"{label}=0" for label in known),
            ceilings=";".join(f"{label}=999" for label in known),
        )
        by_wide = explained(election, wide)
        assert replace(by_wide.outcome, bylaw=free) == count(election, free, engine=Engine.PLAIN)
        assert by_wide.not_funded == explained(election, free, engine=Engine.PLAIN).not_funded


def test_the_order_of_projects_and_ballots_changes_nothing() -> None:
    random = Random(5)
    for election, bylaw, _, _ in cases(5, 500):
        options, ballots = list(election.projects), list(election.ballots)
        random.shuffle(options)
        random.shuffle(ballots)
        other = Election(election.meta, options, ballots)
        assert count(other, bylaw).to_json() == count(election, bylaw).to_json()


def test_what_a_loser_lacked_is_what_a_count_of_the_changed_election_finds() -> None:
    reasons = set()
    for election, bylaw, _, _ in cases(6, 400):
        found = PlainCount(election, bylaw)
        for loser in explained(election, bylaw).not_funded:
            reasons.add(loser.reason)
            number, standing = found.standing.ids.index(loser.project), found.standing
            more = range(1, standing.voters + 1)
            wins = [n for n in more if wins_again(found, standing.with_voters(number, n), number)]
            if loser.reason is not Reason.TOO_DEAR:
                assert loser.votes_needed == min(wins, default=None)
            cheaper = [c for c in range(1, 7) if c < standing.costs[number] and c <= election.budget]
            enough = [
                c for c in cheaper if wins_again(found, standing.with_cost(number, Fraction(c)), number)
            ]
            assert loser.cost_needed == max(enough, default=None)
    assert reasons == set(Reason)


def test_equal_shares_passes_over_what_would_break_a_ceiling() -> None:
    election = labelled(approval(12, [4, 4, 4], ["9 10", "9 10", "9 b"]), ["art", "art", "sport"])
    free = count(election, ByLaw(ties=Ties.ID))
    assert free.winners == ("9", "10")
    bylaw = ByLaw(ties=Ties.ID, labels="category", ceilings="art=7")
    assert count(election, bylaw).winners == ("9",)
    assert [loser.reason for loser in explained(election, bylaw).not_funded] == [
        Reason.CEILING,
        Reason.SUPPORTERS,
    ]
    filled = count(election, replace(bylaw, completion=Completion.ADD1))
    assert (filled.winners, filled.endowment) == (("9", "b"), Fraction(6))


def test_a_floor_is_paid_from_the_pot_and_makes_every_share_smaller() -> None:
    election = labelled(approval(12, [4, 4, 4], ["9 10", "9 10", "9 b"]), ["art", "art", "sport"])
    outcome = count(election, ByLaw(labels="category", floors="sport=1"))
    assert [(found.project, found.phase) for found in outcome.rounds] == [
        ("b", Phase.FLOOR),
        ("9", Phase.EQUAL_SHARES),
    ]
    assert outcome.endowment == Fraction(8, 3)


def test_raising_ends_even_where_ceilings_keep_the_money_from_being_spent() -> None:
    election = labelled(approval(100, [6, 6], ["9 10", "9"]), ["art", "art"])
    bylaw = ByLaw(completion=Completion.ADD1, stop=Stop.OVER_BUDGET, labels="category", ceilings="art=6")
    assert count(election, bylaw).winners == ("9",)


def test_a_bylaw_writes_its_bounds_in_one_way() -> None:
    bylaw = ByLaw(labels="region", floors="Z=2.50;A=B=1", ceilings="Z=03")
    assert (bylaw.floors, bylaw.ceilings) == ("A=B=1;Z=2.5", "Z=3")
    assert bylaw.floor_of == {"A=B": 1, "Z": Fraction(5, 2)}
    assert ByLaw.from_json(bylaw.to_json()) == bylaw


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"floors": "art=1"}, "need labels"),
        ({"ceilings": "art=1"}, "need labels"),
        ({"labels": "category", "floors": "art=2", "ceilings": "art=1"}, "contradict each other for 'art'"),
        ({"labels": "category", "floors": "art"}, "does not end in an amount"),
        ({"labels": "category", "floors": "art=1/3"}, "does not end in an amount"),
        ({"labels": "category", "floors": "art=1;"}, "does not end in an amount"),
        ({"labels": "category", "floors": "5"}, "not one label"),
        ({"labels": "category", "floors": "=5"}, "not one label"),
        ({"labels": "category", "floors": "art =5"}, "not one label"),
        ({"labels": "category", "floors": "a,b=5"}, "not one label"),
        ({"labels": "category", "ceilings": "art=-1"}, "not one label"),
        ({"labels": "category", "ceilings": "art=1;art=2"}, "not one label"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(words: dict[str, str], said: str) -> None:
    with pytest.raises(ByLawError, match=said):
        ByLaw(**words)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"ceilings": "sprot=1000000"}, "ceilings: no project has the label 'sprot'; labels: art, sport"),
        ({"floors": "art=1;Sport=1"}, "floors: no project has the label 'Sport'; labels: art, sport"),
        (
            {"labels": "categroy", "ceilings": "art=1"},
            "labels: the projects have no column 'categroy'; further columns: category",
        ),
    ],
)
def test_a_label_or_column_that_nobody_has_is_refused_with_what_there_is(
    words: dict[str, str], said: str, engine: Engine
) -> None:
    election = labelled(approval(12, [4, 4, 4], ["9 10", "9 10", "9 b"]), ["art", "art", "sport"])
    bylaw = ByLaw(**{"labels": "category", **words})  # type: ignore[arg-type]
    with pytest.raises(ByLawError) as refused:
        count(election, bylaw, engine=engine)
    assert str(refused.value) == said
    assert count(approval(5, [], []), bylaw).winners == (), "without a project there is nothing to bound"


def test_without_any_label_the_error_says_so() -> None:
    bare = approval(12, [4], ["9"])
    with pytest.raises(ByLawError, match="no column 'category'; further columns: none"):
        count(bare, ByLaw(labels="category", ceilings="art=1"))
    with pytest.raises(ByLawError, match="no project has the label 'art'; labels: none"):
        count(labelled(bare, [""]), ByLaw(labels="category", ceilings="art=1"))


def test_a_project_may_have_several_labels_or_none() -> None:
    election = labelled(approval(9, [1, 1, 1], []), ["art, sport", " art ,", ""])
    assert labels_of(election, "category") == ({"art", "sport"}, {"art"}, set())
    assert labels_of(election, "region") == labels_of(election, "") == (frozenset(),) * 3


def test_the_fast_engine_leaves_bounds_to_the_plain_one() -> None:
    with pytest.raises(TooFine, match="floors and ceilings"):
        FastCount(approval(9, [1], []), ByLaw(labels="category", floors="art=1"))


def test_the_command_takes_bounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bounds.pb"
    election = labelled(approval(12, [4, 4, 4], ["9 10", "9 10", "9 b"]), ["art", "art", "sport"])
    path.write_text(write(election), "utf-8")
    words = ["--labels", "category", "--floors", "sport=4", "--ceilings", "art=7"]
    assert main([str(path), *words]) == 0
    said = capsys.readouterr().out
    assert "2 of 3 projects, 3 voters" in said
    assert said.endswith("labels category, floors sport=4, ceilings art=7\n")
    assert main([str(path), "--floors", "sport=4"]) == 1
    assert "need labels" in capsys.readouterr().err
