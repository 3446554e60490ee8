"""Two dividends in one income year: the exemption at source is taken once, and not lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.dividends import actions
from commonweal.dividends.models import DividendRun
from commonweal.membership.models import StatuteSetting
from tests import factories as make
from tests.dividends import steps as dividends

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def exempt_at_source() -> None:
    """Fifty euro a year are exempt, which the cooperative sees to."""
    for code, value in (("exemption_regime", "at source"), ("exemption_cents", 50_00)):
        StatuteSetting.objects.create(
            code=code, starts_on=date(2026, 1, 1), value=value, source="x", evidence="read"
        )


def exempt(run: DividendRun) -> list[int]:
    return list(run.lines.values_list("exempt_cents", flat=True))


def approved(run: DividendRun, staff: dividends.Staff) -> DividendRun:
    for person in (staff.first, staff.second):
        run = actions.approve_dividend(run=run, by=person, now=NOW)
    return run


def refused(run: DividendRun, staff: dividends.Staff) -> None:
    with pytest.raises(actions.DividendRefused) as why:
        actions.approve_dividend(run=run, by=staff.first, now=NOW)
    assert why.value.code == "exemption_moved"


def two() -> tuple[dividends.Staff, DividendRun, DividendRun]:
    """Sixty and forty euro for the same holder, of which the first takes the whole exemption."""
    staff = dividends.Staff()
    dividends.holder(40)
    first = dividends.reckoned(staff, rate_bp=3_00)
    second = dividends.reckoned(staff, rate_bp=2_00)
    assert (exempt(first), exempt(second)) == ([50_00], [0])
    return staff, first, second


def test_one_after_the_other_take_the_exemption_once() -> None:
    staff, first, second = two()
    assert approved(first, staff).state == approved(second, staff).state == "approved"


def test_a_dividend_that_counts_with_one_not_decided_waits_for_it() -> None:
    staff, first, second = two()
    refused(second, staff)
    approved(first, staff)
    assert approved(second, staff).state == "approved"


def test_a_dividend_whose_earlier_one_is_withdrawn_is_proposed_again_with_the_exemption() -> None:
    staff, first, second = two()
    actions.withdraw_dividend(run=first, reason="mistake", by=staff.proposer, now=NOW)
    refused(second, staff)
    actions.withdraw_dividend(run=second, reason="the exemption is free again", by=staff.proposer, now=NOW)
    again = dividends.reckoned(staff, rate_bp=2_00)
    assert exempt(again) == [40_00]
    assert approved(again, staff).state == "approved"


def test_two_made_at_once_do_not_both_take_it() -> None:
    staff, first, second = two()
    taken = "UPDATE dividends_dividendline SET exempt_cents = 4000, tax_cents = 0 WHERE run_id = %s"
    with connection.cursor() as cursor:
        # As if both had been made at the same moment, neither seeing the other.
        cursor.execute("ALTER TABLE dividends_dividendline DISABLE TRIGGER USER")
        cursor.execute(taken, [second.pk])
        cursor.execute("ALTER TABLE dividends_dividendline ENABLE TRIGGER USER")
    approved(first, staff)
    refused(second, staff)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dividends_dividendapproval (run_id, person_id, at) VALUES (%s, %s, now()), (%s, %s, now())",
            [second.pk, staff.first.pk, second.pk, staff.second.pk],
        )
    with pytest.raises(IntegrityError, match="exemption of a year is one"), transaction.atomic():
        DividendRun.objects.filter(pk=second.pk).update(state="approved")


def test_dividends_of_two_income_years_have_an_exemption_each() -> None:
    staff = dividends.Staff()
    dividends.holder(40)
    first = dividends.reckoned(staff, rate_bp=3_00)
    second = dividends.reckoned(staff, rate_bp=2_00, pay_on=NOW.date() + timedelta(days=60))
    assert exempt(second) == [40_00]
    assert approved(second, staff).state == approved(first, staff).state == "approved"
