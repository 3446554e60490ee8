"""Holds the two engines together: one election, one by-law, every number a count can give."""

from dataclasses import replace
from random import Random

from commonweal.allocation import ByLaw, Completion, Election, Rule, Start, Stop, Ties, Utility
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.floors import reserved
from commonweal.allocation.greedy import completed
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.plain.overspending import overspending
from commonweal.allocation.plain.supports import Supports
from commonweal.allocation.tally import places, room_beside, total_cost

from .elections import approval

# The rules that both engines know.
TWICE = [rule for rule in Rule if rule is not Rule.OVERSPENDING]


def assert_engines_agree(election: Election, bylaw: ByLaw) -> FastCount:
    """Both engines buy the same, at the same prices, and say the same of every loser."""
    fast, plain = FastCount(election, bylaw), PlainCount(election, bylaw)
    assert fast.tally == plain.tally
    chosen = {found.project for found in fast.tally.bought} | set(fast.tally.taken)
    for project in set(range(len(election.projects))).difference(chosen):
        assert fast.money_left(project) == plain.money_left(project)
        assert fast.lost_in_round(project) == plain.lost_in_round(project)
        assert fast.votes_needed(project) == plain.votes_needed(project)
        assert fast.cost_needed(project) == plain.cost_needed(project)
    return fast


def wins_again(found: PlainCount, changed: Supports, project: int) -> bool:
    """Whether the project is among the winners of the changed election: the whole of it counted again, same share."""
    bylaw, share = found.bylaw, found.tally.share
    if bylaw.rule is not Rule.OVERSPENDING:
        return found._wins(changed, project)
    assert share is not None
    first = reserved(changed, bylaw)
    rest = replace(changed, budget=changed.budget - total_cost(changed, first))
    again = overspending(rest, share, places(changed, bylaw), room_beside(changed, bylaw, first))
    bought = [*first, *[purchase.project for purchase in again.purchases]]
    return project in [*bought, *completed(changed, bylaw, bought)]


def small_election(random: Random) -> Election:
    """Few voters and few different costs, so that ties are the rule."""
    count = random.randint(1, 6)
    ids = ("9", "10", "b", "a", "c1", "c10")[:count]
    costs = [random.choice((0, 1, 2, 2, 3, 4, 6)) for _ in ids]
    votes = [
        " ".join(random.sample(ids, random.randint(0, count)))
        for _ in range(random.choice((0, 1, 2, 4, 6, 9)))
    ]
    return approval(random.randint(0, 20), costs, votes)


def some_bylaw(random: Random, **fixed: object) -> ByLaw:
    """Any by-law that approval ballots can be counted under."""
    words: dict[str, object] = {
        "rule": random.choice(TWICE),
        "utility": random.choice((Utility.COST, Utility.CARDINALITY)),
        "completion": random.choice(list(Completion)),
        "ties": random.choice(list(Ties)),
        "start": random.choice(list(Start)),
        "stop": random.choice(list(Stop)),
        "lot": random.choice(("", "7 31")),
    }
    return ByLaw(**{**words, **fixed})  # type: ignore[arg-type]
