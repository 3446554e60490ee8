"""What of a dividend is not paid as it stands: too little, which is added to the next; and what the dead are due."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.dividends import actions, queries
from commonweal.dividends.models import DividendCarry, DividendRun
from commonweal.membership import actions as membership
from commonweal.membership import queries as register
from commonweal.membership.models import Claimant, Estate, Member
from commonweal.membership.queries.heirs import came_back
from commonweal.membership.rules.estates import EndKind, Settlement
from commonweal.membership.rules.statutes import Evidence, Setting
from commonweal.treasury import actions as treasury
from commonweal.treasury.models import Payment, PayoutAccount
from commonweal.treasury.queries import files_under
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.dividends.steps import (
    NOW,
    Staff,
    booked,
    clock,
    fresh,
    gives_account,
    holder,
    in_order,
    line,
    owed,
    paid,
)
from tests.membership.share_values import accounts
from tests.portal.steps import signed_in, text_of

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
HEIRS = ("BE62510007547061", "NL91ABNA0417164300")
NEW_ACCOUNT = "BE43068999999501"
SMALLEST = "dividend_smallest_cents"


@pytest.fixture
def staff() -> Staff:
    return Staff()


def smallest(cents: int, day: date = date(2026, 1, 1)) -> None:
    setting = Setting(SMALLEST, day, cents, "CA/RvB 2026-01", Evidence.OWN)
    membership.set_setting(setting=setting, by=None, now=NOW)


def pay(run: DividendRun, staff: Staff) -> DividendRun:
    run = actions.pay_dividend(run=run, by=staff.proposer, now=NOW)
    actions.carry_on(run_id=run.pk, now=clock)
    return fresh(run)


def payments(member: Member) -> list[tuple[str, int]]:
    return list(Payment.objects.filter(owner=member.number).order_by("pk").values_list("end_to_end", "cents"))


def test_too_little_is_not_paid_but_added_to_the_next_dividend_and_never_lost(staff: Staff) -> None:
    smallest(5_00)
    small, large = holder(2), holder(20)
    first = paid(staff, rate_bp=3_00)
    assert (line(first, small).net_cents, payments(small)) == (2_10, [])
    assert payments(large) == [(f"D{first.pk}-{large.number}-1", 21_00)]
    assert [each.member for each in queries.small_lines(first, TODAY)] == [small]
    assert list(queries.unpaid_lines(first, TODAY)) == list(queries.without_account(first, TODAY)) == []
    # Twice too little is still too little; the third time it is paid, with all of before.
    second = paid(staff, rate_bp=2_00)
    assert list(DividendCarry.objects.values_list("run", "member", "into", "cents")) == [
        (first.pk, small.pk, second.pk, 2_10)
    ]
    assert (payments(small), owed(small)) == ([], 2_10 + 1_40)
    third = paid(staff, rate_bp=3_00, decided_on=TODAY - timedelta(days=1))
    assert payments(small) == [(f"D{third.pk}-{small.number}-1", 2_10 + 1_40 + 2_10)]
    assert owed(small) == 0
    in_order()
    # Asked for again, nothing is paid twice, whatever dividend it was of.
    for run in (first, second, third):
        pay(fresh(run), staff)
    assert len(payments(small)) == 1
    in_order()
    shown = [(each.run_id, fate.payment is not None, fate.added_to, fate.is_small)
             for each, fate in queries.lines_of_member(small)]  # fmt: skip
    assert shown == [
        (third.pk, True, None, False),
        (second.pk, True, third, False),
        (first.pk, True, second, False),
    ]


def test_the_member_reads_where_it_went(staff: Staff) -> None:
    smallest(5_00)
    member = holder(2)
    assert member.person is not None
    first = paid(staff)
    client = signed_in(member.person)
    page = text_of(client, "/en/members/shares/dividends/")
    assert "It is less than €5: it is added to your next dividend" in page
    assert client.get(f"/en/members/shares/dividends/{first.pk}/{member.number}/").content[:4] == b"%PDF"
    paid(staff, rate_bp=5_00)
    page = text_of(client, "/en/members/shares/dividends/")
    assert "was added to the dividend of 01/01/2025 to 31/12/2025. Paid on" in page
    assert "1 holder is due too little" not in page
    finance = text_of(signed_in(staff.proposer), f"/en/members/dividends/{first.pk}/")
    assert "0 holders not paid yet" in finance


def test_what_waits_is_said_to_finance(staff: Staff) -> None:
    smallest(5_00)
    holder(2)
    run = paid(staff)
    page = text_of(signed_in(staff.proposer), f"/en/members/dividends/{run.pk}/")
    assert "1 holder is due too little to be paid: it is added to the next dividend" in page
    assert actions.close_dividend(run=run, by=staff.proposer, now=NOW).state == "closed"


def test_whoever_leaves_is_paid_what_was_too_little(staff: Staff) -> None:
    smallest(5_00)
    member = holder(2)
    run = paid(staff)
    Member.objects.filter(pk=member.pk).update(left_on=TODAY)
    pay(run, staff)
    assert payments(member) == [(f"D{run.pk}-{member.number}-1", 2_10)]
    assert owed(member) == 0
    in_order()


def test_who_gets_nothing_of_the_next_keeps_what_they_are_due(staff: Staff) -> None:
    smallest(5_00)
    member = make.member(joined_on=date(2010, 1, 1))
    make.shares(member, 10, share_class="B", day=date(2012, 5, 5))
    gives_account(member)
    holder(10)
    first = paid(staff)
    paid(staff, rates={"A": 1_00})
    assert not DividendCarry.objects.filter(member=member).exists()
    assert owed(member) == line(first, member).net_cents
    third = paid(staff, rates={"B": 8_57 - 3_00})
    assert DividendCarry.objects.get(member=member).into == third


def test_what_was_added_is_owed_and_paid_again_when_the_payment_comes_back(staff: Staff) -> None:
    smallest(5_00)
    member = holder(2)
    paid(staff)
    run = paid(staff, rate_bp=5_00)
    ((reference, cents),) = payments(member)
    assert cents == 2_10 + 3_50
    treasury.book_return(
        end_to_end=reference,
        reason=ReturnReason.CLOSED,
        returned_on=run.pay_on,
        by=staff.proposer,
        now=NOW + timedelta(days=9),
    )
    assert owed(member) == cents
    gives_account(member, 1)
    pay(run, staff)
    assert payments(member)[1] == (f"D{run.pk}-{member.number}-2", cents)
    in_order()


def test_the_setting_of_the_day_of_payment_counts_and_without_one_all_is_paid(staff: Staff) -> None:
    smallest(5_00)
    smallest(0, TODAY)
    member = holder(1)
    run = paid(staff, rate_bp=10)
    assert run.smallest_cents == 0
    assert payments(member) == [(f"D{run.pk}-{member.number}-1", 3)]


def test_the_database_adds_a_remainder_once_and_forward(staff: Staff) -> None:
    smallest(5_00)
    member = holder(2)
    first, second = paid(staff), paid(staff, rate_bp=1_00)
    row = "INSERT INTO dividends_dividendcarry (run_id, member_id, into_id, cents) VALUES (%s, %s, %s, %s)"
    for values in ((first.pk, member.pk, second.pk, 1), (second.pk, member.pk, first.pk, 1)):
        with pytest.raises(IntegrityError, match="dividend_carried"), transaction.atomic():
            connection.cursor().execute(row, values)
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("UPDATE dividends_dividendcarry SET cents = 1")


def died(member: Member, *parts: str, settle: bool = True, with_accounts: bool = True) -> Estate:
    """The estate of a member who died in the autumn, settled among heirs with these parts."""
    by: dict[str, Any] = {"by": make.staff("secretary"), "now": NOW}
    estate = membership.open_estate(
        member=member, kind=EndKind.DEATH, ended_on=date(2026, 10, 15), document="certificate", **by
    )
    for place, part in enumerate(parts):
        iban = HEIRS[place] if with_accounts else ""
        heir = membership.add_claimant(
            estate=estate, name=f"Heir {place}", part=Fraction(part), iban=iban, **by
        )
        membership.note_agreement(claimant=heir, on=TODAY, document="signed", **by)
    if settle:
        membership.settle_estate(
            estate=estate,
            settlement=Settlement.REFUND,
            heirship="deed",
            decision="board",
            accounts=accounts(A="50"),
            **by,
        )
    return estate


def test_the_dividend_of_who_died_goes_to_the_heirs_by_their_parts(staff: Staff) -> None:
    """As in the trial: a dividend of the year somebody died in went to their own account."""
    dead, alive = holder(10), holder(10)
    estate = died(dead, "2/3", "1/3")
    run = paid(staff)
    heirs = register.claimants_of(estate)
    rows = Payment.objects.filter(owner=dead.number).order_by("pk")
    assert [(each.end_to_end, each.iban, each.holder, each.cents, each.subject) for each in rows] == [
        (f"D{run.pk}-{dead.number}-{heirs[0].pk}-1", HEIRS[0], "Heir 0", 7_00, heirs[0].pk),
        (f"D{run.pk}-{dead.number}-{heirs[1].pk}-1", HEIRS[1], "Heir 1", 3_50, heirs[1].pk),
    ]
    assert [cents for _reference, cents in payments(alive)] == [10_50]
    assert owed(dead) == 0
    in_order()
    pay(run, staff)
    assert len(payments(dead)) == 2, "nobody is paid twice"
    # The same heirs are paid of the next dividend too.
    paid(staff, rate_bp=1_00)
    assert [cents for _reference, cents in payments(dead)] == [7_00, 3_50, 2_33, 1_17]
    in_order()


def test_before_the_estate_is_settled_nobody_is_paid(staff: Staff) -> None:
    dead = holder(10)
    estate = died(dead, "1", settle=False)
    run = booked(staff)
    assert queries.payable(run, 0, 10, TODAY) == queries.payable_to_heirs(run) == []
    run = pay(run, staff)
    assert payments(dead) == []
    page = text_of(signed_in(staff.proposer), f"/en/members/dividends/{run.pk}/waiting/")
    assert "paid through the estate" in page
    membership.settle_estate(
        estate=estate,
        settlement=Settlement.REFUND,
        heirship="deed",
        decision="board",
        accounts=accounts(A="50"),
        by=staff.second,
        now=NOW,
    )
    with pytest.raises(actions.DividendRefused) as refused:
        actions.close_dividend(run=run, by=staff.proposer, now=NOW)
    assert refused.value.code == "payable"
    pay(run, staff)
    assert [cents for _reference, cents in payments(dead)] == [10_50]
    in_order()


def test_too_little_for_the_living_is_paid_to_heirs(staff: Staff) -> None:
    smallest(50_00)
    dead = holder(10)
    died(dead, "1")
    paid(staff)
    assert [cents for _reference, cents in payments(dead)] == [10_50]


def test_an_heir_whose_payment_comes_back_waits_for_another_account(staff: Staff) -> None:
    dead = holder(10)
    died(dead, "1/2", "1/2")
    run = paid(staff, pay_on=TODAY)
    first = payments(dead)[0][0]
    treasury.book_return(
        end_to_end=first, reason=ReturnReason.CLOSED, returned_on=TODAY, by=staff.proposer, now=NOW
    )
    assert owed(dead) == 5_25
    pay(run, staff)
    assert len(payments(dead)) == 2, "the account that sent it back is not tried again"
    assert [each.member for each in queries.unpaid_lines(run, TODAY)] == [dead]
    in_order()


def test_a_dividend_that_came_back_from_an_heir_is_seen_and_paid_again_on_another_account(
    staff: Staff,
) -> None:
    dead = holder(10)
    estate = died(dead, "1/2", "1/2")
    run = paid(staff, pay_on=TODAY)
    first, other = register.claimants_of(estate)
    keeper = make.staff("secretary")
    with pytest.raises(membership.EstateRefused, match="Only who was sent"):
        membership.set_claimant_account(claimant=first, iban=NEW_ACCOUNT, by=keeper, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claimant.objects.filter(pk=first.pk).update(iban=NEW_ACCOUNT)
    treasury.book_return(
        end_to_end=payments(dead)[0][0],
        reason=ReturnReason.CLOSED,
        returned_on=TODAY,
        by=staff.proposer,
        now=NOW,
    )
    address = f"/en/members/estates/{estate.pk}/"
    page = " ".join(text_of(signed_in(keeper), address).split())
    assert "came back on" in page
    assert "It waits for another account." in page
    assert f"{address}claims/{first.pk}/account/" in page
    assert f"{address}claims/{other.pk}/account/" not in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Claimant.objects.filter(pk=first.pk).update(name="Somebody else")
    answer = signed_in(keeper).post(f"{address}claims/{first.pk}/account/", {"iban": NEW_ACCOUNT})
    assert answer.status_code == 302
    assert "It goes into the next payment file of this dividend." in text_of(signed_in(keeper), address)
    pay(run, staff)
    assert owed(dead) == 0
    assert [(reference[-2:], cents) for reference, cents in payments(dead)] == [
        ("-1", 5_25),
        ("-1", 5_25),
        ("-2", 5_25),
    ]
    assert Payment.objects.latest("pk").iban == NEW_ACCOUNT
    assert came_back(estate) == []
    in_order()


def test_an_heir_who_took_shares_over_is_paid_on_their_own_account_as_a_member(staff: Staff) -> None:
    dead, heir = holder(10), holder(3)
    by: dict[str, Any] = {"by": staff.second, "now": NOW}
    estate = membership.open_estate(
        member=dead, kind=EndKind.DEATH, ended_on=date(2026, 10, 15), document="certificate", **by
    )
    claimant = membership.add_claimant(estate=estate, name="Heir", part=Fraction(1), heir=heir, **by)
    membership.note_agreement(claimant=claimant, on=TODAY, document="signed", **by)
    membership.settle_estate(
        estate=estate, settlement=Settlement.TAKEOVER, heirship="deed", decision="board", **by
    )
    paid(staff)
    assert (
        Payment.objects.get(owner=dead.number).iban == PayoutAccount.objects.get(person=heir.person_id).iban
    )


def test_the_database_pays_no_dead_person_and_no_stranger(staff: Staff) -> None:
    dead, alive = holder(10), holder(10)
    estate = died(dead, "1")
    run = paid(staff)
    file = run_file(run)
    heir = register.claimants_of(estate)[0]
    row = (
        "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end) "
        f"VALUES ({file}, %s, %s, 'BE62510007547061', 'X', 1, 'X')"
    )
    for member, pays in ((dead.number, None), (alive.number, heir.pk), (dead.number, heir.pk + 999)):
        with pytest.raises(IntegrityError, match="claims the estate"), transaction.atomic():
            connection.cursor().execute(row, [member, pays])


def run_file(run: DividendRun) -> int:
    return int(files_under(queries.reference_of(run))[0].pk)
