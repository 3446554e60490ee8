"""What a rule found, as both engines hand it over: who was bought at what price, and who paid.

Never decides anything. Projects go by number here, as in the election; `outcome` gives them their names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple, Protocol

from commonweal.allocation.bounds import Labels, Room
from commonweal.allocation.bylaw import ByLaw, Rule, Ties, Utility

# Told what is being done, how far it is, and how far it will go when that is known.
Progress = Callable[[str, int, int | None], None]


class UtilityError(ValueError):
    """A utility that these ballots cannot express, such as points on an approval ballot."""


class Bought(NamedTuple):
    """A project bought by voters. `price` is rho (equal shares) or the load (phragmen), in currency units.

    `payments` lists (amount, voters who paid it), smallest first, for those who paid the full price: rho x utility, or
    all they had earned. `partial` is (voters, what they paid together) for those who had less than the full price and
    paid all of it. Who had nothing left is in neither. `tied` are the other projects that had the same price then, by
    number: the named order decided against them.
    """

    project: int
    price: Fraction
    payments: tuple[tuple[Fraction, int], ...]
    partial: tuple[int, Fraction]
    tied: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The projects `reserved` for floors, then those bought by voters, in order, then those `taken` from the pot.

    `share` is what each voter had to spend, or had earned, in the end (None: greedy), `first_share` before any raise;
    `early` are the projects the first share already bought.
    """

    bought: tuple[Bought, ...]
    taken: tuple[int, ...]
    share: Fraction | None
    first_share: Fraction | None
    early: frozenset[int]
    reserved: tuple[int, ...] = ()

    @property
    def chosen(self) -> list[int]:
        """All winners, in order."""
        return [*self.reserved, *[found.project for found in self.bought], *self.taken]


class Standing(Protocol):
    """What both engines know of the projects of an election: enough to order them and to spend a pot."""

    @property
    def ids(self) -> tuple[str, ...]: ...
    @property
    def costs(self) -> tuple[Fraction, ...]: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def budget(self) -> Fraction: ...
    @property
    def voters(self) -> int: ...
    @property
    def supporters(self) -> Sequence[int]: ...
    @property
    def score(self) -> tuple[Fraction, ...]: ...


def utility_of(bylaw: ByLaw) -> Utility:
    """How the rule of this by-law reads the ballots: phragmen as approvals, whatever else it says."""
    return Utility.CARDINALITY if bylaw.rule is Rule.PHRAGMEN else bylaw.utility


TieKey = tuple[Fraction | int, Fraction | int, str]


def tie_key(bylaw: ByLaw, votes: int, cost: Fraction, project_id: str) -> TieKey:
    """What decides between projects the rule cannot tell apart; the smallest wins."""
    if bylaw.ties is Ties.ID:
        return 0, 0, project_id
    last = drawn(bylaw.lot, project_id)
    return (-votes, cost, last) if bylaw.ties is Ties.VOTES else (cost, -votes, last)


def drawn(lot: str, project_id: str) -> str:
    """What a lot orders projects by, smallest first: the SHA-256 of lot, line feed, id; without a lot, the id."""
    if not lot:
        return project_id
    digest = sha256(f"{lot}\n{project_id}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{digest} {project_id}"


def places(standing: Standing, bylaw: ByLaw) -> tuple[int, ...]:
    """The place of each project in the named order; place 0 wins every tie."""
    keys = [
        tie_key(bylaw, votes, cost, name)
        for votes, cost, name in zip(standing.supporters, standing.costs, standing.ids, strict=True)
    ]
    found = [0] * len(keys)
    for place, project in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        found[project] = place
    return tuple(found)


def first_share(standing: Standing, bylaw: ByLaw) -> Fraction:
    """The share each voter starts with: budget / voters, rounded down if the by-law says so; 0 without voters."""
    if not standing.voters:
        return Fraction(0)
    share = standing.budget / standing.voters
    return Fraction(share.__floor__()) if bylaw.start == "floor" else share


def room_beside(standing: Standing, bylaw: ByLaw, funded: Sequence[int]) -> Room:
    """What the ceilings leave room for beside the projects that are funded."""
    return Room(standing.labels, standing.costs, bylaw, funded)


def is_final(standing: Standing, bylaw: ByLaw, bought: Sequence[int], room: Room | None = None) -> bool:
    """Whether no further raise can matter (all is bought), or none is wanted (nothing else fits the budget and `room`)."""
    chosen = set(bought)
    others = [p for p, backed in enumerate(standing.supporters) if backed and p not in chosen]
    if bylaw.stop == "over-budget":
        return not others
    left = standing.budget - total_cost(standing, bought)
    return all(standing.costs[p] > left or not (room is None or room.fits(p)) for p in others)


def total_cost(standing: Standing, projects: Sequence[int]) -> Fraction:
    """What these projects cost together."""
    costs = [standing.costs[p] for p in projects]
    whole = all(cost.denominator == 1 for cost in costs)
    # Adding up whole numbers takes a tenth of the time, and raising the shares asks at every step.
    return Fraction(sum([cost.numerator for cost in costs])) if whole else sum(costs, Fraction(0))


def least(wins: Callable[[int], bool], low: int, high: int) -> int | None:
    """The least number from `low` to `high` that wins, where all above a winning number win; None: none does."""
    if low > high or not wins(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if wins(middle):
            high = middle
        else:
            low = middle + 1
    return low
