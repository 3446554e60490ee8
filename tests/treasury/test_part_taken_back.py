"""What the bank took back of a payment is here no more, whatever is decided about the payment: it counts for nothing and is
never paid back."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.kernel.decision import Refusal
from commonweal.membership.actions import joining
from commonweal.membership.models import Application
from commonweal.membership.queries.joining import dues_of, expected_from, subject_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import book_return, payments
from commonweal.treasury.actions.dividing import Part, divide_movement, division_planned
from commonweal.treasury.models import BankMovement, Handling, Payment, Refund, TakenPart
from commonweal.treasury.queries.payments import refunds_to_make, work_list
from commonweal.treasury.queries.receivables import here_cents_of
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid, planned
from tests.portal.steps import LANGUAGES, signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, PAYER, as_camt
from tests.treasury.paying_steps import pay_refunds
from tests.treasury.test_taking_back import decide, now_of, only, sound, taken_back
from tests.treasury.test_undoing_decisions import undo

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture(autouse=True)
def _our_account(settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE68539007547034"}


def due(application: Application) -> tuple[int, int]:
    found = dues_of([now_of(application)])[application.pk]
    return found.paid_cents, found.open_cents


def to_pay_back() -> list[int]:
    return sorted(each.cents for each in refunds_to_make())


def here() -> int:
    """What came and did not go again by the bank's own statements; our files are not in them yet."""
    whole = BankMovement.objects.filter(part_of__isnull=True)
    return sum(whole.values_list("amount_cents", flat=True)) - sum(
        Payment.objects.filter(returned__isnull=True).values_list("cents", flat=True)
    )


def went_twice() -> int:
    """What we paid back of payments for no request that the bank took back whole afterwards: the payer has it twice. For a
    request, as much less is paid."""
    whole = Refund.objects.filter(handling__undone_by__outcome=Outcome.UNDO, made_on__isnull=False)
    return sum(whole.filter(handling__outcome=Outcome.REFUND).values_list("cents", flat=True))


def pays_back(by: Person) -> int:
    return pay_refunds(pay_on=TODAY, by=by, now=make.NOW).cents


