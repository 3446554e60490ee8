"""Money that came once and stands in two statements, in two formats, is booked once and never paid out again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commonweal.membership.models import Application
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankMovement
from commonweal.treasury.queries.payments import payable_refunds, work_list
from commonweal.treasury.rules.matching import MAY_BE, Outcome, Verdict
from tests import factories as make
from tests.membership.joining_steps import asked, paid
from tests.portal.steps import signed_in, text_of
from tests.treasury.bank_files import as_camt, as_coda
from tests.treasury.test_bank_repeats import read_in

pytestmark = pytest.mark.django_db
OTHER = Paid(7_00, "Zoe", "NL91ABNA0417164300", text="y")


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def request_of_ten() -> Application:
    return asked(count=10, now=make.NOW - timedelta(days=5))


def month(payment: Paid) -> bytes:
    """The month of the day, in camt, with references of its own."""
    data = as_camt([OTHER, payment], 99, old_cents=1_234_56 - 7_00)
    data = data.replace(b"<Dt><Dt>2026-11-19</Dt></Dt>", b"<Dt><Dt>2026-10-31</Dt></Dt>")
    closing = b"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-%d</Dt></Dt>"
    return data.replace(closing % 20, closing % 30)


def decide(movement: BankMovement, outcome: Outcome, by: Person) -> None:
    payments.decide_movement(movement=movement, outcome=outcome, by=by, now=make.NOW)


def waiting(amount_cents: int) -> list[tuple[BankMovement, Verdict]]:
    return [(move, said) for move, said, _of in work_list() if move.amount_cents == amount_cents]


def test_half_of_a_request_by_day_and_by_month_books_no_shares(
    finance: Person, request_of_ten: Application
) -> None:
    half = paid(request_of_ten, 250_00)
    read_in(as_coda([half]), finance)
    decide(waiting(250_00)[0][0], Outcome.WAIT, finance)
    read_in(month(half), finance)
    request_of_ten.refresh_from_db()
    assert request_of_ten.state == ApplicationState.AWAITING
    ((copy, said),) = waiting(250_00)
    assert (said, [each.code.value for each in copy.oddities]) == (Verdict.ODD, ["overlaps"])
    decide(copy, Outcome.SAME, finance)
    assert (waiting(250_00), list(payable_refunds())) == ([], [])


@pytest.mark.parametrize("month_first", [False, True])
def test_a_whole_payment_by_day_and_by_month_is_set_aside_and_not_paid_back(
    finance: Person, request_of_ten: Application, month_first: bool
) -> None:
    whole = paid(request_of_ten)
    files = [as_coda([whole]), month(whole)]
    for data in reversed(files) if month_first else files:
        read_in(data, finance)
    request_of_ten.refresh_from_db()
    assert request_of_ten.state == ApplicationState.MEMBER
    ((copy, said),) = waiting(whole.cents)
    assert Outcome.SAME in MAY_BE[said]
    page = text_of(signed_in(finance), f"/en/members/payments/{copy.pk}/")
    assert "It is the same money, shown twice" in page
    decide(copy, Outcome.SAME, finance)
    assert (waiting(whole.cents), list(payable_refunds())) == ([], [])


def test_what_is_shown_once_is_not_set_aside_as_shown_twice(
    finance: Person, request_of_ten: Application
) -> None:
    """Nor can both of two be set aside for each other: no money disappears."""
    half = paid(request_of_ten, 250_00)
    read_in(as_coda([half, half]), finance)
    first, second = (move for move, _said in waiting(250_00))
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(first, Outcome.SAME, finance)
    assert refused.value.code == "shown_once"
    read_in(month(half), finance)
    copy = waiting(250_00)[-1][0]
    decide(copy, Outcome.SAME, finance)
    with pytest.raises(payments.OutcomeRefused):
        decide(second, Outcome.SAME, finance)
