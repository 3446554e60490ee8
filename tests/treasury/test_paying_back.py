"""Paying back what was too much: one file for all whose account is known, by hand for the others, what comes back."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from lxml import etree

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.models import Operation
from commonweal.membership import queries
from commonweal.people.models import Event, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import PaymentRefused, payments
from commonweal.treasury.models import BankMovement, Payment, PaymentFile, Refund
from commonweal.treasury.queries.payments import payable_refunds, refunds_to_make
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of
from tests.treasury import paying_steps as paying

pytestmark = pytest.mark.django_db
PAGE, RETURNED = "/en/members/payments/refunds/", "/en/members/paid-out/returned/"
TODAY = make.NOW.date()
DAY = {"pay_on_day": TODAY.day, "pay_on_month": TODAY.month, "pay_on_year": TODAY.year}
IBAN = "BE71096123456769"


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def too_much(finance: Person, *others: Paid, count: int = 1) -> list[Refund]:
    """So many times 100 euro too much, with an account; and payments of nobody, all to be paid back; oldest first."""
    people = [make.person("Jeanne", "Delvaux") for _each in range(count)]
    confirmed([*(paid(asked(each), 600_00) for each in people), *others], finance)
    for movement in BankMovement.objects.waiting().order_by("pk"):
        outcome = Outcome.ACCEPT if movement.communication else Outcome.REFUND
        payments.decide_movement(movement=movement, outcome=outcome, by=finance, now=make.NOW)
    return list(Refund.objects.order_by("pk"))


def pay(finance: Person, day: date = TODAY, **changes: Any) -> PaymentFile:
    return paying.pay_refunds(**{"pay_on": day, "by": finance, "now": make.NOW, **changes})


def comes_back(refund: Refund, finance: Person) -> None:
    payment = Payment.objects.get(subject=refund.pk)
    given: dict[str, Any] = {"reason": ReturnReason.CLOSED, "returned_on": TODAY, "now": make.NOW}
    treasury.book_return(end_to_end=payment.end_to_end, by=finance, **given)


def test_one_file_pays_all_back_whose_account_is_known_and_the_others_stay_to_be_paid_by_hand(
    finance: Person,
) -> None:
    known, other, nameless = too_much(
        finance, Paid(5_00, "Onbekend"), Paid(6_00, "", "BE62510007547061"), count=1
    )
    before = Operation.objects.count()
    file = pay(finance, TODAY + timedelta(days=2))
    payment = Payment.objects.get()
    assert (payment.owner, payment.subject, payment.iban, payment.cents) == (0, known.pk, IBAN, 100_00)
    assert (file.reference, file.count, file.cents) == ("overpaid:2026", 1, 100_00)
    known.refresh_from_db()
    assert known.made_on == TODAY + timedelta(days=2)
    assert refunds_to_make() == [other, nameless]
    root = etree.fromstring(gzip.decompress(bytes(file.content)))
    space = {"p": root.nsmap[None]}
    assert root.xpath("//p:EndToEndId/text()", namespaces=space) == [f"R{known.pk}-1"]
    (text,) = root.xpath("//p:Ustrd/text()", namespaces=space)
    assert text == "Nous vous remboursons l'argent recu le 20/11/2026"
    # It never was in the ledger.
    assert Operation.objects.count() == before
    assert queries.payment_troubles() == []
    told = Event.objects.get(name="PaymentFileMade", subject="overpaid:2026", by=finance)
    assert told.data == {"number": 1, "count": 1, "cents": 100_00}


def test_what_is_more_than_one_payment_may_be_stops_no_file_and_says_why(finance: Person) -> None:
    known, huge = too_much(finance, Paid(1_000_000_000_00, "Piet Maes", "BE62510007547061"))
    assert pay(finance).cents == known.cents
    assert refunds_to_make() == [huge]
    for language in LANGUAGES:
        page = text_of(signed_in(finance), PAGE.replace("/en/", f"/{language}/"))
        assert f"refunds/{huge.pk}/" in page
    assert "more than one payment may be" in text_of(signed_in(finance), PAGE)


def test_a_second_file_pays_only_what_came_since_and_none_is_made_of_nothing(finance: Person) -> None:
    too_much(finance)
    pay(finance)
    with pytest.raises(PaymentRefused) as refused:
        pay(finance)
    assert refused.value.code == "nothing_due"
    confirmed([Paid(7_00, "Piet Maes", "BE62510007547061")], finance, 13)
    (movement,) = BankMovement.objects.waiting()
    payments.decide_movement(movement=movement, outcome=Outcome.REFUND, by=finance, now=make.NOW)
    assert (pay(finance).number, Payment.objects.latest("pk").cents) == (2, 7_00)


def test_what_comes_back_is_open_again_and_goes_by_hand(finance: Person) -> None:
    (refund,) = too_much(finance)
    pay(finance)
    comes_back(refund, finance)
    refund.refresh_from_db()
    assert refund.made_on is None
    assert refunds_to_make() == [refund]
    assert payable_refunds() == []
    assert Event.objects.get(name="PaymentReturned").subject == f"refund:{refund.pk}"
    payments.mark_refunded(refund=refund, on=TODAY, by=finance, now=make.NOW)
    assert refunds_to_make() == []


def test_what_was_ticked_by_hand_is_in_no_file(finance: Person) -> None:
    first, second = too_much(finance, count=2)
    payments.mark_refunded(refund=first, on=TODAY, by=finance, now=make.NOW)
    pay(finance)
    assert [each.subject for each in Payment.objects.all()] == [second.pk]


def test_only_finance_pays_back_and_not_in_the_past(finance: Person) -> None:
    too_much(finance)
    for role in ("secretary", "counter", "administrator"):
        with pytest.raises(NotAllowed):
            pay(make.staff(role))
    with pytest.raises(PaymentRefused) as refused:
        pay(finance, TODAY - timedelta(days=1))
    assert refused.value.code == "past"


def database_refuses(guard: str, statement: str, *given: Any) -> None:
    with pytest.raises(IntegrityError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)
    assert told.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]


def test_the_database_pays_back_what_was_too_much_and_once(finance: Person) -> None:
    first, second = too_much(finance, count=2)
    member = make.member()
    payments.mark_refunded(refund=second, on=TODAY, by=finance, now=make.NOW)
    file = pay(finance)
    row = "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end) VALUES "
    row += "(%s, %s, %s, %s, 'J', %s, 'X')"
    for refund in (first, second):
        database_refuses("overpaid_is_due", row, file.pk, 0, refund.pk, IBAN, 100_00)
    moved = "UPDATE treasury_refund SET made_on = %s WHERE id = %s"
    for refund in (first, second):
        database_refuses("refund_moves", moved, None, refund.pk)
    database_refuses("refund_moves", moved, date(2026, 1, 1), first.pk)
    database_refuses("refund_moves", "UPDATE treasury_refund SET cents = 1")
    again = "INSERT INTO treasury_refund (handling_id, cents) VALUES (%s, 100000)"
    database_refuses("refund_within_what_came", again, second.handling_id)
    comes_back(first, finance)
    database_refuses("overpaid_is_due", row, file.pk, member.number, first.pk, IBAN, 100_00)
    database_refuses("overpaid_is_due", row, file.pk, 0, first.pk, "BE62510007547061", 100_00)
    database_refuses("overpaid_is_due", row, file.pk, 0, first.pk, IBAN, 100_01)


def test_the_finance_officer_makes_the_file_on_the_page_and_notes_what_came_back(finance: Person) -> None:
    (known, _other) = too_much(finance, Paid(5_00, "Onbekend"))
    client = signed_in(finance)
    assert "Pay back in a payment file" in text_of(client, "/en/members/payments/")
    page = text_of(client, PAGE)
    for told in ("1 payment", "€100", "To pay by hand", "Onbekend", "None yet."):
        assert told in page
    assert "This day has passed" in client.post(PAGE, {**DAY, "pay_on_year": 2025}).content.decode()
    assert "The payment file is made" in client.post(PAGE, DAY, follow=True).content.decode()
    assert "nothing to pay back" in client.post(PAGE, DAY).content.decode()
    xml = client.post(f"/en/members/paid-out/files/{PaymentFile.objects.get().pk}/")
    assert IBAN.encode() in xml.content
    assert xml.headers["Content-Disposition"] == 'attachment; filename="overpaid-2026-1.xml"'
    back = {"end_to_end": f"R{known.pk}-1", "reason": "closed"}
    back |= {name.replace("pay_on", "returned_on"): value for name, value in DAY.items()}
    assert "It is owed again" in client.post(RETURNED, back, follow=True).content.decode()
    page = text_of(client, PAGE)
    assert "Ready to pay" not in page
    assert "JEANNE DELVAUX" in page
    for language in LANGUAGES:
        for address in (PAGE, RETURNED):
            text_of(client, address.replace("/en/", f"/{language}/"))


def test_the_page_is_for_finance_alone(finance: Person) -> None:
    for who in (make.person(), make.staff("secretary"), make.staff("counter")):
        assert signed_in(who).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code in (302, 403)


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_costs_the_same_for_one_and_for_twelve(finance: Person, count: int) -> None:
    too_much(finance, *(Paid(5_00, "Onbekend") for _each in range(count)), count=count)
    assert queries_of(signed_in(finance), PAGE) <= 13
