"""What an outcome means for its voters, all at once: who sees a project funded, which groups got what share.

A voter is a person here, and counts once however many shares the statutes give them; money is what they paid in all.

Never decides anything. Counts are exact; amounts of money are whole hundredths of a currency unit.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from commonweal.allocation.election import Election
from commonweal.allocation.fast.marks import Floats, Ints, Marks
from commonweal.allocation.outcome import JsonValue, Outcome, Phase, exact_json
from commonweal.allocation.tally import utility_of
from commonweal.allocation.weights import shares_of_ballots


def funded_counts(election: Election, winners: Collection[str]) -> Ints:
    """For each ballot, in order, how many of the projects it names are among the winners.

    A project named with negative points is not wanted, so it does not count.
    """
    chosen = np.array([project.id in set(winners) for project in election.projects], dtype=np.int64)
    ballots = election.ballots.without_opposed()
    won = np.concatenate((np.zeros(1, np.int64), np.cumsum(chosen[ballots.choices])))
    return won[ballots.starts[1:]] - won[ballots.starts[:-1]]


def satisfied_share(election: Election, winners: Collection[str]) -> tuple[int, int]:
    """(voters who named at least one of the winners, all voters)."""
    return int(np.count_nonzero(funded_counts(election, winners))), len(election.ballots)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two outcomes of the same election side by side.

    `both`, `only_a` and `only_b` are project ids in text order. `prefer_a` (`prefer_b`) counts the voters
    with more of their named projects funded in A (in B), `indifferent` the rest; `some_a` and `some_b` the
    voters with at least one, `nothing_a` and `nothing_b` those with none.
    """

    both: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    spent_a: Fraction
    spent_b: Fraction
    some_a: int
    some_b: int
    nothing_a: int
    nothing_b: int
    prefer_a: int
    prefer_b: int
    indifferent: int

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        return {
            "both": list(self.both),
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "spent_a": exact_json(self.spent_a),
            "spent_b": exact_json(self.spent_b),
            "some_a": self.some_a,
            "some_b": self.some_b,
            "nothing_a": self.nothing_a,
            "nothing_b": self.nothing_b,
            "prefer_a": self.prefer_a,
            "prefer_b": self.prefer_b,
            "indifferent": self.indifferent,
        }


def compare(outcome_a: Outcome, outcome_b: Outcome, election: Election) -> Comparison:
    """Two outcomes of the same election side by side, as its voters see them (projects named, whatever the
    points).
    """
    a, b = set(outcome_a.winners), set(outcome_b.winners)
    in_a, in_b = funded_counts(election, a), funded_counts(election, b)
    voters = len(election.ballots)
    some_a, some_b = int(np.count_nonzero(in_a)), int(np.count_nonzero(in_b))
    prefer_a, prefer_b = int(np.count_nonzero(in_a > in_b)), int(np.count_nonzero(in_b > in_a))
    return Comparison(
        both=tuple(sorted(a & b)),
        only_a=tuple(sorted(a - b)),
        only_b=tuple(sorted(b - a)),
        spent_a=outcome_a.spent,
        spent_b=outcome_b.spent,
        some_a=some_a,
        some_b=some_b,
        nothing_a=voters - some_a,
        nothing_b=voters - some_b,
        prefer_a=prefer_a,
        prefer_b=prefer_b,
        indifferent=voters - prefer_a - prefer_b,
    )


@dataclass(frozen=True, slots=True)
class GroupShare:
    """What one group of voters (a region, a language, an age band) got.

    `voters` in it, `some` of them with at least one named project funded, `funded` the named projects funded, added
    up over its voters, `paid` currency units from their shares (0 where the rule gives nobody a share).
    """

    group: str
    voters: int
    some: int
    funded: int
    paid: Fraction


def group_shares(election: Election, outcome: Outcome, groups: Sequence[str]) -> tuple[GroupShare, ...]:
    """What each group of voters got; `groups[v]` names the group of ballot `v`. In text order."""
    names, which = np.unique(np.array(groups, dtype=object), return_inverse=True)
    count = len(names)
    funded = funded_counts(election, outcome.winners)
    paid = paid_by_ballot(election, outcome)
    voters = np.bincount(which, minlength=count)
    some = np.bincount(which[funded > 0], minlength=count)
    added = np.bincount(which, weights=funded, minlength=count)
    money = np.bincount(which, weights=paid, minlength=count)
    return tuple(
        [
            GroupShare(
                str(name), int(voters[k]), int(some[k]), int(added[k]), Fraction(round(money[k] * 100), 100)
            )
            for k, name in enumerate(names)
        ]
    )


@dataclass(frozen=True, slots=True)
class ThemeShare:
    """One kind of project (an ambition, a category, a region): its share of the choices and of the money.

    `projects` of it, `funded` among them; `choices` on ballots that named one; `cost` of those funded.
    """

    theme: str
    projects: int
    funded: int
    choices: int
    cost: Fraction


def theme_shares(election: Election, outcome: Outcome, themes: Sequence[str]) -> tuple[ThemeShare, ...]:
    """How choices and money are spread over kinds of projects; `themes[p]` names that of project `p`. In text order."""
    named = np.bincount(election.ballots.without_opposed().choices, minlength=len(election.projects)).tolist()
    winners = set(outcome.winners)
    found: dict[str, ThemeShare] = {}
    for theme, project, choices in zip(themes, election.projects, named, strict=True):
        won = project.id in winners
        before = found.get(theme, ThemeShare(theme, 0, 0, 0, Fraction(0)))
        found[theme] = ThemeShare(
            theme,
            before.projects + 1,
            before.funded + won,
            before.choices + choices,
            before.cost + (project.cost if won else 0),
        )
    return tuple([found[theme] for theme in sorted(found)])


def paid_by_ballot(election: Election, outcome: Outcome) -> NDArray[np.float64]:
    """What the voter of each ballot paid in all, in currency units; zeros where the rule gives nobody a share."""
    marks = Marks.of(election, utility_of(outcome.bylaw), outcome.bylaw.weights)
    shares = shares_of_ballots(election, outcome.bylaw.weights)
    left, _ = purses_after(marks, outcome)
    start = 0.0 if outcome.endowment is None else float(outcome.endowment)
    paid: Floats = (start - left)[marks.group_of]
    return paid if shares is None else paid * np.array(shares, dtype=np.float64)


def purses_after(marks: Marks, outcome: Outcome) -> tuple[Floats, list[float]]:
    """What a voter of each group has left when all rounds are replayed from their published prices alone, and what
    each round's supporters paid together.

    With equal shares a voter pays the price x utility, or all they have left; with phragmen all they had earned since
    they last paid.
    """
    number = {project_id: place for place, project_id in enumerate(marks.ids)}
    left = np.full(len(marks.group_sizes), 0.0 if outcome.endowment is None else float(outcome.endowment))
    earned = np.zeros(len(marks.group_sizes))
    taken = []
    for found in outcome.rounds:
        if found.price is None:
            continue
        project = number[found.project]
        members, price = marks.members[project], float(found.price)
        if found.phase is Phase.PHRAGMEN:
            paid = price - earned[members]
            earned[members] = price
        else:
            weights = marks.weights[project]
            due = price * marks.unit_floats[project]
            paid = np.minimum(left[members], due if weights is None else due * weights)
        left[members] -= paid
        taken.append(float((paid * marks.group_sizes[members]).sum()))
    return left, taken
