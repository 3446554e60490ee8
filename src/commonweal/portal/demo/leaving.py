"""Members of the demo who leave: a season that was decided, one that collects requests, an estate being put together."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from commonweal.kernel.days import moment_at
from commonweal.kernel.money import ShareValue
from commonweal.kernel.periods import FULL_AGE, age_on
from commonweal.membership.actions import (
    add_claimant,
    ask_to_leave,
    decide_season,
    note_agreement,
    open_estate,
    record_test,
)
from commonweal.membership.queries import (
    exit_terms_on,
    holdings_of,
    issued_on,
    member_with_number,
    promised,
    season_of,
)
from commonweal.membership.rules.estates import EndKind
from commonweal.membership.rules.exits import ExitTest, Outcome, Window, window_for, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from commonweal.membership.models import Member
    from commonweal.people.models import Person
    from commonweal.portal.demo.script import Calendar

# Those before are the people with a name of their own.
FIRST_NUMBER, DECIDED, COLLECTED = 60, 8, 5
BUDGET_CENTS, ROOM_CENTS, FREE_CENTS = 1_000_00, 1_200_00, 550_000_00
REASONS = {
    "fr": "Le test de liquidité ne laisse pas davantage cette année. Chacun reçoit la même part.",
    "nl": "De liquiditeitstest laat dit jaar niet meer toe. Iedereen krijgt hetzelfde deel.",
    "de": "Der Liquiditätstest erlaubt in diesem Jahr nicht mehr. Alle erhalten den gleichen Teil.",
    "en": "The liquidity test leaves no more this year. Everyone gets the same part.",
}


def members_leaving(calendar: Calendar, people: dict[str, Person]) -> None:
    """Requests, a decided season, one that collects, and an estate, all entered as on any other day."""
    terms = exit_terms_on(calendar.today)
    if terms is None:
        return
    collecting = window_for(calendar.today, terms)
    closed = window_of(collecting.year - 1, terms)
    leavers = _holders(closed.opens_on)
    by = people["secretary"]
    for number, (member, person) in zip(range(DECIDED), leavers, strict=False):
        _ask(member, person, closed.opens_on + timedelta(days=20 + 12 * number))
    _decide(closed, calendar, by)
    for number, (member, person) in zip(range(COLLECTED), leavers, strict=False):
        within = calendar.day(-20) > closed.closes_on
        _ask(member, person, calendar.day(-3 * number - 1) if within else calendar.today)
    for member, _person in islice(leavers, 1):
        _estate(member, calendar, by)


def _holders(day: date) -> Iterator[tuple[Member, Person]]:
    """Grown-up members with shares who belonged before a day and belong still, by number."""
    number = FIRST_NUMBER
    while (member := member_with_number(number)) is not None:
        number += 1
        person = member.person
        if person is None or person.born_on is None or age_on(person.born_on, day) < FULL_AGE:
            continue
        if member.joined_on < day and member.left_on is None and holdings_of([member.number], day):
            yield member, person


def _at(day: date) -> datetime:
    return moment_at(day, time(10))


def _ask(member: Member, person: Person, day: date) -> None:
    ask_to_leave(member=member, by=person, now=_at(day))


def _decide(window: Window, calendar: Calendar, by: Person) -> None:
    season = season_of(window.year)
    if season is None:
        return
    decided_on = min(window.closes_on + timedelta(days=8), calendar.today)
    now = _at(decided_on)
    values = {"A": ShareValue.of("48.2031"), "C": ShareValue.of("251.0046")}
    accounts_of = window.opens_on - timedelta(days=1)
    worth = sum(values[code].cents_for(count) for code, count in issued_on(values, accounts_of).items())
    # The dividend of that year rests on the same accounts.
    shared = sum(cents for day, cents in promised(but=f"exit-season:{season.pk}") if day >= accounts_of)
    net_assets = max(2_450_000_00, worth + FREE_CENTS + shared)
    for kind, have, keep in (
        (ExitTest.NET_ASSETS, net_assets, net_assets - FREE_CENTS - shared),
        (ExitTest.LIQUIDITY, 310_000_00 + shared, 310_000_00 - ROOM_CENTS),
    ):
        record_test(
            season=season,
            kind=kind,
            as_of=accounts_of,
            have_cents=have,
            keep_cents=keep,
            values=values,
            document=f"accounts {window.year - 1}",
            by=by,
            now=now,
        )
    decide_season(
        season=season,
        outcome=Outcome.PART,
        budget_cents=BUDGET_CENTS,
        reasons=REASONS,
        decided_on=decided_on,
        document=f"minutes of the board, {decided_on.isoformat()}",
        by=by,
        now=now,
    )


def _estate(member: Member, calendar: Calendar, by: Person) -> None:
    now = calendar.at(-12, 11)
    estate = open_estate(
        member=member,
        kind=EndKind.DEATH,
        ended_on=calendar.day(-40),
        document="death certificate 412",
        by=by,
        now=now,
    )
    for place, (name, part) in enumerate(
        (("Claire Renson", "1/2"), ("Paul Renson", "1/4"), ("Luc Renson", "1/4"))
    ):
        heir = add_claimant(
            estate=estate,
            name=name,
            part=Fraction(part),
            iban="BE62510007547061" if place == 0 else "",
            by=by,
            now=now,
        )
        if place == 0:
            note_agreement(
                claimant=heir, on=calendar.day(-12), document="letter signed by Claire Renson", by=by, now=now
            )
