"""Money that comes in pays whatever an area gives it: donations here, of which it never heard, alone or beside shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.kernel.subjects import number_of
from commonweal.membership.queries.joining import expected_from, subject_of
from commonweal.people.models import Event, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import dividing, payments, undoing
from commonweal.treasury.actions.dividing import Part
from commonweal.treasury.actions.receivables import lock_expected, owe_back
from commonweal.treasury.models import BankMovement, Handling
from commonweal.treasury.queries.bank_plans import plan_of
from commonweal.treasury.queries.payments import (
    likely_for,
    part_payments,
    payable_refunds,
    reading_of,
    refunds_to_make,
    work_list,
)
from commonweal.treasury.queries.receivables import (
    dues_of,
    expected_at,
    expected_named,
    last_paid_on,
    names_a_number,
)
from commonweal.treasury.queries.undoing import digest_of, effect_of, obstacle_to
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.reasons import Reason
from commonweal.treasury.rules.receivables import Expected, Standing
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid, uploaded
from tests.portal.steps import signed_in, text_of
from tests.treasury import donations
from tests.treasury.bank_files import DAY, PAYER
from tests.treasury.donations import BOOK, DonationObstacle, promised

pytestmark = pytest.mark.django_db
KINDS = "tests.treasury.donations."
WHY = "By phone."


@pytest.fixture(autouse=True)
def _alone(settings: Any) -> Iterator[None]:
    settings.RECEIVABLES = f"{KINDS}ALONE"
    yield
    donations.BOOK.__init__()  # type: ignore[misc]


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def desk(finance: Person) -> Client:
    return signed_in(finance)


def given(expected: Expected, cents: int | None = None, **changes: Any) -> Paid:
    told = {"communication": expected.communication, **changes}
    return Paid(expected.due_cents if cents is None else cents, expected.holder.upper(), PAYER, **told)


def decide(outcome: Outcome, by: Person, **changes: Any) -> Handling:
    ((movement, _verdict, _expected),) = work_list()
    return payments.decide_movement(movement=movement, outcome=outcome, by=by, now=make.NOW, **changes)


def now_of(expected: Expected) -> Expected:
    return BOOK.promised[number_of(expected.subject)]


def undo(decision: Handling, by: Person) -> Handling:
    expected = expected_at(f"donations/{decision.subject.partition(':')[2]}")
    seen = digest_of([effect_of(decision, expected, decision.movement.amount_cents)])
    return undoing.undo_decision(decision=decision, seen=seen, reason=WHY, by=by, now=make.NOW)


def test_what_is_paid_exactly_is_taken_under_its_locks_and_entered_last(finance: Person) -> None:
    one, two = promised(1, 50_00), promised(2, 70_00)
    confirmed([given(two), given(one)], finance)
    assert BOOK.done == [
        "lock first",
        "lock [1, 2]",
        *("lock [2]", "take 2", "lock [1]", "take 1", "enter 2", "enter 1"),
    ]
    assert [now_of(each).standing for each in (one, two)] == [Standing.ENTERED] * 2
    assert sorted(Handling.objects.values_list("subject", flat=True)) == ["donation:1", "donation:2"]
    assert (work_list(), last_paid_on("donation:1")) == ([], DAY)


def test_what_is_too_much_too_little_twice_or_closed_waits_for_somebody(finance: Person) -> None:
    over, under, ended = promised(1, 50_00), promised(2, 70_00), promised(3, 10_00)
    donations.moved(3, Standing.ENDED)
    confirmed([given(over, 60_00), given(under, 20_00), given(ended)], finance)
    rows = work_list()
    assert [(said, about) for _movement, said, about in rows] == [
        (Verdict.OVER, over),
        (Verdict.UNDER, under),
        (Verdict.CLOSED, now_of(ended)),
    ]
    (first, *_), (second, *_), _third = rows
    payments.decide_movement(movement=first, outcome=Outcome.ACCEPT, by=finance, now=make.NOW)
    payments.decide_movement(movement=second, outcome=Outcome.WAIT, by=finance, now=make.NOW)
    assert [each.cents for each in refunds_to_make()] == [10_00]
    assert [each.cents for each in payable_refunds()] == [10_00]
    assert [each.subject for each in part_payments()] == ["donation:2"]
    assert dues_of([under])["donation:2"].open_cents == 50_00
    told = Event.objects.get(name="PaymentDecided", subject="donation:1").data
    assert (told["outcome"], told["cents"]) == ("accept", 60_00)


def test_its_area_may_stand_against_counting_and_against_undoing(finance: Person) -> None:
    expected = promised(1, 50_00)
    confirmed([given(expected, 60_00)], finance)
    BOOK.full = True
    with pytest.raises(payments.OutcomeRefused, match="The year is full") as refusal:
        decide(Outcome.ACCEPT, finance)
    assert (refusal.value.code, Handling.objects.count()) == ("full", 0)
    BOOK.full = False
    decision = decide(Outcome.ACCEPT, finance)
    BOOK.thanked = True
    assert obstacle_to(decision) == DonationObstacle.THANKED
    with pytest.raises(payments.OutcomeRefused, match="thanked in public") as refusal:
        undo(decision, finance)
    assert refusal.value.code == "thanked"
    BOOK.thanked = False
    undo(decision, finance)
    assert BOOK.done[-1] == f"reopen 1 {Reason.UNDONE}"
    assert (now_of(expected).standing, refunds_to_make()) == (Standing.DUE, [])


def test_what_the_bank_takes_back_is_undone_by_its_area(finance: Person) -> None:
    expected = promised(1, 50_00)
    confirmed([given(expected)], finance)
    confirmed([given(expected, -50_00)], finance, 13)
    decide(Outcome.UNDO, finance)
    assert BOOK.done[-1] == f"reopen 1 {Reason.TAKEN_BACK}"
    assert dues_of([now_of(expected)])["donation:1"].paid_cents == 0


def test_nobody_decides_about_their_own(finance: Person) -> None:
    confirmed([given(promised(1, 50_00, finance), 60_00)], make.staff("finance"))
    with pytest.raises(NotAllowed) as refusal:
        decide(Outcome.ACCEPT, finance)
    assert refusal.value.code == "own"


def test_pages_show_it_in_the_words_of_its_area(finance: Person, desk: Client) -> None:
    expected = promised(1, 50_00)
    confirmed([given(expected, 60_00)], finance)
    movement = BankMovement.objects.get()
    page = text_of(desk, f"/en/members/payments/{movement.pk}/")
    assert '<a href="/donations/1/">Rita Goossens</a>, Donation 1<br>promised' in page
    BOOK.stuck = True
    decision = decide(Outcome.ACCEPT, finance)
    page = text_of(desk, "/en/members/payments/")
    assert '<a class="desk-main" href="/donations/1/">Rita Goossens</a> Donation 1' in page
    assert "No thanks yet." in page
    page = text_of(desk, f"/en/members/payments/{movement.pk}/undo/")
    assert "The thanks for donation 1 are taken back." in page
    undo(decision, finance)
    decide(Outcome.REFUND, finance)
    assert "/donations/1/" in text_of(desk, f"/en/members/payments/{movement.pk}/")
    confirmed([given(expected, 20_00)], finance, 13)
    decide(Outcome.WAIT, finance)
    page = text_of(desk, "/en/members/payments/")
    assert '<a class="desk-main" href="/donations/1/">Rita Goossens</a> €20' in page


def test_it_is_found_by_number_name_text_and_sum(finance: Person) -> None:
    one, two = promised(1, 50_00), promised(2, 70_00, name="Piet Maes")
    assert (expected_at("donations/2"), expected_at("donations/9"), expected_at("x")) == (two, None, None)
    assert expected_named("Piet") == [two]
    assert (names_a_number("donations/2"), names_a_number("Piet")) == (True, False)
    confirmed([Paid(50_00, "SOMEBODY", PAYER, text="voor Piet Maes")], finance)
    ((movement, said, _none),) = work_list()
    assert (said, likely_for(movement)) == (Verdict.UNKNOWN, [two, one])


def test_what_is_closed_above_gives_back_what_was_paid_in_part(finance: Person) -> None:
    expected = promised(1, 50_00)
    confirmed([given(expected, 20_00)], finance)
    decide(Outcome.WAIT, finance)
    owe_back(subject=expected.subject)
    assert [each.cents for each in refunds_to_make()] == [20_00]
    owe_back(subject=expected.subject)
    assert [each.cents for each in refunds_to_make()] == [20_00]


def test_one_payment_is_divided_among_shares_and_a_donation_and_taken_back_whole(
    finance: Person, desk: Client, settings: Any
) -> None:
    settings.RECEIVABLES = f"{KINDS}BESIDE"
    application, expected = asked(), promised(1, 50_00)
    confirmed([Paid(560_00, "JEANNE DELVAUX", PAYER, text="both")], finance)
    ((movement, _said, _none),) = work_list()
    answer = desk.post(
        f"/en/members/payments/{movement.pk}/divide/",
        {
            "request_1": application.communication,
            "part_1": "500",
            "request_2": "donations/1",
            "part_2": "50",
            "rest": "back",
            "reason": WHY,
        },
    )
    page = " ".join(answer.content.decode().split())
    assert "Jeanne Delvaux, 10 shares of class A" in page
    assert "Rita Goossens, Donation 1" in page
    parts = [Part(expected, 50_00), Part(expected_from(application), 500_00)]
    seen = dividing.division_planned(movement=movement, parts=parts).digest
    dividing.divide_movement(
        movement=movement, parts=parts, rest_back=True, seen=seen, by=finance, now=make.NOW
    )
    application.refresh_from_db()
    assert (application.state, now_of(expected).standing) == ("member", Standing.ENTERED)
    confirmed([Paid(-560_00, "JEANNE DELVAUX", PAYER, text="both")], finance, 13)
    decide(Outcome.UNDO, finance)
    application.refresh_from_db()
    assert (application.state, now_of(expected).standing) == ("awaiting", Standing.DUE)
    assert refunds_to_make() == []


def test_rows_are_locked_kind_by_kind_and_by_number(settings: Any, django_assert_num_queries: Any) -> None:
    settings.RECEIVABLES = f"{KINDS}BESIDE"
    two, one = asked(make.person("Rosa", "Petit")), asked()
    wanted = ["donation:2", subject_of(one), "donation:1", subject_of(two), ""]
    promised(1, 50_00), promised(2, 70_00)
    with django_assert_num_queries(1):
        held = lock_expected(wanted)
    assert list(held) == [subject_of(two), subject_of(one), "donation:1", "donation:2"]
    assert BOOK.done == ["lock [1, 2]"]


def test_a_list_and_a_plan_take_as_many_queries_as_their_kinds_and_no_more_for_many_movements(
    finance: Person, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.RECEIVABLES = f"{KINDS}BESIDE"
    application, expected = asked(), promised(1, 50_00)
    confirmed([paid(application), given(expected)], finance)
    many = [paid(asked(make.person("Zoe", f"Claes{each}")), 600_00) for each in range(6)]
    back = paid(application, -500_00)
    file = uploaded([*many, given(promised(2, 10_00)), back, Paid(7_00, "X", text="R9-1")], finance, 13)
    reading = reading_of(file)
    # Six for what was read before, five for what each is: receivables, what was paid, what comes back, opposites and what
    # was decided about them.
    with django_assert_num_queries(12):
        plan = plan_of(reading)
    payments.confirm_file(file=file, plan=plan.digest, by=finance, now=make.NOW)
    # One for the list itself, one for what the bank took back of those that are kept, one for accounts with money here.
    with django_assert_num_queries(8):
        assert len(work_list()) == 8


def test_the_database_keeps_no_subject_of_another_form_and_no_application_that_is_not_there(
    finance: Person,
) -> None:
    confirmed([Paid(5_00, "RITA", PAYER, text="x")], finance)
    row = {"movement": BankMovement.objects.get(), "outcome": "accept", "by": finance, "at": make.NOW}
    for subject, guard in (
        ("", "handling_counts_for_one"),
        ("donation", "handling_of_a_subject"),
        ("donation:0", "handling_of_a_subject"),
        ("donation:1 ", "handling_of_a_subject"),
        ("application:999999", "application_is_there"),
    ):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            Handling.objects.create(**row, subject=subject)
        assert refusal.value.__cause__.diag.constraint_name == guard, subject  # type: ignore[union-attr]
