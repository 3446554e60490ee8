"""One payment for several requests is divided: each part counts and comes back by itself, or all with the whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.queries import troubles
from commonweal.membership import queries
from commonweal.membership.actions import joining
from commonweal.membership.models import Application
from commonweal.membership.queries.joining import dues_of, expected_from, subject_of
from commonweal.people.models import Event, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import dividing, payments
from commonweal.treasury.actions.dividing import Part
from commonweal.treasury.models import BankMovement, Handling, Refund
from commonweal.treasury.queries.payments import likely_for, movements_waiting, refunds_to_make, work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.statements.communications import printed
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed
from tests.portal.steps import LANGUAGES, signed_in, text_of
from tests.treasury.bank_files import PAYER

pytestmark = pytest.mark.django_db
WHY = "Both are named; by phone."


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def two() -> tuple[Application, Application]:
    """Ten shares for Jeanne, five for Piet: 500 and 250 euro."""
    return asked(make.person("Jeanne", "Delvaux"), 10), asked(make.person("Piet", "Delvaux"), 5)


def both(two: tuple[Application, Application], cents: int = 800_00, **changes: Any) -> Paid:
    text = " en ".join(printed(each.communication) for each in two)
    return Paid(cents, "JEANNE DELVAUX", PAYER, text=text, **changes)


def only(verdict: Verdict) -> BankMovement:
    ((movement, said, _application),) = work_list()
    assert said == verdict
    return movement


def divide(
    movement: BankMovement, by: Person, *parts: tuple[Application, int], back: bool = False
) -> Handling:
    given = [Part(expected_from(each), cents) for each, cents in parts]
    seen = dividing.division_planned(movement=movement, parts=given).digest
    return dividing.divide_movement(
        movement=movement, parts=given, rest_back=back, seen=seen, reason=WHY, by=by, now=make.NOW
    )


def decide(movement: BankMovement, outcome: Outcome, by: Person, **changes: Any) -> Handling:
    changes.setdefault("reason", WHY)
    return payments.decide_movement(movement=movement, outcome=outcome, by=by, now=make.NOW, **changes)


def states(two: tuple[Application, Application]) -> list[str]:
    for each in two:
        each.refresh_from_db()
    return [each.state for each in two]


def sound() -> None:
    assert list(troubles()) == []
    assert queries.share_troubles(make.NOW.date()) == []


def parts_of(movement: BankMovement) -> list[int]:
    return list(movement.parts.order_by("pk").values_list("amount_cents", flat=True))


def test_a_payment_that_names_two_requests_pays_both_and_the_rest_goes_back(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two)], finance)
    movement = only(Verdict.UNKNOWN)
    first, second = two
    handling = divide(movement, finance, (first, 500_00), (second, 250_00), back=True)
    assert (handling.outcome, handling.subject, handling.reason) == (Outcome.DIVIDED, "", WHY)
    assert states(two) == ["member", "member"]
    assert parts_of(movement) == [500_00, 250_00, 50_00]
    assert [(each.cents, each.handling.movement.part_of) for each in refunds_to_make()] == [(50_00, movement)]
    assert work_list() == []
    told = Event.objects.get(name="PaymentDivided", subject=f"bankmovement:{movement.pk}").data
    assert (told["rest_cents"], told["rest_back"], told["reason"]) == (50_00, True, WHY)
    sound()


def test_a_part_may_be_less_than_what_is_due_and_the_rest_waits_as_a_payment_of_its_own(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two)], finance)
    movement = only(Verdict.UNKNOWN)
    divide(movement, finance, (two[0], 500_00), (two[1], 100_01))
    assert states(two) == ["member", "awaiting"]
    assert dues_of(two)[two[1].pk].open_cents == 149_99
    rest = only(Verdict.UNKNOWN)
    assert (rest.amount_cents, rest.part_of, rest.oddities) == (199_99, movement, ())
    assert not dividing.may_be_divided(rest, Verdict.UNKNOWN)
    decide(rest, Outcome.ACCEPT, finance, subject=subject_of(two[1]))
    assert states(two) == ["member", "member"]
    assert [each.cents for each in refunds_to_make()] == [50_00]
    sound()


def test_parts_that_cannot_be_are_refused_and_leave_nothing(
    finance: Person, two: tuple[Application, Application]
) -> None:
    first, second = two
    gone = asked(make.person("Rosa", "Petit"), 1)
    joining.withdraw_application(application=gone, by=gone.person, now=make.NOW)  # type: ignore[arg-type]
    confirmed([both(two)], finance)
    movement = only(Verdict.UNKNOWN)
    for code, parts in (
        ("no_application", []),
        ("twice", [(first, 100_00), (first, 100_00)]),
        ("too_much", [(first, 500_00), (second, 300_01)]),
        ("too_much", [(first, 500_01)]),
        ("too_much", [(first, 0)]),
        ("state", [(first, 500_00), (gone, 50_00)]),
    ):
        with pytest.raises(payments.OutcomeRefused) as refusal:
            divide(movement, finance, *parts)
        assert refusal.value.code == code, parts
    given = [Part(expected_from(first), 500_00)]
    with pytest.raises(payments.PlanChanged):
        dividing.divide_movement(
            movement=movement, parts=given, rest_back=False, seen="x", reason=WHY, by=finance, now=make.NOW
        )
    with pytest.raises(payments.OutcomeRefused) as refusal:
        dividing.divide_movement(
            movement=movement, parts=given, rest_back=False, seen="x", by=finance, now=make.NOW
        )
    assert refusal.value.code == "no_reason"
    with pytest.raises(NotAllowed):
        divide(movement, make.staff("secretary"), (first, 500_00))
    assert (BankMovement.objects.count(), Handling.objects.count(), states(two)) == (1, 0, ["awaiting"] * 2)
    divide(movement, finance, (first, 500_00))
    with pytest.raises(payments.OutcomeRefused) as refusal:
        divide(movement, finance, (second, 250_00))
    assert refusal.value.code == "decided"


def test_all_of_it_for_one_request_is_no_division(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two, 500_00)], finance)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        divide(only(Verdict.UNKNOWN), finance, (two[0], 500_00))
    assert refusal.value.code == "one"


def test_the_bank_takes_one_part_back_and_the_other_stays(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two, 750_00)], finance)
    divide(only(Verdict.UNKNOWN), finance, (two[0], 500_00), (two[1], 250_00))
    confirmed([Paid(-250_00, "JEANNE DELVAUX", PAYER, communication=two[1].communication)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert states(two) == ["member", "awaiting"]
    assert [each.open_cents for each in dues_of(two).values()] == [0, 250_00]
    sound()
    # What takes back the whole after that would take the same money twice.
    confirmed([both(two, -750_00)], finance, 14)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert refusal.value.code == "part_taken_back"
    assert states(two) == ["member", "awaiting"]


@pytest.mark.parametrize("back", [False, True])
def test_the_bank_takes_the_whole_back_and_every_part_is_undone(
    finance: Person, two: tuple[Application, Application], back: bool
) -> None:
    confirmed([both(two)], finance)
    movement = only(Verdict.UNKNOWN)
    divide(movement, finance, (two[0], 500_00), (two[1], 200_00), back=back)
    confirmed([both(two, -800_00)], finance, 13)
    reversal = next(each for each, said, _of in work_list() if said == Verdict.REVERSAL)
    decide(reversal, Outcome.UNDO, finance)
    assert states(two) == ["awaiting", "awaiting"]
    assert [each.paid_cents for each in dues_of(two).values()] == [0, 0]
    assert parts_of(reversal) == [-500_00, -200_00, -100_00]
    assert (movements_waiting(), refunds_to_make()) == (0, [])
    assert Handling.objects.get(movement=reversal).undoes == Handling.objects.get(movement=movement)
    assert all(hasattr(part.decision, "undone_by") for part in movement.parts.all())
    sound()
    # Paid once more, each in full.
    confirmed([both(two, 750_00)], finance, 14)
    divide(only(Verdict.UNKNOWN), finance, (two[0], 500_00), (two[1], 250_00))
    assert states(two) == ["member", "member"]
    sound()


def test_a_refused_request_gives_back_its_own_part_only(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two, 700_00)], finance)
    divide(only(Verdict.UNKNOWN), finance, (two[0], 500_00), (two[1], 200_00))
    joining.refuse_application(
        application=two[1], reason="No proof", by=make.staff("secretary"), now=make.NOW
    )
    assert [each.cents for each in refunds_to_make()] == [200_00]
    assert states(two) == ["member", "refused"]


def test_a_divided_payment_that_was_all_paid_back_is_not_taken_back_once_more(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two, 300_00)], finance)
    divide(only(Verdict.UNKNOWN), finance, (two[0], 200_00), (two[1], 100_00))
    for each in two:
        joining.withdraw_application(application=each, by=each.person, now=make.NOW)  # type: ignore[arg-type]
    for refund in refunds_to_make():
        payments.mark_refunded(refund=refund, on=make.NOW.date(), by=finance, now=make.NOW)
    confirmed([both(two, -300_00)], finance, 13)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert refusal.value.code == "paid_back"
    assert Handling.objects.filter(outcome=Outcome.UNDO).count() == 0


def test_a_request_that_lapsed_takes_all_of_what_is_due_or_nothing(
    finance: Person, two: tuple[Application, Application]
) -> None:
    later = make.NOW + timedelta(days=60)
    joining.lapse_applications(by=make.staff("secretary"), now=later)
    confirmed([both(two, 600_00)], finance)
    movement = only(Verdict.UNKNOWN)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        divide(movement, finance, (two[0], 499_99))
    assert refusal.value.code == "state"
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(movement, Outcome.WAIT, finance, subject=subject_of(two[0]))
    assert refusal.value.code == "state"
    assert states(two) == ["lapsed"] * 2
    divide(movement, finance, (two[0], 500_00), back=True)
    assert states(two) == ["member", "lapsed"]


PART = (
    "INSERT INTO treasury_bankmovement (part_of_id, statement_id, file_id, account, reference, amount_cents, booked_on,"
    " payer_iban, payer_name, ultimate_name, other_account, communication, text, end_to_end, return_code, odd, fingerprint,"
    " occurrence) SELECT id, statement_id, file_id, account, reference, %s, booked_on, %s, payer_name, ultimate_name,"
    " other_account, '', text, end_to_end, return_code, odd, %s, 1 FROM treasury_bankmovement WHERE id = %s"
)
DECIDE = (
    "INSERT INTO treasury_handling (movement_id, outcome, by_id, at, reason, subject)"
    " VALUES (%s, %s, %s, now(), '', %s)"
)


def test_the_database_refuses_parts_that_are_more_than_what_came_or_not_all_of_it(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two), Paid(9_00, "X")], finance)
    movement, other = BankMovement.objects.order_by("pk")

    def refused(guard: str, statement: str, *given: Any) -> None:
        with pytest.raises(IntegrityError) as told, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, given)
        assert told.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]

    for cents in (800_01, 0, -1):
        refused("parts_within_what_came", PART, cents, PAYER, "a", movement.pk)
    refused("part_of_what_waits", PART, 1, "BE43068999999501", "a", movement.pk)
    for outcome in ("divided", "accept"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PART, (799_99, PAYER, "a", movement.pk))
            refused("parts_within_what_came", PART, 2, PAYER, "b", movement.pk)
            refused("parts_are_the_whole", DECIDE, movement.pk, outcome, finance.pk, subject_of(two[0]))
            transaction.set_rollback(True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PART, (800_00, PAYER, "a", movement.pk))
        part = BankMovement.objects.get(part_of=movement)
        refused("parts_within_what_came", PART, 1, PAYER, "c", part.pk)
        refused("parts_are_the_whole", DECIDE, movement.pk, "refund", finance.pk, None)
        refused("parts_are_the_whole", DECIDE, movement.pk, "divided", finance.pk, two[0].pk)
        transaction.set_rollback(True)
    refused("parts_are_the_whole", DECIDE, other.pk, "divided", finance.pk, None)
    decide(other, Outcome.ASIDE, finance)
    refused("part_of_what_waits", PART, 1, "", "a", other.pk)


def pressed(client: Client, movement: BankMovement, **typed: Any) -> Any:
    return client.post(
        f"/en/members/payments/{movement.pk}/divide/", {"reason": WHY, "rest": "back", **typed}
    )


def test_finance_divides_on_the_page_looks_again_and_may_change_something(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two)], finance)
    movement, client = only(Verdict.UNKNOWN), signed_in(finance)
    address = f"/en/members/payments/{movement.pk}/"
    assert "Divide this payment among several requests" in text_of(client, address)
    first, second = sorted(two, key=lambda each: each.communication)
    page = client.get(f"{address}divide/").content.decode()
    for said in (printed(first.communication), printed(second.communication), "Jeanne Delvaux", "500"):
        assert said in page
    assert "(optional)" not in page.partition("Why?")[2].partition("</label>")[0]
    typed = {
        "request_1": printed(first.communication),
        "part_1": "500,00",
        "request_2": f"http://testserver/en/members/requests/{second.pk}/",
        "part_2": "249.99",
    }
    page = pressed(client, movement, **{**typed, "part_2": "300.01"}).content.decode()
    assert "The parts are €0.01 more than what came" in page
    assert "300.01" in page, "what was typed stays"
    assert (
        "has this number or communication"
        in pressed(client, movement, **{**typed, "request_2": "999999"}).content.decode()
    )
    assert "write in one line why" in pressed(client, movement, **typed, reason="").content.decode()
    assert "this part is for" in pressed(client, movement, **{**typed, "request_2": ""}).content.decode()
    answer = pressed(client, movement, **typed)
    page = " ".join(answer.content.decode().split())
    for said in (
        "Check before you divide",
        "€249.99",
        "€50.01",
        "is paid back",
        "Keep it and wait for the rest",
        "JEANNE DELVAUX",
        WHY,
    ):
        assert said in page
    back = client.get(f"{address}divide/").content.decode()
    for said in ("249.99", f"/en/members/requests/{second.pk}/", WHY):
        assert said in back, "Back keeps what was typed"
    assert Handling.objects.count() == 0
    assert "249.99" in pressed(client, movement, **typed, change="yes").content.decode()
    done = pressed(client, movement, **typed, checked="yes", seen="other").content.decode()
    assert "Look at it once more" in done
    seen = answer.context["seen"]
    assert pressed(client, movement, **typed, checked="yes", seen=seen).status_code == 302
    assert parts_of(movement) == [500_00, 249_99, 50_01]
    assert Refund.objects.get().cents == 50_01
    assert pressed(client, movement, **typed, checked="yes", seen=seen).status_code == 302
    page = " ".join(text_of(client, f"/en/members/payments/files/{movement.file_id}/").split())
    assert "Part of the €800 of Friday 20 November 2026" in page
    assert "Divided among several requests" in page


def test_the_page_of_a_part_says_where_it_comes_from_in_four_languages(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([both(two), Paid(-3_00, "Bank")], finance)
    movement, client = only(Verdict.UNKNOWN), signed_in(finance)
    for language in LANGUAGES:
        text_of(client, f"/{language}/members/payments/{movement.pk}/divide/")
    divide(movement, finance, (two[0], 500_00), (two[1], 100_00))
    rest = only(Verdict.UNKNOWN)
    assert "Part of the €800" in text_of(client, f"/en/members/payments/{rest.pk}/")
    assert "Part of the €800" in text_of(client, "/en/members/payments/")
    answer = client.get(f"/en/members/payments/{rest.pk}/divide/")
    assert answer.status_code == 302
    for who in (make.staff("secretary"), make.person()):
        assert signed_in(who).get(f"/en/members/payments/{rest.pk}/divide/").status_code == 403


def test_a_request_that_cannot_be_paid_any_more_is_shown_and_gets_nothing_unless_somebody_says_so(
    finance: Person, two: tuple[Application, Application]
) -> None:
    first, gone = two
    joining.withdraw_application(application=gone, by=gone.person, now=make.NOW)  # type: ignore[arg-type]
    confirmed([both(two)], finance)
    movement, client = only(Verdict.UNKNOWN), signed_in(finance)
    form = client.get(f"/en/members/payments/{movement.pk}/divide/").context["form"]
    typed = {
        name: str(form[name].value() or "") for name in form.fields if name.startswith(("request", "part"))
    }
    assert sorted(each for name, each in typed.items() if name.startswith("part") and each) == ["500"]
    answer = pressed(client, movement, **typed)
    assert [each["expected"] for each in answer.context["parts"]] == [expected_from(first)]
    assert answer.context["rest_cents"] == 300_00


def asked_with(client: Client, movement: BankMovement, typed: str) -> str:
    given = {"request_1": typed, "part_1": "10", "reason": WHY, "rest": "back"}
    answer = client.post(f"/en/members/payments/{movement.pk}/divide/", given)
    return " ".join(answer.content.decode().split())


def test_a_request_is_named_by_its_page_its_communication_its_number_or_its_holder(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([Paid(800_00, "Rita", PAYER, text="parts")], finance)
    movement, client = only(Verdict.UNKNOWN), signed_in(finance)
    _first, second = two
    for typed in (
        f"/fr/members/requests/{second.pk}/",
        f"https://ruche.example/members/requests/{second.pk}",
        printed(second.communication),
        str(second.pk),
        "piet delv",
        "Piet Delvaux",
    ):
        assert "Piet Delvaux, 5 shares of class A" in asked_with(client, movement, typed), typed
    several = asked_with(client, movement, "delvaux")
    for each in two:
        assert printed(each.communication) in several
    assert "of this name" in asked_with(client, movement, "Nobody")
    joining.withdraw_application(application=second, by=second.person, now=make.NOW)  # type: ignore[arg-type]
    assert "of this name" in asked_with(client, movement, "Piet Delvaux"), "that one cannot be paid any more"


def proposed(client: Client, movement: BankMovement) -> list[tuple[str, int | None]]:
    form = client.get(f"/en/members/payments/{movement.pk}/divide/").context["form"]
    rows = [(form.fields[f"request_{at}"].initial, form.fields[f"part_{at}"].initial) for at in (1, 2)]
    return [each for each in rows if each[0]]


def test_the_payers_own_request_or_one_of_just_this_sum_is_proposed_first(
    finance: Person, two: tuple[Application, Application]
) -> None:
    first, second = two
    client = signed_in(finance)
    confirmed([Paid(100_00, "PIET DELVAUX", PAYER, text="parts")], finance)
    own = proposed(client, only(Verdict.UNKNOWN))
    assert own == [(printed(second.communication), 100_00)] or own[0][0] in map(
        printed, (first.communication, second.communication)
    )
    decide(only(Verdict.UNKNOWN), Outcome.ASIDE, finance)
    confirmed([Paid(250_00, "RITA GOOSSENS", PAYER, text="parts")], finance, 13)
    assert proposed(client, only(Verdict.UNKNOWN)) == [(printed(second.communication), 250_00)]
    decide(only(Verdict.UNKNOWN), Outcome.ASIDE, finance)
    other = asked(make.person("Rosa", "Petit"), 2)
    text = " ".join(printed(each.communication) for each in (first, other))
    confirmed([Paid(300_00, "ROSA PETIT", PAYER, text=text)], finance, 14)
    assert proposed(client, only(Verdict.UNKNOWN)) == [
        (printed(other.communication), 100_00),
        (printed(first.communication), 200_00),
    ]


def test_a_request_on_which_nothing_is_due_says_so_and_one_on_which_less_is_how_much(
    finance: Person, two: tuple[Application, Application]
) -> None:
    confirmed([Paid(500_00, "JEANNE DELVAUX", PAYER, communication=two[0].communication)], finance)
    confirmed([Paid(800_00, "Rita", PAYER, text="parts")], finance, 13)
    movement = only(Verdict.UNKNOWN)
    for application, cents, code, said in (
        (two[0], 1_00, "nothing_due", "Nothing is due any more on the request of Jeanne Delvaux"),
        (two[1], 251_00, "too_much", "For Piet Delvaux €250 is due"),
    ):
        with pytest.raises(payments.OutcomeRefused, match=said) as refusal:
            divide(movement, finance, (application, cents))
        assert refusal.value.code == code


def test_what_a_payment_names_comes_first_then_names_in_its_text_then_equal_sums(finance: Person) -> None:
    same, texted = asked(make.person("Zoe", "Claes"), 4), asked(make.person("Rosa", "Petit"), 10)
    named = [asked(make.person("Jeanne", "Delvaux"), 7), asked(make.person("Piet", "Maes"), 1)]
    asked(make.person("Nobody", "Meant"), 9)
    text = f"voor Rosa Petit en {' '.join(printed(each.communication) for each in named)}"
    confirmed([Paid(200_00, "RITA GOOSSENS", PAYER, text=text)], finance)
    movement = only(Verdict.UNKNOWN)
    wanted = [*sorted(named, key=lambda each: each.communication), texted, same]
    assert likely_for(movement) == [expected_from(each) for each in wanted]
    page = " ".join(text_of(signed_in(finance), f"/en/members/payments/{movement.pk}/").split())
    for amount in ("€350 is due", "€50 is due", "€500 is due", "€200 is due"):
        assert amount in page
    joining.withdraw_application(application=named[0], by=named[0].person, now=make.NOW)  # type: ignore[arg-type]
    likely = [each.subject for each in likely_for(movement)]
    assert subject_of(named[0]) in likely, "what it names is shown in whatever state"
