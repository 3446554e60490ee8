"""Small random elections with a by-law, from a seed: many ties, odd costs, every ballot form, sometimes nobody votes."""

from fractions import Fraction
from random import Random

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    Project,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
)

FORMS = (
    BallotForm.APPROVAL,
    BallotForm.APPROVAL,
    BallotForm.CUMULATIVE,
    BallotForm.SCORING,
    BallotForm.ORDINAL,
)
# Equal shares is where floats have something to decide.
RULES = (*Rule, Rule.EQUAL_SHARES, Rule.EQUAL_SHARES, Rule.EQUAL_SHARES)


def generated(seed: int) -> tuple[Election, ByLaw]:
    """The election and by-law of this seed: always the same."""
    random = Random(seed)
    form = random.choice(FORMS)
    ids = [f"p{number}" for number in range(random.randint(1, 8))]
    projects = [Project(name, _cost(random)) for name in ids]
    ballots = []
    for voter in range(0 if random.random() < 0.02 else random.randint(1, 12)):
        choices = tuple(random.sample(ids, random.randint(0, min(len(ids), 4))))
        points = None
        if form.has_points:
            least = -1 if form is BallotForm.SCORING else 0
            points = tuple([_points(random, least) for _ in choices])
        ballots.append(Ballot(f"v{voter}", choices, points))
    meta = {}
    if form is BallotForm.SCORING and random.random() < 0.3:
        meta["default_score"] = random.choice(["0", "1", "0.5"])
    election = Election.make(
        budget=random.randint(0, 24), form=form, projects=projects, ballots=ballots, meta=meta
    )
    utilities = list(Utility) if form is not BallotForm.APPROVAL else [Utility.COST, Utility.CARDINALITY]
    bylaw = ByLaw(
        rule=random.choice(RULES),
        utility=random.choice(utilities),
        completion=random.choice(list(Completion)),
        ties=random.choice(list(Ties)),
        start=random.choice(list(Start)),
        step=random.choice([Fraction(1), Fraction(1, 7), Fraction(1, 30)]),
        stop=random.choice(list(Stop)),
    )
    return election, bylaw


def _cost(random: Random) -> Fraction:
    if random.random() < 0.2:
        return Fraction(random.randint(1, 30), random.choice([1, 2, 4, 5]))
    return Fraction(random.randint(0 if random.random() < 0.1 else 1, 8))


def _points(random: Random, least: int) -> Fraction:
    return Fraction(random.randint(least, 3)) if random.random() < 0.9 else Fraction(random.randint(1, 7), 2)