def test_a_payment_undone_after_a_part_was_taken_back_pays_back_the_rest(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    accepted = Handling.objects.get()
    confirmed([taken_back(application, 200_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (now_of(application).state, *due(application)) == (ApplicationState.AWAITING, 300_00, 200_00)
    undo(accepted, finance)
    assert due(application) == (0, 500_00)
    movement = only(Verdict.UNDER)
    assert here_cents_of(movement) == 300_00
    decide(movement, Outcome.REFUND, finance)
    assert (to_pay_back(), pays_back(finance), here()) == ([300_00], 300_00, 0)
    sound()


def test_what_is_left_of_it_counts_for_another_request(finance: Person) -> None:
    wrong, right = asked(), asked(make.person("Rosa", "Petit"), 6)
    confirmed([Paid(500_00, "Rosa Petit", PAYER, text="parts")], finance)
    decision = decide(only(Verdict.UNKNOWN), Outcome.ACCEPT, finance, subject=subject_of(wrong))
    confirmed([taken_back(wrong, 200_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    undo(decision, finance)
    decide(only(Verdict.UNKNOWN), Outcome.ACCEPT, finance, subject=subject_of(right))
    assert (due(wrong), due(right), to_pay_back()) == ((0, 500_00), (300_00, 0), [])
    assert now_of(right).state == ApplicationState.MEMBER
    sound()


def test_what_is_to_be_paid_back_is_less_by_what_was_taken_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 400_00)], finance)
    decide(only(Verdict.UNDER), Outcome.REFUND, finance)
    confirmed([taken_back(application, 150_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert due(application) == (0, 500_00)
    assert (to_pay_back(), pays_back(finance), here()) == ([250_00], 250_00, 0)


def test_the_same_of_money_that_named_no_request(finance: Person) -> None:
    confirmed([Paid(400_00, "Rita", PAYER, text="gift")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    movement = marked(150_00, finance)
    decide(movement, Outcome.UNDO, finance)
    assert (to_pay_back(), here()) == ([250_00], 250_00)


def marked(cents: int, by: Person) -> BankMovement:
    """Money the bank says it takes back, without a request."""
    content = as_camt([Paid(-cents, "Rita", PAYER, text="y")], 13)
    content = content.replace(b"<Sts>", b"<RvslInd>true</RvslInd><Sts>")
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=by, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=by, now=make.NOW)
    return only(Verdict.REVERSAL)


def test_a_payment_that_waits_counts_and_is_paid_back_without_what_was_taken(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, name="PIET MAES")], finance)
    confirmed([taken_back(application, 150_00)], finance, 13)
    waiting, back = (movement for movement, _said, _named in work_list())
    decide(back, Outcome.UNDO, finance)
    assert [each for each, _said, _named in work_list()] == [waiting]
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(waiting, Outcome.ACCEPT, finance)
    assert refused.value.code == "too_little"
    decision = decide(waiting, Outcome.WAIT, finance)
    assert due(application) == (350_00, 150_00)
    undo(decision, finance)
    decide(waiting, Outcome.REFUND, finance)
    assert (to_pay_back(), pays_back(finance), here()) == ([350_00], 350_00, 0)


def test_what_waits_and_is_all_taken_in_parts_is_set_aside(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, name="PIET MAES")], finance)
    for number, cents in ((13, 150_00), (14, 350_00)):
        confirmed([taken_back(application, cents)], finance, number)
        decide(work_list()[-1][0], Outcome.UNDO, finance)
    assert work_list() == []
    aside = Handling.objects.get(outcome=Outcome.ASIDE)
    undo(aside, finance)
    movement = only(Verdict.OUTGOING)
    with pytest.raises(payments.OutcomeRefused):
        decide(movement, Outcome.REFUND, finance)
    assert to_pay_back() == []


def test_of_a_part_of_a_divided_payment_no_more_goes_back_than_is_here(finance: Person) -> None:
    first, second = asked(), asked(make.person("Piet", "Delvaux"), 5)
    confirmed([Paid(800_00, "JEANNE DELVAUX", PAYER, text="x")], finance)
    movement = only(Verdict.UNKNOWN)
    parts = [Part(expected_from(first), 500_00), Part(expected_from(second), 250_00)]
    seen = division_planned(movement=movement, parts=parts).digest
    divide_movement(
        movement=movement, parts=parts, rest_back=True, seen=seen, by=finance, now=make.NOW, reason="x"
    )
    part = Handling.objects.get(subject=subject_of(first))
    confirmed([taken_back(first, 200_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert due(first) == (300_00, 200_00)
    undo(part, finance)
    ((waits, _said, _named),) = work_list()
    decide(waits, Outcome.REFUND, finance)
    assert to_pay_back() == [50_00, 300_00]
    # The whole of it cannot be taken back any more.
    confirmed([Paid(-800_00, "JEANNE DELVAUX", PAYER, text="x")], finance, 14)
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert refused.value.code == "part_taken_back"
    sound()


def test_what_was_too_much_goes_first_and_the_shares_stay(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    confirmed([taken_back(application, 80_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (now_of(application).state, due(application)) == (ApplicationState.MEMBER, (500_00, 0))
    assert to_pay_back() == [20_00]
    confirmed([taken_back(application, 50_00)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (now_of(application).state, due(application)) == (ApplicationState.AWAITING, (470_00, 30_00))
    assert (to_pay_back(), here()) == ([], 470_00)
    sound()


def test_two_payments_taken_back_at_once(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 200_00)], finance)
    decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    confirmed([paid(application, 300_00)], finance, 13)
    assert now_of(application).state == ApplicationState.MEMBER
    confirmed([taken_back(application, 500_00)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (now_of(application).state, due(application)) == (ApplicationState.AWAITING, (0, 500_00))
    assert sorted(TakenPart.objects.values_list("cents", flat=True)) == [200_00, 300_00]
    sound()


def test_what_was_set_aside_and_taken_back_whole_is_not_paid_back_later(finance: Person) -> None:
    confirmed([Paid(400_00, "RITA", PAYER, text="gift")], finance)
    aside = decide(only(Verdict.UNKNOWN), Outcome.ASIDE, finance)
    confirmed([Paid(-400_00, "RITA", PAYER, text="gift")], finance, 13)
    back = only(Verdict.REVERSAL)
    answer = signed_in(finance).post(f"/en/members/payments/{back.pk}/", {"outcome": "undo", "reason": ""})
    assert "This payment was set aside" in answer.content.decode()
    decide(back, Outcome.UNDO, finance)
    with pytest.raises(payments.OutcomeRefused) as refused:
        undo(aside, finance)
    assert (refused.value.code, work_list(), to_pay_back()) == ("bank", [], [])


def test_what_left_the_account_cannot_be_taken_back_in_part(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    pays_back(finance)
    confirmed([taken_back(application, 560_00)], finance, 13)
    movement = only(Verdict.REVERSAL)
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(movement, Outcome.UNDO, finance)
    assert refused.value.code == "never_paid"
    decide(movement, Outcome.ASIDE, finance)


def test_the_pages_say_what_was_taken_of_which(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    payment = only(Verdict.OVER)
    decide(payment, Outcome.ACCEPT, finance)
    confirmed([taken_back(application, 150_00)], finance, 13)
    back, client = only(Verdict.REVERSAL), signed_in(finance)
    address = f"/en/members/payments/{back.pk}/"
    answer = client.post(address, {"outcome": "undo", "reason": ""})
    page = " ".join(answer.content.decode().split())
    for said in (
        "The bank took €150 of this payment",
        "€50 count no longer as paid on the request of Jeanne Delvaux",
        "€100 are no longer to be paid back",
        "is a member no longer",
    ):
        assert said in page, said
    given = {"outcome": "undo", "reason": "", "checked": "yes", "seen": answer.context["seen"]}
    assert client.post(address, given).status_code == 302
    assert "€150 of the €600 of" in " ".join(text_of(client, address).split())
    for language in LANGUAGES:
        text_of(client, f"/{language}/members/payments/{back.pk}/")
        page = text_of(client, f"/{language}/members/payments/{payment.pk}/")
        assert f"/members/payments/{back.pk}/" in page


def test_what_is_kept_in_part_is_shown_without_what_was_taken(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 200_00)], finance)
    decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    confirmed([taken_back(application, 53_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert "€147" in text_of(signed_in(finance), "/en/members/payments/")


def at_once(statement: str, *given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(guard: str, statement: str, *given: Any) -> None:
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        at_once(statement, *given)
    assert told.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]


TAKE = "INSERT INTO treasury_takenpart (handling_id, payment_id, cents) VALUES (%s, %s, %s)"
BACK = "INSERT INTO treasury_refund (handling_id, cents) VALUES (%s, %s)"
UNDO = (
    "INSERT INTO treasury_handling (movement_id, turn, outcome, by_id, at, reason, subject, undoes_id)"
    " VALUES (%s, 1, 'undo', %s, now(), '', %s, %s)"
)


def test_the_database_lets_no_more_go_than_came(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    payment, accepted = BankMovement.objects.get(), Handling.objects.get()
    confirmed([taken_back(application, 200_00), taken_back(application, 400_00)], finance, 13)
    first, second = (movement for movement, _said, _named in work_list())
    taking = decide(first, Outcome.UNDO, finance)
    assert [(each.payment, each.cents) for each in TakenPart.objects.all()] == [(payment, 200_00)]
    refused("refund_within_what_came", BACK, accepted.pk, 300_01)
    refused("taken_within_what_came", TAKE, taking.pk, second.pk, 1)
    refused("taken_within_what_came", TAKE, accepted.pk, payment.pk, 1)
    # By a decision that takes nothing, more than went, or the whole of what is not whole.
    refused("takes_what_came", UNDO, second.pk, finance.pk, "", None)
    refused("takes_what_came", UNDO, second.pk, finance.pk, "", accepted.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNDO, [second.pk, finance.pk, "", None])
        more = Handling.objects.get(movement=second)
        refused("taken_within_what_came", TAKE, more.pk, payment.pk, 300_01)
        cursor.execute(BACK, [accepted.pk, 100_00])
        refused("taken_within_what_came", TAKE, more.pk, payment.pk, 200_01)
        transaction.set_rollback(True)
    for statement in (
        "UPDATE treasury_takenpart SET cents = 1",
        "DELETE FROM treasury_takenpart",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nothing_is_paid_back_of_a_decision_that_was_undone_or_taken_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    accepted = Handling.objects.get()
    confirmed([taken_back(application)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    refused("refund_within_what_came", BACK, accepted.pk, 1)
    refused("taken_within_what_came", TAKE, Handling.objects.latest("pk").pk, accepted.movement_id, 1)


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 14, 54])
def test_by_whatever_way_no_cent_is_counted_and_paid_back_twice(finance: Person, seed: int) -> None:
    """Whatever is decided, divided, withdrawn, undone, paid back, returned and taken back: what is here is what counts,
    what waits and what is to be paid back."""
    dice, number = random.Random(seed), 13
    wanted = [asked(), asked(make.person("Piet", "Maes"), 5)]
    confirmed([paid(wanted[0], 200_00), paid(wanted[0], 400_00), paid(wanted[1], 300_00)], finance)
    for (movement, _said, _named), outcome in zip(
        work_list()[:2], (Outcome.WAIT, Outcome.ACCEPT), strict=True
    ):
        decide(movement, outcome, finance)
    for _step in range(14):
        try:
            with transaction.atomic():
                number += 1
                step(dice, wanted, finance, number)
        except Refusal:
            pass
        counted = sum(due(each)[0] for each in wanted)
        came_waiting = BankMovement.objects.waiting().filter(amount_cents__gt=0)
        waits = sum(map(here_cents_of, came_waiting))
        undecided = sum(
            BankMovement.objects.waiting().filter(amount_cents__lt=0).values_list("amount_cents", flat=True)
        )
        assert here() + went_twice() == counted + waits + sum(to_pay_back()) + undecided
    sound()


def step(dice: random.Random, wanted: list[Application], by: Person, number: int) -> None:
    kind = dice.randrange(9)
    waiting = [movement for movement, _said, _named in work_list()]
    about = dice.choice(wanted)
    if kind == 0:
        name = dice.choice(["JEANNE DELVAUX", "PIET MAES"])
        confirmed([paid(about, dice.choice([100_00, 250_00, 500_00]), name)], by, number)
    elif kind == 1:
        confirmed([taken_back(about, dice.choice([50_00, 150_00, 200_00, 500_00]))], by, number)
        ((back, _said, _named),) = [each for each in work_list() if each[0].amount_cents < 0][-1:]
        decide(back, Outcome.UNDO, by)
    elif kind == 2 and (decided := list(Handling.objects.standing().exclude(outcome=Outcome.UNDO))):
        undo(dice.choice(decided), by)
    elif kind == 3 and dice.random() < 0.4:
        pays_back(by)
    elif kind == 4 and dice.random() < 0.5 and now_of(about).person:
        joining.withdraw_application(application=about, by=about.person, now=make.NOW)  # type: ignore[arg-type]
        wanted.append(asked())
    elif kind == 5:
        confirmed([paid(about, dice.choice([300_00, 700_00]), "ROSA PETIT")], by, number)
        in_two(dice, wanted, by)
    elif kind == 6 and (paid_out := list(Payment.objects.filter(returned__isnull=True))):
        book_return(
            end_to_end=dice.choice(paid_out).end_to_end,
            reason=ReturnReason.CLOSED,
            returned_on=TODAY,
            by=by,
            now=make.NOW,
        )
    elif waiting:
        outcome = dice.choice([Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND])
        decide(dice.choice(waiting), outcome, by)


def in_two(dice: random.Random, wanted: list[Application], by: Person) -> None:
    """What came last is divided: a part for each of two requests, the rest back or on the list."""
    movement = max((each for each, _said, _named in work_list()), key=lambda each: each.pk)
    parts = [Part(expected_from(now_of(each)), 100_00) for each in dice.sample(wanted, 2)]
    seen = division_planned(movement=movement, parts=parts).digest
    given: dict[str, Any] = {"seen": seen, "reason": "x", "rest_back": dice.random() < 0.5}
    divide_movement(movement=movement, parts=parts, by=by, now=make.NOW, **given)
