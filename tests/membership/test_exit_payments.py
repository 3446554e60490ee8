"""Paying an exit season: what is owed and due, one payment a request, missing accounts, noted as paid, what comes back."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from lxml import etree

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import actions as ledger
from commonweal.ledger import queries as books
from commonweal.ledger.models import Operation
from commonweal.membership import actions, queries
from commonweal.membership.models import ExitRequest, ExitSeason, Member
from commonweal.membership.rules.exits import Outcome
from commonweal.people.models import Event, Person
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import PaymentRefused
from commonweal.treasury.models import Payment, PaymentFile
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.test_exits import asked, broken
from tests.membership.test_seasons import JULY, decided, with_tests
from tests.membership.test_seasons import founder as founder
from tests.membership.test_seasons import holder as a_holder
from tests.membership.test_seasons import secretary as secretary
from tests.treasury import paying_steps as paying

pytestmark = pytest.mark.django_db
IBAN = "BE62510007547061"
LATER = datetime(2026, 7, 20, 9, tzinfo=UTC)
PAY_ON = date(2026, 7, 15)


@pytest.fixture(autouse=True)
def _payer(settings: object) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769", "name": "Coopérative d’essai"}  # type: ignore[attr-defined]


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def owed(member: Member) -> int:
    return books.balance(("refund-owed", member.number), date.max)


def in_order() -> None:
    assert books.troubles() == []
    assert queries.payment_troubles() == []


def comes_back(payment: Payment, by: Person, **changes: Any) -> None:
    given = {"reason": ReturnReason.CLOSED, "returned_on": PAY_ON, "by": by, "now": LATER, **changes}
    treasury.book_return(end_to_end=payment.end_to_end, **given)


def paid_on(member: Member, iban: str = IBAN) -> None:
    actions.set_payout_account(member=member, iban=iban, holder="Zoé Müller", by=member.person, now=JULY)  # type: ignore[arg-type]


@pytest.fixture
def season(founder: Member, secretary: Person) -> ExitSeason:
    """Three members who left: two with an account."""
    members = [a_holder(each) for each in (10, 5, 1)]
    for member in members:
        asked(member)
    for member in members[:2]:
        paid_on(member)
    made = ExitSeason.objects.get()
    with_tests(made, secretary, value=37_50)
    return decided(made, secretary)


def test_what_the_board_grants_is_owed_and_nothing_is_owed_once_it_is_paid(
    season: ExitSeason, finance: Person
) -> None:
    due = queries.due_in(season)
    members = [Member.objects.get(pk=each.member) for each in due]
    assert [owed(each) for each in members] == [375_00, 187_50, 37_50]
    assert books.balance(("share-refunds", 0), date.max) == -600_00
    in_order()
    paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert [owed(each) for each in members] == [0, 0, 37_50]
    assert books.balance(("paid-out", 0), PAY_ON) == 562_50
    in_order()


def test_what_is_due_is_paid_once_and_who_has_no_account_waits_for_the_next_file(
    season: ExitSeason, finance: Person
) -> None:
    due = queries.due_in(season)
    assert [(each.cents, each.account is None) for each in due] == [
        (375_00, False),
        (187_50, False),
        (37_50, True),
    ]
    first = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert [each.cents for each in queries.due_in(season)] == [37_50]
    with pytest.raises(PaymentRefused) as refused:
        paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert refused.value.code == "nothing_due"
    paid_on(Member.objects.get(number=due[2].number))
    second = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert (first.number, second.number) == (1, 2)
    assert queries.due_in(season) == []
    assert [(each.count, each.cents) for each in queries.files_of(season)] == [(2, 562_50), (1, 37_50)]
    told = Event.objects.filter(name="PaymentFileMade", subject="exit:2026", by=finance)
    assert [each.data["count"] for each in told.order_by("id")] == [2, 1]


def test_the_file_is_what_a_bank_takes(season: ExitSeason, finance: Person) -> None:
    file = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    root = etree.fromstring(gzip.decompress(bytes(PaymentFile.objects.get(pk=file.pk).content)))
    space = {"p": root.nsmap[None]}
    requests = Payment.objects.order_by("pk").values_list("subject", flat=True)
    assert root.xpath("//p:MsgId/text()", namespaces=space) == ["exit-2026-1"]
    assert root.xpath("//p:EndToEndId/text()", namespaces=space) == [f"E{each}-1" for each in requests]
    assert root.xpath("//p:InstdAmt/text()", namespaces=space) == ["375.00", "187.50"]
    assert root.xpath("//p:CtrlSum/text()", namespaces=space) == ["562.50"] * 2
    assert root.xpath("//p:Cdtr/p:Nm/text()", namespaces=space) == ["Zoe Muller"] * 2


def test_it_is_noted_as_paid_from_its_day_on(season: ExitSeason, finance: Person) -> None:
    file = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert queries.unpaid_files(season, [file]) == {file.pk}
    with pytest.raises(PaymentRefused) as refused:
        paying.season_paid(season=season, file=file, by=finance, now=JULY)
    assert refused.value.code == "too_early"
    assert paying.season_paid(season=season, file=file, by=finance, now=LATER) == 2
    assert paying.season_paid(season=season, file=file, by=finance, now=LATER) == 0
    assert queries.unpaid_files(season, [file]) == set()
    assert queries.booked_states(season) == {"paid": 2, "granted": 1}
    assert Event.objects.filter(name="ExitsPaid").count() == 1


@pytest.mark.parametrize("noted", [True, False])
def test_what_comes_back_is_owed_again_and_paid_on_another_account(
    season: ExitSeason, finance: Person, noted: bool
) -> None:
    file = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    if noted:
        paying.season_paid(season=season, file=file, by=finance, now=LATER)
    payment, other = Payment.objects.order_by("pk")
    request = ExitRequest.objects.get(pk=payment.subject)
    comes_back(payment, finance)
    request.refresh_from_db()
    assert (request.state, owed(request.member)) == ("granted", 375_00)
    assert books.balance(("paid-out", 0), PAY_ON) == 187_50
    in_order()
    # The bank paying the rest of the file does not pay this one, and the account it came back from is not tried again.
    assert paying.season_paid(season=season, file=file, by=finance, now=LATER) == (0 if noted else 1)
    assert ExitRequest.objects.get(pk=other.subject).state == "paid"
    assert queries.unpaid_files(season, [file]) == set()
    first = queries.due_in(season)[0]
    assert (first.cents, first.account) == (375_00, None)
    paid_on(request.member, "NL91ABNA0417164300")
    paying.pay_season(season=season, pay_on=LATER.date(), by=finance, now=LATER)
    again = Payment.objects.latest("pk")
    assert (again.end_to_end, again.iban) == (f"E{request.pk}-2", "NL91ABNA0417164300")
    assert owed(request.member) == 0
    in_order()


def test_a_request_granted_in_part_is_so_again_when_its_payment_comes_back(
    founder: Member, secretary: Person, finance: Person
) -> None:
    member = a_holder(10)
    asked(member)
    paid_on(member)
    season = ExitSeason.objects.get()
    with_tests(season, secretary, value=50_00, room_cents=200_00)
    season = decided(season, secretary, Outcome.PART, budget_cents=200_00)
    file = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    paying.season_paid(season=season, file=file, by=finance, now=LATER)
    comes_back(Payment.objects.get(), finance)
    assert queries.booked_states(season) == {"part": 1}
    in_order()


def test_a_refund_that_was_undone_is_not_paid_and_one_that_was_paid_is_not_undone(
    season: ExitSeason, secretary: Person, finance: Person
) -> None:
    first, second, _third = queries.due_in(season)

    def undo(each: Any) -> None:
        operation = Operation.objects.get(key=f"exit:{season.pk}:{each.request}")
        given = {"reason": "not theirs", "key": f"undo:{each.request}", "by": secretary, "now": JULY}
        actions.correct_movement(operation=operation, **given)

    undo(first)
    assert first.request not in [each.request for each in queries.due_in(season)]
    paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert [each.subject for each in Payment.objects.all()] == [second.request]
    with pytest.raises(ledger.BeyondLimit), transaction.atomic():
        undo(second)


def test_only_the_finance_officer_pays_and_not_in_the_past(season: ExitSeason, finance: Person) -> None:
    with pytest.raises(NotAllowed):
        paying.pay_season(season=season, pay_on=PAY_ON, by=make.staff("secretary"), now=JULY)
    early = datetime(2026, 6, 20, 9, tzinfo=UTC)
    for code, day, now in (("past", date(2026, 7, 7), JULY), ("early", date(2026, 6, 20), early)):
        with pytest.raises((actions.ExitRefused, PaymentRefused)) as refused:
            paying.pay_season(season=season, pay_on=day, by=finance, now=now)
        assert refused.value.code == code
    file = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    with pytest.raises(NotAllowed):
        paying.season_paid(season=season, file=file, by=make.staff("secretary"), now=LATER)


def test_the_database_pays_what_is_due_to_its_member_and_once(season: ExitSeason, finance: Person) -> None:
    with transaction.atomic():
        file = paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    payment = Payment.objects.order_by("pk").first()
    assert payment is not None
    without = ExitRequest.objects.exclude(pk__in=Payment.objects.values("subject")).get()
    paid_on(without.member, "NL91ABNA0417164300")
    own = (without.member.number, without.pk, "NL91ABNA0417164300")

    def put_in(member: int, pays: int | None, iban: str, cents: int) -> str:
        row = "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end) "
        return broken(f"{row} VALUES (%s, %s, %s, %s, 'Z', %s, 'X')", file.pk, member, pays, iban, cents)

    assert put_in(payment.owner, payment.subject, IBAN, 375_00) == "payment_stands_once"
    assert put_in(payment.owner, None, IBAN, 375_00) == "exit_payment_is_due"
    assert put_in(0, None, IBAN, 375_00) == "payment_for_something"
    assert put_in(without.member.number, without.pk, IBAN, 37_50) == "exit_payment_is_due"
    assert put_in(payment.owner, *own[1:], 37_50) == "exit_payment_is_due"
    assert put_in(*own, 37_51) == "exit_payment_is_due"
    assert put_in(*own, 0) == "payment_pays"
    assert put_in(*own[:2], "", 37_50) == "payment_to_someone"
    for state in ("paid", "part"):
        moved = f"UPDATE membership_exitrequest SET state = '{state}' WHERE id = %s"
        assert broken(moved, without.pk) == "exit_request_moves"
    paying.season_paid(season=season, file=file, by=finance, now=LATER)
    reopened = "UPDATE membership_exitrequest SET state = 'granted' WHERE id = %s"
    assert broken(reopened, payment.subject) == "exit_request_moves"
    comes_back(payment, finance)
    assert ExitRequest.objects.get(pk=payment.subject).state == "granted"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE treasury_payment SET cents = cents + 1",
        "DELETE FROM treasury_payment",
        "UPDATE membership_exitrefund SET cents = cents - 1",
    ],
)
def test_what_is_changed_by_hand_is_found(season: ExitSeason, finance: Person, statement: str) -> None:
    if "payment" in statement:
        paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    in_order()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")
    assert queries.payment_troubles()
