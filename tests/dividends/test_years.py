"""A dividend is one of a whole financial year: under the cap however it is cut, and within both tests of the law."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.dividends import actions
from commonweal.dividends.models import DividendRun, DividendTest
from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions as membership
from commonweal.membership import queries
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.rules.statutes import Evidence, Setting
from tests import factories as make
from tests.dividends.steps import NOW, Staff, fresh, holder, line, proposal, reckoned, within_tests
from tests.portal.steps import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Staff:
    return Staff()


def refused(code: str, action: Any, **given: Any) -> None:
    with pytest.raises((actions.DividendRefused, NotAllowed)) as told:
        action(**given)
    assert told.value.code == code


@pytest.mark.parametrize(
    ("first", "last"),
    [
        # The halves of the trial: each bore the whole cap, and a member got twelve percent net.
        *(("2024-01-01", "2024-06-30"), ("2024-07-01", "2024-12-31")),
        *(("2024-01-01", "2024-01-02"), ("2024-01-01", "2025-12-31"), ("2024-01-02", "2024-12-31")),
        # Not ended yet, and far away.
        *(("2026-01-01", "2026-12-31"), ("1990-01-01", "1990-12-31")),
    ],
)
def test_no_other_period_than_a_financial_year_that_ended_bears_a_dividend(
    staff: Staff, first: str, last: str
) -> None:
    asked = proposal(
        year_starts_on=date.fromisoformat(first), year_ends_on=date.fromisoformat(last), rate_bp=8_57
    )
    refused("no_financial_year", actions.propose_dividend, proposal=asked, by=staff.proposer, now=NOW)
    assert not DividendRun.objects.exists()


def test_the_database_lets_no_financial_year_be_cut(staff: Staff) -> None:
    run = actions.propose_dividend(proposal=proposal(), by=staff.proposer, now=NOW)
    part = DividendRun(
        **{
            field.name: getattr(run, field.name)
            for field in DividendRun._meta.concrete_fields
            if field.name != "id"
        }
    )
    part.year_ends_on = date(2025, 6, 30)
    with pytest.raises(IntegrityError, match="cut in parts"), transaction.atomic():
        part.save(force_insert=True)
    actions.withdraw_dividend(run=run, reason="x", by=staff.proposer, now=NOW)
    part.save(force_insert=True)


def test_a_year_that_starts_in_july_is_the_year_of_a_dividend(staff: Staff) -> None:
    membership.set_setting(
        setting=Setting("financial_year_month", date(2020, 7, 1), 7, "Statuts/statuten", Evidence.OWN),
        by=None,
        now=NOW,
    )
    (first, *_rest) = queries.ended_years(NOW.date())
    assert first == (date(2025, 7, 1), date(2026, 6, 30))
    refused("no_financial_year", actions.propose_dividend, proposal=proposal(), by=staff.proposer, now=NOW)
    asked = proposal(
        year_starts_on=first[0],
        year_ends_on=first[1],
        known_on=NOW.date(),
        decided_on=NOW.date(),
        pay_on=NOW.date(),
    )
    assert actions.propose_dividend(proposal=asked, by=staff.proposer, now=NOW).days == 365


def test_each_class_gets_its_rate(staff: Staff) -> None:
    member = make.member(joined_on=date(2010, 1, 1))
    make.shares(member, 2, day=date(2020, 1, 1))
    make.shares(member, 10, share_class="B", day=date(2012, 5, 5))
    only = holder(10)
    run = reckoned(staff, rates={"A": 3_00, "B": 5_00})
    assert line(run, member).gross_cents == 3_00 + 3_10
    assert line(run, only).gross_cents == 15_00
    assert run.by_class == {"A": [600_00 * 365, 18_00], "B": [62_00 * 365, 3_10]}
    page = text_of(signed_in(staff.proposer), f"/en/members/dividends/{run.pk}/").replace("\xa0", " ")
    assert "A: 3 %, B: 5 %" in page
    refused(
        "no_class",
        actions.propose_dividend,
        proposal=proposal(rates={"Z": 1_00}),
        by=staff.proposer,
        now=NOW,
    )


def test_a_class_without_a_rate_gets_nothing(staff: Staff) -> None:
    member = make.member(joined_on=date(2010, 1, 1))
    make.shares(member, 10, share_class="B", day=date(2012, 5, 5))
    holder(10)
    run = reckoned(staff, rates={"A": 3_00, "B": 0})
    assert run.rates == {"A": 3_00}
    assert not run.lines.filter(member=member).exists()
    assert run.by_class["B"][1] == 0


def recorded(
    run: DividendRun, by: Any, kind: ExitTest, have: int, keep: int = 0, **changes: Any
) -> DividendTest:
    given = {"as_of": date(2025, 12, 31), "document": "accounts 2025", "now": NOW, **changes}
    return actions.record_dividend_test(run=run, kind=kind, have_cents=have, keep_cents=keep, by=by, **given)


def test_a_dividend_is_approved_only_within_what_both_tests_leave(staff: Staff) -> None:
    holder(10)
    run = reckoned(staff, tested=False)
    assert run.gross_cents == 15_00
    yes: dict[str, Any] = {"run": run, "by": staff.first, "now": NOW}
    refused("no_tests", actions.approve_dividend, **yes)
    recorded(run, staff.proposer, ExitTest.NET_ASSETS, 1_000_00)
    refused("no_tests", actions.approve_dividend, **yes)
    recorded(run, staff.proposer, ExitTest.LIQUIDITY, 14_99)
    refused("tests_failed", actions.approve_dividend, **yes)
    recorded(run, staff.proposer, ExitTest.LIQUIDITY, 20_00, 5_00)
    actions.approve_dividend(**yes)
    refused("approved_before", recorded, run=run, by=staff.proposer, kind=ExitTest.LIQUIDITY, have=9)
    run = actions.approve_dividend(**{**yes, "by": staff.second})
    assert run.state == "approved"
    refused("wrong_state", recorded, run=run, by=staff.proposer, kind=ExitTest.LIQUIDITY, have=9)


@pytest.mark.parametrize(
    ("changes", "code"), [({"document": " "}, "no_document"), ({"as_of": date(2027, 1, 1)}, "future")]
)
def test_a_test_rests_on_a_document_and_a_day(staff: Staff, changes: dict[str, Any], code: str) -> None:
    holder(10)
    run = reckoned(staff)
    refused(code, recorded, run=run, by=staff.proposer, kind=ExitTest.LIQUIDITY, have=1, **changes)
    refused("not_staff", recorded, run=run, by=staff.second, kind=ExitTest.LIQUIDITY, have=1)


def test_the_database_lets_no_dividend_pass_without_the_tests(staff: Staff) -> None:
    holder(10)
    run = reckoned(staff, tested=False)
    force = "UPDATE dividends_dividendrun SET state = 'approved' WHERE id = %s"
    approve = "INSERT INTO dividends_dividendapproval (run_id, person_id, at) VALUES (%s, %s, now())"
    with connection.cursor() as cursor:
        for person in (staff.first, staff.second):
            cursor.execute(approve, [run.pk, person.pk])
    test = (
        "INSERT INTO dividends_dividendtest (run_id, kind, as_of, have_cents, keep_cents, document, by_id, at) "
        "VALUES (%s, %s, '2025-12-31', %s, 0, 'accounts', %s, now())"
    )
    for kind, have in (("net_assets", 0), ("net_assets", 15_00), ("liquidity", 14_99), ("", 0)):
        with pytest.raises(IntegrityError, match="both tests leave"), transaction.atomic():
            connection.cursor().execute(force, [run.pk])
        if kind:
            connection.cursor().execute(test, [run.pk, kind, have, staff.proposer.pk])
    for change in (
        "UPDATE dividends_dividendtest SET have_cents = 99",
        "DELETE FROM dividends_dividendtest",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(change)
    connection.cursor().execute(test, [run.pk, "liquidity", 15_00, staff.proposer.pk])
    connection.cursor().execute(force, [run.pk])


def test_the_tests_are_typed_on_their_pages_and_stand_beside_the_figures(staff: Staff) -> None:
    holder(10)
    run = reckoned(staff, tested=False)
    client, home = signed_in(staff.proposer), f"/en/members/dividends/{run.pk}/"
    assert text_of(client, home).count("Not recorded yet.") == 2
    form = {
        "as_of_day": 31,
        "as_of_month": 12,
        "as_of_year": 2025,
        "have_cents": "48,203",
        "keep_cents": "100",
    }
    page = client.post(f"{home}tests/net_assets/", {**form, "document": "PV"}).content.decode()
    assert "do you mean 48.20 or 48\xa0203?" in page
    assert 'value="48,203"' in page
    form |= {"have_cents": "48 203", "document": "PV"}
    assert client.post(f"{home}tests/net_assets/", form).status_code == 302
    page = text_of(client, home)
    assert "€48,103" in page.replace("\xa0", " ")
    assert page.count("Not recorded yet.") == 1
    assert client.get(f"{home}tests/other/").status_code == 404
    assert signed_in(staff.second).get(f"{home}tests/liquidity/").status_code == 403
    page = client.post(f"{home}tests/liquidity/", {**form, "as_of_year": 2030}).content.decode()
    assert "a day to come" in page
    within_tests(run, staff.proposer)
    actions.approve_dividend(run=run, by=staff.first, now=NOW)
    assert "Record newer figures" not in text_of(client, home)
    assert fresh(run).state == "proposed"
