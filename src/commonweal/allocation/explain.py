"""Says why a project was funded or not, and what a ballot did: read from an election and its outcome.

Never decides anything and never guesses: every number is read from the outcome, replayed from its rounds, or
found by counting again (`counterfactual`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from commonweal.allocation.bylaw import Rule
from commonweal.allocation.count import supports_for
from commonweal.allocation.counterfactual import Recount
from commonweal.allocation.election import Ballot, Election
from commonweal.allocation.equal_shares import Progress
from commonweal.allocation.outcome import JsonValue, Outcome, Phase, exact_json
from commonweal.allocation.supports import Supports


@dataclass(frozen=True, slots=True)
class Funded:
    """Why a project was funded.

    `order` is its place among the winners, from 1. `supporters` support it, `payers` of them paid between
    `paid_min` and `paid_max` currency units (None when nobody paid: greedy). `price` as in `outcome.Round`.
    """

    project: str
    order: int
    phase: Phase
    supporters: int
    payers: int
    paid_min: Fraction | None
    paid_max: Fraction | None
    price: Fraction | None

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        return {
            "project": self.project,
            "order": self.order,
            "phase": self.phase.value,
            "supporters": self.supporters,
            "payers": self.payers,
            "paid_min": exact_json(self.paid_min),
            "paid_max": exact_json(self.paid_max),
            "price": exact_json(self.price),
        }


class Reason(StrEnum):
    """What kept a project out.

    `too-dear`: it costs more than the whole budget. `nobody`: no voter supports it. `supporters`: its
    supporters did not have enough money left. `budget`: what was left of the budget when its turn came did
    not cover it.
    """

    TOO_DEAR = "too-dear"
    NOBODY = "nobody"
    SUPPORTERS = "supporters"
    BUDGET = "budget"


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
        voter supports any project), bring it among the winners when the whole election is counted again with
        the same budget and by-law. With one fewer it does not win. None: not even with as many additional
        voters as there were voters, or not asked.
    cost_needed
        The highest cost, in whole currency units, at which it would have been funded, all else equal: one
        unit more and it is not. None: at no cost of 1 or more, or not asked.

    Both are found by counting again. More votes or a lower cost nearly always help, but raised shares can
    make exceptions (they may stop elsewhere). Up to 64 possible answers each is tried in turn. Beyond that
    they are searched by leaps and halving: the answer is then a boundary between losing and winning, and the
    nearest one unless such an exception lies before it.
    """

    project: str
    reason: Reason
    supporters: int
    money_left: Fraction
    missing: Fraction
    votes_needed: int | None
    cost_needed: int | None

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two outcomes of the same election side by side.

    `both`, `only_a` and `only_b` are project ids in text order. `prefer_a` (`prefer_b`) counts the voters
    with more of their named projects funded in A (in B), `indifferent` the rest; `some_a` and `some_b` the
    voters with at least one.
    """

    both: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    spent_a: Fraction
    spent_b: Fraction
    some_a: int
    some_b: int
    prefer_a: int
    prefer_b: int
    indifferent: int


def why_funded(election: Election, outcome: Outcome, project_id: str) -> Funded:
    """Why this winner won; KeyError when it did not. The election is not needed to say so, but to check the
    id.
    """
    project = election.project(project_id)
    found = outcome.round_of(project.id)
    if found is None:
        raise KeyError(project_id)
    amounts = [payment.amount for payment in found.payments]
    return Funded(
        project=project.id,
        order=found.number,
        phase=found.phase,
        supporters=found.supporters,
        payers=found.payers,
        paid_min=min(amounts, default=None),
        paid_max=max(amounts, default=None),
        price=found.price,
    )


def why_not(
    election: Election,
    outcome: Outcome,
    project_id: str,
    *,
    recount: Recount | None = None,
    what_if: bool = True,
    progress: Progress | None = None,
) -> NotFunded:
    """Why this loser lost; KeyError when it won or does not exist.

    `what_if=False` leaves out `votes_needed` and `cost_needed`, which take many counts. To ask about several
    projects, make one `Recount(election, outcome.bylaw)` and pass it each time, or call `explain_all`.
    """
    project = election.project(project_id)
    if project.id in outcome.winners:
        raise KeyError(project_id)
    recount = recount or Recount(supports_for(election, outcome.bylaw), outcome.bylaw)
    number = recount.supports.ids.index(project.id)
    money_left = recount.money_left(number)
    supporters = recount.supports.supporters(number)
    return NotFunded(
        project=project.id,
        reason=_reason(recount.supports, number, outcome, money_left),
        supporters=supporters,
        money_left=money_left,
        missing=max(Fraction(0), project.cost - money_left),
        votes_needed=recount.votes_needed(number, progress) if what_if else None,
        cost_needed=recount.cost_needed(number, progress) if what_if else None,
    )


def _reason(supports: Supports, number: int, outcome: Outcome, money_left: Fraction) -> Reason:
    cost = supports.costs[number]
    if cost > supports.budget:
        return Reason.TOO_DEAR
    if not supports.backers[number]:
        return Reason.NOBODY
    by_voters = outcome.bylaw.rule in (Rule.EQUAL_SHARES, Rule.PHRAGMEN)
    return Reason.SUPPORTERS if by_voters and money_left < cost else Reason.BUDGET


def explain_all(
    election: Election, outcome: Outcome, *, what_if: bool = True, progress: Progress | None = None
) -> tuple[tuple[Funded, ...], tuple[NotFunded, ...]]:
    """`why_funded` for every winner and `why_not` for every loser, sharing the work between them."""
    recount = Recount(supports_for(election, outcome.bylaw), outcome.bylaw)
    funded = tuple([why_funded(election, outcome, project_id) for project_id in outcome.winners])
    not_funded = []
    for done, project_id in enumerate(outcome.losers):
        if progress:
            progress("explaining projects", done, len(outcome.losers))
        found = why_not(election, outcome, project_id, recount=recount, what_if=what_if, progress=progress)
        not_funded.append(found)
    return funded, tuple(not_funded)


def what_my_vote_did(election: Election, outcome: Outcome, ballot: Ballot) -> BallotResult:
    """What became of each project on this ballot, in its order, and what the voter paid and has left.

    Replayed from the rounds of the outcome: with equal shares a voter pays rho x utility or all they have
    left, with phragmen all they had earned since they last paid. The ballot need not be one that was counted:
    the result then says what such a voter would have paid at the same prices.
    """
    supports = Supports.of(election.with_ballots([ballot]), supports_for(election, outcome.bylaw).utility)
    utility = {
        supports.ids[number]: weight * supports.unit[number]
        for number, backers in enumerate(supports.backers)
        for _, _, weight in backers
    }
    left, paid = _replay(outcome, utility)
    winners = set(outcome.winners)
    choices = [
        ChoiceResult(choice, choice in winners, paid.get(choice, Fraction(0))) for choice in ballot.choices
    ]
    return BallotResult(tuple(choices), left)


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
    supports = supports_for(election, outcome.bylaw)
    number = supports.ids.index(election.project(project_id).id)
    by_group: dict[int, dict[str, Fraction]] = {group: {} for group, _, _ in supports.backers[number]}
    for project, backers in enumerate(supports.backers):
        for group, _, weight in backers:
            if group in by_group:
                by_group[group][supports.ids[project]] = weight * supports.unit[project]
    paid = {group: _replay(outcome, utility)[1].get(project_id) for group, utility in by_group.items()}
    listed = zip(election.ballots, supports.group_of, strict=True)
    return {ballot.voter_id: amount for ballot, group in listed if (amount := paid.get(group)) is not None}


def satisfied_share(election: Election, winners: Sequence[str]) -> tuple[int, int]:
    """(voters who named at least one of the winners, all voters)."""
    chosen = set(winners)
    return sum(not chosen.isdisjoint(ballot.choices) for ballot in election.ballots), len(election.ballots)


def compare(outcome_a: Outcome, outcome_b: Outcome, election: Election) -> Comparison:
    """Two outcomes of the same election side by side, as its voters see them (projects named, whatever the
    points).
    """
    a, b = set(outcome_a.winners), set(outcome_b.winners)
    prefer_a = prefer_b = 0
    for ballot in election.ballots:
        in_a, in_b = len(a.intersection(ballot.choices)), len(b.intersection(ballot.choices))
        prefer_a += in_a > in_b
        prefer_b += in_b > in_a
    return Comparison(
        both=tuple(sorted(a & b)),
        only_a=tuple(sorted(a - b)),
        only_b=tuple(sorted(b - a)),
        spent_a=outcome_a.spent,
        spent_b=outcome_b.spent,
        some_a=satisfied_share(election, outcome_a.winners)[0],
        some_b=satisfied_share(election, outcome_b.winners)[0],
        prefer_a=prefer_a,
        prefer_b=prefer_b,
        indifferent=len(election.ballots) - prefer_a - prefer_b,
    )
