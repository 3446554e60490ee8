"""Paying an exit season: what is due, one payment a request, files that stay the same, missing accounts, noted as paid."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from lxml import etree

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions, queries
from commonweal.membership.models import ExitPayment, ExitPaymentFile, ExitRequest, ExitSeason, Member
from commonweal.people.models import Event, Person
from tests import factories as make
from tests.membership.test_exits import asked, broken
from tests.membership.test_seasons import JULY, decided, with_tests
from tests.membership.test_seasons import founder as founder
from tests.membership.test_seasons import holder as a_holder
from tests.membership.test_seasons import secretary as secretary

pytestmark = pytest.mark.django_db
IBAN = "BE68539007547034"
LATER = datetime(2026, 7, 20, 9, tzinfo=UTC)
PAY_ON = date(2026, 7, 15)


@pytest.fixture(autouse=True)
def _payer(settings: object) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769", "name": "Coopérative d’essai"}  # type: ignore[attr-defined]


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


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


def test_what_is_due_is_paid_once_and_who_has_no_account_waits_for_the_next_file(
    season: ExitSeason, finance: Person
) -> None:
    due = queries.due_in(season)
    assert [(each.cents, each.account is None) for each in due] == [
        (375_00, False),
        (187_50, False),
        (37_50, True),
    ]
    first = actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert [each.cents for each in queries.due_in(season)] == [37_50]
    with pytest.raises(actions.ExitRefused) as refused:
        actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert refused.value.code == "nothing_due"
    paid_on(Member.objects.get(number=due[2].number))
    second = actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert (first.number, second.number) == (1, 2)
    assert queries.due_in(season) == []
    assert [(each.count, each.cents) for each in queries.files_of(season)] == [(2, 562_50), (1, 37_50)]  # type: ignore[attr-defined]
    assert Event.objects.filter(name="ExitPaymentsMade").count() == 2


def test_the_file_is_what_a_bank_takes_and_the_same_each_time(season: ExitSeason, finance: Person) -> None:
    file = actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    text = queries.file_text(ExitPaymentFile.objects.get(pk=file.pk))
    assert text == queries.file_text(ExitPaymentFile.objects.get(pk=file.pk))
    root = etree.fromstring(text)
    space = {"p": root.nsmap[None]}
    requests = ExitRequest.objects.filter(payment__file=file).order_by("pk")
    assert root.xpath("//p:MsgId/text()", namespaces=space) == ["EXIT-2026-1"]
    assert root.xpath("//p:EndToEndId/text()", namespaces=space) == [
        f"EXIT-2026-{each.pk}" for each in requests
    ]
    assert root.xpath("//p:InstdAmt/text()", namespaces=space) == ["375.00", "187.50"]
    assert root.xpath("//p:CtrlSum/text()", namespaces=space) == ["562.50"] * 2
    assert root.xpath("//p:Cdtr/p:Nm/text()", namespaces=space) == ["Zoe Muller"] * 2


def test_it_is_noted_as_paid_from_its_day_on(season: ExitSeason, finance: Person) -> None:
    file = actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    assert queries.unpaid_files([file]) == {file.pk}
    with pytest.raises(actions.ExitRefused) as refused:
        actions.note_paid(file=file, by=finance, now=JULY)
    assert refused.value.code == "too_early"
    assert actions.note_paid(file=file, by=finance, now=LATER) == 2
    assert actions.note_paid(file=file, by=finance, now=LATER) == 0
    assert queries.unpaid_files([file]) == set()
    assert queries.booked_states(season) == {"paid": 2, "granted": 1}
    assert Event.objects.filter(name="ExitsPaid").count() == 1


def test_only_the_finance_officer_pays_and_not_in_the_past(season: ExitSeason, finance: Person) -> None:
    with pytest.raises(NotAllowed):
        actions.make_payment_file(season=season, pay_on=PAY_ON, by=make.staff("secretary"), now=JULY)
    with pytest.raises(actions.ExitRefused) as refused:
        actions.make_payment_file(season=season, pay_on=date(2026, 7, 7), by=finance, now=JULY)
    assert refused.value.code == "past"
    file = actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    with pytest.raises(NotAllowed):
        actions.note_paid(file=file, by=make.staff("secretary"), now=LATER)


def test_the_database_pays_what_is_due_to_its_member_and_once(season: ExitSeason, finance: Person) -> None:
    with transaction.atomic():
        file = actions.make_payment_file(season=season, pay_on=PAY_ON, by=finance, now=JULY)
    payment = ExitPayment.objects.first()
    without = ExitRequest.objects.get(payment__isnull=True)
    assert payment is not None
    row = (
        "INSERT INTO membership_exitpayment (file_id, request_id, account_id, cents) VALUES (%s, %s, %s, %s)"
    )
    assert broken(row, file.pk, payment.request_id, payment.account_id, 375_00) == (
        "membership_exitpayment_request_id_key"
    )
    assert broken(row, file.pk, without.pk, payment.account_id, 37_50) == "exit_payment_is_due"
    paid_on(without.member)
    own = without.member.payout_accounts.get().pk
    assert broken(row, file.pk, without.pk, own, 37_51) == "exit_payment_is_due"
    assert broken(row, file.pk, without.pk, own, 0) == "exit_payment_pays"
    for table in ("membership_exitpayment", "membership_exitpaymentfile"):
        assert broken(f"DELETE FROM {table}") == "membership_only_grows"
        assert broken(f"UPDATE {table} SET id = id") == "membership_only_grows"
