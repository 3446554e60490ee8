"""Thirty-two processes at one member: the register lets in exactly what the statutes allow, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, connections

from commonweal.ledger import actions as ledger
from commonweal.ledger import queries as books
from commonweal.membership import actions, queries
from commonweal.membership.models import Member
from commonweal.membership.rules.movements import MovementKind, moved
from commonweal.people.models import Person
from tests import factories as make
from tests.ledger.test_guards import crowd

DAY = date(2026, 6, 1)
CROWD = 32


def _by_the_rules(turn: int, member: int, taker: int, by: int) -> str:
    """What one process does: a share more for the member, or one of theirs for the taker."""
    connections.close_all()
    other = Member.objects.get(pk=taker) if taker else None
    kind = MovementKind.TRANSFER if taker else MovementKind.SUBSCRIPTION
    movement = actions.Movement(kind, "A", DAY, 1, counterpart=other, document="letter")
    try:
        actions.book_movement(
            member=Member.objects.get(pk=member),
            movement=movement,
            key=f"crowd:{member}:{taker}:{turn}",
            by=Person.objects.get(pk=by),
            now=make.NOW,
        )
        return "let in"
    except (actions.MovementRefused, ledger.BeyondLimit):
        return "refused"
    finally:
        connections.close_all()


def _past_the_rules(turn: int, number: int) -> str:
    """A share more, posted as no action of the register would: only the database can say no."""
    connections.close_all()
    entries = tuple(ledger.Entry(*entry) for entry in moved("A", number, 1, 50_00))
    draft = ledger.Draft("subscription", f"past:{number}:{turn}", DAY, entries)
    try:
        ledger.post(draft=draft, now=make.NOW)
        return "let in"
    except ledger.BeyondLimit:
        return "refused"
    finally:
        connections.close_all()


@contextmanager
def no_limits() -> Iterator[None]:
    """The database's guard with its question about limits cut out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_take_in'::regproc)")
        whole = cursor.fetchone()[0]
        without = whole.replace("IF wrong.account_id IS NOT NULL THEN", "IF false THEN")
        assert without != whole
        cursor.execute(without)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)


def exactly(answers: list[str], allowed: int, member: Member, holds: int) -> None:
    """As many were let in as there was room, and the register says so."""
    assert sorted(answers) == ["let in"] * allowed + ["refused"] * (CROWD - allowed)
    assert queries.held_on(member.number, "A", DAY).shares == holds
    assert books.troubles() == []


@pytest.fixture
def holder(transactional_db: None) -> Callable[[int], Member]:

    def made(count: int) -> Member:
        member = make.member()
        make.shares(member, count)
        return member

    return made


def test_a_crowd_gets_what_a_class_allows_one_member_and_no_more(holder: Callable[[int], Member]) -> None:
    by, full = make.staff("secretary").pk, holder(90)
    answers = crowd(_by_the_rules, [(turn, full.pk, 0, by) for turn in range(CROWD)])
    exactly(answers, 10, full, 100)
    giver, taker = holder(7), make.member()
    answers = crowd(_by_the_rules, [(turn, giver.pk, taker.pk, by) for turn in range(CROWD)])
    exactly(answers, 7, giver, 0)
    assert queries.held_on(taker.number, "A", DAY).shares == 7


def test_past_the_rules_the_database_holds_the_same_and_without_its_guard_it_would_show(
    holder: Callable[[int], Member],
) -> None:
    member = holder(90)
    exactly(crowd(_past_the_rules, [(turn, member.number) for turn in range(CROWD)]), 10, member, 100)
    other = holder(90)
    with no_limits():
        answers = crowd(_past_the_rules, [(turn, other.number) for turn in range(CROWD)])
    with pytest.raises(AssertionError):
        exactly(answers, 10, other, 100)
    assert answers == ["let in"] * CROWD
