"""A decision that was a mistake is undone and the movement waits again; who decided what stays to be read."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import queries
from commonweal.membership.actions import transfers
from commonweal.membership.models import Application
from commonweal.membership.notices.joining import tell_who_asked
from commonweal.membership.queries.joining import dues_of, expected_from, subject_of
from commonweal.membership.rules.entering import SharesObstacle
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Event, Message, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.actions.dividing import Part, divide_movement, division_planned
from commonweal.treasury.actions.undoing import undo_decision
from commonweal.treasury.models import BankMovement, Handling, Refund
from commonweal.treasury.queries.payments import payable_refunds, refunds_to_make, work_list
from commonweal.treasury.queries.receivables import expected_of
from commonweal.treasury.queries.undoing import digest_of, effect_of, obstacle_to
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.reasons import Reason
from commonweal.treasury.rules.undoing import Obstacle
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid
from tests.portal.steps import signed_in, text_of
from tests.treasury.bank_files import DAY
from tests.treasury.test_taking_back import decide, now_of, only, sound, taken_back

pytestmark = pytest.mark.django_db
WHY = "Meant for her sister."


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def seen_of(decision: Handling) -> str:
    about = expected_of([decision.subject]).get(decision.subject)
    return digest_of([effect_of(decision, about, decision.movement.amount_cents)])


def undo(decision: Handling, by: Person, reason: str = WHY, seen: str | None = None) -> Handling:
    decision = Handling.objects.get(pk=decision.pk)
    return undo_decision(
        decision=decision,
        seen=seen_of(decision) if seen is None else seen,
        reason=reason,
        by=by,
        now=make.NOW,
    )


def refused(decision: Handling, by: Person, obstacle: Obstacle | SharesObstacle) -> None:
    before = Handling.objects.count()
    with pytest.raises(payments.OutcomeRefused) as refusal:
        undo(decision, by)
    assert (refusal.value.code, Handling.objects.count()) == (obstacle, before)


def latest() -> Handling:
    return Handling.objects.latest("pk")


def test_shares_entered_by_mistake_leave_the_register_and_the_money_goes_to_whom_it_is_for(
    finance: Person,
) -> None:
    wrong, right = asked(), asked(make.person("Rosa", "Petit"))
    confirmed([Paid(500_00, "Rosa Petit", "BE71096123456769", text="parts")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.ACCEPT, finance, subject=subject_of(wrong))
    member = now_of(wrong).member
    assert member is not None
    undo(latest(), finance)
    assert (now_of(wrong).state, wrong.member) == (ApplicationState.AWAITING, None)
    assert queries.held_on(member.number, "A", DAY).shares == 0
    assert dues_of([wrong])[wrong.pk].paid_cents == 0
    assert wrong.lapses_on > make.NOW.date()
    movement = only(Verdict.UNKNOWN)
    decide(movement, Outcome.ACCEPT, finance, subject=subject_of(right))
    assert (now_of(right).state, work_list()) == (ApplicationState.MEMBER, [])
    assert [each.outcome for each in movement.handlings.order_by("turn")] == ["accept", "again", "accept"]
    told = Event.objects.get(name="DecisionUndone").data
    assert (told["reason"], told["outcome"]) == (WHY, "accept")
    assert Event.objects.filter(name="ApplicationMoved", data__reason=Reason.UNDONE).count() == 1
    assert Event.objects.filter(name="MembershipUndone", subject=f"member:{member.pk}").count() == 1
    sound()


def test_whoever_asked_is_told_in_their_language_that_the_shares_are_not_there(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    undo(latest(), finance)
    tell_who_asked(Event.objects.filter(name="ApplicationMoved", data__to="awaiting").latest("pk"))
    body = Message.objects.latest("pk").body
    assert "par erreur" in body
    assert WHY not in body
    assert Reason.UNDONE not in body


@pytest.mark.parametrize("outcome", [Outcome.REFUND, Outcome.ASIDE, Outcome.SAME])
def test_what_booked_nothing_waits_again_and_nothing_is_to_be_paid_back(
    finance: Person, outcome: Outcome
) -> None:
    confirmed([Paid(50_00, "Rita Goossens", "BE71096123456769", text="x")], finance)
    if outcome == Outcome.SAME:
        confirmed([Paid(50_00, "Rita Goossens", "BE71096123456769", text="y")], finance, 13)
    movement = work_list()[-1][0]
    decision = decide(movement, outcome, finance)
    undo(decision, finance)
    assert (refunds_to_make(), payable_refunds()) == ([], [])
    assert movement in [each for each, _said, _named in work_list()]
    decide(movement, Outcome.REFUND, finance)
    assert [each.cents for each in refunds_to_make()] == [50_00]


def test_a_part_that_counted_for_the_wrong_request_is_due_there_again(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 200_00)], finance)
    decision = decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    undo(decision, finance)
    assert dues_of([application])[application.pk].open_cents == 500_00
    assert now_of(application).state == ApplicationState.AWAITING
    decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    confirmed([paid(application, 300_00)], finance, 13)
    assert now_of(application).state == ApplicationState.MEMBER
    # The first part of what is paid by now: the shares go, the second part stays.
    undo(Handling.objects.standing().get(outcome=Outcome.WAIT), finance)
    due = dues_of([now_of(application)])[application.pk]
    assert (application.state, due.paid_cents) == (ApplicationState.AWAITING, 300_00)
    sound()


def test_what_was_too_much_is_owed_no_longer_and_not_after_it_left_the_account(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decision = decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    undo(decision, finance)
    (refund,) = Refund.objects.all()
    assert (refunds_to_make(), now_of(application).state) == ([], ApplicationState.AWAITING)
    with pytest.raises(payments.OutcomeRefused, match="was undone"):
        payments.mark_refunded(refund=refund, on=DAY, by=finance, now=make.NOW)
    again = decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    (owed,) = refunds_to_make()
    payments.mark_refunded(refund=owed, on=make.NOW.date(), by=finance, now=make.NOW)
    refused(again, finance, Obstacle.PAID_BACK)
    assert now_of(application).state == ApplicationState.MEMBER
    sound()


def test_shares_that_were_passed_on_or_are_asked_about_stay(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    decision, giver = latest(), now_of(application).member
    taker = make.member(make.person("Piet", "Maes"))
    make.shares(taker, 1)
    assert giver is not None
    offer = transfers.offer_shares(
        token=uuid.uuid4(),
        giver=giver,
        taker=taker,
        share_class="A",
        count=4,
        by=application.person,  # type: ignore[arg-type]
        now=make.NOW,
    )
    refused(decision, finance, SharesObstacle.ASKED)
    transfers.accept_offer(offer=offer, by=taker.person, now=make.NOW)  # type: ignore[arg-type]
    refused(decision, finance, SharesObstacle.PASSED_ON)
    sound()


def test_nothing_is_undone_twice_by_others_without_a_reason_or_unseen(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    decision = latest()
    with pytest.raises(NotAllowed):
        undo(decision, make.staff("secretary"))
    with pytest.raises(payments.OutcomeRefused, match="why"):
        undo(decision, finance, reason=" ")
    with pytest.raises(payments.PlanChanged):
        undo(decision, finance, seen="x")
    seen = seen_of(decision)
    undo(decision, finance, seen=seen)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        undo(decision, finance, seen=seen)
    assert refusal.value.code == Obstacle.UNDONE
    assert Handling.objects.filter(outcome=Outcome.AGAIN).count() == 1


def test_nobody_undoes_a_decision_about_their_own_money(finance: Person) -> None:
    own = asked(finance)
    confirmed([paid(own)], make.staff("finance"))
    if (decision := Handling.objects.standing().first()) is None:
        decision = decide(work_list()[0][0], Outcome.ACCEPT, make.staff("finance"))
    with pytest.raises(NotAllowed):
        undo(decision, finance)


def test_what_the_bank_did_and_what_was_divided_is_undone_elsewhere(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    first = latest()
    confirmed([taken_back(application)], finance, 13)
    undoing = decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    refused(first, finance, Obstacle.BANK)
    refused(undoing, finance, Obstacle.OF_THE_BANK)
    other = asked(make.person("Rosa", "Petit"))
    confirmed([Paid(1000_00, "Rosa Petit", "BE71096123456769", text="x")], finance, 14)
    whole = only(Verdict.UNKNOWN)
    parts = [Part(expected_from(now_of(application)), 500_00), Part(expected_from(other), 500_00)]
    seen = division_planned(movement=whole, parts=parts).digest
    divided = divide_movement(
        movement=whole, parts=parts, rest_back=False, seen=seen, by=finance, now=make.NOW
    )
    refused(divided, finance, Obstacle.DIVIDED)
    part = Handling.objects.standing().get(subject=subject_of(other))
    undo(part, finance)
    ((waits, _said, _named),) = work_list()
    assert (waits.part_of, now_of(other).state) == (whole, ApplicationState.AWAITING)
    assert now_of(application).state == ApplicationState.MEMBER
    sound()


def test_a_movement_whose_decision_was_undone_can_be_divided(finance: Person) -> None:
    one, two = asked(), asked(make.person("Rosa", "Petit"))
    confirmed([Paid(1000_00, "Rosa Petit", "BE71096123456769", text="x")], finance)
    undo(decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance), finance)
    movement = only(Verdict.UNKNOWN)
    parts = [Part(expected_from(each), 500_00) for each in (one, two)]
    seen = division_planned(movement=movement, parts=parts).digest
    divide_movement(movement=movement, parts=parts, rest_back=False, seen=seen, by=finance, now=make.NOW)
    assert {now_of(one).state, now_of(two).state} == {ApplicationState.MEMBER}
    # And the bank may take that back whole.
    confirmed([Paid(-1000_00, "Rosa Petit", "BE71096123456769", text="x")], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert {now_of(one).state, now_of(two).state} == {ApplicationState.AWAITING}
    sound()


def test_the_database_takes_no_row_out_of_turn(finance: Person) -> None:
    confirmed([Paid(50_00, "Rita", "BE71096123456769", text="x")], finance)
    movement = only(Verdict.UNKNOWN)
    decision = decide(movement, Outcome.REFUND, finance)
    row = {"movement": movement, "by": finance, "at": make.NOW}
    for wrong in (
        {"outcome": "aside"},
        {"outcome": "aside", "turn": 2},
        {"outcome": "aside", "turn": 3},
        {"outcome": "again", "turn": 2},
        {"outcome": "again", "turn": 3, "undoes": decision},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Handling.objects.create(**row, **wrong)
    payments.mark_refunded(refund=Refund.objects.get(), on=make.NOW.date(), by=finance, now=make.NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Handling.objects.create(**row, outcome="again", turn=2, undoes=decision)


# ---- pages


@pytest.fixture
def desk(finance: Person) -> Client:
    return signed_in(finance)


def page_of(movement: BankMovement, client: Client, step: str = "") -> str:
    return " ".join(text_of(client, f"/en/members/payments/{movement.pk}/{step}").split())


def test_a_decided_movement_is_read_with_who_decided_what_and_why(finance: Person, desk: Client) -> None:
    application = asked()
    confirmed([Paid(600_00, "Jeanne Delvaux", "BE71096123456769", text="parts")], finance)
    movement = only(Verdict.UNKNOWN)
    decide(movement, Outcome.ACCEPT, finance, subject=subject_of(application), reason="By phone.")
    page = page_of(movement, desk)
    for said in (
        "€600",
        "Count it for the shares",
        str(finance),
        "By phone.",
        f"/en/members/requests/{application.pk}/",
        "€100: to be paid back",
        "Undo this decision",
    ):
        assert said in page, said


def test_undoing_is_looked_at_first_named_and_done_once(finance: Person, desk: Client) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    movement = only(Verdict.OVER)
    decide(movement, Outcome.ACCEPT, finance)
    address = f"/en/members/payments/{movement.pk}/undo/"
    page = page_of(movement, desk, "undo/")
    for said in (
        "€500 count no longer as paid on the request of Jeanne Delvaux",
        "10 shares of class A of Jeanne Delvaux",
        "is a member no longer",
        "waits for payment again",
        "€100 are no longer to be paid back to JEANNE DELVAUX",
        "Nothing is done yet",
    ):
        assert said in page, said
    seen = desk.get(address).context["seen"]
    assert "still missing" in desk.post(address, {"seen": seen, "reason": ""}).content.decode()
    stale = desk.post(address, {"seen": "x", "reason": WHY})
    assert "Something changed since this was shown" in stale.content.decode()
    assert now_of(application).state == ApplicationState.MEMBER
    answer = desk.post(address, {"seen": seen, "reason": WHY}, follow=True)
    assert "The decision is undone" in answer.content.decode()
    again = desk.post(address, {"seen": seen, "reason": WHY}, follow=True)
    assert "undone before" in again.content.decode()
    assert Handling.objects.filter(outcome=Outcome.AGAIN).count() == 1
    page = page_of(movement, desk)
    assert "What becomes of it?" in page
    assert WHY in page, "what was decided before, and why it was undone, stands there"


def test_what_cannot_be_undone_says_why_and_has_no_button(finance: Person, desk: Client) -> None:
    confirmed([Paid(50_00, "Rita", "BE71096123456769", text="x")], finance)
    movement = only(Verdict.UNKNOWN)
    decision = decide(movement, Outcome.REFUND, finance)
    payments.mark_refunded(refund=Refund.objects.get(), on=make.NOW.date(), by=finance, now=make.NOW)
    assert obstacle_to(Handling.objects.get(pk=decision.pk)) == Obstacle.PAID_BACK
    page = page_of(movement, desk)
    assert "paid back already" in page
    assert "Undo this decision" not in page
    answer = desk.get(f"/en/members/payments/{movement.pk}/undo/", follow=True)
    assert answer.redirect_chain


def test_a_division_and_what_took_it_back_lead_to_each_other(finance: Person, desk: Client) -> None:
    one, two = asked(), asked(make.person("Rosa", "Petit"))
    confirmed([Paid(1000_00, "Rosa Petit", "BE71096123456769", text="x")], finance)
    movement = only(Verdict.UNKNOWN)
    parts = [Part(expected_from(each), 500_00) for each in (one, two)]
    seen = division_planned(movement=movement, parts=parts).digest
    divide_movement(movement=movement, parts=parts, rest_back=False, seen=seen, by=finance, now=make.NOW)
    page = page_of(movement, desk)
    for part in movement.parts.all():
        assert f"/en/members/payments/{part.pk}/" in page
        assert f"/en/members/payments/{movement.pk}/" in page_of(part, desk)
    confirmed([Paid(-1000_00, "Rosa Petit", "BE71096123456769", text="x")], finance, 13)
    back = only(Verdict.REVERSAL)
    answer = desk.post(f"/en/members/payments/{back.pk}/", {"outcome": "undo", "reason": ""})
    looked = " ".join(answer.content.decode().split())
    for said in ("Jeanne Delvaux (member", "Rosa Petit (member"):
        assert said in looked, said
    assert Application.objects.filter(state="member").count() == 2
    given = {"outcome": "undo", "reason": "", "checked": "yes", "seen": answer.context["seen"]}
    desk.post(f"/en/members/payments/{back.pk}/", given)
    assert Application.objects.filter(state="member").count() == 0
    assert f"/en/members/payments/{back.pk}/" in page_of(movement, desk)
    assert f"/en/members/payments/{movement.pk}/" in page_of(back, desk)


def test_the_page_of_a_file_says_what_was_undone_by_whom_and_when(finance: Person, desk: Client) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    movement = BankMovement.objects.get()
    address = f"/en/members/payments/files/{movement.file_id}/"
    assert f"decided by {finance}" in " ".join(text_of(desk, address).split())
    confirmed([taken_back(application)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert f"undone by {finance}" in " ".join(text_of(desk, address).split())
    confirmed([Paid(50_00, "Rita", "BE71096123456769", text="x")], finance, 14)
    waits = only(Verdict.UNKNOWN)
    page = text_of(desk, f"/en/members/payments/files/{waits.file_id}/")
    assert f'<a href="/en/members/payments/{waits.pk}/">waits for a decision</a>' in page
    undo(decide(waits, Outcome.ASIDE, finance), finance)
    page = " ".join(text_of(desk, f"/en/members/payments/files/{waits.file_id}/").split())
    assert f"the decision was undone by {finance}" in page
