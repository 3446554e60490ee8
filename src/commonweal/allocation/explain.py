"""Says why a project was funded or not, and what a ballot did: read from an election and its outcome.

Never decides anything and never guesses: every number is read from the outcome, replayed from its rounds, or
found by counting again.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from commonweal.allocation.bylaw import ByLaw, Rule
from commonweal.allocation.count import Engine, counted, written_down
from commonweal.allocation.election import Ballot, Election
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.outcome import JsonValue, Outcome, Phase, Round, exact_json
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.plain.supports import Supports
from commonweal.allocation.tally import Progress, room_beside, utility_of
from commonweal.allocation.weights import shares_of_ballot, shares_of_ballots


@dataclass(frozen=True, slots=True)
class Funded:
    """Why a project was funded.

    `order` is its place among the winners, from 1. `supporters` support it, `payers` of them paid something:
    `partial_payers` all they had left, `partial_paid` together, and the others the full price, between `full_min`
    and `full_max` currency units each (None when nobody did). `price` as in `outcome.Round`.
    """

    project: str
    order: int
    phase: Phase
    supporters: int
    payers: int
    full_min: Fraction | None
    full_max: Fraction | None
    partial_payers: int
    partial_paid: Fraction
    price: Fraction | None

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        return {
            "project": self.project,
            "order": self.order,
            "phase": self.phase.value,
            "supporters": self.supporters,
            "payers": self.payers,
            "full_min": exact_json(self.full_min),
            "full_max": exact_json(self.full_max),
            "partial_payers": self.partial_payers,
            "partial_paid": exact_json(self.partial_paid),
            "price": exact_json(self.price),
        }


class Reason(StrEnum):
    """What kept a project out.

    `too-dear`: it costs more than the whole budget. `nobody`: no voter supports it. `supporters`: its
    supporters did not have enough money left. `budget`: what was left of the budget when its turn came did
    not cover it. `ceiling`: beside what was funded it would break a ceiling of one of its labels.
    """

    TOO_DEAR = "too-dear"
    NOBODY = "nobody"
    SUPPORTERS = "supporters"
    BUDGET = "budget"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class NotFunded:
    """Why a project was not funded, and what would have changed that.

    money_left
        Equal shares and phragmen: what its supporters together had left at the end of the purchases by voters
        (before greedy completion). Greedy: what was left of the budget when its turn came.
    missing
        Cost minus `money_left`, at least 0. With phragmen it can be 0: the supporters had the money at the
        very moment the budget did not.
    votes_needed
        How many additional voters, who support this project only (with utility `points`: as strongly as any
        voter supports any project), bring it among the winners when the election is counted again, with the same
        share for every voter, the new ones included. With one fewer it does not win. None: not even with as many
        additional voters as there were voters, or it costs more than the whole budget. Known in the literature as
        singleton-add (Boehmer et al., IJCAI 2024).
    cost_needed
        The highest cost, in whole currency units, at which it would have been funded, all else and the share
        equal: one unit more and it is not. None: at no cost of 1 or more.
    lost_in_round
        Equal shares: after this round its supporters together no longer had its cost (0: from the start). None:
        they always had it, or the rule knows no shares.
    """

    project: str
    reason: Reason
    supporters: int
    money_left: Fraction
    missing: Fraction
    votes_needed: int | None
    cost_needed: int | None
    lost_in_round: int | None

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        return {
            "project": self.project,
            "reason": self.reason.value,
            "supporters": self.supporters,
            "money_left": exact_json(self.money_left),
            "missing": exact_json(self.missing),
            "votes_needed": self.votes_needed,
            "cost_needed": self.cost_needed,
            "lost_in_round": self.lost_in_round,
        }


@dataclass(frozen=True, slots=True)
class ChoiceResult:
    """What became of one project a voter supported: funded or not, and what the voter paid for it."""

    project: str
    funded: bool
    paid: Fraction


@dataclass(frozen=True, slots=True)
class BallotResult:
    """What one ballot did. `left` is what the voter had left at the end (None for greedy: nobody has a
    share).
    """

    choices: tuple[ChoiceResult, ...]
    left: Fraction | None


def why_funded(found: Round) -> Funded:
    """Why the project of this round was selected."""
    amounts = [payment.amount for payment in found.payments]
    return Funded(
        project=found.project,
        order=found.number,
        phase=found.phase,
        supporters=found.supporters,
        payers=found.payers,
        full_min=min(amounts, default=None),
        full_max=max(amounts, default=None),
        partial_payers=found.partial_payers,
        partial_paid=found.partial_paid,
        price=found.price,
    )


@dataclass(frozen=True, slots=True)
class Explained:
    """An outcome with the reason for every project, in its order."""

    outcome: Outcome
    funded: tuple[Funded, ...]
    not_funded: tuple[NotFunded, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """The reasons as plain values, without the outcome."""
        return {
            "funded": [each.to_json() for each in self.funded],
            "not_funded": [each.to_json() for each in self.not_funded],
        }


def explained(
    election: Election, bylaw: ByLaw, progress: Progress | None = None, *, engine: Engine = Engine.FAST
) -> Explained:
    """Count, and say why every winner won and every loser lost. Raises as `count` does."""
    found = counted(election, bylaw, progress, engine)
    return reasons_of(found, written_down(found.standing, bylaw, found.tally), progress)


def reasons_of(
    found: FastCount | PlainCount, outcome: Outcome, progress: Progress | None = None
) -> Explained:
    """The reasons for an outcome, from the count that found it."""
    number = {project_id: place for place, project_id in enumerate(found.standing.ids)}
    not_funded = []
    for done, project_id in enumerate(outcome.losers):
        if progress:
            progress("explaining projects", done, len(outcome.losers))
        not_funded.append(_why_not(found, number[project_id]))
    funded = tuple([why_funded(found_round) for found_round in outcome.rounds])
    return Explained(outcome, funded, tuple(not_funded))


def _why_not(found: FastCount | PlainCount, number: int) -> NotFunded:
    standing, left = found.standing, found.money_left(number)
    cost = standing.costs[number]
    return NotFunded(
        project=standing.ids[number],
        reason=_reason(found, number, left),
        supporters=standing.supporters[number],
        money_left=left,
        missing=max(Fraction(0), cost - left),
        votes_needed=None if cost > standing.budget else found.votes_needed(number),
        cost_needed=found.cost_needed(number),
        lost_in_round=found.lost_in_round(number),
    )


def _reason(found: FastCount | PlainCount, number: int, money_left: Fraction) -> Reason:
    standing, bylaw = found.standing, found.bylaw
    cost = standing.costs[number]
    if cost > standing.budget:
        return Reason.TOO_DEAR
    if not standing.supporters[number]:
        return Reason.NOBODY
    if bylaw.ceilings and not room_beside(standing, bylaw, found.tally.chosen).fits(number):
        return Reason.CEILING
    if bylaw.rule is Rule.OVERSPENDING:
        # As long as one supporter has a cent left, they could buy a part of it, if only it fitted the budget.
        return Reason.BUDGET if money_left else Reason.SUPPORTERS
    by_voters = bylaw.rule in (Rule.EQUAL_SHARES, Rule.PHRAGMEN)
    return Reason.SUPPORTERS if by_voters and money_left < cost else Reason.BUDGET


def what_my_vote_did(election: Election, outcome: Outcome, ballot: Ballot) -> BallotResult:
    """What became of each project on this ballot, in its order, and what the voter paid and has left.

    Replayed from the rounds of the outcome: with equal shares a voter pays rho x utility or all they have
    left, with phragmen all they had earned since they last paid. The ballot need not be one that was counted:
    the result then says what such a voter would have paid at the same prices. A voter with several shares pays
    for each of them.
    """
    supports = Supports.of(election.with_ballots([ballot]), utility_of(outcome.bylaw))
    held = shares_of_ballot(ballot, outcome.bylaw.weights)
    utility = {
        supports.ids[number]: weight * supports.unit[number]
        for number, backers in enumerate(supports.backers)
        for _, _, weight in backers
    }
    left, paid = _replay(outcome, utility)
    winners = set(outcome.winners)
    choices = [
        ChoiceResult(choice, choice in winners, held * paid.get(choice, Fraction(0)))
        for choice in ballot.choices
    ]
    return BallotResult(tuple(choices), None if left is None else held * left)


def _replay(outcome: Outcome, utility: dict[str, Fraction]) -> tuple[Fraction | None, dict[str, Fraction]]:
    """What a voter with these utilities has left at the end and paid for each project."""
    if outcome.endowment is None:
        return None, {}
    left, earned_before = outcome.endowment, Fraction(0)
    paid: dict[str, Fraction] = {}
    for found in outcome.rounds:
        if found.price is None or found.project not in utility:
            continue
        if found.phase is Phase.PHRAGMEN:
            paid[found.project] = found.price - earned_before
            earned_before = found.price
        else:
            paid[found.project] = min(left, found.price * utility[found.project])
        left -= paid[found.project]
    return left, paid


def payments_by_voter(election: Election, outcome: Outcome, project_id: str) -> dict[str, Fraction]:
    """What each supporter of a winner paid for it, by voter id, in ballot order; {} for greedy."""
    supports = Supports.of(election, utility_of(outcome.bylaw))
    number = supports.ids.index(election.project(project_id).id)
    by_group: dict[int, dict[str, Fraction]] = {group: {} for group, _, _ in supports.backers[number]}
    for project, backers in enumerate(supports.backers):
        for group, _, weight in backers:
            if group in by_group:
                by_group[group][supports.ids[project]] = weight * supports.unit[project]
    paid = {group: _replay(outcome, utility)[1].get(project_id) for group, utility in by_group.items()}
    shares = shares_of_ballots(election, outcome.bylaw.weights) or [1] * len(election.ballots)
    listed = zip(election.ballots, supports.group_of, shares, strict=True)
    return {
        ballot.voter_id: held * amount
        for ballot, group, held in listed
        if (amount := paid.get(group)) is not None
    }
