"""Thirty-two processes at one file, one application, one movement, one person: each thing happens once, exactly."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from commonweal.kernel.decision import Refusal
from commonweal.ledger.models import Operation
from commonweal.ledger.queries import troubles
from commonweal.membership.actions import joining
from commonweal.membership.models import Application, Member
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.people.rules import Channel
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankFile, BankMovement, Handling, Payment, Refund, ReturnedPayment
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.ledger.test_guards import crowd
from tests.membership.joining_steps import asked, asking, confirmed, paid, planned, uploaded
from tests.treasury import paying_steps as paying

CROWD = 32
pytestmark = pytest.mark.django_db(transaction=True)


def told(task: Any, *args: Any) -> str:
    """What came of a task in a process of its own."""
    connections.close_all()
    try:
        task(*args)
        return "done"
    except (Refusal, IntegrityError):
        return "refused"
    finally:
        connections.close_all()


def _confirm(file: int, by: int) -> None:
    held = BankFile.objects.get(pk=file)
    plan = planned(bytes(held.content)).digest
    payments.confirm_file(file=held, plan=plan, by=Person.objects.get(pk=by), now=make.NOW)


def _decide(movement: int, by: int) -> None:
    payments.decide_movement(
        movement=BankMovement.objects.get(pk=movement),
        outcome=Outcome.ACCEPT,
        by=Person.objects.get(pk=by),
        now=make.NOW,
    )


def _pay_back(by: int) -> None:
    paying.pay_refunds(pay_on=make.NOW.date(), by=Person.objects.get(pk=by), now=make.NOW)


def _tick(refund: int, by: int) -> None:
    held, who = Refund.objects.get(pk=refund), Person.objects.get(pk=by)
    payments.mark_refunded(refund=held, on=make.NOW.date(), by=who, now=make.NOW)


def _return(reference: str, by: int) -> None:
    given = {"reason": ReturnReason.CLOSED, "returned_on": make.NOW.date(), "now": make.NOW}
    treasury.book_return(end_to_end=reference, by=Person.objects.get(pk=by), **given)


def _ask(who: int) -> None:
    asked(Person.objects.get(pk=who))


def _handling(movement: int, application: int, by: int) -> None:
    """A decision as no action would write it: only the database can say no."""
    row = {"movement_id": movement, "subject": f"application:{application}", "by_id": by}
    Handling.objects.create(outcome=Outcome.ACCEPT, at=make.NOW, **row)


def _application(pk: int) -> None:
    """The same request once more, past the rules."""
    held = Application.objects.get(pk=pk)
    held.pk, held.token = None, uuid.uuid4()
    held.communication = f"{uuid.uuid4().int % 10**12:012d}"
    held.save(force_insert=True)


@contextmanager
def without(table: str, index: str, trigger: str = "") -> Iterator[None]:
    """The database with one of its guards taken away, and the trigger that looks at the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        found = cursor.fetchone()
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [index])
        constraint = cursor.fetchone()
        if trigger:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        cursor.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {index}" if constraint else f"DROP INDEX {index}"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"DELETE FROM {table} a USING {table} b WHERE a.id > b.id")
            cursor.execute("SET session_replication_role = origin")
            again = f"ALTER TABLE {table} ADD CONSTRAINT {index} {constraint[0]}" if constraint else found[0]
            cursor.execute(again)
            if trigger:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def test_a_crowd_confirms_one_file_and_it_is_read_in_once(finance: Person) -> None:
    applications = [asked(make.person("Jeanne", f"Delvaux{each}"), 3) for each in range(3)]
    file = uploaded([paid(each) for each in applications], finance)
    answers = crowd(told, [(_confirm, file.pk, finance.pk)] * CROWD)
    # Who planned before the first was done is told to look once more; who came after it finds it done.
    assert answers.count("done") >= 1
    assert (Member.objects.count(), Operation.objects.count(), BankMovement.objects.count()) == (3, 3, 3)
    assert {each.state for each in Application.objects.all()} == {ApplicationState.MEMBER}
    assert sorted(Member.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert list(troubles()) == []


def test_a_crowd_pays_one_application_and_it_is_paid_once(finance: Person) -> None:
    application = asked(now=make.NOW - timedelta(days=60))
    confirmed([paid(application) for _each in range(CROWD)], finance)
    waiting = [movement.pk for movement, _verdict, _named in work_list()]
    assert len(waiting) == CROWD
    answers = crowd(told, [(_decide, pk, finance.pk) for pk in waiting])
    assert sorted(answers) == ["done"] + ["refused"] * (CROWD - 1)
    assert (Handling.objects.count(), Operation.objects.count(), Refund.objects.count()) == (1, 1, 0)
    assert list(troubles()) == []


def test_a_crowd_decides_about_one_movement_and_only_one_decision_stands(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    ((movement, _verdict, _named),) = work_list()
    answers = crowd(told, [(_decide, movement.pk, finance.pk)] * CROWD)
    assert sorted(answers) == ["done"] + ["refused"] * (CROWD - 1)
    assert (Handling.objects.count(), Operation.objects.count(), Refund.objects.count()) == (1, 1, 1)


def test_a_crowd_pays_back_in_files_and_by_hand_and_each_is_paid_once_and_comes_back_once(
    finance: Person,
) -> None:
    confirmed([paid(asked(make.person("Jo", str(each))), 600_00) for each in range(2)], finance)
    for movement, _verdict, _named in work_list():
        _decide(movement.pk, finance.pk)
    first, second = Refund.objects.order_by("pk")
    by_hand = [(_tick, first.pk, finance.pk)] * (CROWD // 4)
    answers = crowd(told, [*by_hand, *[(_pay_back, finance.pk)] * (CROWD - len(by_hand))])
    files = answers.count("done") - len(by_hand)
    # Both in one file, or the first by hand before it.
    assert files == 1
    paid_in_file = list(Payment.objects.order_by("pk").values_list("subject", flat=True))
    assert paid_in_file in ([second.pk], [first.pk, second.pk])
    assert not Refund.objects.filter(made_on__isnull=True).exists()
    answers = crowd(told, [(_return, f"R{second.pk}-1", finance.pk)] * CROWD)
    assert sorted(answers) == ["done"] + ["refused"] * (CROWD - 1)
    assert (ReturnedPayment.objects.count(), Refund.objects.get(made_on__isnull=True)) == (1, second)


def test_a_crowd_of_tabs_asks_for_one_person_once(finance: Person) -> None:
    who = make.person("Jeanne")
    answers = crowd(told, [(_ask, who.pk)] * CROWD)
    assert sorted(answers) == ["done"] + ["refused"] * (CROWD - 1)
    assert Application.objects.count() == 1


def test_a_form_sent_by_a_crowd_at_once_is_one_request(finance: Person) -> None:
    counter, token = make.staff("counter"), uuid.uuid4()
    answers = crowd(told, [(_ask_for_someone_new, counter.pk, token)] * CROWD)
    assert answers == ["done"] * CROWD
    assert Application.objects.get().token == token
    assert Person.objects.filter(family_name="Maes").count() == 1


def _ask_for_someone_new(counter: int, token: uuid.UUID) -> None:
    identity = {"given_name": "Piet", "family_name": "Maes", "language": "nl"}
    new = asking(None, identity=identity, token=token, language="nl")
    by = Person.objects.get(pk=counter)
    joining.ask_for_shares(asking=new, by=by, now=make.NOW, channel=Channel.PHONE)


def test_past_the_rules_the_database_keeps_one_decision_and_without_its_guard_it_would_show(
    finance: Person,
) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    job = (_handling, BankMovement.objects.get().pk, application.pk, finance.pk)
    answers = crowd(told, [job] * CROWD)
    assert sorted(answers) == ["done"] + ["refused"] * (CROWD - 1)
    with without("treasury_handling", "handling_once_a_turn", "treasury_decisions_in_turn"):
        assert crowd(told, [job] * 4) == ["done"] * 4


def test_past_the_rules_the_database_keeps_one_open_request_and_without_its_guard_it_would_show(
    finance: Person,
) -> None:
    job = (_application, asked().pk)
    assert crowd(told, [job] * CROWD) == ["refused"] * CROWD
    with without("membership_application", "application_open_once"):
        assert crowd(told, [job] * 4) == ["done"] * 4
