"""Locks around movements of the bank: each stands where it must, in the written order, and is missed when it is gone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from commonweal.membership.actions.applications_paid import enter_paid
from commonweal.membership.models import Application
from commonweal.membership.queries.joining import expected_from
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import dividing, payments, undoing
from commonweal.treasury.actions.dividing import Part
from commonweal.treasury.models import BankFile, BankMovement, Handling, Refund
from commonweal.treasury.queries.bank_plans import plan_of
from commonweal.treasury.queries.payments import reading_of, work_list
from commonweal.treasury.queries.receivables import expected_of
from commonweal.treasury.queries.undoing import digest_of, effect_of
from commonweal.treasury.rules.matching import Outcome
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid, uploaded
from tests.treasury.bank_files import PAYER

MEMBERS, LEDGER, WRITES, MEMBER = "members", "ledger", "writes", "member"
FILE, MOVEMENT, APPLICATION, REFUND = "bankfile", "bankmovement", "application", "refund"
_ROW = re.compile(r'FROM "(?:membership|treasury)_(\w+)".*FOR UPDATE', re.DOTALL)
_MADE = re.compile(r'INSERT INTO "treasury_(?:handling|bankmovement)"')


def taken(act: Callable[[], Any]) -> list[str]:
    """The locks an action takes and its first row, in the order in which each comes for the first time."""
    with CaptureQueriesContext(connection) as seen:
        act()
    found: dict[str, None] = {}
    for each in seen.captured_queries:
        sql = each["sql"]
        if "LOCK TABLE membership_member" in sql:
            found.setdefault(MEMBERS)
        elif row := _ROW.search(sql):
            found.setdefault(row[1])
        elif _MADE.search(sql):
            found.setdefault(WRITES)
        elif "ledger_" in sql and ("FOR UPDATE" in sql or "INSERT" in sql):
            found.setdefault(LEDGER)
    return list(found)


def waiting() -> BankMovement:
    return work_list()[-1][0]


def decide(outcome: Outcome, by: Person, movement: BankMovement | None = None, **changes: Any) -> Handling:
    about = movement or waiting()
    return payments.decide_movement(
        movement=about, outcome=outcome, by=by, now=make.NOW, reason="x", **changes
    )


def divide(by: Person, *cents: int, back: bool = False) -> Handling:
    movement = waiting()
    asking = Application.objects.order_by("-pk")
    parts = [Part(expected_from(each), part) for each, part in zip(asking, cents, strict=False)]
    seen = dividing.division_planned(movement=movement, parts=parts).digest
    return dividing.divide_movement(
        movement=movement, parts=parts, rest_back=back, seen=seen, by=by, now=make.NOW, reason="x"
    )


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.mark.django_db
class TestOrder:
    """The locks of every action, in the order of ARCHITECTURE.md, all before the first row is written."""

    def test_of_deciding(self, finance: Person) -> None:
        confirmed([paid(asked(), 600_00)], finance)
        locks = taken(lambda: decide(Outcome.ACCEPT, finance))
        assert locks == [MEMBERS, MOVEMENT, APPLICATION, WRITES, MEMBER, LEDGER]

    def test_of_reading_a_file_in(self, finance: Person) -> None:
        file = uploaded([paid(asked())], finance)
        plan = plan_of(reading_of(file)).digest
        file = BankFile.objects.get(pk=file.pk)
        locks = taken(lambda: payments.confirm_file(file=file, plan=plan, by=finance, now=make.NOW))
        # The movement is new: nobody else can hold it. What is paid is locked at once, in order.
        assert locks == [MEMBERS, FILE, APPLICATION, WRITES, MEMBER, LEDGER]

    def test_of_dividing(self, finance: Person) -> None:
        asked(), asked(make.person("Rosa", "Petit"))
        confirmed([Paid(1000_00, "X", PAYER, text="x")], finance)
        locks = taken(lambda: divide(finance, 500_00, 500_00))
        assert locks == [MEMBERS, MOVEMENT, APPLICATION, WRITES, MEMBER, LEDGER]

    def test_of_undoing_a_decision(self, finance: Person) -> None:
        confirmed([paid(asked(), 600_00)], finance)
        decision = decide(Outcome.ACCEPT, finance)
        about = expected_of([decision.subject])[decision.subject]
        seen = digest_of([effect_of(decision, about, 600_00)])
        locks = taken(
            lambda: undoing.undo_decision(decision=decision, seen=seen, reason="x", by=finance, now=make.NOW)
        )
        assert locks == [MEMBERS, MOVEMENT, APPLICATION, REFUND, WRITES, LEDGER]

    def test_of_taking_back(self, finance: Person) -> None:
        application = asked()
        confirmed([paid(application)], finance)
        confirmed([paid(application, -500_00)], finance, 13)
        locks = taken(lambda: decide(Outcome.UNDO, finance))
        assert locks == [MEMBERS, MOVEMENT, APPLICATION, REFUND, WRITES, LEDGER]

    def test_of_taking_parts_back(self, finance: Person) -> None:
        application = asked()
        confirmed([paid(application, 600_00)], finance)
        decide(Outcome.ACCEPT, finance)
        confirmed([paid(application, -200_00)], finance, 13)
        locks = taken(lambda: decide(Outcome.UNDO, finance))
        assert locks == [MEMBERS, MOVEMENT, APPLICATION, REFUND, WRITES, LEDGER]

    def test_of_taking_back_what_was_divided(self, finance: Person) -> None:
        asked(), asked(make.person("Rosa", "Petit"))
        confirmed([Paid(1000_00, "X", PAYER, text="x")], finance)
        movement = waiting()
        divide(finance, 500_00, 500_00)
        confirmed([Paid(-1000_00, "X", PAYER, text="x")], finance, 13)
        locks = taken(lambda: decide(Outcome.UNDO, finance))
        assert locks == [MEMBERS, MOVEMENT, APPLICATION, REFUND, WRITES, LEDGER]
        assert movement.parts.count() == 2

    def test_of_entering_once_more_and_of_what_was_paid_back(self, finance: Person) -> None:
        application = asked()
        confirmed([paid(application, 600_00)], finance)
        decide(Outcome.ACCEPT, finance)
        refund = Refund.objects.get()
        day = make.NOW.date()
        locks = taken(lambda: payments.mark_refunded(refund=refund, on=day, by=finance, now=make.NOW))
        assert locks == [REFUND]
        with pytest.raises(payments.OutcomeRefused):
            enter_paid(application=application, by=finance, now=make.NOW)

    def test_a_payment_that_still_waits_is_locked_before_it_is_set_aside(self, finance: Person) -> None:
        application = asked()
        confirmed([paid(application, name="PIET MAES"), paid(application, -500_00)], finance)
        payment, reversal = (movement for movement, _said, _about in work_list())
        with CaptureQueriesContext(connection) as seen:
            decide(Outcome.UNDO, finance, reversal)
        held = [
            each["sql"]
            for each in seen.captured_queries
            if "FOR UPDATE" in each["sql"] and 'FROM "treasury_bankmovement"' in each["sql"]
        ]
        ids = [f'"id" = {each.pk}' for each in (reversal, payment)]
        assert len(held) == 2
        assert all(one in sql for one, sql in zip(ids, held, strict=True))

    def test_parts_are_locked_with_the_payment_they_are_parts_of(self, finance: Person) -> None:
        asked(), asked(make.person("Rosa", "Petit"))
        confirmed([Paid(1000_00, "X", PAYER, text="x")], finance)
        divide(finance, 500_00, 500_00)
        confirmed([Paid(-1000_00, "X", PAYER, text="x")], finance, 13)
        with CaptureQueriesContext(connection) as seen:
            decide(Outcome.UNDO, finance)
        held = [each["sql"] for each in seen.captured_queries if "FOR UPDATE" in each["sql"]]
        assert any('"part_of_id" =' in each and "treasury_bankmovement" in each for each in held)
        requests = [each for each in held if 'FROM "membership_application"' in each]
        assert " IN (" in requests[0], "all requests at once, by number"
        assert 'ORDER BY "membership_application"."id" ASC' in requests[0]


# ---- the guards of the database wait for each other


PART = (
    "INSERT INTO treasury_bankmovement (part_of_id, statement_id, file_id, account, reference, amount_cents, booked_on,"
    " payer_iban, payer_name, ultimate_name, other_account, communication, text, end_to_end, return_code, odd, fingerprint,"
    " occurrence) SELECT id, statement_id, file_id, account, reference, %s, booked_on, payer_iban, payer_name,"
    " ultimate_name, other_account, '', text, end_to_end, return_code, odd, %s, 1"
    " FROM treasury_bankmovement WHERE id = %s"
)
DECIDE = (
    "INSERT INTO treasury_handling (movement_id, turn, outcome, by_id, at, reason, subject)"
    " VALUES (%s, 1, 'aside', %s, now(), '', '')"
)


def ran(statement: str, given: tuple[Any, ...]) -> str:
    """What came of a statement: the guard that refused it, or nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
    except IntegrityError as refusal:
        return str(refusal.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return ""


def beside(first: tuple[str, tuple[Any, ...]], second: tuple[str, tuple[Any, ...]]) -> tuple[bool, str]:
    """Two statements at the same moment: whether the second waited for the first, and what came of it."""
    answers = []

    def other() -> None:
        try:
            answers.append(ran(*second))
        finally:
            connections.close_all()

    hand = threading.Thread(target=other)
    with transaction.atomic():
        assert ran(*first) == ""
        hand.start()
        hand.join(1)
        waited = hand.is_alive()
    hand.join()
    return waited, answers[0]


@contextmanager
def without_lock(function: str) -> Iterator[None]:
    """The database with the row lock of one of its guards taken away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        written = cursor.fetchone()[0]
        assert " FOR UPDATE" in written
        cursor.execute(re.sub(r" FOR UPDATE( OF \w+)?", "", written))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(written)


@pytest.fixture
def whole(transactional_db: None) -> Iterator[tuple[BankMovement, Person]]:
    by = make.staff("finance")
    confirmed([Paid(800_00, "X", PAYER, text="x")], by)
    with connection.cursor() as cursor:
        # It locks the movement as well: each guard is to hold alone.
        cursor.execute("ALTER TABLE treasury_handling DISABLE TRIGGER treasury_decisions_in_turn")
    yield BankMovement.objects.get(), by
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE treasury_handling ENABLE TRIGGER treasury_decisions_in_turn")


def test_two_parts_made_at_one_moment_are_not_more_than_what_came(whole: tuple[BankMovement, Person]) -> None:
    movement, _by = whole
    parts = [(PART, (500_00, mark, movement.pk)) for mark in ("a", "b")]
    assert beside(*parts) == (True, "parts_within_what_came")


def test_without_its_lock_the_guard_of_parts_would_let_both_in(whole: tuple[BankMovement, Person]) -> None:
    movement, _by = whole
    with without_lock("treasury_parts_within"):
        _waited, refused = beside(*[(PART, (500_00, mark, movement.pk)) for mark in ("a", "b")])
    assert refused == ""


def test_what_is_decided_while_it_is_divided_is_refused(whole: tuple[BankMovement, Person]) -> None:
    movement, by = whole
    part, decision = (PART, (800_00, "a", movement.pk)), (DECIDE, (movement.pk, by.pk))
    assert beside(part, decision) == (True, "parts_are_the_whole")


def test_without_its_lock_the_guard_of_the_whole_would_let_a_decision_in(
    whole: tuple[BankMovement, Person],
) -> None:
    movement, by = whole
    part, decision = (PART, (800_00, "a", movement.pk)), (DECIDE, (movement.pk, by.pk))
    with without_lock("treasury_parts_are_whole"):
        _waited, refused = beside(part, decision)
    assert refused == ""


TAKE = """DO $$ DECLARE n bigint; BEGIN
  INSERT INTO treasury_handling (movement_id, turn, outcome, by_id, at, reason, subject)
    VALUES (%s, 1, 'undo', %s, now(), '', '') RETURNING id INTO n;
  INSERT INTO treasury_takenpart (handling_id, payment_id, cents) VALUES (n, %s, 20000);
END $$"""
BACK = "INSERT INTO treasury_refund (handling_id, cents) VALUES (%s, %s)"


@pytest.fixture
def counted(transactional_db: None) -> tuple[tuple[str, tuple[Any, ...]], tuple[str, tuple[Any, ...]]]:
    """A payment of 500 that counts: 200 of it taken back by the bank, and 400 noted to be paid back."""
    by = make.staff("finance")
    application = asked()
    confirmed([paid(application)], by)
    decision = Handling.objects.get()
    confirmed([paid(application, -200_00)], by, 13)
    return (TAKE, (waiting().pk, by.pk, decision.movement_id)), (BACK, (decision.pk, 400_00))


@pytest.mark.parametrize("taken_first", [True, False])
def test_what_is_taken_and_paid_back_at_one_moment_is_not_more_than_what_came(
    counted: tuple[tuple[str, tuple[Any, ...]], tuple[str, tuple[Any, ...]]], taken_first: bool
) -> None:
    both = counted if taken_first else counted[::-1]
    guard = "refund_within_what_came" if taken_first else "taken_within_what_came"
    assert beside(*both) == (True, guard)


def test_without_its_lock_the_guard_of_refunds_would_let_both_go(
    counted: tuple[tuple[str, tuple[Any, ...]], tuple[str, tuple[Any, ...]]],
) -> None:
    with without_lock("treasury_refund_within"):
        _waited, refused = beside(*counted)
    assert refused == ""


def test_without_its_locks_the_guard_of_parts_taken_would_let_both_go(
    counted: tuple[tuple[str, tuple[Any, ...]], tuple[str, tuple[Any, ...]]],
) -> None:
    with without_lock("treasury_taken_within"):
        _waited, refused = beside(*counted[::-1])
    assert refused == ""
