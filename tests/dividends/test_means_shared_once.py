"""What is given out of the same means counts together: equal proposals are one, other dividends and seasons take room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.dividends import actions, queries
from commonweal.dividends.models import DividendRun, DividendTest
from commonweal.membership import actions as membership
from commonweal.membership import queries as register
from commonweal.membership.models import ExitSeason
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.people.models import Event, Person
from tests import factories as make
from tests.dividends.steps import (
    NOW,
    Staff,
    clock,
    fresh,
    holder,
    knows_all,
    proposal,
    reckoned,
    within_tests,
)
from tests.membership.test_exits import asked
from tests.membership.test_seasons import founder as founder
from tests.membership.test_seasons import holder as a_holder
from tests.portal.steps import signed_in

pytestmark = pytest.mark.django_db


def approved(run: DividendRun, staff: Staff) -> DividendRun:
    for person in (staff.first, staff.second):
        run = actions.approve_dividend(run=run, by=person, now=NOW)
    actions.carry_on(run_id=run.pk, now=clock)
    return fresh(run)


def test_the_same_dividend_sent_twenty_times_is_one() -> None:
    staff = Staff()
    holder(10)
    asked_for = proposal(**knows_all())
    made = {actions.propose_dividend(proposal=asked_for, by=staff.proposer, now=NOW).pk for _ in range(20)}
    assert len(made) == 1
    assert Event.objects.filter(name="DividendProposed").count() == 1
    again = actions.propose_dividend(proposal=asked_for, by=staff.first, now=NOW + timedelta(hours=1))
    assert (again.pk, again.proposed_by) == (made.pop(), staff.proposer)


def test_a_test_of_a_dividend_is_recorded_once_and_another_one_after_it() -> None:
    staff = Staff()
    holder(10)
    run = reckoned(staff, tested=False)
    given: dict[str, Any] = {
        "run": run,
        "kind": ExitTest.LIQUIDITY,
        "as_of": date(2025, 12, 31),
        "keep_cents": 1,
        "document": "x",
        "by": staff.proposer,
        "now": NOW,
    }
    for cents in (5, 5, 5, 6, 6, 5):
        actions.record_dividend_test(have_cents=cents, **given)
    assert list(DividendTest.objects.order_by("pk").values_list("have_cents", flat=True)) == [5, 6, 5]
    assert Event.objects.filter(name="DividendTestRecorded").count() == 3


def test_a_withdrawn_dividend_may_be_proposed_again() -> None:
    staff = Staff()
    first = reckoned(staff)
    actions.withdraw_dividend(run=first, reason="wrong day of payment", by=staff.proposer, now=NOW)
    assert reckoned(staff).pk != first.pk


def test_the_form_sent_twice_makes_one_dividend() -> None:
    finance = make.staff("finance")
    holder(10)
    client = signed_in(finance)
    day = NOW.date()
    typed: dict[str, Any] = {"year": "2025-01-01", "rate_A": "3", "document": "minutes"}
    for name, when in (("known_on", day), ("decided_on", day), ("pay_on", day + timedelta(days=5))):
        typed |= {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}
    answers = [client.post("/en/members/dividends/new/", typed) for _ in range(3)]
    (run,) = DividendRun.objects.all()
    assert {each["Location"] for each in answers} == {f"/en/members/dividends/{run.pk}/"}


def test_the_database_keeps_an_equal_proposal_out() -> None:
    run = reckoned(Staff())
    columns = ", ".join(
        field.column
        for field in DividendRun._meta.concrete_fields
        if field.name not in ("id", "reckoned_at", "lines_count", "gross_cents", "tax_cents", "by_class")
    )
    more = "lines_count, gross_cents, tax_cents, by_class"
    with pytest.raises(IntegrityError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dividends_dividendrun ({columns}, {more}) "
            f"SELECT {columns}, 0, 0, 0, '{{}}' FROM dividends_dividendrun WHERE id = %s",
            [run.pk],
        )
    assert "dividend_proposed_once" in str(told.value)


def test_two_dividends_do_not_both_take_what_the_same_accounts_leave() -> None:
    staff = Staff()
    holder(10), holder(10)
    runs = [reckoned(staff, tested=False, rate_bp=2_00), reckoned(staff, tested=False, rate_bp=2_01)]
    left = runs[0].gross_cents + 5
    for run in runs:
        within_tests(run, staff.proposer, room_cents=left)
    assert [queries.room_of_dividend(run) for run in runs] == [left, left]
    approved(runs[0], staff)
    assert queries.room_of_dividend(runs[1]) == 5
    with pytest.raises(actions.DividendRefused) as told:
        actions.approve_dividend(run=runs[1], by=staff.first, now=NOW)
    assert told.value.code == "tests_failed"


def test_the_database_counts_the_other_dividend_too(monkeypatch: pytest.MonkeyPatch) -> None:
    staff = Staff()
    holder(10)
    runs = [reckoned(staff, tested=False, rate_bp=2_00), reckoned(staff, tested=False, rate_bp=2_01)]
    for run in runs:
        within_tests(run, staff.proposer, room_cents=run.gross_cents)
    approved(runs[0], staff)
    monkeypatch.setattr(queries, "room_of_dividend", lambda run: run.gross_cents)
    actions.approve_dividend(run=runs[1], by=staff.first, now=NOW)
    with pytest.raises(IntegrityError, match="both tests leave"), transaction.atomic():
        actions.approve_dividend(run=runs[1], by=staff.second, now=NOW)


def test_accounts_of_a_later_day_know_what_was_decided_before() -> None:
    staff = Staff()
    holder(10)
    first = approved(reckoned(staff, rate_bp=2_00), staff)
    later = NOW + timedelta(days=2)
    days = {"known_on": later.date(), "decided_on": later.date(), "pay_on": later.date()}
    second = actions.propose_dividend(proposal=proposal(rate_bp=2_01, **days), by=staff.proposer, now=later)
    second = actions.reckon_dividend(run_id=second.pk, now=later)
    for kind in ExitTest:
        actions.record_dividend_test(
            run=second,
            kind=kind,
            as_of=later.date(),
            have_cents=second.gross_cents,
            keep_cents=0,
            document="accounts",
            by=staff.proposer,
            now=later,
        )
    assert first.gross_cents
    assert queries.room_of_dividend(second) == second.gross_cents


def exit_tests(season: ExitSeason, by: Person, room_cents: int) -> None:
    from tests.membership.share_values import values

    for kind in ExitTest:
        membership.record_test(
            season=season,
            kind=kind,
            as_of=date(2025, 12, 31),
            have_cents=room_cents + 10_000_000_00,
            keep_cents=10_000_000_00,
            document="accounts",
            values=values(A="50", B="6.2", C="100"),
            by=by,
            now=NOW,
        )


def test_a_season_and_a_dividend_do_not_both_take_what_the_same_accounts_leave(founder: Any) -> None:
    staff = Staff()
    for member in (a_holder(5), a_holder(10)):
        asked(member)
    season = ExitSeason.objects.get()
    exit_tests(season, staff.second, 750_00)
    assert register.room_of(season) == 750_00
    run = reckoned(staff, tested=False, rate_bp=50)
    within_tests(run, staff.proposer, room_cents=800_00)
    membership.decide_season(
        season=season,
        outcome=Outcome.PAY,
        decided_on=NOW.date(),
        document="minutes",
        by=staff.second,
        now=NOW,
    )
    assert queries.room_of_dividend(run) == 50_00
    later = ExitSeason.objects.create(
        year=2027,
        opens_on=date(2027, 1, 1),
        closes_on=date(2027, 6, 30),
        effect_on=date(2027, 6, 30),
        pay_by=date(2027, 7, 31),
    )
    exit_tests(later, staff.second, 1_000_00)
    assert register.room_of(later) == 250_00
    assert 0 < run.gross_cents <= 50_00
    approved(run, staff)
    assert register.room_of(later) == 250_00 - run.gross_cents
