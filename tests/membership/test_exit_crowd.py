"""Thirty-two processes at one exit season, and one killed in the middle of booking it: every request is answered once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from commonweal.ledger import queries as books
from commonweal.ledger.models import Operation
from commonweal.membership import actions, queries
from commonweal.membership.actions import seasons
from commonweal.membership.actions.members import lock_numbers
from commonweal.membership.models import ExitRefund, ExitRequest, ExitSeason, Member
from commonweal.membership.rules.exits import Outcome
from commonweal.people.models import Person
from tests import factories as make
from tests.ledger.test_guards import crowd
from tests.membership.test_seasons import JULY, decided, with_tests

JUNE = datetime(2026, 6, 30, 12, tzinfo=UTC)
EFFECT = date(2026, 6, 30)
SHARES = 3


@pytest.fixture
def holder(transactional_db: None) -> Callable[[], Member]:
    make.shares(make.member(), 100)

    def made() -> Member:
        member = make.member(joined_on=date(2020, 1, 1))
        make.shares(member, SHARES)
        return member

    return made


def _does(what: str, number: int) -> str:
    """What one process does: ask, take back, or book the board's decision."""
    connections.close_all()
    try:
        if what == "decide":
            decided(ExitSeason.objects.get(year=2026), Person.objects.get(pk=number))
        else:
            member = Member.objects.get(number=number)
            if what == "ask":
                actions.ask_to_leave(member=member, by=member.person, now=JUNE)  # type: ignore[arg-type]
            else:
                waiting = ExitRequest.objects.get(member=member, season__year=2026)
                actions.withdraw_exit(request=waiting, by=member.person, now=JUNE)  # type: ignore[arg-type]
        return f"{what}: done"
    except actions.ExitRefused as refusal:
        return f"{what}: {refusal.code}"
    finally:
        connections.close_all()


def test_requests_withdrawals_and_the_decision_at_once_give_an_exact_result(
    holder: Callable[[], Member],
) -> None:
    secretary = make.staff("secretary")
    first, new = [holder() for _each in range(18)], [holder() for _each in range(12)]
    for member in first:
        actions.ask_to_leave(member=member, by=member.person, now=JUNE)  # type: ignore[arg-type]
    with_tests(ExitSeason.objects.get(), secretary)
    jobs = [("ask", each.number) for each in new] + [("withdraw", each.number) for each in first[:12]]
    jobs += [("decide", secretary.pk)] * 8
    answers = crowd(_does, sorted(jobs, key=lambda job: hash((job[1], len(job[0])))))
    season = ExitSeason.objects.get(year=2026)
    assert (
        sorted(each for each in answers if each.startswith("decide"))
        == ["decide: done"] + ["decide: wrong_state"] * 7
    )
    states = queries.booked_states(season)
    assert set(states) <= {"granted", "withdrawn"}
    assert states["withdrawn"] == answers.count("withdraw: done")
    assert answers.count("withdraw: done") + answers.count("withdraw: wrong_state") == 12
    assert answers.count("ask: done") == 12
    assert ExitRequest.objects.count() == 18 + 12
    late = ExitRequest.objects.filter(season__year=2027)
    assert {each.state for each in late} <= {"waiting"}
    granted = set(
        ExitRequest.objects.filter(season=season, state="granted").values_list("member__number", flat=True)
    )
    assert len(granted) == states["granted"] == season.leavers
    assert Operation.objects.filter(key__startswith=f"exit:{season.pk}:").count() == len(granted)
    assert season.total_cents == len(granted) * SHARES * 50_00
    for member in (*first, *new):
        gone = member.number in granted
        assert queries.held_on(member.number, "A", EFFECT).shares == (0 if gone else SHARES)
        member.refresh_from_db()
        assert member.left_on == (EFFECT if gone else None)
    assert books.troubles() == []


