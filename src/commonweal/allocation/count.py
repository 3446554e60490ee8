"""Counts an election under a by-law: runs the rule, completes it, and writes down what happened.

Never reads a clock, a file or a setting, and never depends on the order of projects or ballots.
"""

from enum import StrEnum
from fractions import Fraction

from commonweal.allocation.bounds import check_labels
from commonweal.allocation.bylaw import ByLaw, Rule
from commonweal.allocation.election import Election
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.fast.marks import TooFine
from commonweal.allocation.greedy import taken_and_tied
from commonweal.allocation.outcome import Outcome, Payment, Phase, Round
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.tally import Progress, Standing, Tally, places, total_cost


class Engine(StrEnum):
    """`fast` counts in arrays, `plain` as the definitions say. The outcome is the same; a test holds them together."""

    FAST = "fast"
    PLAIN = "plain"


def counted(
    election: Election, bylaw: ByLaw, progress: Progress | None = None, engine: Engine = Engine.FAST
) -> FastCount | PlainCount:
    """The count by an engine, with its tally and what-ifs; what is too fine for `fast` is counted by `plain`.

    Raises as `count` does.
    """
    check_labels(election, bylaw)
    if engine is Engine.PLAIN:
        return PlainCount(election, bylaw, progress)
    try:
        return FastCount(election, bylaw, progress)
    except TooFine:
        return PlainCount(election, bylaw, progress)


def count(
    election: Election,
    bylaw: ByLaw,
    progress: Progress | None = None,
    *,
    engine: Engine = Engine.FAST,
) -> Outcome:
    """The outcome of the election under the by-law, with its accounts.

    `progress` is called now and then with (what, done, total or None). Raises UtilityError when the by-law
    asks for points and the ballots carry none, ElectionError when it reads shares that are not there, ByLawError
    when it bounds labels that no project has.
    """
    found = counted(election, bylaw, progress, engine)
    return written_down(found.standing, bylaw, found.tally)


def written_down(standing: Standing, bylaw: ByLaw, tally: Tally) -> Outcome:
    """The outcome a tally stands for."""
    ids = standing.ids
    rounds = [
        _from_the_pot(standing, place, project, Phase.FLOOR)
        for place, project in enumerate(tally.reserved, 1)
    ]
    for found in tally.bought:
        phase = Phase.OVERSPENDING if bylaw.rule is Rule.OVERSPENDING else Phase.PHRAGMEN
        if bylaw.rule is Rule.EQUAL_SHARES:
            phase = Phase.EQUAL_SHARES if found.project in tally.early else Phase.ADD1
        rounds.append(
            Round(
                number=len(rounds) + 1,
                project=ids[found.project],
                phase=phase,
                price=found.price,
                supporters=standing.supporters[found.project],
                payments=tuple([Payment(amount, payers) for amount, payers in found.payments]),
                partial_payers=found.partial[0],
                partial_paid=found.partial[1],
                tied=tuple(sorted([ids[other] for other in found.tied])),
            )
        )
    for project, tied in taken_and_tied(standing, bylaw, tally):
        rounds.append(_from_the_pot(standing, len(rounds) + 1, project, Phase.GREEDY, tied))
    chosen = tally.chosen
    at = places(standing, bylaw)
    losers = sorted(set(range(len(standing.ids))).difference(chosen), key=lambda p: at[p])
    return Outcome(
        bylaw=bylaw,
        budget=standing.budget,
        voters=standing.voters,
        spent=total_cost(standing, chosen),
        winners=tuple([standing.ids[p] for p in chosen]),
        losers=tuple([standing.ids[p] for p in losers]),
        endowment=tally.share,
        first_endowment=tally.first_share,
        rounds=tuple(rounds),
    )


def _from_the_pot(
    standing: Standing, number: int, project: int, phase: Phase, tied: tuple[int, ...] = ()
) -> Round:
    """A round in which nobody pays."""
    return Round(
        number=number,
        project=standing.ids[project],
        phase=phase,
        price=None,
        supporters=standing.supporters[project],
        payments=(),
        partial_payers=0,
        partial_paid=Fraction(0),
        tied=tuple(sorted([standing.ids[other] for other in tied])),
    )
