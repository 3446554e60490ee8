"""Shares on which a dividend was reckoned stay in the register, whoever asks for the money that paid them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from commonweal.dividends import actions
from commonweal.dividends.queries import rests_on_shares
from commonweal.dividends.rules import DividendObstacle
from commonweal.membership.queries.applications_paid import against_undoing
from tests import factories as make
from tests.dividends.steps import Staff, proposal
from tests.membership.joining_steps import asked, confirmed, paid

pytestmark = pytest.mark.django_db
NEXT_YEAR = datetime(2027, 5, 10, 9, tzinfo=UTC)


def test_a_payment_is_not_undone_while_a_dividend_was_reckoned_on_its_shares() -> None:
    staff, application = Staff(), asked()
    confirmed([paid(application)], make.staff("finance"))
    application.refresh_from_db()
    assert application.member is not None
    assert against_undoing(application.pk) is None
    days = dict.fromkeys(("known_on", "decided_on", "pay_on"), NEXT_YEAR.date())
    year = {"year_starts_on": date(2026, 1, 1), "year_ends_on": date(2026, 12, 31)}
    run = actions.propose_dividend(proposal=proposal(**days, **year), by=staff.proposer, now=NEXT_YEAR)
    run = actions.reckon_dividend(run_id=run.pk, now=NEXT_YEAR)
    assert against_undoing(application.pk) == DividendObstacle.DIVIDEND
    after = run.year_ends_on + timedelta(days=1)
    assert rests_on_shares(application.member.pk, after) is None, (
        "shares that came after the year are in none of it"
    )
    actions.withdraw_dividend(run=run, reason="another rate", by=staff.proposer, now=NEXT_YEAR)
    assert against_undoing(application.pk) is None
