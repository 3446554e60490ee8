"""Damaged files of a bank, brought in as finance would: refused with the line, or read in whole; never half.

A short run in `make test`, a thousand files of each format in `make proof`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from commonweal.ledger.models import Operation
from commonweal.ledger.queries import troubles
from commonweal.membership.models import Application, Member
from commonweal.membership.queries.joining import subject_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankFile, BankMovement, Handling, Refund
from commonweal.treasury.rules.matching import Outcome
from tests import factories as make
from tests.membership.joining_steps import asked, paid, planned
from tests.treasury.bank_files import ACCOUNT, as_camt, as_coda, damaged

pytestmark = pytest.mark.django_db
Write = Callable[[Sequence[Paid]], bytes]
FORMATS = pytest.mark.parametrize("write", [as_coda, as_camt], ids=["coda", "camt"])
KEPT = (BankFile, BankMovement, Handling, Refund, Operation, Member)


def counts() -> list[int]:
    return [model._default_manager.count() for model in KEPT]


def brought_in(content: bytes, by: Person) -> str:
    """Uploads and confirms a file as one would, checks what it did, and takes it back; gives what came of it."""
    before = counts()
    with transaction.atomic():
        try:
            file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=by, now=make.NOW)
        except payments.FileRefused as refusal:
            said = str(refusal)
        else:
            plan = planned(content).digest
            payments.confirm_file(file=file, plan=plan, by=by, now=make.NOW)
            whole()
            transaction.set_rollback(True)
            return "read in"
    assert counts() == before
    named = re.search(r"Line (\d+): .*Nothing was read in\.", said)
    line = int(named[1]) if named else 0
    assert "another account" in said or 1 <= line <= content.count(b"\n") + 1, said
    return "refused"


def whole() -> None:
    """What stands after a file is read in hangs together: all that was paid is shares, each once, and no other."""
    for application in Application.objects.all():
        counted = Handling.objects.filter(subject=subject_of(application), outcome=Outcome.ACCEPT)
        cents = counted.aggregate(cents=Sum("movement__amount_cents"))["cents"] or 0
        operations = Operation.objects.filter(key=f"application:{application.pk}").count()
        entered = application.state == ApplicationState.MEMBER
        assert (entered, cents, operations) in ((False, 0, 0), (True, application.due_cents, 1))
        assert {each.movement.communication for each in counted} <= {application.communication}
    assert Member.objects.count() == Operation.objects.count()
    assert list(troubles()) == []


def tried(write: Write, times: int) -> Counter[str]:
    """So many damaged files of one format, brought in one after the other."""
    finance = make.staff("finance")
    applications = [asked(make.person("Jeanne", f"Delvaux{each}"), 3 + each) for each in range(3)]
    movements = [*(paid(each) for each in applications), Paid(-12_35, "Bank", text="kosten")]
    content, dice = write(movements), random.Random(20261125)
    assert brought_in(content, finance) == "read in"
    return Counter(brought_in(damaged(content, dice), finance) for _each in range(times))


@FORMATS
def test_some_damaged_files_are_refused_with_the_line_and_none_is_half_read_in(write: Write) -> None:
    found = tried(write, 30)
    assert found["refused"] > 7, found
    assert found["read in"] > 0, found


@pytest.mark.proof
@FORMATS
def test_a_thousand_damaged_files_are_refused_with_the_line_and_none_is_half_read_in(write: Write) -> None:
    found = tried(write, 1_000)
    print(f"\n1,000 damaged files ({write.__name__}): {dict(found)}")
    assert found["refused"] > 300, found
    assert found["read in"] > 50, found


@FORMATS
def test_what_breaks_in_the_middle_of_reading_in_leaves_nothing(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance = make.staff("finance")
    content = write([paid(asked(make.person("Jeanne", f"Delvaux{each}"))) for each in range(3)])
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=finance, now=make.NOW)
    before, entered, enter = counts(), [], payments.enter_expected

    def breaks(**told: Any) -> None:
        if len(entered) == 1:
            raise RuntimeError("the light goes out")
        entered.append(told)
        enter(**told)

    monkeypatch.setattr(payments, "enter_expected", breaks)
    plan = planned(content).digest
    with pytest.raises(RuntimeError):
        payments.confirm_file(file=file, plan=plan, by=finance, now=make.NOW)
    assert len(entered) == 1
    assert counts() == before
    assert {each.state for each in Application.objects.all()} == {ApplicationState.AWAITING}
    monkeypatch.undo()
    payments.confirm_file(file=file, plan=plan, by=finance, now=make.NOW)
    whole()
    assert Member.objects.count() == 3
