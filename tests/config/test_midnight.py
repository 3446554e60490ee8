"""The day on which things are done, half an hour before and after midnight in Belgium: it is the day people there have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from commonweal.kernel.days import moment_at
from commonweal.ledger.models import Operation
from commonweal.membership.actions.joining import CannotAsk
from commonweal.people import actions as people
from commonweal.people.access import may
from commonweal.people.rules import Act, MandateScope
from tests import factories as make
from tests.clock import Clock
from tests.membership.joining_steps import asked
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
# A month's end, and the nights around both clock changes of a year; one of them is a month's end too.
DAYS = [date(2026, 11, 30), date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31)]
# As the program knows them, in universal time: there it is another day than in Belgium in half of them.
NIGHTS = [
    pytest.param((moment.astimezone(UTC), day), id=f"{day}-{moment:%H.%M}")
    for evening in DAYS
    for day, moment in (
        (evening, moment_at(evening, time(23, 30))),
        (evening + timedelta(days=1), moment_at(evening + timedelta(days=1), time(0, 30))),
    )
]


@pytest.fixture(params=NIGHTS)
def night(request: Any, clock: Clock) -> tuple[datetime, date]:
    """A moment near midnight, at which the program's clock stands, and the day it is in Belgium."""
    moment, day = request.param
    clock.go_to(moment)
    return moment, day


def test_who_is_appointed_starts_on_that_day_and_works_from_then_on(night: tuple[datetime, date]) -> None:
    moment, day = night
    who = make.person()
    appointment = make.role(who, "counter", now=moment)
    assert appointment.starts_on == day
    assert may(who, Act.ENTER_PAPER_BALLOTS, day)
    people.end_appointment(appointment=appointment, by=make.staff("administrator"), now=moment)
    assert not may(who, Act.ENTER_PAPER_BALLOTS, day)


def test_a_mandate_runs_from_that_day(night: tuple[datetime, date]) -> None:
    moment, day = night
    one, other = make.person(), make.person()
    given = {"principal": one, "agent": other, "scope": MandateScope.APPLY, "ends_on": date(2028, 1, 1)}
    assert people.give_mandate(**given, by=one, now=moment).starts_on == day


def test_a_movement_is_offered_and_booked_on_that_day(night: tuple[datetime, date]) -> None:
    _moment, day = night
    member = make.member()
    make.shares(member, 10)
    secretary = signed_in(make.staff("secretary"))
    address = f"/en/members/register/{member.number}/movement/"
    form = secretary.get(f"{address}?kind=subscription").context["form"]
    assert form.initial["effective_on"] == day
    parts = {f"effective_on_{name}": getattr(day, name) for name in ("day", "month", "year")}
    typed = {
        "kind": "subscription",
        "share_class": "A",
        "count": "3",
        "document": "a letter",
        "checked": "yes",
    }
    answer = secretary.post(address, {**typed, **parts, "token": form.initial["token"]})
    assert answer.status_code == 302
    assert Operation.objects.latest("pk").effective_on == day


def test_who_comes_of_age_on_that_day_asks_alone(night: tuple[datetime, date]) -> None:
    moment, day = night
    grown = day.replace(year=day.year - 18)
    assert asked(home={"born_on": grown}, now=moment).representative is None
    child = make.person()
    with pytest.raises(CannotAsk):
        asked(child, home={"born_on": grown + timedelta(days=1)}, now=moment)
