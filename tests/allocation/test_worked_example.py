"""The page `docs/algorithms/equal-shares.md` says what the library finds: every number on it is compared."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Phase,
    Project,
    count,
    explained,
)

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "equal-shares.md").read_text(encoding="utf-8")
VOTERS = ("Ada", "Ben", "Cor", "Dia", "Eva", "Fay", "Gus", "Hal", "Ivo", "Jan")


def table(first_cell: str) -> list[list[str]]:
    """The rows below the table heading that begins with this cell."""
    lines = PAGE[PAGE.index(f"| {first_cell} |") :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def election() -> Election:
    supporters = {name: cells.split(", ") for name, _, cells in table("project | cost | supporters")}
    projects = [Project(name, Fraction(cost)) for name, cost, _ in table("project | cost | supporters")]
    ballots = [
        Ballot(voter, tuple([name for name, people in supporters.items() if voter in people]))
        for voter in VOTERS
    ]
    return Election.make(budget=1000, form=BallotForm.APPROVAL, projects=projects, ballots=ballots)


def test_the_first_round_of_the_page_is_the_first_round_of_the_count() -> None:
    prices = {row[0]: row for row in table("project | each pays | rho")}
    street = election()
    assert set(prices) == {project.id for project in street.projects}
    for project in street.projects:
        only = Election.make(
            budget=1000,
            form=BallotForm.APPROVAL,
            projects=[project],
            ballots=[
                Ballot(ballot.voter_id, tuple([c for c in ballot.choices if c == project.id]))
                for ballot in street.ballots
            ],
        )
        rounds = count(only, ByLaw()).rounds
        _, each, rho = prices[project.id]
        if not rho:
            assert "cannot be bought" in each
            assert rounds == ()
            continue
        assert rounds[0].price == Fraction(rho)
        amount = re.search(r"= (\d+)$", each)
        assert amount
        assert [payment.amount for payment in rounds[0].payments] == [int(amount[1])]


@pytest.mark.parametrize(
    "row", table("completion | share | bought | from the pot | spent"), ids=lambda row: row[0]
)
def test_each_completion_ends_as_the_page_says(row: list[str]) -> None:
    completion, share, bought, taken, spent = row
    outcome = count(election(), ByLaw(completion=Completion(completion)))
    assert outcome.endowment == Fraction(share)
    assert outcome.spent == Fraction(spent)
    by_pot = [found.project for found in outcome.rounds if found.phase is Phase.GREEDY]
    assert sorted(set(outcome.winners).difference(by_pot)) == sorted(bought.split(", "))
    assert by_pot == [name for name in taken.split(", ") if name]


def test_the_explanations_on_the_page_are_those_of_the_library() -> None:
    street = election()
    not_funded = explained(street, ByLaw(completion=Completion.ADD1)).not_funded
    found = [
        [e.project, str(e.money_left), str(e.missing), str(e.votes_needed), str(e.cost_needed)]
        for e in not_funded
    ]
    assert found == table("project | money left | missing | votes needed | cost needed")
