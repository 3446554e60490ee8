"""Reads of one exit season: its tests, what is asked, how much that is beside everything, what a decision would mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from commonweal.kernel.days import day_of
from commonweal.kernel.money import ShareValue
from commonweal.ledger import queries as ledger
from commonweal.membership.models import ExitRefund, ExitRequest, ExitSeason, SeasonTest
from commonweal.membership.queries.distributions import Promise, room_left
from commonweal.membership.queries.members import members_on
from commonweal.membership.queries.shares import holdings_of, terms_on
from commonweal.membership.rules import movements as names
from commonweal.membership.rules import seasons as rules
from commonweal.membership.rules.exits import ExitTest, Load, Outcome
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import RefundRule
from commonweal.membership.states import SeasonState


@dataclass(frozen=True, slots=True)
class Plan:
    """What a decision would mean, request by request, and in all."""

    answers: list[rules.Answer]
    load: Load
    total_cents: int
    room_cents: int | None

    @property
    def cents(self) -> int:
        """What the decision pays out."""
        return sum(each.cents for each in self.answers)

    @property
    def untested(self) -> bool:
        """Whether some refund hangs on a net asset value that is not recorded yet."""
        return any(each.untested for each in self.answers)

    def states(self) -> Counter[str]:
        """How many requests end how."""
        return Counter(each.state for each in self.answers)

    def by_class(self) -> dict[str, tuple[int, int, int, int]]:
        """class -> shares asked for, shares given back, cents paid on those, cents given back."""
        found: dict[str, list[int]] = {}
        for answer in self.answers:
            for line in answer.asked.lines:
                found.setdefault(line.share_class, [0, 0, 0, 0])[0] += line.count
            for each in answer.refunds:
                row = found[each.line.share_class]
                row[1] += each.shares
                row[2] += each.paid_cents
                row[3] += each.cents
        return {code: (row[0], row[1], row[2], row[3]) for code, row in sorted(found.items())}


def reference_of(season: ExitSeason) -> str:
    """What a season is named among what is promised."""
    return f"exit-season:{season.pk}"


def promised_refunds() -> Iterator[Promise]:
    """What decided seasons give back, each from the day on which it was decided, or noted here if that was later. One
    query."""
    decided = ExitSeason.objects.filter(state=SeasonState.DECIDED)
    for season in decided.annotate(cents=Sum("requests__refunds__cents")):
        if season.decided_on is not None and season.decided_at is not None:
            since = max(season.decided_on, day_of(season.decided_at))
            yield Promise(reference_of(season), since, season.cents or 0)


def latest_tests(season: ExitSeason) -> dict[ExitTest, SeasonTest]:
    """The test of each kind that counts: the last one recorded."""
    rows = SeasonTest.objects.filter(season=season).select_related("by").order_by("pk")
    return {ExitTest(row.kind): row for row in rows}


def room_of(season: ExitSeason) -> int | None:
    """Cents the two tests leave to pay out, besides what else was promised since; None while one is missing."""
    return room_left(latest_tests(season), but=reference_of(season))


def classes_with_value(season: ExitSeason, codes: Sequence[str]) -> list[str]:
    """Classes whose refund is capped at net asset value on the day the season takes effect."""
    held = ((code, terms_on(code, season.effect_on)) for code in codes)
    return [code for code, terms in held if terms and terms.refund == RefundRule.LOWER]


def asked_in(season: ExitSeason, codes: Sequence[str]) -> list[rules.Asked]:
    """The waiting requests of a season with what their members hold; four queries, and two for each class."""
    waiting = ExitRequest.objects.filter(season=season, state="waiting")
    # Who has waited longest comes first: what is carried on from a season before keeps the moment it was asked.
    waiting = waiting.order_by("asked_at", "pk")
    rows = list(waiting.values_list("pk", "member__number", "share_class", "count"))
    test = latest_tests(season).get(ExitTest.NET_ASSETS)
    values = {code: ShareValue.of(kept) for code, kept in test.values.items()} if test else {}
    terms = {code: each for code in codes if (each := terms_on(code, season.effect_on))}
    numbers = [number for _pk, number, _code, _count in rows]
    then, last = (holdings_of(numbers, day, codes=codes) for day in (season.effect_on, date.max))
    found = []
    for pk, number, wanted, count in rows:
        held = _free(then.get(number, {}), last.get(number, {}))
        lines = tuple(
            rules.Line(code, shares, own, terms[code].refund, values.get(code))
            for code, own in sorted(held.items())
            if wanted in ("", code) and (shares := min(own.shares, count or own.shares))
        )
        holds = sum(own.shares for own in last.get(number, {}).values())
        found.append(rules.Asked(pk, number, not wanted, holds, lines))
    return found


def _free(then: dict[str, Held], last: dict[str, Held]) -> dict[str, Held]:
    """What is there to give back on the day of effect and still there now: it may have moved in between."""
    return {
        code: Held(min(own.shares, last[code].shares), min(own.paid_cents, last[code].paid_cents))
        for code, own in then.items()
        if code in last
    }


def load_of(season: ExitSeason, asked: Sequence[rules.Asked]) -> Load:
    """What is asked for, beside all that was paid for shares and all members, on the day of effect."""
    sides = ledger.balances((names.MONEY, names.GAIN), [names.NOBODY], season.effect_on)
    return Load(
        asked_cents=sum(line.held.paid_on(line.count) for each in asked for line in each.lines),
        all_cents=-sum(sides.values()),
        leavers=sum(each.whole for each in asked),
        members=members_on(season.effect_on).count(),
    )


def planned_season(
    season: ExitSeason, codes: Sequence[str], outcome: Outcome, budget_cents: int | None
) -> Plan:
    """What a decision would mean if it were booked now."""
    asked = asked_in(season, codes)
    whole = rules.answers(asked, Outcome.PAY)
    answers = whole if outcome == Outcome.PAY else rules.answers(asked, outcome, budget_cents)
    total = sum(each.cents for each in whole)
    return Plan(answers, load_of(season, asked), total, room_of(season))


def booked_by_class(season: ExitSeason) -> dict[str, tuple[int, int, int]]:
    """class -> shares, cents paid on them, cents given back, of a decided season."""
    rows = (
        ExitRefund.objects.filter(request__season=season).values_list("share_class").order_by("share_class")
    )
    sums = rows.annotate(shares_sum=Sum("shares"), paid_sum=Sum("paid_cents"), cents_sum=Sum("cents"))
    return {code: (shares, paid, cents) for code, shares, paid, cents in sums}


def booked_states(season: ExitSeason) -> Counter[str]:
    """How many requests of a season stand where."""
    rows = ExitRequest.objects.filter(season=season).order_by().values_list("state").annotate(Count("pk"))
    return Counter(dict(rows))
