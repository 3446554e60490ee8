"""Who says that a movement with something odd about it is for a request writes why; it stands in the history."""

from __future__ import annotations

import pytest

from commonweal.membership.models import Application
from commonweal.membership.queries.joining import expected_from
from commonweal.people.models import Event, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankMovement, Handling
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.rules.matching import Outcome, Verdict, needs_reason
from commonweal.treasury.rules.statements import Oddity
from tests import factories as make
from tests.membership.joining_steps import asked, paid, planned
from tests.portal.steps import signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, as_coda

pytestmark = pytest.mark.django_db
WHY = "Her bank wrote the account wrongly; she sent the proof."


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def odd_payment(finance: Person, cents: int = 500_00) -> tuple[BankMovement, Application]:
    """A payment for a request from an account whose number does not hold."""
    application = asked()
    payment = paid(application, cents)
    content = as_coda(
        [Paid(payment.cents, payment.name, "BE71096123456768", communication=payment.communication)]
    )
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=finance, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=finance, now=make.NOW)
    ((movement, said, named),) = work_list()
    assert (said, named, [each.code for each in movement.oddities]) == (
        Verdict.ODD,
        expected_from(application),
        [Oddity.PAYER_ACCOUNT],
    )
    return movement, application


@pytest.mark.parametrize(("outcome", "cents"), [(Outcome.ACCEPT, 500_00), (Outcome.WAIT, 200_00)])
def test_an_odd_movement_counts_only_with_a_reason(finance: Person, outcome: Outcome, cents: int) -> None:
    movement, application = odd_payment(finance, cents)
    for nothing in ("", "  ", "\u200b"):
        with pytest.raises(payments.OutcomeRefused) as refusal:
            payments.decide_movement(
                movement=movement, outcome=outcome, by=finance, now=make.NOW, reason=nothing
            )
        assert refusal.value.code == "no_reason"
    assert Handling.objects.count() == 0
    payments.decide_movement(movement=movement, outcome=outcome, by=finance, now=make.NOW, reason=WHY)
    assert Event.objects.get(name="MovementDecided").data["reason"] == WHY
    told = Event.objects.get(name="PaymentDecided", subject=f"application:{application.pk}").data
    assert (told["reason"], told["cents"], told["outcome"]) == (WHY, cents, outcome)


def test_an_odd_movement_is_paid_back_or_set_aside_without_a_reason(finance: Person) -> None:
    movement, _application = odd_payment(finance)
    payments.decide_movement(movement=movement, outcome=Outcome.REFUND, by=finance, now=make.NOW)
    assert Handling.objects.get().outcome == Outcome.REFUND


def test_the_form_asks_why_keeps_what_was_typed_and_the_history_shows_it(finance: Person) -> None:
    movement, application = odd_payment(finance)
    client, address = signed_in(finance), f"/en/members/payments/{movement.pk}/"
    asked_why = text_of(client, address).partition("Why?")[2]
    assert "(optional)" not in asked_why.partition("</label>")[0]
    assert "Needed when you say that it is for a request" in asked_why
    answer = client.post(address, {"outcome": "accept", "reason": ""})
    assert "write in one line why it is for this request" in answer.content.decode()
    assert answer.context["form"]["outcome"].value() == "accept"
    assert "checked" in str(answer.context["form"]["outcome"]), "what was chosen stays"
    assert Handling.objects.count() == 0
    assert client.post(address, {"outcome": "accept", "reason": WHY}).status_code == 302
    page = text_of(client, f"/en/members/requests/{application.pk}/")
    assert WHY in page
    assert "€500: Count it for the shares" in page
    assert WHY in text_of(client, f"/en/members/payments/files/{movement.file_id}/")


def test_what_needs_a_reason() -> None:
    odd, none = frozenset({Oddity.DAY}), frozenset[Oddity]()
    assert needs_reason(Outcome.ACCEPT, Verdict.UNKNOWN, odd), "also where no request is named"
    assert needs_reason(Outcome.ACCEPT, Verdict.ODD, none), "an opposite is shown beside it"
    assert needs_reason(Outcome.DIVIDED, Verdict.ODD, odd)
    assert needs_reason(Outcome.UNDO, Verdict.ODD_OUT, odd)
    assert not needs_reason(Outcome.UNDO, Verdict.REVERSAL, odd), "what the bank marks says why"
    assert not needs_reason(Outcome.ACCEPT, Verdict.OVER, none)
    assert not any(
        needs_reason(each, Verdict.ODD, odd) for each in (Outcome.REFUND, Outcome.ASIDE, Outcome.SAME)
    )
