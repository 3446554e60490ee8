"""A decision by which money goes back twice: refunds add up to what is owed, whichever was paid, came back or was taken."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.membership.actions import joining
from commonweal.membership.models import Application
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.treasury.models import Handling, Payment, Refund, ReturnedPayment
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid
from tests.treasury.test_part_taken_back import due, here, pays_back, to_pay_back
from tests.treasury.test_paying_back import comes_back
from tests.treasury.test_taking_back import decide, now_of, only, sound, taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture(autouse=True)
def _our_account(settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE68539007547034"}


def paid_in_two(finance: Person) -> Application:
    """A request of 500 paid with 200 and then 400: of the second, 100 are to be paid back."""
    application = asked()
    confirmed([paid(application, 200_00)], finance)
    decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    confirmed([paid(application, 400_00)], finance, 13)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    assert to_pay_back() == [100_00]
    return application


def withdrawn(application: Application, finance: Person) -> None:
    """The bank takes the first payment back, and whoever asked for shares does not want them any more."""
    confirmed([taken_back(application, 200_00)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert now_of(application).state == ApplicationState.AWAITING
    person = application.person
    assert person is not None
    joining.withdraw_application(application=application, by=person, now=make.NOW)
    assert due(application)[0] == 0


def test_the_rest_of_what_was_partly_to_be_paid_back_goes_back_too(finance: Person) -> None:
    withdrawn(paid_in_two(finance), finance)
    assert (to_pay_back(), here()) == ([100_00, 300_00], 400_00)
    assert (pays_back(finance), here()) == (400_00, 0)
    sound()


def test_a_refund_that_comes_back_is_owed_beside_the_rest(finance: Person) -> None:
    application = paid_in_two(finance)
    (first,) = Refund.objects.all()
    pays_back(finance)
    withdrawn(application, finance)
    assert to_pay_back() == [300_00]
    comes_back(first, finance)
    assert (to_pay_back(), here()) == ([100_00, 300_00], 400_00)


@pytest.mark.parametrize(("cents", "left"), [(50_00, [100_00, 250_00]), (350_00, [50_00]), (400_00, [])])
def test_what_the_bank_takes_back_of_several_refunds_is_owed_no_more(
    finance: Person, cents: int, left: list[int]
) -> None:
    application = paid_in_two(finance)
    withdrawn(application, finance)
    confirmed([taken_back(application, cents)], finance, 15)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (to_pay_back(), here()) == (left, sum(left))


def test_the_database_lets_refunds_add_up_to_what_came_and_no_cent_more(finance: Person) -> None:
    withdrawn(paid_in_two(finance), finance)
    about = Handling.objects.get(outcome=Outcome.ACCEPT)
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        Refund.objects.create(handling=about, cents=1)
    assert told.value.__cause__.diag.constraint_name == "refund_within_what_came"  # type: ignore[union-attr]


def test_a_refund_of_what_the_bank_took_back_whole_is_owed_no_more_when_it_comes_back(
    finance: Person,
) -> None:
    """The payer had it twice, and gives one back."""
    application = paid_in_two(finance)
    (refund,) = Refund.objects.all()
    pays_back(finance)
    confirmed([taken_back(application, 400_00)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (due(application)[0], here()) == (100_00, 100_00)
    comes_back(refund, finance)
    assert (due(application)[0], to_pay_back(), here()) == (200_00, [], 200_00)
    refund.refresh_from_db()
    assert (refund.made_on, refund.taken_back) == (None, Handling.objects.latest("pk"))


def test_the_database_opens_no_refund_of_a_decision_that_was_undone(finance: Person) -> None:
    application = paid_in_two(finance)
    (refund,) = Refund.objects.all()
    pays_back(finance)
    confirmed([taken_back(application, 400_00)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    with transaction.atomic():
        ReturnedPayment.objects.create(
            payment=Payment.objects.get(),
            reason=ReturnReason.CLOSED,
            returned_on=make.NOW.date(),
            noted_by=finance,
            noted_at=make.NOW,
        )
        with pytest.raises(IntegrityError, match="stays as it is"):
            Refund.objects.filter(pk=refund.pk).update(made_on=None)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "change", ["taken_back_id = handling_id", "made_on = '1900-01-01'", "id = id + 1000"]
)
def test_what_is_owed_back_does_not_disappear_by_a_statement(finance: Person, change: str) -> None:
    confirmed([paid(asked(), 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    with (
        pytest.raises(IntegrityError, match="stays as it is"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE treasury_refund SET {change}")
    assert Refund.objects.get().made_on is None
