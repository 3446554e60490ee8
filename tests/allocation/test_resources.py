"""Euro, hours and days shared at once: the page's example, the promises, and equal shares as the case of one resource."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import ByLaw, Election, Rule, Ties, count, payments_by_voter
from commonweal.allocation.resources import ResourceElection, ResourceError, ResourceOutcome, count_resources
from tests.examples_count import examples

from .elections import approval_elections

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "several-resources.md").read_text("utf-8")
RESOURCES = ("euro", "hours", "days")


def table(first_cell: str) -> list[list[str]]:
    """The rows below the table heading that begins with this cell."""
    rows = PAGE[PAGE.index(f"| {first_cell} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def on_the_page() -> ResourceElection:
    needs, ballots = {}, {voter: list[str]() for voter in ("Ada", "Ben", "Cor", "Dia")}
    for name, *amounts, supporters in table("project"):
        needs[name] = dict(zip(RESOURCES, map(int, amounts), strict=True))
        for voter in supporters.split(", "):
            ballots[voter].append(name)
    return ResourceElection({"euro": 800, "hours": 40, "days": 8}, needs, ballots)


def test_the_example_on_the_page_is_what_the_library_finds() -> None:
    outcome = count_resources(on_the_page())
    found = [
        [
            str(number),
            bought.project,
            str(bought.part),
            *[str(bought.prices.get(name, "")) for name in RESOURCES],
        ]
        for number, bought in enumerate(outcome.rounds, 1)
    ]
    assert found == table("round")
    assert outcome.winners == ("cargo bikes", "food round", "repair café")
    assert outcome.lacking == {"seed library": {"hours": 2, "days": Fraction(2, 3)}}
    assert outcome.left["Ben"] == {"euro": Fraction(40, 3), "hours": 0, "days": Fraction(1, 3)}
    said = json.loads(json.dumps(outcome.rounds[1].to_json()))
    assert (said["project"], said["part"], said["prices"]) == (
        "food round",
        "1/3",
        {"euro": "100/3", "days": "5/3"},
    )
    assert said["paid"]["Dia"] == {"euro": "100/3", "days": "5/3"}


@st.composite
def elections(draw: st.DrawFn) -> ResourceElection:
    names = RESOURCES[: draw(st.integers(1, 3))]
    projects = ("9", "10", "a", "b", "c")[: draw(st.integers(0, 5))]
    amounts = st.fixed_dictionaries({name: st.integers(0, 6) for name in names})
    needs = {project: draw(amounts) for project in projects}
    choices = st.lists(st.sampled_from(projects), unique=True) if projects else st.just([])
    ballots = {f"v{number}": draw(choices) for number in range(draw(st.integers(0, 6)))}
    budgets = {name: draw(st.fractions(0, 30, max_denominator=3)) for name in names}
    return ResourceElection(budgets, needs, ballots)


def check(election: ResourceElection, outcome: ResourceOutcome) -> None:
    """What the page promises."""
    voters = len(election.ballots)
    for name, budget in election.budgets.items():
        assert sum([election.needs[winner].get(name, 0) for winner in outcome.winners]) <= budget
        for voter, choices in election.ballots.items():
            paid = sum([bought.paid.get(voter, {}).get(name, Fraction(0)) for bought in outcome.rounds])
            assert paid + outcome.left[voter][name] == Fraction(budget) / voters
            assert outcome.left[voter][name] >= 0
            assert all(bought.project in choices for bought in outcome.rounds if voter in bought.paid)
    for bought in outcome.rounds:
        for name, need in election.needs[bought.project].items():
            assert sum([paid.get(name, Fraction(0)) for paid in bought.paid.values()]) == need
            for paid in bought.paid.values():
                assert paid.get(name, Fraction(0)) <= bought.prices.get(name, Fraction(0))
    for project, missing in outcome.lacking.items():
        backed = election.supporters(project)
        assert missing or not backed
        for name, amount in missing.items():
            have = sum([outcome.left[voter][name] for voter in backed])
            assert have + amount == election.needs[project][name]


@examples(400)
@given(elections())
def test_what_the_page_promises_is_kept(election: ResourceElection) -> None:
    check(election, count_resources(election))


@examples(200)
@given(elections(), st.randoms(use_true_random=False))
def test_no_order_matters(election: ResourceElection, random: object) -> None:
    turned = ResourceElection(
        dict(reversed(election.budgets.items())),
        dict(reversed(election.needs.items())),
        dict(reversed(election.ballots.items())),
    )
    assert [r.to_json() for r in count_resources(turned).rounds] == [
        r.to_json() for r in count_resources(election).rounds
    ]


@examples(300)
@given(approval_elections(least_cost=0), st.integers(1, 2))
def test_one_resource_or_two_alike_are_the_method_of_equal_shares(election: Election, number: int) -> None:
    names = RESOURCES[:number]
    several = ResourceElection(
        dict.fromkeys(names, election.budget),
        {project.id: dict.fromkeys(names, project.cost) for project in election.projects},
        {ballot.voter_id: ballot.choices for ballot in election.ballots},
    )
    found = count_resources(several)
    alone = count(election, ByLaw(Rule.EQUAL_SHARES, ties=Ties.VOTES))
    if not any(bought.tied for bought in alone.rounds):
        assert found.winners == alone.winners
        for bought in found.rounds:
            paid = payments_by_voter(election, alone, bought.project)
            assert {voter: each.get("euro", Fraction(0)) for voter, each in bought.paid.items()} == paid


def test_a_scarce_resource_makes_a_project_dear() -> None:
    # Both cost each of two supporters half of the euro; Ben's hours are spent on the class, so Ada carries the hike.
    needs = {"class": {"hours": 2}, "hike": {"euro": 2, "hours": 3}, "sign": {"euro": 2}}
    ballots = {"Ada": ["hike", "sign"], "Ben": ["hike", "sign", "class"], "Cor": ["class"], "Dia": ["class"]}
    outcome = count_resources(ResourceElection({"euro": 8, "hours": 8}, needs, ballots))
    assert [(bought.project, bought.part) for bought in outcome.rounds] == [
        ("class", Fraction(1, 3)),
        ("sign", Fraction(1, 2)),
        ("hike", Fraction(5, 9)),
    ]
    assert outcome.rounds[2].paid["Ben"] == {"euro": 1, "hours": Fraction(4, 3)}


@pytest.mark.parametrize(
    ("budgets", "needs", "ballots"),
    [
        ({"euro": 1}, {"a": {"hours": 1}}, {}),
        ({"euro": 1}, {"a": {"euro": -1}}, {}),
        ({"euro": -1}, {}, {}),
        ({"euro": 1}, {"a": {}}, {"v": ["b"]}),
        ({"euro": 1}, {"a": {}}, {"v": ["a", "a"]}),
    ],
)
def test_what_does_not_fit_together_is_refused(
    budgets: dict[str, int], needs: dict[str, dict[str, int]], ballots: dict[str, list[str]]
) -> None:
    with pytest.raises(ResourceError):
        ResourceElection(budgets, needs, ballots)
