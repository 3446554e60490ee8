"""What a statement says the bank took back is not paid back as long as nobody decided about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import PaymentRefused, payments
from commonweal.treasury.models import Payment, Refund
from commonweal.treasury.queries.payments import payable_refunds, refunds_by_way, refunds_to_make, work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of
from tests.treasury.bank_files import PAYER
from tests.treasury.paying_steps import pay_refunds
from tests.treasury.test_taking_back import decide, only, taken_back

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()
PAGE = "/en/members/payments/refunds/"
OTHER = "BE62510007547061"


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture(autouse=True)
def _our_account(settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE68539007547034"}


def pays_back(by: Person) -> int:
    return pay_refunds(pay_on=TODAY, by=by, now=make.NOW).cents


def waits(finance: Person) -> Refund:
    """The one refund there is is in no file, is not noted as paid, and stands on the pages with why."""
    (refund,) = refunds_to_make()
    ((held, back),) = refunds_by_way()[2]
    assert (held, payable_refunds(), refunds_by_way()[1]) == (refund, [], [])
    with pytest.raises(PaymentRefused):
        pays_back(finance)
    with pytest.raises(payments.OutcomeRefused) as refused:
        payments.mark_refunded(refund=refund, on=TODAY, by=finance, now=make.NOW)
    assert refused.value.code == "waits"
    client = signed_in(finance)
    for language in LANGUAGES:
        page = text_of(client, PAGE.replace("/en/", f"/{language}/"))
        assert f"/members/payments/{back.pk}/" in page
    assert "Waits: the bank seems to have taken it back" in text_of(client, PAGE)
    assert "waits: the bank seems to have taken it back" in text_of(client, "/en/members/payments/")
    return refund


def test_money_of_no_request_that_the_bank_took_back_waits_until_somebody_decides(finance: Person) -> None:
    confirmed([Paid(400_00, "RITA", PAYER, text="gift")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    confirmed([Paid(-400_00, "RITA", PAYER, text="gift")], finance, 13)
    waits(finance)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert refunds_to_make() == []


def test_it_is_paid_once_somebody_says_that_this_was_something_else(finance: Person) -> None:
    confirmed([Paid(400_00, "RITA", PAYER, text="gift")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    confirmed([Paid(-400_00, "RITA", PAYER, text="gift")], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.ASIDE, finance)
    assert pays_back(finance) == 400_00


def test_what_was_too_much_of_a_payment_that_counts_waits_too(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    confirmed([taken_back(application, 600_00)], finance, 13)
    waits(finance)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert refunds_to_make() == []


@pytest.mark.parametrize("iban", [PAYER, "BE43068999999501"])
def test_a_part_that_was_taken_back_holds_the_rest_until_somebody_decides(finance: Person, iban: str) -> None:
    """Also to another account, where the movement names the request."""
    application = asked()
    confirmed([paid(application, 400_00)], finance)
    decide(only(Verdict.UNDER), Outcome.REFUND, finance)
    confirmed([Paid(-150_00, "DELVAUX", iban, communication=application.communication)], finance, 13)
    waits(finance)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert pays_back(finance) == 250_00


def test_others_are_paid_meanwhile(finance: Person) -> None:
    confirmed([Paid(400_00, "RITA", PAYER, text="gift"), Paid(7_00, "PIET", OTHER, text="x")], finance)
    for movement, _said, _named in work_list():
        decide(movement, Outcome.REFUND, finance)
    confirmed([Paid(-400_00, "RITA", PAYER, text="gift")], finance, 13)
    assert pays_back(finance) == 7_00


def test_the_database_pays_nothing_on_an_account_to_which_money_went_that_waits(finance: Person) -> None:
    confirmed([Paid(400_00, "RITA", PAYER, text="gift"), Paid(7_00, "PIET", OTHER, text="x")], finance)
    for movement, _said, _named in work_list():
        decide(movement, Outcome.REFUND, finance)
    held = Refund.objects.get(cents=400_00)
    confirmed([Paid(-400_00, "RITA", PAYER, text="gift")], finance, 13)
    pays_back(finance)
    row = (
        "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end)"
        " VALUES (%s, 0, %s, %s, 'J', 40000, 'X')"
    )
    given = [Payment.objects.get().file_id, held.pk, PAYER]
    with pytest.raises(IntegrityError, match="does not pay back"), transaction.atomic():
        connection.cursor().execute(row, given)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    with pytest.raises(IntegrityError, match="does not pay back"), transaction.atomic():
        connection.cursor().execute(row, given)


@pytest.mark.parametrize("count", [1, 8])
def test_the_pages_cost_the_same_for_many(finance: Person, count: int) -> None:
    came = [Paid(400_00 + each, "RITA", PAYER, text=f"gift {each}") for each in range(count)]
    confirmed(came, finance)
    for movement, _said, _named in work_list():
        decide(movement, Outcome.REFUND, finance)
    confirmed([Paid(-each.cents, each.name, each.iban, text=each.text) for each in came], finance, 13)
    assert len(refunds_by_way()[2]) == count
    assert queries_of(signed_in(finance), PAGE) <= 13


@pytest.mark.parametrize(
    ("cents", "text"), [(400_00, "REJECT DIRECT DEBIT 991"), (250_00, "REJECT 991"), (250_00, "gift")]
)
@pytest.mark.parametrize("decided", [True, False])
def test_what_goes_to_an_account_with_money_here_is_set_aside_by_nobody_but_a_person(
    finance: Person, cents: int, text: str, decided: bool
) -> None:
    """Banks do not mark all they take back: nothing tells it but the account it goes to."""
    confirmed([Paid(400_00, "RITA", PAYER, text="gift")], finance)
    if decided:
        decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    confirmed([Paid(-cents, "RITA", PAYER, text=text)], finance, 13)
    back = next(movement for movement, said, _about in work_list() if said == Verdict.REVERSAL)
    assert back.amount_cents == -cents
    if decided:
        waits(finance)


@pytest.mark.parametrize("cents", [500_00, 505_00, 80_00])
def test_what_may_be_money_that_counted_long_ago_waits_for_a_person(finance: Person, cents: int) -> None:
    confirmed([paid(asked())], finance)
    confirmed([Paid(-cents, "DELVAUX", PAYER, text="REJECT 991")], finance, 13)
    assert decide(only(Verdict.REVERSAL), Outcome.ASIDE, finance)
    # More than counts, and a charge, is no part of it.
    confirmed([Paid(-550_01, "DELVAUX", PAYER, text="wages")], finance, 14)
    assert work_list() == []


def test_our_reference_with_another_amount_is_no_payment_of_our_file(finance: Person) -> None:
    confirmed([paid(asked(), 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    pays_back(finance)
    reference = Payment.objects.get().end_to_end
    for number, cents, text in ((13, 100_01, reference), (14, 100_00, "R7-1")):
        confirmed([Paid(-cents, "DELVAUX", PAYER, text=text)], finance, number)
        decide(only(Verdict.REVERSAL), Outcome.ASIDE, finance)


def test_a_payment_of_our_file_is_known_by_its_reference_and_once(finance: Person) -> None:
    confirmed([paid(asked(), 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    pays_back(finance)
    went = Paid(-100_00, "DELVAUX", PAYER, text=f"{Payment.objects.get().end_to_end} paid back")
    confirmed([went], finance, 13)
    assert work_list() == []
    confirmed([went], finance, 14)
    only(Verdict.REVERSAL)


def test_what_goes_to_an_account_without_money_here_is_set_aside_by_itself(finance: Person) -> None:
    confirmed([Paid(-400_00, "RITA", PAYER, text="wages")], finance)
    assert work_list() == []
