"""Money on the account becomes shares once: every kind of payment, every second try, and what the database refuses."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.models import Operation
from commonweal.ledger.queries import troubles
from commonweal.membership import queries
from commonweal.membership.actions import joining
from commonweal.membership.actions.applications_paid import enter_paid
from commonweal.membership.models import Application, Member
from commonweal.membership.queries.joining import subject_of
from commonweal.membership.rules.joining import ApplicationState, HolderRole
from commonweal.membership.rules.statutes import Terms
from commonweal.people.models import Event, Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import AccountStatement, BankFile, BankMovement, Handling, Refund
from commonweal.treasury.queries.payments import refunds_to_make, work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid, planned, uploaded
from tests.treasury.bank_files import ACCOUNT, DAY, as_camt, as_coda

pytestmark = pytest.mark.django_db
# Some days before the money comes.
BEFORE = make.NOW - timedelta(days=5)


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def now_of(application: Application) -> Application:
    application.refresh_from_db()
    return application


def only(verdict: Verdict) -> BankMovement:
    """The one movement on the work list, which is of this kind."""
    ((movement, said, _application),) = work_list()
    assert said == verdict
    return movement


def decide(movement: BankMovement, outcome: Outcome, by: Person, **changes: Any) -> Handling:
    return payments.decide_movement(movement=movement, outcome=outcome, by=by, now=make.NOW, **changes)


def test_an_exact_payment_makes_a_member_with_shares(finance: Person) -> None:
    application = asked(count=10, now=BEFORE)
    confirmed([paid(application)], finance)
    member = now_of(application).member
    assert member is not None
    assert (application.state, member.joined_on, member.language) == (ApplicationState.MEMBER, DAY, "fr")
    held = queries.held_on(member.number, "A", DAY)
    assert (held.shares, held.paid_cents) == (10, 500_00)
    assert queries.held_on(member.number, "A", DAY - timedelta(days=1)).shares == 0
    operation = Operation.objects.get()
    assert (operation.document, operation.key) == (
        f"application:{application.pk}",
        f"application:{application.pk}",
    )
    assert work_list() == []
    assert list(troubles()) == []
    assert queries.share_troubles(DAY) == []


def test_nothing_is_booked_twice_whatever_is_sent_again(finance: Person) -> None:
    application = asked()
    file = confirmed([paid(application)], finance)
    again = uploaded([paid(application)], finance)
    assert again == file
    payments.confirm_file(file=file, plan="whatever", by=finance, now=make.NOW)
    # The same statement in the other format, and the same bank reference on another statement.
    other = payments.upload_file(
        name="x.xml", content=as_camt([paid(application)]), account=ACCOUNT, by=finance, now=make.NOW
    )
    plan = planned(bytes(other.content))
    assert plan.statements[0].known
    payments.confirm_file(file=other, plan=plan.digest, by=finance, now=make.NOW)
    third = as_coda([paid(application)], 13).replace(b"26112001300001", b"26112001200001")
    file = payments.upload_file(name="y", content=third, account=ACCOUNT, by=finance, now=make.NOW)
    plan = planned(third)
    assert [line.known for line in plan.statements[0].lines] == [True]
    payments.confirm_file(file=file, plan=plan.digest, by=finance, now=make.NOW)
    assert (Operation.objects.count(), Member.objects.count(), BankMovement.objects.count()) == (1, 1, 1)
    assert AccountStatement.objects.count() == 2


def test_less_than_due_waits_and_the_rest_completes_it(finance: Person) -> None:
    application = asked(now=BEFORE)
    confirmed([paid(application, 200_00)], finance)
    first = only(Verdict.UNDER)
    with pytest.raises(payments.OutcomeRefused):
        decide(first, Outcome.ACCEPT, finance)
    decide(first, Outcome.WAIT, finance)
    assert now_of(application).state == ApplicationState.AWAITING
    confirmed([paid(application, 300_00)], finance, 13)
    member = now_of(application).member
    assert member is not None
    assert queries.held_on(member.number, "A", DAY).paid_cents == 500_00
    assert refunds_to_make() == []


def test_more_than_due_counts_and_the_rest_goes_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    assert now_of(application).state == ApplicationState.MEMBER
    (refund,) = refunds_to_make()
    assert refund.cents == 100_00
    for _twice in range(2):
        payments.mark_refunded(refund=refund, on=DAY, by=finance, now=make.NOW)
    assert refunds_to_make() == []
    assert Event.objects.filter(name="RefundMade").count() == 1
    assert Operation.objects.count() == 1


def test_money_that_came_before_someone_asked_makes_no_member_before(finance: Person) -> None:
    confirmed([Paid(500_00, "Jeanne Delvaux")], finance)
    application = asked()
    decide(only(Verdict.UNKNOWN), Outcome.ACCEPT, finance, subject=subject_of(application))
    member = now_of(application).member
    assert member is not None
    assert (DAY, member.joined_on) == (date(2026, 11, 20), make.NOW.date())


def test_who_left_between_paying_and_being_entered_is_a_member_from_then_on_and_never_twice(
    finance: Person,
) -> None:
    before = make.member(make.person("Jeanne", "Delvaux"))
    application = asked(before.person, now=BEFORE)
    Member.objects.filter(pk=before.pk).update(left_on=make.NOW.date() - timedelta(days=1))
    confirmed([paid(application)], finance)
    member = now_of(application).member
    assert member is not None
    assert (DAY, member.joined_on) == (date(2026, 11, 20), date(2026, 11, 22))
    assert member.number != before.number
    assert queries.share_troubles(make.NOW.date()) == []


def test_a_double_payment_can_only_go_back(finance: Person) -> None:
    application = asked()
    confirmed([paid(application), paid(application)], finance)
    second = only(Verdict.DOUBLE)
    for outcome in (Outcome.ACCEPT, Outcome.WAIT, Outcome.ASIDE):
        with pytest.raises(payments.OutcomeRefused):
            decide(second, outcome, finance)
    decide(second, Outcome.REFUND, finance)
    assert [each.cents for each in refunds_to_make()] == [500_00]
    assert Operation.objects.count() == 1


def test_a_late_payment_is_accepted_by_hand_also_after_it_lapsed(finance: Person) -> None:
    application = asked(now=make.NOW - timedelta(days=60))
    joining.lapse_applications(by=make.staff("secretary"), now=make.NOW)
    confirmed([paid(application)], finance)
    movement = only(Verdict.LATE)
    newer = asked(application.person)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(movement, Outcome.ACCEPT, finance)
    assert refusal.value.code == "newer"
    joining.withdraw_application(application=newer, by=newer.person, now=make.NOW)  # type: ignore[arg-type]
    decide(movement, Outcome.ACCEPT, finance)
    assert now_of(application).state == ApplicationState.MEMBER


def test_another_payer_is_looked_at_before_it_counts(finance: Person) -> None:
    application = asked()
    confirmed([paid(application, name="PIET MAES")], finance)
    assert now_of(application).state == ApplicationState.AWAITING
    decide(only(Verdict.OTHER_PAYER), Outcome.ACCEPT, finance, reason="Her son paid; she told us by phone.")
    assert now_of(application).state == ApplicationState.MEMBER
    assert Handling.objects.get().reason.startswith("Her son")


def test_a_payment_without_communication_is_given_to_a_request_or_set_aside(finance: Person) -> None:
    application = asked()
    confirmed(
        [Paid(500_00, "Jeanne Delvaux", text="mes parts"), Paid(20_00, "X"), Paid(-5_00, "Bank")], finance
    )
    (mine, said, nobody), (gift, *_rest) = work_list()
    assert (said, nobody) == (Verdict.UNKNOWN, None)
    with pytest.raises(payments.OutcomeRefused) as refusal:
        decide(mine, Outcome.ACCEPT, finance)
    assert refusal.value.code == "no_application"
    decide(mine, Outcome.ACCEPT, finance, subject=subject_of(application))
    decide(gift, Outcome.ASIDE, finance)
    assert now_of(application).state == ApplicationState.MEMBER
    assert work_list() == []
    assert Handling.objects.filter(outcome=Outcome.ASIDE).count() == 2, "what goes out is set aside by itself"


def test_a_payment_cannot_be_led_to_a_request_it_does_not_name(finance: Person) -> None:
    first, second = asked(make.person("A", "Delvaux")), asked(make.person("B", "Delvaux"))
    confirmed([paid(first, 600_00)], finance)
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(only(Verdict.OVER), Outcome.ACCEPT, finance, subject=subject_of(second))
    assert refused.value.code == "names_another"
    assert (now_of(first).state, now_of(second).state) == ("awaiting", "awaiting")


def test_money_before_the_papers_waits_and_goes_back_when_they_do_not_hold(finance: Person) -> None:
    parent = make.person("Rosa", "Petit")
    child = {"given_name": "Lou", "family_name": "Petit"}
    born = {"born_on": date(2015, 1, 1)}
    application = asked(parent, 1, role=HolderRole.CHILD, child=child, home=born)
    confirmed([paid(application, 30_00, "Rosa Petit"), paid(application, 20_00, "Rosa Petit")], finance)
    for movement, said, _application in work_list():
        assert said == Verdict.EARLY
        decide(movement, Outcome.WAIT, finance)
    secretary = make.staff("secretary")
    joining.refuse_application(application=application, reason="No proof", by=secretary, now=make.NOW)
    assert sorted(each.cents for each in refunds_to_make()) == [20_00, 30_00]
    confirmed([paid(application, 50_00, "Rosa Petit")], finance, 13)
    decide(only(Verdict.CLOSED), Outcome.REFUND, finance)
    assert Operation.objects.count() == 0


def test_what_the_statutes_of_the_day_refuse_stays_paid_with_the_reason(finance: Person) -> None:
    member = make.member(make.person("Jeanne", "Delvaux"))
    application = asked(member.person, 10)
    make.shares(member, 95)
    confirmed([paid(application)], finance)
    assert now_of(application).state == ApplicationState.PAID
    assert "cannot hold so many" in application.reason
    assert queries.held_on(member.number, "A", DAY).shares == 95
    enter_paid(application=application, by=finance, now=make.NOW)
    assert now_of(application).state == ApplicationState.PAID
    secretary = make.staff("secretary")
    joining.refuse_application(application=application, reason="Maximum", by=secretary, now=make.NOW)
    assert [each.cents for each in refunds_to_make()] == [500_00]
    with pytest.raises(payments.OutcomeRefused):
        enter_paid(application=application, by=finance, now=make.NOW)


def test_a_price_that_changed_meanwhile_is_not_booked_blindly(finance: Person) -> None:
    from dataclasses import replace

    from commonweal.membership.actions import set_terms
    from commonweal.membership.queries import terms_on

    application = asked()
    current = terms_on("A", DAY)
    assert isinstance(current, Terms)
    set_terms(terms=replace(current, starts_on=DAY, price_cents=60_00), by=None, now=make.NOW)
    confirmed([paid(application)], finance)
    assert now_of(application).state == ApplicationState.PAID
    assert "price" in application.reason
    assert Member.objects.count() == 0, "nobody is admitted without their shares"


def test_the_plan_says_what_will_happen_and_changes_nothing(finance: Person) -> None:
    application = asked()
    file = uploaded([paid(application), Paid(1_00, "X")], finance)
    plan = planned(bytes(file.content))
    said = [line.verdict for line in plan.statements[0].lines]
    assert said == [Verdict.EXACT, Verdict.UNKNOWN]
    assert (BankMovement.objects.count(), Operation.objects.count()) == (0, 0)
    joining.withdraw_application(application=application, by=application.person, now=make.NOW)  # type: ignore[arg-type]
    with pytest.raises(payments.PlanChanged):
        payments.confirm_file(file=file, plan=plan.digest, by=finance, now=make.NOW)
    assert BankMovement.objects.count() == 0


def test_a_missing_statement_shows(finance: Person) -> None:
    confirmed([Paid(1_00, "X")], finance)
    follows = planned(as_coda([Paid(2_00, "X")], 13, old_cents=1_235_56))
    assert not follows.statements[0].gap
    assert planned(as_coda([Paid(2_00, "X")], 14, old_cents=1_300_00)).statements[0].gap


def test_files_of_others_and_broken_files_are_refused_with_their_line(finance: Person) -> None:
    def upload(content: bytes, account: str = ACCOUNT) -> None:
        payments.upload_file(name="x", content=content, account=account, by=finance, now=make.NOW)

    with pytest.raises(payments.FileRefused) as refusal:
        upload(as_coda(), "BE71096123456769")
    assert refusal.value.code == "other_account"
    with pytest.raises(payments.FileRefused, match="Line 5: a part of the movement before is missing"):
        upload(b"".join(line for place, line in enumerate(as_coda().splitlines(True)) if place != 4))
    assert BankFile.objects.count() == 0


def test_only_finance_handles_money(finance: Person) -> None:
    application = asked()
    file = confirmed([paid(application, 600_00)], finance)
    movement = only(Verdict.OVER)
    for role in ("secretary", "counter", "administrator"):
        by = make.staff(role)
        with pytest.raises(NotAllowed):
            uploaded([paid(application)], by)
        with pytest.raises(NotAllowed):
            payments.confirm_file(file=file, plan="", by=by, now=make.NOW)
        with pytest.raises(NotAllowed):
            decide(movement, Outcome.ACCEPT, by)
        with pytest.raises(NotAllowed):
            enter_paid(application=application, by=by, now=make.NOW)
    decide(movement, Outcome.ACCEPT, finance)
    with pytest.raises(NotAllowed):
        payments.mark_refunded(refund=Refund.objects.get(), on=DAY, by=make.staff("secretary"), now=make.NOW)
    with pytest.raises(payments.OutcomeRefused, match="decided about this movement already"):
        decide(movement, Outcome.REFUND, finance)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE treasury_bankmovement SET amount_cents = 1",
        "DELETE FROM treasury_bankmovement",
        "UPDATE treasury_accountstatement SET number = 'x'",
        "UPDATE treasury_bankfile SET content = ''",
        "UPDATE treasury_bankfile SET reading = '{}'",
        "DELETE FROM treasury_bankfile",
        "UPDATE treasury_handling SET outcome = 'refund'",
        "DELETE FROM treasury_handling",
        "DELETE FROM treasury_refund",
        "UPDATE treasury_refund SET cents = 0",
        "INSERT INTO treasury_handling (movement_id, outcome, by_id, at, reason, subject) "
        "SELECT movement_id, outcome, by_id, at, reason, subject FROM treasury_handling",
        "INSERT INTO treasury_bankmovement (statement_id, account, reference, amount_cents, booked_on, payer_iban,"
        " payer_name, communication, text) SELECT statement_id, account, reference, amount_cents, booked_on,"
        " payer_iban, payer_name, communication, text FROM treasury_bankmovement",
        "INSERT INTO treasury_accountstatement (file_id, account, number, day, old_cents, new_cents) "
        "SELECT file_id, account, number, day, old_cents, new_cents FROM treasury_accountstatement",
    ],
)
def test_the_database_refuses_what_must_not_happen(finance: Person, statement: str) -> None:
    application = asked()
    confirmed([paid(application, 600_00)], finance)
    decide(only(Verdict.OVER), Outcome.ACCEPT, finance)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_eight_hands_on_one_file_make_one_member() -> None:
    finance, application = make.staff("finance"), asked()
    file = uploaded([paid(application), Paid(3_00, "X")], finance)
    plan = planned(bytes(file.content)).digest
    troubles_met: list[BaseException] = []

    def confirm() -> None:
        try:
            payments.confirm_file(file=file, plan=plan, by=finance, now=make.NOW)
        except BaseException as trouble:
            troubles_met.append(trouble)
        finally:
            connections.close_all()

    hands = [threading.Thread(target=confirm) for _each in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert troubles_met == []
    assert (Member.objects.count(), Operation.objects.count(), BankMovement.objects.count()) == (1, 1, 2)
