"""A dividend owed to somebody who died: paid to the heirs, never to the dead, named where no estate takes it up."""

from __future__ import annotations

from datetime import date

import pytest

from commonweal.dividends import actions, queries
from commonweal.membership.models import Member
from commonweal.treasury.models import Payment
from tests import factories as make
from tests.dividends import steps
from tests.membership.test_owed_to_the_dead import HEIRS, died, settled

pytestmark = pytest.mark.django_db


def left_with_an_account() -> Member:
    member = steps.holder(10, left_on=date(2026, 1, 31), account=False)
    steps.gives_account(member, 3)
    steps.holder(3, account=False)
    return member


def test_a_dividend_of_who_left_and_then_died_is_paid_to_the_heirs() -> None:
    staff = steps.Staff()
    member = left_with_an_account()
    secretary, now = make.staff("secretary"), steps.NOW
    estate = died(member, secretary, date(2026, 6, 1), now)
    settled(estate, secretary, "1", now=now)
    run = steps.booked(staff)
    actions.pay_dividend(run=run, by=staff.proposer, now=now)
    actions.carry_on(run_id=run.pk, now=steps.clock)
    assert [each.iban for each in Payment.objects.filter(owner=member.number)] == [HEIRS[0]]


def test_a_person_is_not_paid_under_an_earlier_number_either_and_that_is_named() -> None:
    staff = steps.Staff()
    earlier = left_with_an_account()
    again = make.member(earlier.person, joined_on=date(2026, 2, 1))
    make.shares(again, 1, day=date(2026, 2, 1))
    secretary = make.staff("secretary")
    died(again, secretary, date(2026, 6, 1), steps.NOW)
    run = steps.booked(staff)
    actions.pay_dividend(run=run, by=staff.proposer, now=steps.NOW)
    actions.carry_on(run_id=run.pk, now=steps.clock)
    assert not Payment.objects.filter(owner=earlier.number).exists()
    assert earlier.pk in {each.member_id for each in queries.without_account(run, steps.NOW.date())}
    (trouble,) = queries.dividend_troubles()
    assert (trouble.code, trouble.where) == ("owed_to_the_dead", f"member {earlier.number}")
    settled(died(earlier, secretary, date(2026, 6, 1), steps.NOW), secretary, "1", now=steps.NOW)
    actions.carry_on(run_id=run.pk, now=steps.clock)
    assert [each.iban for each in Payment.objects.filter(owner=earlier.number)] == [HEIRS[0]]
    assert queries.dividend_troubles() == []
