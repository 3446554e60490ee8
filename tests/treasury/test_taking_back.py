"""Money the bank takes back undoes what it paid for, and payments of ours that come back are owed again: both decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from commonweal.ledger.queries import troubles
from commonweal.membership import queries
from commonweal.membership.actions import joining
from commonweal.membership.models import Application
from commonweal.membership.queries.joining import dues_of, entry_of, expected_from
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Event, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankMovement, Handling, Payment, Refund, ReturnedPayment
from commonweal.treasury.queries.payments import payable_refunds, refunds_to_make, work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.payables import ReturnReason
from commonweal.treasury.rules.reasons import Reason
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid, planned
from tests.portal.steps import LANGUAGES, signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, DAY, PAYER, as_camt, as_coda
from tests.treasury.paying_steps import pay_refunds

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def taken_back(application: Application, cents: int = 500_00, **changes: Any) -> Paid:
    return Paid(-cents, "DELVAUX JEANNE", PAYER, communication=application.communication, **changes)


def only(verdict: Verdict) -> BankMovement:
    ((movement, said, _application),) = work_list()
    assert said == verdict
    return movement


def decide(movement: BankMovement, outcome: Outcome, by: Person, **changes: Any) -> Handling:
    return payments.decide_movement(movement=movement, outcome=outcome, by=by, now=make.NOW, **changes)


def now_of(application: Application) -> Application:
    application.refresh_from_db()
    return application


def sound() -> None:
    assert list(troubles()) == []
    assert queries.share_troubles(make.NOW.date()) == []


def test_shares_whose_money_is_taken_back_leave_the_register_and_the_request_waits_again(
    finance: Person,
) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    member = now_of(application).member
    assert member is not None
    confirmed([taken_back(application)], finance, 13)
    assert now_of(application).state == ApplicationState.MEMBER, "nothing is undone by itself"
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (now_of(application).state, application.member) == (ApplicationState.AWAITING, None)
    assert application.lapses_on > make.NOW.date()
    assert queries.held_on(member.number, "A", DAY).shares == 0
    assert dues_of([application])[application.pk].open_cents == 500_00
    assert work_list() == []
    sound()
    told = Event.objects.filter(name="ApplicationMoved", data__to="awaiting").latest("pk")
    assert told.data["reason"] == Reason.TAKEN_BACK


def test_why_shares_left_is_kept_as_a_code_and_read_in_ones_own_language(finance: Person) -> None:
    application = asked()
    confirmed([paid(application), taken_back(application)], finance)
    member = now_of(application).member
    assert member is not None
    with translation.override("nl"):
        decide(
            next(each for each, said, _of in work_list() if said == Verdict.REVERSAL), Outcome.UNDO, finance
        )
    assert (now_of(application).state, application.reason) == (ApplicationState.AWAITING, Reason.TAKEN_BACK)
    for language in LANGUAGES:
        with translation.override(language):
            said = gettext(Reason.TAKEN_BACK.label)
        for who, address in (
            ("secretary", f"members/register/{member.number}/"),
            ("secretary", "members/register/changes/"),
            ("secretary", f"members/requests/{application.pk}/"),
            ("secretary", "members/requests/desk/"),
        ):
            page = text_of(signed_in(make.staff(who)), f"/{language}/{address}")
            assert said in page, (language, address)
            assert Reason.TAKEN_BACK not in page


def test_who_pays_again_is_entered_again_and_may_lose_it_again(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    for number in (13, 15):
        confirmed([taken_back(application)], finance, number)
        decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
        confirmed([paid(application)], finance, number + 1)
        member = now_of(application).member
        assert member is not None
        assert queries.held_on(member.number, "A", make.NOW.date()).shares == 10
        entry = entry_of(application)
        assert entry is not None
        assert entry.operation.document == f"application:{application.pk}"
    sound()


def test_both_in_one_file_wait_for_a_decision_on_the_second(finance: Person) -> None:
    application = asked()
    confirmed([paid(application), taken_back(application)], finance)
    assert now_of(application).state == ApplicationState.MEMBER
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert now_of(application).state == ApplicationState.AWAITING
    sound()


def test_a_part_that_is_taken_back_is_due_again_and_nothing_goes_back_twice(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 200_00)], finance)
    decide(only(Verdict.UNDER), Outcome.WAIT, finance)
    confirmed([taken_back(application, 200_00)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert dues_of([application])[application.pk].open_cents == 500_00
    joining.withdraw_application(application=now_of(application), by=application.person, now=make.NOW)  # type: ignore[arg-type]
    assert refunds_to_make() == [], "the bank gave it back already"


def test_a_double_payment_that_is_taken_back_is_not_paid_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application), paid(application)], finance)
    decide(only(Verdict.DOUBLE), Outcome.REFUND, finance)
    (refund,) = refunds_to_make()
    confirmed([taken_back(application)], finance, 13)
    handling = decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert handling.undoes == refund.handling
    assert now_of(application).state == ApplicationState.MEMBER, "the first payment still stands"
    assert (refunds_to_make(), payable_refunds()) == ([], [])
    with pytest.raises(payments.OutcomeRefused) as refusal:
        payments.mark_refunded(refund=refund, on=DAY, by=finance, now=make.NOW)
    assert refusal.value.code == "taken"
    confirmed([taken_back(application)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert now_of(application).state == ApplicationState.AWAITING


def test_money_that_named_no_request_and_is_taken_back_is_not_paid_back(finance: Person) -> None:
    confirmed([Paid(50_00, "Rita", PAYER, text="x")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    content = as_camt([Paid(-50_00, "Rita", PAYER, text="x")], 13)
    content = content.replace(b"<Sts>", b"<RvslInd>true</RvslInd><Sts>")
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=finance, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=finance, now=make.NOW)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (refunds_to_make(), Refund.objects.count()) == ([], 1)


def test_what_cannot_be_undone_is_refused_and_stays_on_the_list(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    confirmed([taken_back(application, 700_00)], finance, 13)
    movement = only(Verdict.REVERSAL)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(movement, Outcome.UNDO, finance)
    assert refusal.value.code == "never_paid"
    with pytest.raises(payments.OutcomeRefused):
        decide(movement, Outcome.ACCEPT, finance)
    decide(movement, Outcome.ASIDE, finance, reason="The bank corrects it tomorrow.")
    assert work_list() == []
    # All of it, the part that waits to be paid back included.
    confirmed([taken_back(application, 600_00)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert (now_of(application).state, refunds_to_make()) == (ApplicationState.AWAITING, [])
    assert dues_of([application])[application.pk].paid_cents == 0


def test_a_payment_that_still_waits_on_the_list_is_settled_with_what_takes_it_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, name="PIET MAES"), taken_back(application)], finance)
    waiting, reversal = (movement for movement, _said, _application in work_list())
    decide(reversal, Outcome.UNDO, finance)
    assert work_list() == [], "nobody can count money that is gone"
    assert Handling.objects.get(movement=waiting).outcome == Outcome.ASIDE
    assert now_of(application).state == ApplicationState.AWAITING
    assert dues_of([application])[application.pk].paid_cents == 0
    confirmed([paid(application)], finance, 13)
    assert now_of(application).state == ApplicationState.MEMBER


def test_money_that_was_paid_back_already_is_not_undone(finance: Person) -> None:
    """Two payments, one paid back, both taken back by the bank: the one that counted is undone, the other is not."""
    application = asked()
    confirmed([paid(application), paid(application)], finance)
    decide(only(Verdict.DOUBLE), Outcome.REFUND, finance)
    pay_refunds(pay_on=make.NOW.date(), by=finance, now=make.NOW)
    confirmed([taken_back(application, 500_00), taken_back(application, 500_00)], finance, 13)
    (first, *_), (second, *_) = work_list()
    handling = decide(first, Outcome.UNDO, finance)
    assert handling.undoes is not None
    assert handling.undoes.outcome == Outcome.ACCEPT
    assert now_of(application).state == ApplicationState.AWAITING
    assert dues_of([application])[application.pk].open_cents == 500_00
    sound()
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(second, Outcome.UNDO, finance)
    assert refusal.value.code == "paid_back"


def returned(payment: Payment, number: int, code: str = "AC04") -> bytes:
    content = as_camt([Paid(payment.cents, "La Ruche commune", ACCOUNT, text=code)], number)
    marks = f"<Refs><EndToEndId>{payment.end_to_end}</EndToEndId></Refs><RltdPties>".encode()
    reason = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls>".encode()
    return content.replace(b"<RltdPties>", marks).replace(b"</TxDtls>", reason)


def test_a_payment_of_ours_that_comes_back_is_owed_again_by_somebodys_decision(finance: Person) -> None:
    confirmed([Paid(50_00, "Rita Goossens", PAYER, text="x")], finance)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, finance)
    pay_refunds(pay_on=DAY if make.NOW.date() <= DAY else make.NOW.date(), by=finance, now=make.NOW)
    payment = Payment.objects.get()
    content = returned(payment, 13).replace(b"2026-11-20", make.NOW.date().isoformat().encode())
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=finance, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=finance, now=make.NOW)
    movement = only(Verdict.RETURNED)
    page = text_of(signed_in(finance), f"/en/members/payments/{movement.pk}/")
    assert payment.end_to_end in page
    assert "Owe it again" in page
    decide(movement, Outcome.OWE, finance)
    back = ReturnedPayment.objects.get()
    assert (back.payment, back.reason, back.returned_on) == (payment, ReturnReason.CLOSED, make.NOW.date())
    assert [each.cents for each in refunds_to_make()] == [50_00]
    # The same again is no payment of ours any more.
    again = returned(payment, 14).replace(b"2026-11-20", make.NOW.date().isoformat().encode())
    assert planned(again).statements[0].lines[0].verdict == Verdict.UNKNOWN


def test_a_request_that_is_not_named_is_named_by_hand(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    reversal = as_coda([Paid(-500_00, "DELVAUX JEANNE", PAYER, text="terugboeking")], 13)
    reversal = reversal.replace(b"20112600150000", b"20112600149000")
    file = payments.upload_file(name="x", content=reversal, account=ACCOUNT, by=finance, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(reversal).digest, by=finance, now=make.NOW)
    movement = only(Verdict.REVERSAL)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(movement, Outcome.UNDO, finance)
    assert refusal.value.code == "no_application"
    client, address = signed_in(finance), f"/en/members/payments/{movement.pk}/"
    given = {"outcome": "undo", "communication": application.communication, "reason": ""}
    answer = client.post(address, given)
    page = " ".join(answer.content.decode().split())
    for said in (
        "Nothing is done yet",
        "€500 count no longer as paid on the request of Jeanne Delvaux",
        "10 shares of class A of Jeanne Delvaux (member ",
        "is a member no longer",
        "waits for payment again",
    ):
        assert said in page, said
    assert now_of(application).state == ApplicationState.MEMBER, "looking undoes nothing"
    assert application.communication in client.post(address, {**given, "change": "yes"}).content.decode()
    stale = client.post(address, {**given, "checked": "yes", "seen": "x"})
    assert "Something changed since this was shown" in stale.content.decode()
    assert (
        client.post(address, {**given, "checked": "yes", "seen": answer.context["seen"]}).status_code == 302
    )
    assert now_of(application).state == ApplicationState.AWAITING
    sound()
    assert date(2026, 11, 1) < application.lapses_on


# ---- what the bank takes back without saying so


def unmarked(number: int, **changes: Any) -> bytes:
    """Money that goes back to the account it came from, with the reference it came with, and no mark."""
    told = {"cents": -500_00, "name": "DELVAUX JEANNE", "iban": PAYER, **changes}
    content = as_coda([Paid(**told)], number, old_cents=1_734_56 + number - 13)
    return content.replace(f"261120{number:03d}00001".encode(), b"26112001200001")


def read_in(content: bytes, by: Person) -> None:
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=by, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=by, now=make.NOW)


def test_an_unmarked_reversal_waits_beside_the_payment_it_takes_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    read_in(unmarked(13), finance)
    ((movement, said, named),) = work_list()
    assert (said, named) == (Verdict.REVERSAL, expected_from(now_of(application)))
    page = text_of(signed_in(finance), f"/en/members/payments/{movement.pk}/")
    said = "€500 of Friday 20 November 2026, in statement 2026-012. The same: account, amount, the bank&#x27;s reference."
    assert said in " ".join(page.split())
    decide(movement, Outcome.UNDO, finance)
    assert now_of(application).state == ApplicationState.AWAITING
    assert work_list() == []
    # Paid once more, it is no opposite of what was settled.
    confirmed([paid(application)], finance, 14)
    assert now_of(application).state == ApplicationState.MEMBER
    sound()


def test_what_is_really_the_same_in_two_opposites_is_said(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    read_in(as_coda([taken_back(application)], 13, old_cents=1_734_56), finance)
    movement = only(Verdict.REVERSAL)
    page = " ".join(text_of(signed_in(finance), f"/en/members/payments/{movement.pk}/").split())
    assert "The same: account, amount, the structured communication." in page
    assert "reference." not in page.partition("The same:")[2].partition("<")[0]


def test_a_payment_read_after_what_took_it_back_does_not_count_by_itself(finance: Person) -> None:
    application = asked()
    read_in(unmarked(13), finance)
    assert work_list() == []
    confirmed([paid(application)], finance)
    ((_movement, said, named),) = work_list()
    assert (said, named) == (Verdict.ODD, expected_from(now_of(application)))
    assert now_of(application).state == ApplicationState.AWAITING


def test_another_account_or_more_than_counts_takes_nothing_back(finance: Person) -> None:
    confirmed([paid(asked())], finance)
    read_in(unmarked(13, iban="BE43068999999501"), finance)
    read_in(unmarked(14, cents=-550_01), finance)
    read_in(unmarked(15, iban=""), finance)
    assert work_list() == []
    # Nor does money that went on an earlier day than it came.
    early = as_coda([Paid(-80_00, "X", PAYER, text="dupliek")], 17, old_cents=8)
    early = early.replace(b"20112601701 0", b"19112601701 0")
    read_in(early + as_coda([Paid(80_00, "X", PAYER, text="dupliek")], 18, old_cents=9), finance)
    assert [said for _movement, said, _named in work_list()] == [Verdict.UNKNOWN]


def test_after_a_double_payment_was_paid_back_the_bank_takes_the_one_that_counted(finance: Person) -> None:
    application = asked()
    confirmed([paid(application), paid(application)], finance)
    decide(only(Verdict.DOUBLE), Outcome.REFUND, finance)
    pay_refunds(pay_on=make.NOW.date(), by=finance, now=make.NOW)
    confirmed([taken_back(application)], finance, 13)
    handling = decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert handling.undoes is not None
    assert handling.undoes.outcome == Outcome.ACCEPT
    assert now_of(application).state == ApplicationState.AWAITING
    assert dues_of([application])[application.pk].open_cents == 500_00
    sound()


def test_of_two_sums_without_a_request_the_one_still_here_is_taken_back(finance: Person) -> None:
    confirmed([Paid(70_00, "Rita", PAYER, text="x"), Paid(70_00, "Rita", PAYER, text="y")], finance)
    first, second = (movement for movement, _said, _application in work_list())
    for movement in (first, second):
        decide(movement, Outcome.REFUND, finance)
    latest = Refund.objects.order_by("pk").last()
    assert latest is not None
    payments.mark_refunded(refund=latest, on=make.NOW.date(), by=finance, now=make.NOW)
    confirmed([Paid(-70_00, "Rita", PAYER, text="y")], finance, 13)
    handling = decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert handling.undoes is not None
    assert handling.undoes.movement_id == first.pk
    assert list(refunds_to_make()) == []


def test_who_holds_nothing_once_the_money_is_taken_back_is_no_member_and_no_voter(finance: Person) -> None:
    application = asked()
    confirmed([paid(application)], finance)
    member = now_of(application).member
    assert member is not None
    today = make.NOW.date()
    assert member in queries.electorate_on(today)
    confirmed([taken_back(application)], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    member.refresh_from_db()
    assert member.left_on == today
    assert member not in queries.electorate_on(today)
    assert Event.objects.filter(name="MembershipUndone", subject=f"member:{member.pk}").count() == 1
    confirmed([paid(application)], finance, 14)
    again = now_of(application).member
    assert again is not None
    assert (again.number > member.number, again.joined_on) == (True, today)
    assert list(queries.electorate_on(today).filter(person=member.person)) == [again]
    sound()


def test_who_holds_other_shares_stays_a_member_until_the_last_of_them_is_taken_back(finance: Person) -> None:
    first = asked()
    confirmed([paid(first)], finance)
    member = now_of(first).member
    assert member is not None
    second = asked(applicant=first.person, count=2)
    confirmed([paid(second)], finance, 13)
    assert now_of(second).member == member
    confirmed([taken_back(first)], finance, 14)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    member.refresh_from_db()
    assert member.left_on is None
    joining.withdraw_application(application=now_of(first), by=first.person, now=make.NOW)  # type: ignore[arg-type]
    confirmed([taken_back(second, 100_00)], finance, 15)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    member.refresh_from_db()
    assert member.left_on == make.NOW.date()
    sound()
