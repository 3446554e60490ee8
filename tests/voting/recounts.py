"""Counts an election again to see whether a sentence about a project is true, as the sentence itself says it."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Outcome,
    Project,
    Rule,
    Ties,
    Utility,
    count,
)

SUPPORTERS = re.compile(r"With (one|[\d,]+) more supporters? it would have been carried(, everyone’s share)?")
COST = re.compile(r"At a cost of up to €([\d,]+) it would have been carried(, everyone’s share)?")


def number_in(words: str) -> int:
    return 1 if words == "one" else int(words.replace(",", ""))


def with_cost(election: Election, project: str, cost: int) -> Election:
    """The election with another cost for one project, without limits on ballots."""
    projects = [
        Project(each.id, Fraction(cost) if each.id == project else each.cost) for each in election.projects
    ]
    return unlimited(election, projects, list(election.ballots))


def with_supporters(election: Election, project: str, more: int) -> Election:
    """The election with more voters who chose this project only, as strongly as anyone chose any."""
    most = max((given for ballot in election.ballots for given in ballot.points or ()), default=None)
    points = None if most is None else (most,)
    added = [Ballot(f"added-{place}", (project,), points) for place in range(more)]
    return unlimited(election, list(election.projects), [*election.ballots, *added])


def unlimited(election: Election, projects: list[Project], ballots: list[Ballot]) -> Election:
    return Election.make(budget=election.budget, form=election.form, projects=projects, ballots=ballots)


def carried_with_this_share(election: Election, bylaw: ByLaw, share: Fraction, project: str) -> bool:
    """Whether a project is bought when everybody has this share, or taken from what then is left of the budget.

    The share is given by a budget of so many shares; the completion is written out here once more.
    """
    budget = share * len(election.ballots)
    meta = {**election.meta, "budget": "1"}
    law = ByLaw(Rule.EQUAL_SHARES, bylaw.utility, Completion.NONE, bylaw.ties)
    bought = count(_with_budget(election, meta, budget), law).winners
    if project in bought or bylaw.completion not in (Completion.GREEDY, Completion.ADD1U):
        return project in bought
    return project in _filled_up(election, bylaw, bought)


def _with_budget(election: Election, meta: dict[str, str], budget: Fraction) -> Election:
    # A share such as 10/3 has no decimal form: all money is counted in parts of it.
    parts = budget.denominator
    projects = [Project(each.id, each.cost * parts) for each in election.projects]
    return Election({**meta, "budget": str(budget * parts)}, projects, list(election.ballots))


def _filled_up(election: Election, bylaw: ByLaw, bought: tuple[str, ...]) -> list[str]:
    votes = {project.id: 0 for project in election.projects}
    score = {project.id: Fraction(0) for project in election.projects}
    for ballot in election.ballots:
        for choice, given in zip(ballot.choices, ballot.points or [1] * len(ballot.choices), strict=True):
            votes[choice] += given > 0 or bylaw.utility is not Utility.POINTS
            score[choice] += given if bylaw.utility is Utility.POINTS else 1

    def key(project: Project) -> tuple[object, ...]:
        ties: dict[Ties, tuple[object, ...]] = {
            Ties.COST: (project.cost, -votes[project.id], project.id),
            Ties.VOTES: (-votes[project.id], project.cost, project.id),
            Ties.ID: (project.id,),
        }
        return (-score[project.id], *ties[bylaw.ties])

    left = election.budget - sum(each.cost for each in election.projects if each.id in bought)
    taken = []
    for each in sorted(election.projects, key=key):
        if each.id not in bought and each.cost <= left:
            taken.append(each.id)
            left -= each.cost
    return taken


def falsehoods(said: str, election: Election, bylaw: ByLaw, outcome: Outcome, project: str) -> list[str]:
    """The sentences about a project that counting again does not bear out; each read exactly as it is written."""
    wrong = []
    for pattern, change in ((SUPPORTERS, with_supporters), (COST, with_cost)):
        for found in pattern.finditer(said):
            changed = change(election, project, number_in(found[1]))
            if found[2]:
                assert outcome.endowment is not None, f"nobody has a share: {said}"
                true = carried_with_this_share(changed, bylaw, outcome.endowment, project)
            else:
                true = project in count(changed, bylaw).winners
            if not true:
                wrong.append(found[0])
    return wrong


def generated(seed: int) -> tuple[Election, ByLaw]:
    """An election of 3 to 8 projects and 4 to 25 voters, with a by-law the site or the command can count it under."""
    dice = Random(seed)
    places = range(1, dice.randint(3, 8) + 1)
    points = dice.random() < 0.25
    projects = [Project(str(place), Fraction(dice.randint(2, 40) * 100)) for place in places]
    ballots = []
    for voter in range(dice.randint(4, 25)):
        chosen = tuple(
            str(place) for place in sorted(dice.sample(places, dice.randint(1, min(4, len(places)))))
        )
        given = tuple(Fraction(dice.randint(1, 5)) for _choice in chosen) if points else None
        ballots.append(Ballot(f"v{voter}", chosen, given))
    form = BallotForm.CUMULATIVE if points else BallotForm.APPROVAL
    election = Election.make(budget=dice.randint(10, 90) * 100, form=form, projects=projects, ballots=ballots)
    rule = dice.choice((*[Rule.EQUAL_SHARES] * 4, Rule.PHRAGMEN, Rule.GREEDY))
    utility = dice.choice((Utility.COST, Utility.CARDINALITY))
    if points and rule is not Rule.PHRAGMEN:
        utility = Utility.POINTS
    completion = dice.choice((*[Completion.ADD1U] * 2, Completion.ADD1, Completion.GREEDY, Completion.NONE))
    if rule is not Rule.EQUAL_SHARES:
        utility = Utility.COST if rule is Rule.PHRAGMEN else utility
        completion = Completion.NONE
    step = (
        Fraction(dice.choice((1, 10, 50)))
        if completion in (Completion.ADD1, Completion.ADD1U)
        else Fraction(1)
    )
    return election, ByLaw(rule, utility, completion, dice.choice(list(Ties)), step=step)
