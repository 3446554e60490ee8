"""The steps of the demo's calls: announced, opened with a committee's key, voted, opened, counted, decided."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from commonweal.allocation import ByLaw, Completion, Rule, Ties, Utility
from commonweal.portal.demo.crowd import Town
from commonweal.portal.demo.dossiers import Applicants
from commonweal.portal.demo.script import LANGUAGES, SEED, Calendar, calls, cast
from commonweal.portal.demo.votes import Electorate, cast_votes, paper_votes, sampled_voters
from commonweal.projects import actions
from commonweal.voting import committee
from commonweal.voting.queries import sealed_bundle

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.projects.models import Call
    from commonweal.voting.models import Ballot
    from commonweal.voting.sealing import Sheet

THRESHOLD = 2
VOTERS_MAX = {"counted": 620, "vote": 330}
TURNOUT = {"counted": 0.32, "vote": 0.17}
PAPER_MAX = {"counted": 20, "vote": 6}


@dataclass(slots=True)
class Stage:
    """All that the calls of the demo share."""

    calendar: Calendar
    who: Applicants
    towns: Sequence[Town]
    numbers: Sequence[int]
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - the same each time

    @property
    def people(self) -> Any:
        """The named people by key."""
        return self.who.people

    def _on(self, key: str, step: str, hour: int) -> datetime:
        return self.calendar.at(calls()[key]["days"][step], hour)

    def announced(self, key: str) -> Call:
        """A call with its texts in four languages, shown to everyone."""
        written, by = calls()[key], self.people["programme"]
        planned = self._on(key, "planned", 10)
        call = actions.plan_call(
            by=by, now=planned, values=self._values(key, written), ambitions=written["ambitions"]
        )
        for language in LANGUAGES:
            text = written["texts"][language]
            actions.write_call_text(
                call=call,
                language=language,
                title=text["title"],
                summary=text["summary"],
                body="\n\n".join(text["body"]),
                easy_text="\n\n".join(text["easy"]),
                by=by,
                now=planned,
            )
        return actions.announce_call(call=call, by=by, now=planned)

    def _values(self, key: str, written: dict[str, Any]) -> dict[str, Any]:
        utility = Utility.POINTS if written["form"] == "points" else Utility.COST
        bylaw = ByLaw(rule=Rule.EQUAL_SHARES, utility=utility, completion=Completion.ADD1U, ties=Ties.COST)
        days = written["days"]
        return {
            "slug": written["slug"],
            "track": "regional",
            "budget_cents": written["budget"] * 100,
            "amount_min_cents": written["low"] * 100,
            "amount_max_cents": written["high"] * 100,
            "applies_from": self._on(key, "applies_from", 9),
            "applies_until": self._on(key, "applies_until", 20),
            "check_until": self.calendar.day(days["check_until"]),
            "vote_from": self._on(key, "vote_from", 9),
            "vote_until": self._on(key, "vote_until", 20),
            "publish_on": self.calendar.day(days["publish_on"]),
            "voters": "all",
            "form": written["form"],
            "choices_min": written["choices_min"],
            "choices_max": written["choices_max"],
            "points_total": written["points_total"],
            "points_each": written["points_each"],
            "bylaw": bylaw.to_json(),
        }

    def crowded(self, call: Call, key: str, count: int) -> None:
        """Puts so many plain projects beside the written ones, to try lists and ballots at size."""
        if not count:
            return
        organisation, speaker = self.who.organisations["belronde"]
        made = []
        for number in range(1, count + 1):
            town = self.dice.choice(self.towns)
            made.append(
                actions.ImportedProject(
                    title=f"Een bank voor de straat, nummer {number}",
                    summary="Een bank, een thermos en elke week een uur waarop iedereen welkom is.",
                    story="We zetten een bank en spreken een vast uur af. Wie passeert, krijgt koffie.",
                    language="nl",
                    cost_cents=self.dice.randrange(500, 3_000, 50) * 100,
                    municipality_nis=town.nis,
                    claims={self.dice.choice(calls()[key]["ambitions"]): "Buren die elkaar groeten."},
                )
            )
        actions.import_projects(
            call=call,
            organisation=organisation,
            applicant=speaker,
            projects=made,
            reason=calls()["reasons"]["nl"][0],
            by=self.people["programme"],
            now=self._on(key, "check_until", 16),
        )

    def opened(self, call: Call, key: str) -> tuple[Ballot, tuple[Sheet, ...]]:
        """The vote, opened with the key of a fresh committee whose sheets are printed into files."""
        names = cast()["committee"]
        by, now = self.people["programme"], self._on(key, "vote_from", 9)
        call = actions.end_applications(call=call, by=by, now=now)
        folder = Path(settings.VAR) / "demo" / "committee" / call.slug
        public_key, sheets = committee.write_sheets(folder, names, THRESHOLD)
        envelope = actions.committee_test(
            call=call, public_key=public_key, threshold=THRESHOLD, by=by, now=now
        )
        ballot = actions.open_vote(
            call=call,
            public_key=public_key,
            holders=names,
            threshold=THRESHOLD,
            answer=committee.answer_in(envelope, sheets),
            by=by,
            now=now,
        )
        return ballot, sheets

    def voted(self, call: Call, ballot: Ballot, key: str) -> None:
        """A share of the members votes over the web, a few on paper; the elder always on paper."""
        electorate = Electorate(call, ballot, self.towns)
        on_paper = max(2, min(PAPER_MAX[key], len(self.numbers) // 80))
        web = min(VOTERS_MAX[key], round(len(self.numbers) * TURNOUT[key]))
        drawn = sampled_voters(ballot, self.numbers, web + on_paper, self.dice)
        self.dice.shuffle(drawn)
        named = ballot.voters.select_related("member__person", "vote")
        elder = named.get(member__person=self.people["elder"])
        online = [named.get(member__person=self.people["applicant"])]
        if key == "counted":
            online.append(named.get(member__person=self.people["member"]))
        last = min(ballot.closes_at, self.calendar.now)
        cast_votes(ballot, electorate, [*online, *drawn[on_paper:]], (ballot.opens_at, last))
        counters: tuple[Person, Person] = (self.people["counter1"], self.people["counter2"])
        paper = [elder, *drawn[:on_paper]]
        once = 0 if key == "counted" else 1
        twice = len(paper) if key == "counted" else len(paper) // 2
        day = self._on(key, "vote_from", 9)
        moment = day + (last - day) / 2
        paper_votes(ballot, electorate, paper, counters, moment, typed_twice=twice, typed_once=once)

    def decided(self, call: Call, ballot: Ballot, key: str, sheets: Sequence[Sheet]) -> None:
        """Closed at the announced hour, opened by two of the three holders, counted and published."""
        by = self.people["programme"]
        call = actions.close_vote(call=call, by=by, now=ballot.closes_at)
        ballot = actions.hand_over(call=call, by=by, now=self._on(key, "counted", 15))
        text = committee.opened_file(sealed_bundle(ballot), sheets[:THRESHOLD])
        actions.bring_in_count(call=call, file=text, by=by, now=self._on(key, "counted", 15))
        actions.decide_call(call=call, by=by, now=self._on(key, "publish_on", 11))
