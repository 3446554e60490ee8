"""Where several people paid one request, what the bank takes back is taken of the payment from the account it goes to."""

from __future__ import annotations

from typing import Any

import pytest

from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankMovement, Handling
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.queries.receivables import here_cents_of
from commonweal.treasury.rules.matching import Outcome, Verdict
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed
from tests.portal.steps import LANGUAGES, signed_in
from tests.treasury.bank_files import PAYER
from tests.treasury.test_part_taken_back import due
from tests.treasury.test_taking_back import decide, only
from tests.treasury.test_undoing_decisions import undo

pytestmark = pytest.mark.django_db
OTHER, THIRD = "BE62510007547061", "BE43068999999501"


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture(autouse=True)
def _our_account(settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE68539007547034"}


def two_pay(finance: Person, *cents: int) -> tuple[Any, list[BankMovement]]:
    """A request of 500 for which so much came from one account, then so much from another; both are kept."""
    application = asked()
    code = application.communication
    for number, (iban, each) in enumerate(zip((PAYER, OTHER), cents, strict=True), 12):
        confirmed([Paid(each, "JEANNE DELVAUX", iban, communication=code)], finance, number)
        decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    return application, list(BankMovement.objects.order_by("pk"))


def goes(application: Any, cents: int, iban: str, finance: Person) -> BankMovement:
    confirmed([Paid(-cents, "DELVAUX", iban, communication=application.communication)], finance, 15)
    return only(Verdict.REVERSAL)


@pytest.mark.parametrize(("iban", "left"), [(PAYER, [200_00, 100_00]), (OTHER, [300_00, 0])])
def test_a_part_of_ones_own_payment_before_the_whole_of_anothers(
    finance: Person, iban: str, left: list[int]
) -> None:
    application, came = two_pay(finance, 300_00, 100_00)
    decide(goes(application, 100_00, iban, finance), Outcome.UNDO, finance)
    whole = {each.undoes.movement_id for each in Handling.objects.filter(undoes__isnull=False) if each.undoes}
    assert [0 if each.pk in whole else here_cents_of(each) for each in came] == left
    assert due(application) == (300_00, 200_00)


@pytest.mark.parametrize("cents", [200_00, 150_00])
def test_which_of_two_payers_it_was_is_told_by_a_person(finance: Person, cents: int) -> None:
    application, came = two_pay(finance, 200_00, 200_00)
    movement = goes(application, cents, THIRD, finance)
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(movement, Outcome.UNDO, finance)
    assert (refused.value.code, due(application)[0]) == ("whose", 400_00)
    client = signed_in(finance)
    for language in LANGUAGES:
        answer = client.post(
            f"/{language}/members/payments/{movement.pk}/", {"outcome": "undo", "reason": ""}
        )
        assert answer.status_code == 200
    assert (
        "undo the decision about that payment"
        in client.post(
            f"/en/members/payments/{movement.pk}/", {"outcome": "undo", "reason": ""}
        ).content.decode()
    )
    second = came[1].handlings.get()
    undo(second, finance)
    decide(movement, Outcome.UNDO, finance)
    assert (due(application)[0], here_cents_of(came[0])) == (200_00, 200_00)
    waits = sum(here_cents_of(each) for each, _said, _named in work_list())
    assert waits == 200_00 - cents
