"""Small elections for the tests: generated ones with many ties, and the same for pabutools."""

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st
from pabutools.election import (
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    CardinalProfile,
    Instance,
)
from pabutools.election import Project as TheirProject
from pabutools.fractions import frac

from commonweal.allocation import Ballot, BallotForm, Election, Project

# Few different costs and few voters, so that ties are the rule and not the exception. "10" < "9" as text.
IDS = ("9", "10", "b", "a", "c1", "c10", "z")


def projects(costs: Sequence[int | Fraction]) -> tuple[Project, ...]:
    return tuple([Project(IDS[place], Fraction(cost)) for place, cost in enumerate(costs)])


def approval(budget: int | Fraction, costs: Sequence[int | Fraction], votes: Sequence[str]) -> Election:
    """An approval election; each vote is the ids it names, separated by spaces."""
    ballots = [Ballot(f"v{place}", tuple(vote.split())) for place, vote in enumerate(votes)]
    return Election.make(budget=budget, form=BallotForm.APPROVAL, projects=projects(costs), ballots=ballots)


@st.composite
def approval_elections(draw: st.DrawFn, least_cost: int = 1, dearest: int = 6, richest: int = 20) -> Election:
    count = draw(st.integers(1, 6))
    costs = draw(st.lists(st.integers(least_cost, dearest), min_size=count, max_size=count))
    names = st.lists(st.sampled_from(IDS[:count]), unique=True, max_size=count)
    votes = draw(st.lists(names, min_size=1, max_size=8))
    budget = draw(st.integers(0, richest))
    ballots = [Ballot(f"v{place}", tuple(vote)) for place, vote in enumerate(votes)]
    return Election.make(budget=budget, form=BallotForm.APPROVAL, projects=projects(costs), ballots=ballots)


@st.composite
def point_elections(
    draw: st.DrawFn,
    form: BallotForm = BallotForm.CUMULATIVE,
    least_points: int = 0,
    dearest: int = 6,
    richest: int = 20,
) -> Election:
    count = draw(st.integers(1, 6))
    costs = draw(st.lists(st.integers(1, dearest), min_size=count, max_size=count))
    given = st.dictionaries(st.sampled_from(IDS[:count]), st.integers(least_points, 3), max_size=count)
    votes = draw(st.lists(given, min_size=1, max_size=8))
    budget = draw(st.integers(0, richest))
    ballots = [
        Ballot(f"v{place}", tuple(vote), tuple([Fraction(value) for value in vote.values()]))
        for place, vote in enumerate(votes)
    ]
    return Election.make(budget=budget, form=form, projects=projects(costs), ballots=ballots)


def as_pabutools(election: Election) -> tuple[Instance, ApprovalProfile | CardinalProfile]:
    """The same election for pabutools; points become a cardinal profile, everything else approvals."""
    theirs = {project.id: TheirProject(project.id, frac(project.cost)) for project in election.projects}
    instance = Instance(theirs.values(), budget_limit=frac(election.budget))
    if not election.form.has_points:
        ballots = [ApprovalBallot({theirs[choice] for choice in b.choices}) for b in election.ballots]
        return instance, ApprovalProfile(ballots, instance=instance)
    cards = []
    for ballot in election.ballots:
        points = zip(ballot.choices, ballot.points or (), strict=True)
        cards.append(CardinalBallot({theirs[choice]: frac(value) for choice, value in points}))
    return instance, CardinalProfile(cards, instance=instance)


def data_files() -> list[Path]:
    """The published Pabulib files that are present: none of them is part of this repository.

    The environment variable COMMONWEAL_DATA names the data folder; by default it lies beside the repository.
    Tests that use these files loop over what is there, and each has a twin on elections of our own.
    """
    default = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("COMMONWEAL_DATA", default)) / "ballots"
    return sorted(path for path in folder.glob("*.pb") if not path.name.startswith("synthetic"))
