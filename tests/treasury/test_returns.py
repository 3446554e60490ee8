"""A payment of ours that comes back is owed again once: noted by hand, by its movement, by whom it comes, less a charge."""

from __future__ import annotations

from typing import Any

import pytest

from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankMovement, Payment, Refund, ReturnedPayment
from commonweal.treasury.queries.payments import payable_refunds, refunds_to_make, work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, planned
from tests.portal.steps import LANGUAGES, signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, PAYER, as_camt
from tests.treasury.paying_steps import pay_refunds
from tests.treasury.test_taking_back import decide, now_of, only
from tests.treasury.test_undoing_decisions import undo

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()
SOMEBODY = "BE43068999999501"


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def payment(finance: Person, settings: Any) -> Payment:
    """A payment of ours of 50 euro."""
    settings.SITE = {**settings.SITE, "iban": ACCOUNT}
    confirmed([Paid(50_00, "RITA", PAYER, text="x")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    pay_refunds(pay_on=TODAY, by=finance, now=make.NOW)
    return Payment.objects.get()


def noted_by_hand(payment: Payment, by: Person) -> None:
    treasury.book_return(
        end_to_end=payment.end_to_end, reason=ReturnReason.CLOSED, returned_on=TODAY, by=by, now=make.NOW
    )


def back(payment: Payment, by: Person, number: int = 13, **changes: Any) -> BankMovement:
    """Its money comes, with our reference in the text, from the account that was paid."""
    told = {"cents": payment.cents, "name": "RITA", "iban": PAYER, "text": f"{payment.end_to_end} CLOSED"}
    content = as_camt([Paid(**{**told, **changes})], number)
    content = content.replace(b"2026-11-20", TODAY.isoformat().encode())
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=by, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=by, now=make.NOW)
    return work_list()[-1][0]


def test_money_of_a_return_noted_by_hand_is_not_paid_back_once_more(
    payment: Payment, finance: Person
) -> None:
    noted_by_hand(payment, finance)
    movement = back(payment, finance)
    assert only(Verdict.NOTED) == movement
    for outcome in set(Outcome) - {Outcome.ASIDE}:
        with pytest.raises((payments.OutcomeRefused, treasury.ReturnRefused)):
            decide(movement, outcome, finance)
    client = signed_in(finance)
    for language in LANGUAGES:
        assert payment.end_to_end in text_of(client, f"/{language}/members/payments/{movement.pk}/")
    assert "If this is its money, set it aside" in text_of(client, f"/en/members/payments/{movement.pk}/")
    decision = decide(movement, Outcome.ASIDE, finance)
    assert [each.cents for each in refunds_to_make()] == [50_00]
    # Its money comes once; where that was decided by mistake, it is the same again.
    undo(decision, finance)
    decide(only(Verdict.NOTED), Outcome.ASIDE, finance)
    back(payment, finance, 14)
    only(Verdict.UNKNOWN)


def test_a_return_noted_while_its_movement_waits_is_owed_once(payment: Payment, finance: Person) -> None:
    movement = back(payment, finance)
    assert only(Verdict.RETURNED) == movement
    noted_by_hand(payment, finance)
    assert only(Verdict.NOTED) == movement
    with pytest.raises((payments.OutcomeRefused, treasury.ReturnRefused)):
        decide(movement, Outcome.OWE, finance)
    assert ReturnedPayment.objects.count() == 1


def test_our_reference_typed_by_somebody_else_is_a_hint_that_waits(payment: Payment, finance: Person) -> None:
    application = asked(make.person("Rosa", "Petit"), 1)
    movement = back(payment, finance, iban=SOMEBODY, name="ROSA PETIT")
    assert only(Verdict.MAY_RETURN) == movement
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(movement, Outcome.ACCEPT, finance, subject=f"application:{application.pk}")
    assert refused.value.code == "no_reason"
    page = text_of(signed_in(finance), f"/en/members/payments/{movement.pk}/")
    assert "Owe it again" in page
    assert PAYER in page
    decide(movement, Outcome.ACCEPT, finance, subject=f"application:{application.pk}", reason="Her shares.")
    assert now_of(application).state == ApplicationState.MEMBER
    assert (ReturnedPayment.objects.count(), Refund.objects.count()) == (0, 1)


@pytest.mark.parametrize("changes", [{"iban": PAYER}, {"iban": ACCOUNT}, {"iban": ""}])
def test_from_the_account_that_was_paid_from_ours_or_none_it_comes_back(
    payment: Payment, finance: Person, changes: dict[str, str]
) -> None:
    movement = back(payment, finance, **changes)
    assert only(Verdict.RETURNED) == movement
    decide(movement, Outcome.OWE, finance)
    assert ReturnedPayment.objects.get().payment == payment


def test_a_return_less_the_banks_charge_is_owed_again_whole_and_the_charge_is_named(
    payment: Payment, finance: Person
) -> None:
    movement = back(payment, finance, cents=47_50)
    assert only(Verdict.RETURNED_LESS) == movement
    client = signed_in(finance)
    assert "€2.50: a charge of the bank" in text_of(client, f"/en/members/payments/{movement.pk}/")
    decide(movement, Outcome.OWE, finance)
    assert [each.cents for each in refunds_to_make()] == [50_00]
    assert payable_refunds() == [], "it came back: it goes by hand"
    back(payment, finance, 14, cents=47_50)
    only(Verdict.UNKNOWN)


def test_much_less_than_we_paid_or_more_is_no_return(payment: Payment, finance: Person) -> None:
    for number, cents in ((13, 50_01), (14, 1)):
        movement = back(payment, finance, number, cents=cents, iban=SOMEBODY)
        assert only(Verdict.UNKNOWN) == movement
        decide(movement, Outcome.ASIDE, finance)
