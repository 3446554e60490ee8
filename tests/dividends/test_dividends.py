"""A dividend from proposal to close: figures, approvals, files, what comes back; and the database as the last guard."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from lxml import etree
from psycopg.errors import UniqueViolation

from commonweal.dividends import actions, queries
from commonweal.dividends.models import DividendApproval, DividendLine, DividendRun
from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import actions as ledger
from commonweal.ledger.queries import Trouble, balance
from commonweal.membership import actions as membership
from commonweal.membership import queries as register
from commonweal.membership.models import Member
from commonweal.membership.rules.statutes import Evidence, Setting
from commonweal.people.models import Event
from commonweal.treasury import actions as treasury
from commonweal.treasury.models import Payment, PaymentFile
from commonweal.treasury.queries import returned_payments
from commonweal.treasury.rules.credit_transfers import CreditTransfer
from commonweal.treasury.rules.payables import Payable, ReturnReason
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
    knows_all,
    line,
    owed,
    paid,
    proposal,
    reckoned,
    within_tests,
)

ROOT = Path(__file__).parent.parent.parent
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture
def staff(db: None) -> Staff:
    return Staff()


def refused(code: str, action: Callable[..., Any], **given: Any) -> None:
    kinds = (actions.DividendRefused, treasury.ReturnRefused, NotAllowed)
    with pytest.raises(kinds) as told:
        action(**given)
    assert told.value.code == code


def test_the_worked_example_joined_in_march_and_left_in_june(staff: Staff) -> None:
    """As in docs/algorithms/share-register.md."""
    whole = holder(10)
    part = holder(10, day=date(2025, 3, 1), left_on=date(2025, 6, 30))
    before = holder(10, left_on=date(2024, 12, 31))
    run = reckoned(staff)
    # 1 March to 29 June: on the evening of 30 June the money was gone.
    assert line(run, part).cent_days == 500_00 * 121
    assert line(run, whole).cent_days == 500_00 * 365
    assert not DividendLine.objects.filter(member=before).exists()
    assert (line(run, part).gross_cents, line(run, part).tax_cents, line(run, part).net_cents) == (
        4_97,
        1_49,
        3_48,
    )
    assert (line(run, whole).gross_cents, line(run, whole).tax_cents) == (15_00, 4_50)
    assert (run.gross_cents, run.tax_cents, run.net_cents, run.lines_count) == (19_97, 5_99, 13_98, 2)
    assert run.by_class == {"A": [500_00 * 486, 19_97]}
    text = " ".join((ROOT / "docs" / "algorithms" / "share-register.md").read_text().split())
    for cents in (6_050_000, 18_250_000, 1_997):
        assert f"{cents:,}" in text
    for shown in (
        "4.97 gross, 1.49 withheld",
        "3.48 net",
        "15.00, 4.50, 10.50",
        "+348 and +1,050",
        "+599 on",
    ):
        assert shown in text


def test_days_money_and_classes_all_count(staff: Staff) -> None:
    member = make.member(joined_on=date(2010, 1, 1))
    make.shares(member, 2, cents=50_00)
    make.shares(member, 3, day=date(2025, 7, 1))
    make.shares(member, 5, share_class="B", day=date(2010, 5, 5))
    # In the register on the last day of the year only, and after it.
    late = holder(1, day=date(2025, 12, 31))
    never = holder(1, day=date(2026, 1, 1))
    run = reckoned(staff)
    assert line(run, member).cent_days == 50_00 * 365 + 150_00 * 184 + 31_00 * 365
    # 5,000 cents for a day at three percent are less than half a cent.
    assert not DividendLine.objects.filter(member__in=[late, never]).exists()
    assert run.by_class["B"][0] == 31_00 * 365
    assert sum(gross for _days, gross in run.by_class.values()) == run.gross_cents


def test_shares_passed_on_bring_each_of_both_their_days(staff: Staff) -> None:
    giver, taker = holder(10), holder(1)
    movement = membership.Movement(
        *(membership.shares.MovementKind.TRANSFER, "A", date(2025, 7, 2), 10),  # type: ignore[attr-defined]
        counterpart=taker,
        document="deed",
    )
    membership.book_movement(member=giver, movement=movement, key="t", by=staff.second, now=NOW)
    run = reckoned(staff)
    assert line(run, giver).cent_days == 500_00 * 182
    assert line(run, taker).cent_days == 50_00 * 365 + 500_00 * 183


def test_what_the_register_learns_after_the_record_day_changes_nothing(staff: Staff) -> None:
    holder(10)
    later = NOW + timedelta(days=3)
    membership.book_movement(
        member=(other := make.member()),
        movement=membership.Movement(
            membership.shares.MovementKind.SUBSCRIPTION,  # type: ignore[attr-defined]
            *("A", date(2025, 1, 1), 4),
            document="letter",
        ),
        key="late",
        by=staff.second,
        now=later,
    )
    asked = proposal(**{**knows_all(), "decided_on": later.date(), "pay_on": later.date()})
    run = actions.propose_dividend(proposal=asked, by=staff.proposer, now=later)
    run = actions.reckon_dividend(run_id=run.pk, now=later)
    assert not DividendLine.objects.filter(member=other).exists()
    assert run.lines_count == 1


def test_a_run_is_refused_above_the_cap_also_together_with_another_of_the_year(staff: Staff) -> None:
    propose: dict[str, Any] = {"by": staff.proposer, "now": NOW}
    refused("above_cap", actions.propose_dividend, proposal=proposal(rate_bp=8_58), **propose)
    first = actions.propose_dividend(proposal=proposal(rate_bp=5_00), **propose)
    refused("above_cap", actions.propose_dividend, proposal=proposal(rate_bp=3_58), **propose)
    next_year = {
        "year_starts_on": date(2024, 1, 1),
        "year_ends_on": date(2024, 12, 31),
    }
    actions.propose_dividend(proposal=proposal(rate_bp=8_00, **next_year), **propose)
    actions.withdraw_dividend(run=first, reason="another rate", **propose)
    actions.propose_dividend(proposal=proposal(rate_bp=8_57), **propose)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rate_bp": 0}, "no_rate"),
        ({"document": " "}, "no_document"),
        ({"decided_on": date(2025, 12, 31)}, "days_out_of_order"),
        ({"pay_on": date(2026, 5, 8)}, "days_out_of_order"),
        ({"known_on": date(2025, 12, 30)}, "known_out_of_order"),
        ({"known_on": date(2026, 11, 24)}, "known_out_of_order"),
        (
            {
                "year_starts_on": date(2014, 1, 1),
                "year_ends_on": date(2014, 12, 31),
                "decided_on": date(2015, 5, 1),
                "pay_on": date(2015, 5, 2),
            },
            "no_settings",
        ),
        (
            {
                "decided_on": date(2016, 1, 2),
                "year_starts_on": date(2015, 1, 1),
                "year_ends_on": date(2015, 12, 31),
            },
            "no_settings",
        ),
    ],
)
def test_a_proposal_that_does_not_hold_together_is_refused(
    staff: Staff, changes: dict[str, Any], code: str
) -> None:
    refused(code, actions.propose_dividend, proposal=proposal(**changes), by=staff.proposer, now=NOW)


def test_only_finance_proposes_withdraws_pays_and_closes(staff: Staff) -> None:
    for stranger in (make.person(), staff.second, make.staff("adviser", "administrator")):
        refused("not_staff", actions.propose_dividend, proposal=proposal(), by=stranger, now=NOW)
    holder()
    run = reckoned(staff)
    refused("not_staff", actions.withdraw_dividend, run=run, reason="x", by=staff.second, now=NOW)
    refused("not_staff", actions.ask_to_carry_on, run=run, by=staff.second, now=NOW)
    refused("not_staff", actions.approve_dividend, run=run, by=make.staff("adviser"), now=NOW)
    refused("no_reason", actions.withdraw_dividend, run=run, reason=" ", by=staff.proposer, now=NOW)


def test_two_people_approve_and_neither_is_the_one_who_proposed(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    refused("own_proposal", actions.approve_dividend, run=run, by=staff.proposer, now=NOW)
    run = actions.approve_dividend(run=run, by=staff.first, now=NOW)
    assert run.state == "proposed"
    refused("approved_before", actions.approve_dividend, run=run, by=staff.first, now=NOW)
    run = actions.approve_dividend(run=run, by=staff.second, now=NOW)
    assert run.state == "approved"
    assert [person for person, _at in queries.approvers_of(run)] == [staff.first, staff.second]
    refused("wrong_state", actions.approve_dividend, run=run, by=make.staff("finance"), now=NOW)
    refused("wrong_state", actions.withdraw_dividend, run=run, reason="x", by=staff.proposer, now=NOW)


def test_nothing_is_approved_before_there_are_figures(staff: Staff) -> None:
    run = actions.propose_dividend(proposal=proposal(), by=staff.proposer, now=NOW)
    refused("not_reckoned", actions.approve_dividend, run=run, by=staff.first, now=NOW)
    # Nobody held anything: there is nothing to approve either.
    run = actions.reckon_dividend(run_id=run.pk, now=NOW)
    refused("not_reckoned", actions.approve_dividend, run=run, by=staff.first, now=NOW)


def test_what_is_owed_is_booked_once_and_balances(staff: Staff) -> None:
    members = [holder(count) for count in (1, 10, 100)]
    run = reckoned(staff)
    refused("wrong_state", actions.pay_dividend, run=run, by=staff.proposer, now=NOW)
    for person in (staff.first, staff.second):
        run = actions.approve_dividend(run=run, by=person, now=NOW)
    refused("not_booked", actions.pay_dividend, run=run, by=staff.proposer, now=NOW)
    for _twice in range(2):
        actions.carry_on(run_id=run.pk, now=clock, at_once=2)
    run = fresh(run)
    assert run.is_booked
    assert [owed(member) for member in members] == [line(run, member).net_cents for member in members]
    assert balance(("withholding-tax", 0), date.max) == run.tax_cents
    assert balance(("profit-shared", 0), date.max) == -run.gross_cents
    in_order()


def test_files_pay_all_who_gave_an_account_and_the_others_wait(staff: Staff) -> None:
    members = [holder(count) for count in (1, 2, 3, 4, 5)]
    waits = holder(6, account=False)
    run = paid(staff, at_once=2)
    files = list(PaymentFile.objects.order_by("number"))
    assert [file.count for file in files] == [2, 2, 1]
    assert sum(file.cents for file in files) == run.net_cents - line(run, waits).net_cents
    root = etree.fromstring(gzip.decompress(bytes(files[0].content)))
    assert root.findtext(f".//{SPACE}MsgId") == files[0].message_id == f"dividend-{run.pk}-1"
    assert root.findtext(f".//{SPACE}NbOfTxs") == "2"
    assert root.findtext(f".//{SPACE}Ustrd") == f"Dividende 2025, societaire {members[0].number}"
    assert [owed(member) for member in members] == [0] * 5
    assert owed(waits) == line(run, waits).net_cents
    assert balance(("paid-out", 0), date.max) == sum(file.cents for file in files)
    assert [each.member for each in queries.without_account(run, NOW.date())] == [waits]
    actions.carry_on(run_id=run.pk, now=clock, at_once=2)
    assert PaymentFile.objects.count() == 3
    in_order()
    # Closed, with what waits still owed; the account comes, and the next file pays it.
    run = actions.close_dividend(run=run, by=staff.proposer, now=NOW)
    gives_account(waits)
    run = actions.pay_dividend(run=run, by=staff.proposer, now=NOW)
    refused("payable", actions.close_dividend, run=run, by=staff.proposer, now=NOW)
    actions.carry_on(run_id=run.pk, now=clock)
    assert owed(waits) == 0
    assert actions.close_dividend(run=run, by=staff.proposer, now=NOW).state == "closed"
    in_order()


def test_what_comes_back_is_owed_again_and_waits_for_another_account(staff: Staff) -> None:
    member = holder(10)
    run = paid(staff)
    payment = Payment.objects.get()
    assert payment.end_to_end == f"D{run.pk}-{member.number}-1"
    day = NOW.date() + timedelta(days=9)
    back: dict[str, Any] = {
        "end_to_end": payment.end_to_end,
        "reason": ReturnReason.CLOSED,
        "returned_on": day,
        "by": staff.proposer,
        "now": NOW + timedelta(days=9),
    }
    refused("not_staff", treasury.book_return, **{**back, "by": staff.second})
    refused("unknown", treasury.book_return, **{**back, "end_to_end": "D0-0-1"})
    refused("days_out_of_order", treasury.book_return, **{**back, "returned_on": NOW.date()})
    refused("days_out_of_order", treasury.book_return, **{**back, "returned_on": day + timedelta(days=1)})
    treasury.book_return(**back)
    refused("returned_before", treasury.book_return, **back)
    assert owed(member) == payment.cents
    assert [each.reason for each in returned_payments()] == ["closed"]
    assert [each.member for each in queries.without_account(run, NOW.date())] == [member]
    assert queries.progress_of(run).paid_cents == 0
    # Not paid again where it came back from, only on another account.
    actions.carry_on(run_id=run.pk, now=lambda: back["now"])
    assert Payment.objects.count() == 1
    gives_account(member, 1)
    actions.carry_on(run_id=run.pk, now=lambda: back["now"])
    again = Payment.objects.latest("id")
    assert again.end_to_end == f"D{run.pk}-{member.number}-2"
    assert again.file.pay_on == day
    assert owed(member) == 0
    assert [fate.payment for _line, fate in queries.lines_of_person(member.person)] == [again]  # type: ignore[arg-type]
    in_order()


def test_the_exemption_at_source_is_applied_where_the_income_year_had_it(staff: Staff) -> None:
    person = make.person()
    member = make.member(person)
    make.shares(member, 100)
    club = membership.admit_member(
        organisation=make.organisation(person),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2015, 1, 1),
        by=None,
        now=NOW,
    )
    make.shares(club, 20, share_class="C")
    days = {
        "decided_on": date(2026, 5, 9),
        "pay_on": date(2026, 5, 29),
        "known_on": NOW.date(),
    }
    for code, value in (("exemption_regime", "at source"), ("exemption_cents", 190_00)):
        setting = Setting(code, date(2026, 1, 1), value, "a test", Evidence.OWN)
        membership.set_setting(setting=setting, by=None, now=NOW)
    first = reckoned(staff, **days, rate_bp=3_00)
    assert (line(first, member).exempt_cents, line(first, member).tax_cents) == (150_00, 0)
    assert (line(first, club).exempt_cents, line(first, club).tax_cents) == (0, 45_00)
    # A second run of the same income year finds what is left.
    second = reckoned(staff, **days, rate_bp=1_00)
    assert line(second, member).exempt_cents == 40_00
    assert line(second, member).tax_cents == 3_00
    actions.withdraw_dividend(run=first, reason="x", by=staff.proposer, now=NOW)
    third = reckoned(staff, **{**days, "decided_on": date(2026, 5, 10)}, rate_bp=1_00)
    assert line(third, member).exempt_cents == 50_00


def test_money_of_nobody_stops_the_run_and_says_so(staff: Staff) -> None:
    holder()
    entries = (ledger.Entry("paid.A", 999_999, 50_00), ledger.Entry("share-money", 0, -50_00))
    ledger.post(draft=ledger.Draft("subscription", "lost", date(2025, 1, 1), entries), now=NOW)
    with pytest.raises(actions.DividendRefused, match="999999"):
        reckoned(staff)


def test_the_background_does_each_step_once_and_events_tell_it_all(
    staff: Staff, run_jobs: Callable[[], int]
) -> None:
    holder()
    run = actions.propose_dividend(proposal=proposal(**knows_all()), by=staff.proposer, now=NOW)
    run_jobs()
    assert fresh(run).lines_count == 1
    within_tests(run, staff.proposer)
    for person in (staff.first, staff.second):
        actions.approve_dividend(run=run, by=person, now=NOW)
    run_jobs()
    assert fresh(run).is_booked
    actions.pay_dividend(run=run, by=staff.proposer, now=NOW)
    actions.ask_to_carry_on(run=run, by=staff.proposer, now=NOW)
    run_jobs()
    file = PaymentFile.objects.get()
    treasury.note_taken_out(file=file, by=staff.proposer, now=NOW)
    actions.note_lines_taken_out(run=run, by=staff.proposer, now=NOW)
    refused("not_staff", treasury.note_taken_out, file=file, by=staff.second, now=NOW)
    refused("not_staff", actions.note_lines_taken_out, run=run, by=staff.second, now=NOW)
    told = Event.objects.filter(subject=f"dividend:{run.pk}").order_by("id").values_list("name", flat=True)
    assert list(told) == [
        *("DividendProposed", "DividendReckoned", "DividendTestRecorded", "DividendTestRecorded"),
        *("DividendApproved", "DividendApproved"),
        *(
            "DividendPayAsked",
            "DividendCarriedOn",
            "PaymentFileMade",
            "PaymentFileTaken",
            "DividendLinesTaken",
        ),
    ]


def test_a_file_pays_no_more_than_is_owed_and_no_reference_twice(staff: Staff) -> None:
    member = holder(account=True)
    run = booked(staff)
    account, cents = register.payout_accounts_of([member])[member.pk], owed(member)

    def due(cents: int) -> Payable:
        transfer = CreditTransfer("X1", "Ada", account.iban, cents, "Dividend")
        return Payable(account.payee, member.number, None, transfer)

    given: dict[str, Any] = {
        "reference": queries.reference_of(run),
        "pay_on": run.pay_on,
        "by": None,
        "now": NOW,
    }
    with pytest.raises(ledger.BeyondLimit), transaction.atomic():
        treasury.pay_in_a_file(due=[due(cents + 1)], **given)
    treasury.pay_in_a_file(due=[due(cents)], **given)
    with pytest.raises(UniqueViolation), transaction.atomic():
        treasury.pay_in_a_file(due=[due(1)], **given)
    assert owed(member) == 0


# --- the database, asked past the rules ---


def sql(statement: str, **given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def database_refuses(guard: str, statement: str, **given: Any) -> None:
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        sql(statement, **given)
    assert told.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]


APPROVE = "INSERT INTO dividends_dividendapproval (run_id, person_id, at) VALUES (%(run)s, %(person)s, now())"


def test_the_database_refuses_one_person_twice_and_the_proposer(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    database_refuses("dividend_approval_by_another", APPROVE, run=run.pk, person=staff.proposer.pk)
    sql(APPROVE, run=run.pk, person=staff.first.pk)
    database_refuses("dividend_approved_once", APPROVE, run=run.pk, person=staff.first.pk)
    approved = "UPDATE dividends_dividendrun SET state = 'approved' WHERE id = %(run)s"
    database_refuses("dividend_two_approvals", approved, run=run.pk)
    sql(APPROVE, run=run.pk, person=staff.second.pk)
    sql(approved, run=run.pk)
    database_refuses("dividend_two_approvals", APPROVE, run=run.pk, person=make.person().pk)


def test_without_the_databases_guard_the_proposer_would_get_through(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    sql("ALTER TABLE dividends_dividendapproval DISABLE TRIGGER dividend_approval_by_another")
    DividendApproval.objects.create(run=run, person=staff.proposer, at=NOW)
    assert run.approvals.count() == 1


@pytest.mark.parametrize(
    ("guard", "change"),
    [
        ("dividend_run_fixed", "rates = '{}'"),
        ("dividend_run_fixed", "gross_cents = gross_cents + 1"),
        ("dividend_run_fixed", "document = 'another'"),
        ("dividend_run_fixed", "booked_count = 1"),
        ("dividend_run_fixed", "booked_count = 1, booked_until = 1000000"),
        ("dividend_run_moves", "state = 'paid_out'"),
        ("dividend_run_moves", "state = 'closed'"),
        ("dividend_run_moves", "state = 'withdrawn'"),
    ],
)
def test_the_database_keeps_a_run_as_it_was_proposed(staff: Staff, guard: str, change: str) -> None:
    holder()
    run = reckoned(staff)
    database_refuses(guard, f"UPDATE dividends_dividendrun SET {change} WHERE id = %(run)s", run=run.pk)


def test_the_database_pays_nothing_before_all_is_booked(staff: Staff) -> None:
    holder(), holder()
    run = reckoned(staff)
    for person in (staff.first, staff.second):
        actions.approve_dividend(run=run, by=person, now=NOW)
    database_refuses(
        "dividend_run_moves",
        "UPDATE dividends_dividendrun SET state = 'paid_out' WHERE id = %(run)s",
        run=run.pk,
    )


def test_the_database_takes_no_line_after_the_reckoning_or_for_nobody(staff: Staff) -> None:
    member = holder()
    stranger = make.member()
    new = (
        "INSERT INTO dividends_dividendline (run_id, member_id, cent_days, gross_cents, exempt_cents, tax_cents)"
        " VALUES (%(run)s, %(member)s, 1, 1, 0, 0)"
    )
    open_run = actions.propose_dividend(proposal=proposal(rate_bp=1_00), by=staff.proposer, now=NOW)
    database_refuses("dividend_lines_come_once", new, run=open_run.pk, member=999_999_999)
    database_refuses("dividend_lines_come_once", new, run=999_999, member=member.pk)
    run = reckoned(staff)
    database_refuses("dividend_lines_come_once", new, run=run.pk, member=stranger.pk)


def test_the_figures_of_a_run_are_those_of_its_lines(staff: Staff) -> None:
    member = holder()
    run = actions.propose_dividend(proposal=proposal(), by=staff.proposer, now=NOW)
    database_refuses(
        "dividend_figures_of_lines",
        "INSERT INTO dividends_dividendline (run_id, member_id, cent_days, gross_cents, exempt_cents, tax_cents)"
        " VALUES (%(run)s, %(member)s, 1, 100000000, 0, 0);"
        " UPDATE dividends_dividendrun SET reckoned_at = now(), lines_count = 1, gross_cents = 1, tax_cents = 0"
        " WHERE id = %(run)s",
        run=run.pk,
        member=member.pk,
    )


def test_the_database_begins_no_run_approved(staff: Staff) -> None:
    run = actions.propose_dividend(proposal=proposal(), by=staff.proposer, now=NOW)
    run.pk, run.state = None, "approved"
    with pytest.raises(IntegrityError), transaction.atomic():
        run.save(force_insert=True)


@pytest.mark.parametrize(
    "table",
    [
        *("dividends_dividendapproval", "dividends_dividendline", "dividends_dividendrun"),
        *("treasury_paymentfile", "treasury_payment", "treasury_returnedpayment"),
    ],
)
def test_the_database_takes_nothing_out(staff: Staff, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        database_refuses(f"{table.partition('_')[0]}_only_grows", statement)
    if table != "dividends_dividendrun":
        database_refuses(
            f"{table.partition('_')[0]}_only_grows",
            f"UPDATE {table} SET id = id"
            if "line" not in table
            else "UPDATE dividends_dividendline SET tax_cents = 0",
        )


def behind_the_guards(statement: str, **given: Any) -> None:
    sql("SET session_replication_role = replica")
    sql(statement, **given)
    sql("SET session_replication_role = origin")


def troubles() -> list[Trouble]:
    return [*queries.dividend_troubles(), *register.payment_troubles()]


def troubles_after(statement: str, **given: Any) -> set[str]:
    assert troubles() == []
    behind_the_guards(statement, **given)
    return {trouble.code for trouble in troubles()}


def test_a_line_changed_by_hand_is_found(staff: Staff) -> None:
    member = holder()
    run = booked(staff)
    changed = "UPDATE dividends_dividendline SET gross_cents = gross_cents + 100 WHERE member_id = %(member)s"
    assert troubles_after(changed, member=member.pk) == {"dividend_sum", "dividend_line"}
    told = [trouble.what for trouble in queries.dividend_troubles()]
    assert any(f"member {member.number}" in what for what in told)
    assert fresh(run).gross_cents == 15_00


def test_a_line_taken_out_by_hand_is_found(staff: Staff) -> None:
    member = holder()
    holder()
    booked(staff)
    gone = "DELETE FROM dividends_dividendline WHERE member_id = %(member)s"
    assert troubles_after(gone, member=member.pk) == {"dividend_sum", "dividend_line"}


@pytest.mark.parametrize(
    "statement", ["UPDATE treasury_payment SET cents = cents + 1", "DELETE FROM treasury_payment"]
)
def test_a_payment_changed_by_hand_is_found(staff: Staff, statement: str) -> None:
    holder()
    paid(staff)
    assert troubles_after(statement) == {"payment"}


def test_troubles_end_at_fifty(staff: Staff) -> None:
    for _each in range(51):
        holder(account=False)
    booked(staff)
    behind_the_guards("UPDATE dividends_dividendline SET gross_cents = gross_cents + 1")
    assert len(queries.dividend_troubles()) == 50


def test_reads_of_a_member_and_of_a_run(staff: Staff) -> None:
    members = [holder(count) for count in (1, 2, 3)]
    run = paid(staff)
    assert [each.run for each, _paid in queries.lines_of_person(members[0].person)] == [run]  # type: ignore[arg-type]
    assert [each.member for each in queries.largest_lines(run)] == members[::-1]
    rows = list(queries.line_rows(run))
    assert [row[0] for row in rows] == [member.number for member in members]
    assert all(row[-1] for row in rows)
    reckoned_only = reckoned(staff, rate_bp=1_00)
    assert DividendRun.objects.count() == 2
    lines = queries.lines_of_person(members[0].person)  # type: ignore[arg-type]
    assert reckoned_only.pk not in {each.run_id for each, _paid in lines}
    assert Member.objects.count() == 3


def test_no_line_is_passed_over_by_what_is_booked_by_hand(staff: Staff) -> None:
    for _each in range(3):
        holder()
    run = reckoned(staff)
    for person in (staff.first, staff.second):
        run = actions.approve_dividend(run=run, by=person, now=NOW)
    first, second, third = run.lines.order_by("member_id").values_list("member_id", flat=True)
    for count, until in ((0, third), (1, third), (1, 0), (2, first), (3, second)):
        change = f"booked_count = {count}, booked_until = {until}"
        database_refuses(
            "dividend_run_fixed", f"UPDATE dividends_dividendrun SET {change} WHERE id = %(run)s", run=run.pk
        )
    actions.carry_on(run_id=run.pk, now=clock, at_once=2)
    assert fresh(run).booked_until == third


def test_the_payments_of_each_member_are_found_by_an_index(db: None) -> None:
    """Who is paid is asked of the payments member by member: reading all of them for each takes hours at size."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT (SELECT count(*) FROM treasury_payment p WHERE p.owner = m.number) FROM membership_member m"
        )
        assert "payment_of_owner" in str(cursor.fetchall())
