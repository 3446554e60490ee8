"""Who is meant by the words that several tables of the area share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from commonweal.kernel.days import day_of
from commonweal.membership.access import may_keep_register
from commonweal.people.access import not_ones_own
from commonweal.treasury.access import may_match_payments, may_pay_out

if TYPE_CHECKING:
    from commonweal.kernel.decision import Decision
    from commonweal.membership.models import ConversionRequest, Exclusion
    from commonweal.people.models import Person


def keeps_register(row: object, by: Person, now: datetime) -> Decision:
    """The secretary."""
    return may_keep_register(by, day_of(now))


def pays_out(row: object, by: Person, now: datetime) -> Decision:
    """Who makes payment files."""
    return may_pay_out(by, day_of(now))


def matches_payments(row: object, by: Person, now: datetime) -> Decision:
    """Who decides what payments are for."""
    return may_match_payments(by, day_of(now))


def not_own(row: Exclusion | ConversionRequest, by: Person, now: datetime) -> Decision:
    """Everybody, unless it is about their own money or that of somebody close to them."""
    return not_ones_own(by, day_of(now), [row.member])
