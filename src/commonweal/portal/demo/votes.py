"""How the demo's members vote: near home, in their language, by what they care for; some of them on paper.

Every vote goes through the same action as a real one, sealed to the committee's key.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from commonweal.kernel.subjects import number_of
from commonweal.portal.demo.crowd import Town
from commonweal.portal.demo.script import SEED
from commonweal.voting import actions
from commonweal.voting.queries import options_of
from commonweal.voting.rules.choices import Choice, tidy

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.projects.models import Call
    from commonweal.voting.models import Ballot, Voter

KILOMETRES_A_DEGREE = 111.0
NEAR_KILOMETRES = 30.0
CHOSEN = ((1, 8), (2, 16), (3, 28), (4, 22), (5, 26))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project as someone who votes sees it: what it serves, its language, where it is, how well it speaks."""

    number: int
    ambition: str
    language: str
    latitude: float
    longitude: float
    appeal: float


class Electorate:
    """Draws plausible choices for the options of one ballot. The same seed draws the same."""

    def __init__(self, call: Call, ballot: Ballot, towns: Sequence[Town]) -> None:
        self.dice = random.Random(f"{SEED}:{call.slug}")  # noqa: S311 - the demo must be the same each time
        self.towns = {town.nis: town for town in towns}
        places = dict(call.dossiers.exclude(municipality=None).values_list("pk", "municipality_id"))
        self.candidates = []
        for option in options_of(ballot).values():
            town = self.towns.get(places.get(number_of(option.subject), ""))
            self.candidates.append(
                Candidate(
                    option.number,
                    option.category,
                    option.language,
                    town.latitude if town else 50.6,
                    town.longitude if town else 4.6,
                    self.dice.lognormvariate(0, 0.7),
                )
            )
        self.ambitions = sorted({each.ambition for each in self.candidates})

    def choice(self, nis: str, language: str) -> Choice:
        """One to five projects for someone who lives in a municipality and reads a language."""
        town = self.towns[nis]
        interests = {code: self.dice.gammavariate(0.9, 1) + 0.15 for code in self.ambitions}
        ranked = sorted(
            self.candidates,
            key=lambda each: self.dice.random() ** (1 / self._pull(each, town, language, interests)),
            reverse=True,
        )
        count = self.dice.choices([number for number, _w in CHOSEN], weights=[w for _number, w in CHOSEN])[0]
        return tidy((each.number, 1) for each in ranked[:count])

    def _pull(self, each: Candidate, town: Town, language: str, interests: dict[str, float]) -> float:
        north = (each.latitude - town.latitude) * KILOMETRES_A_DEGREE
        east = (each.longitude - town.longitude) * KILOMETRES_A_DEGREE * math.cos(math.radians(50.5))
        near = math.exp(-math.hypot(north, east) / NEAR_KILOMETRES)
        spoken = 2.6 if each.language == language else 1.0
        return each.appeal * interests[each.ambition] * spoken * (0.25 + 6 * near)


def sampled_voters(ballot: Ballot, numbers: Sequence[int], wanted: int, dice: random.Random) -> list[Voter]:
    """Voters on the roll among members with these numbers, as many as wanted or as there are."""
    picked = dice.sample(list(numbers), min(wanted, len(numbers)))
    roll = ballot.voters.filter(member__number__in=picked)
    return list(roll.select_related("member__person", "vote").order_by("member__number"))


def cast_votes(
    ballot: Ballot, electorate: Electorate, voters: Sequence[Voter], moments: tuple[datetime, datetime]
) -> None:
    """Each of these voters votes over the web, somewhere between two moments."""
    first, last = moments
    when = sorted(first + (last - first) * electorate.dice.random() ** 1.4 for _voter in voters)
    made = [
        actions.BroughtVote(
            voter, electorate.choice(voter.member.municipality_id or "", voter.member.language), moment
        )
        for voter, moment in zip(voters, when, strict=True)
        if voter.member is not None
    ]
    actions.cast_many(ballot=ballot, votes=made, by=None, now=last)


def paper_votes(
    ballot: Ballot,
    electorate: Electorate,
    voters: Sequence[Voter],
    counters: tuple[Person, Person],
    now: datetime,
    *,
    typed_twice: int,
    typed_once: int = 0,
) -> None:
    """Paper ballots are handed out to all these voters; so many sheets come back and are typed twice, or once."""
    first, second = counters
    for voter in voters:
        actions.hand_out_paper(ballot=ballot, voter=voter, by=first, now=now)
    for place, voter in enumerate(voters[: typed_twice + typed_once]):
        member = voter.member
        if member is None:
            continue
        choice, number = electorate.choice(member.municipality_id or "", member.language), place + 1
        control = actions.type_sheet_first(ballot=ballot, number=number, choice=choice, by=first, now=now)
        if place < typed_twice:
            actions.type_sheet_second(
                ballot=ballot, number=number, choice=choice, control=control, by=second, now=now
            )
