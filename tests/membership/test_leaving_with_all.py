"""Who asked to leave with all shares receives none, through whatever door; taken back, they may again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from commonweal.membership import actions
from commonweal.membership.actions import joining
from commonweal.membership.models import Member
from commonweal.membership.queries.imports import checked
from commonweal.membership.rules.imports import ImportKind
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.own_rows import Own
from tests import factories as make
from tests.membership.joining_steps import asking
from tests.membership.test_exits import asked
from tests.membership.test_imports import moves, sheet

pytestmark = pytest.mark.django_db
DAY = make.NOW.date()


@pytest.fixture
def giver() -> Member:
    made = make.member(joined_on=date(2012, 1, 1))
    make.shares(made, 10)
    return made


@pytest.fixture
def leaver(giver: Member) -> Member:
    made = make.member(joined_on=date(2013, 1, 1))
    make.shares(made, 2)
    asked(made, make.NOW - timedelta(days=1))
    return made


def offer(giver: Member, taker: Member) -> Any:
    return actions.offer_shares(
        token=uuid4(), giver=giver, taker=taker, share_class="A", count=1, by=giver.person, now=make.NOW
    )


def booked(member: Member, kind: MovementKind, **changes: Any) -> Any:
    return actions.book_movement(
        member=member,
        movement=actions.Movement(kind, *("A", changes.pop("day", DAY), 1), document="letter", **changes),
        key=str(uuid4()),
        by=make.staff("secretary"),
        now=make.NOW,
    )


def ways(giver: Member, taker: Member) -> list[Callable[[], Any]]:
    """All ways by which shares come to a member."""
    return [
        lambda: offer(giver, taker),
        lambda: booked(taker, MovementKind.SUBSCRIPTION),
        lambda: booked(giver, MovementKind.TRANSFER, counterpart=taker),
        lambda: booked(giver, MovementKind.INHERITANCE, counterpart=taker),
        lambda: joining.ask_for_shares(asking=asking(taker.person), by=taker.person, now=make.NOW),
    ]


@pytest.mark.parametrize("way", range(5))
def test_no_way_brings_shares_to_who_leaves_with_all(giver: Member, leaver: Member, way: int) -> None:
    with pytest.raises((actions.MovementRefused, joining.CannotAsk)) as refused:
        ways(giver, leaver)[way]()
    assert refused.value.code == "leaving"
    assert leaver.person is not None
    actions.withdraw_exit(request=leaver.exit_requests.get(), by=leaver.person, now=make.NOW)
    ways(giver, leaver)[way]()


def test_an_offer_made_before_is_not_accepted_after(giver: Member) -> None:
    taker = make.member(joined_on=date(2013, 1, 1))
    make.shares(taker, 2)
    made = offer(giver, taker)
    asked(taker, make.NOW)
    with pytest.raises(actions.MovementRefused) as refused:
        actions.accept_offer(offer=made, by=taker.person, now=make.NOW)  # type: ignore[arg-type]
    assert refused.value.code == "leaving"


def test_a_movement_of_a_day_before_the_request_is_booked_as_it_was(leaver: Member) -> None:
    booked(leaver, MovementKind.SUBSCRIPTION, day=DAY - timedelta(days=2))


def test_a_sheet_is_held_to_the_same(leaver: Member) -> None:
    days = (DAY - timedelta(days=2), DAY)
    rows = [moves(str(day), leaver.number, effective_on=day.isoformat()) for day in days]
    found = checked(ImportKind.MOVEMENTS, sheet(ImportKind.MOVEMENTS, *rows), make.NOW.date(), Own())
    assert [(each.row, each.column) for each in found.problems] == [(3, "effective_on")]