def _asks_past_the_rules(season: int, member: int) -> str:
    """A request as no action would make it: only the database can say no."""
    connections.close_all()
    try:
        ExitRequest.objects.create(season_id=season, member_id=member, asked_at=JUNE, channel="web")
        return "in"
    except IntegrityError as refusal:
        return str(getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", ""))
    finally:
        connections.close_all()


def _one_of(what: str, first: int, second: int) -> str:
    return _does(what, first) if what == "decide" else _asks_past_the_rules(first, second)


def test_past_the_rules_no_request_slips_into_a_season_that_is_being_decided(
    holder: Callable[[], Member],
) -> None:
    secretary, member = make.staff("secretary"), holder()
    actions.ask_to_leave(member=member, by=member.person, now=JUNE)  # type: ignore[arg-type]
    season = ExitSeason.objects.get()
    with_tests(season, secretary)
    jobs: list[tuple[str, int, int]] = [("ask", season.pk, holder().pk) for _each in range(30)]
    jobs.insert(15, ("decide", secretary.pk, 0))
    answers = crowd(_one_of, jobs)
    assert answers.count("decide: done") == 1
    assert answers.count("in") + answers.count("exit_request_in_time") == 30
    assert queries.booked_states(season) == {"granted": 1 + answers.count("in")}
    assert _asks_past_the_rules(season.pk, holder().pk) == "exit_request_in_time"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE membership_exitrequest DISABLE TRIGGER membership_request_comes")
    try:
        assert _asks_past_the_rules(season.pk, holder().pk) == "in"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE membership_exitrequest ENABLE TRIGGER membership_request_comes")


def _killed_while_booking(season: int, by: int, booked: Any) -> None:
    connections.close_all()
    post = seasons.ledger.post_many

    def posted(**given: Any) -> int:
        count = post(**given)
        booked.set()
        signal.pause()
        return count

    seasons.ledger.post_many = posted  # type: ignore[assignment]
    decided(ExitSeason.objects.get(pk=season), Person.objects.get(pk=by))


def test_a_process_killed_while_booking_leaves_nothing_and_the_next_books_everything_once(
    holder: Callable[[], Member],
) -> None:
    secretary, members = make.staff("secretary"), [holder() for _each in range(5)]
    for member in members:
        actions.ask_to_leave(member=member, by=member.person, now=JUNE)  # type: ignore[arg-type]
    season = ExitSeason.objects.get()
    with_tests(season, secretary)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    booked = fork.Event()
    process = fork.Process(target=_killed_while_booking, args=(season.pk, secretary.pk, booked))
    process.start()
    assert booked.wait(30)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not Operation.objects.filter(key__startswith="exit:").exists()
    assert not ExitRefund.objects.exists()
    assert queries.booked_states(season) == {"waiting": 5}
    season = decided(season, secretary, Outcome.PAY, now=JULY)
    assert queries.booked_states(season) == {"granted": 5}
    assert Operation.objects.filter(key__startswith="exit:").count() == 5
    assert queries.booked_by_class(season) == {"A": (15, 750_00, 750_00)}
    assert books.troubles() == []


def test_a_decision_and_a_payment_for_the_same_member_wait_for_each_other(
    holder: Callable[[], Member],
) -> None:
    """Who enters paid shares holds the numbers, then locks the member: a decision that came the other way round would
    wait for the numbers while holding the member, for ever."""
    secretary, member = make.staff("secretary"), holder()
    actions.ask_to_leave(member=member, by=member.person, now=JUNE)  # type: ignore[arg-type]
    season = ExitSeason.objects.get()
    with_tests(season, secretary)
    holds_numbers, troubles = threading.Event(), list[Exception]()

    def pays() -> None:
        try:
            with transaction.atomic():
                lock_numbers()
                holds_numbers.set()
                time.sleep(0.5)
                Member.objects.select_for_update().get(pk=member.pk)
        except DatabaseError as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    paying = threading.Thread(target=pays)
    paying.start()
    holds_numbers.wait(5)
    try:
        decided(season, secretary)
    except DatabaseError as trouble:
        troubles.append(trouble)
    paying.join(10)
    assert troubles == []
    member.refresh_from_db()
    assert member.left_on == EFFECT
