"""Payables of a kind no area knows: what is due is paid once, left to a colleague, noted, owed again when it returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commonweal.kernel.decision import NotAllowed
from commonweal.people.models import Event
from commonweal.treasury import actions
from commonweal.treasury.actions import PayableKind, keep_account
from commonweal.treasury.models import Payment, PaymentFile
from commonweal.treasury.queries import payments_under, standing_payments, tried_accounts
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable, Payee, ReturnReason
from tests import factories as make

if TYPE_CHECKING:
    from commonweal.people.models import Person

pytestmark = pytest.mark.django_db
NOW, TODAY = make.NOW, make.NOW.date()
ANN, BO, CY = "BE71096123456769", "NL91ABNA0417164300", "DE89370400440532013000"


class Invoices:
    """Invoices of people who did something for the cooperative: id -> who, IBAN, holder, cents; and what was noted."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[Payee, str, str, int]] = {}
        self.locked: list[str] = []
        self.settled: list[int] = []

    def lock(self, reference: str, by: Person, now: datetime) -> None:
        self.locked.append(reference)

    def due(self, reference: str, pay_on: date) -> Sequence[Payable]:
        paid = set(standing_payments("invoice").values_list("subject", flat=True))
        return [
            Payable(
                payee,
                0,
                pk,
                CreditTransfer(
                    f"I{pk}-{len(tried_accounts('invoice').get(pk, [])) + 1}", holder, iban, cents, "Invoice"
                ),
            )
            for pk, (payee, iban, holder, cents) in self.rows.items()
            if pk not in paid
        ]

    def settle(self, reference: str, files: Sequence[PaymentFile], by: Person, now: datetime) -> int:
        self.settled += [each.number for each in files]
        return sum(each.count for each in files)

    def lock_paid(self, payment: Payment, by: Person, now: datetime) -> None:
        self.locked.append(payment.end_to_end)

    def owe_again(self, payment: Payment) -> None:
        self.settled.clear()

    def history(self, payment: Payment) -> str:
        return f"invoice:{payment.row}"


@pytest.fixture
def invoices(settings: Any) -> Invoices:
    rows = Invoices()
    given = {
        name: getattr(rows, name) for name in ("lock", "due", "settle", "lock_paid", "owe_again", "history")
    }
    globals()["WIRED"] = (PayableKind("invoice", "", **given),)
    settings.PAYABLES = f"{__name__}.WIRED"
    return rows


WIRED: Sequence[PayableKind] = ()


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def pay(by: Person, **changes: Any) -> PaymentFile:
    given = {"reference": "invoice:2026", "pay_on": TODAY, "by": by, "now": NOW}
    return actions.make_payment_file(**{**given, **changes})


def test_what_is_due_is_paid_once_noted_and_owed_again(invoices: Invoices, finance: Person) -> None:
    ann = make.person("Ann", "Aerts")
    invoices.rows[7] = (Payee(ann.pk), ANN, "Ann Aerts", 120_00)
    file = pay(finance)
    payment = payments_under("invoice:2026").get()
    assert (payment.person, payment.subject, payment.cents, payment.owner) == (ann, 7, 120_00, 0)
    with pytest.raises(actions.PaymentRefused) as refused:
        pay(finance)
    assert refused.value.code == "nothing_due"
    noted = {"reference": "invoice:2026", "by": finance}
    invoices.locked.clear()
    assert actions.note_paid(**noted, now=NOW) == 1
    assert invoices.locked == ["invoice:2026"], "none of its payments comes back meanwhile"
    assert invoices.settled == [file.number]
    back = {"reason": ReturnReason.CLOSED, "returned_on": TODAY, "by": finance, "now": NOW}
    with CaptureQueriesContext(connection) as seen:
        actions.book_return(end_to_end=payment.end_to_end, **back)
    held = [each["sql"] for each in seen.captured_queries if "FOR UPDATE" in each["sql"]]
    assert any('FROM "treasury_payment"' in each for each in held), "two note one return in turn"
    assert invoices.settled == []
    assert Event.objects.get(name="PaymentReturned").subject == "invoice:7"
    invoices.rows[7] = (Payee(ann.pk), BO, "Ann Aerts", 120_00)
    assert pay(finance).number == 2
    assert payment.end_to_end in invoices.locked


def test_a_file_is_made_for_today_or_later_and_noted_from_its_day_on(
    invoices: Invoices, finance: Person
) -> None:
    invoices.rows[1] = (Payee(make.person().pk), ANN, "An", 5_00)
    with pytest.raises(actions.PaymentRefused) as refused:
        pay(finance, pay_on=TODAY - timedelta(days=1))
    assert refused.value.code == "past"
    pay(finance, pay_on=TODAY + timedelta(days=1))
    with pytest.raises(actions.PaymentRefused) as refused:
        actions.note_paid(reference="invoice:2026", by=finance, now=NOW)
    assert refused.value.code == "too_early"
    with pytest.raises(NotAllowed):
        pay(make.staff("secretary"))


@pytest.mark.parametrize("how", ["owed to them", "their account", "their name"])
def test_ones_own_is_left_for_a_colleague(invoices: Invoices, finance: Person, how: str) -> None:
    """Also where nobody says whose it is: by the account it goes to, or by the name of its holder."""
    other = make.person("Cy", "Claes")
    keep_account(payee=Payee(finance.pk), iban=ANN, holder=str(finance), by=finance, now=NOW)
    own = {
        "owed to them": (Payee(finance.pk), BO, "X"),
        "their account": (Payee(), ANN, "X"),
        "their name": (Payee(), BO, str(finance).upper()),
    }[how]
    invoices.rows = {1: (*own, 400_00), 2: (Payee(other.pk), CY, "Cy Claes", 5_00)}
    pay(finance)
    assert [each.subject for each in payments_under("invoice:2026")] == [2]
    with pytest.raises(NotAllowed) as refused:
        pay(finance)
    assert refused.value.code == "own"
    pay(make.staff("finance"))
    assert sorted(each.subject or 0 for each in payments_under("invoice:2026")) == [1, 2]


def test_nobody_notes_that_their_own_payment_came_back(invoices: Invoices, finance: Person) -> None:
    colleague = make.staff("finance")
    invoices.rows = {1: (Payee(), ANN, str(finance), 5_00)}
    pay(colleague)
    back = {"end_to_end": "I1-1", "reason": ReturnReason.CLOSED, "returned_on": TODAY, "now": NOW}
    with pytest.raises(NotAllowed) as refused:
        actions.book_return(**back, by=finance)
    assert refused.value.code == "own"
    actions.book_return(**back, by=colleague)


def test_an_unknown_kind_is_a_fault_of_the_wiring(invoices: Invoices, finance: Person) -> None:
    with pytest.raises(KeyError):
        pay(finance, reference="rent:1")
