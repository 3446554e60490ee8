"""What is owed to somebody who died: it is settled with the estate and paid to the heirs, never to the dead, never lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from commonweal.membership import actions, queries
from commonweal.membership.models import Estate, Exclusion, ExitRequest, ExitSeason, Member
from commonweal.membership.rules.estates import EndKind, Settlement, may_settle
from commonweal.membership.rules.exclusions import SentBy
from commonweal.people.models import Event, Message, Person
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import PaymentRefused, payments
from commonweal.treasury.models import Payment, Refund
from commonweal.treasury.queries.payments import payable_refunds, refunds_to_make, work_list
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.account_steps import gives_account
from tests.membership.joining_steps import asked as asks_for_shares
from tests.membership.joining_steps import confirmed, paid
from tests.membership.share_values import accounts
from tests.membership.test_estates import claims
from tests.membership.test_exit_payments import PAY_ON, in_order, owed
from tests.membership.test_exit_payments import _payer as _payer
from tests.membership.test_exit_payments import finance as finance
from tests.membership.test_exit_payments import season as season
from tests.membership.test_exits import asked as asks_to_leave
from tests.membership.test_exits import broken
from tests.membership.test_seasons import decided, with_tests
from tests.membership.test_seasons import founder as founder
from tests.membership.test_seasons import holder as a_holder
from tests.membership.test_seasons import secretary as secretary
from tests.treasury import paying_steps as paying
from tests.treasury.paying_steps import pay_refunds

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 10, 9, tzinfo=UTC)
HEIRS = ("NL91ABNA0417164300", "DE89370400440532013000")


def died(member: Member, by: Person, day: date, now: datetime = NOW) -> Estate:
    return actions.open_estate(
        member=member, kind=EndKind.DEATH, ended_on=day, document="death certificate 7", by=by, now=now
    )


def settled(
    estate: Estate,
    by: Person,
    *parts: str,
    how: Settlement = Settlement.REFUND,
    heirs: tuple[Member, ...] = (),
    now: datetime = NOW,
) -> Estate:
    for place, part in enumerate(parts):
        heir = heirs[place] if heirs else None
        claimant = actions.add_claimant(
            estate=estate,
            name=f"Heir {place}",
            part=Fraction(part),
            iban=HEIRS[place],
            heir=heir,
            by=by,
            now=now,
        )
        actions.note_agreement(claimant=claimant, on=now.date(), document="signed", by=by, now=now)
    return actions.settle_estate(
        estate=estate, settlement=how, heirship="notary 12", decision="board 3", by=by, now=now
    )


def granted(season: ExitSeason) -> Member:
    """The member with ten shares, who is owed 375.00 and gave an account."""
    return Member.objects.get(pk=queries.due_in(season)[0].member)


@pytest.mark.parametrize(
    "day", [date(2026, 6, 20), date(2026, 7, 9)], ids=["before-the-effect", "after-leaving"]
)
def test_what_a_season_granted_to_somebody_who_died_is_paid_to_the_heirs(
    season: ExitSeason, finance: Person, secretary: Person, day: date
) -> None:
    member = granted(season)
    estate = died(member, secretary, day)
    due = {each.member: each for each in queries.due_in(season)}[member.pk]
    assert (due.account, due.through_estate) == (None, True)
    paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=NOW)
    assert not Payment.objects.filter(owner=member.number).exists(), "nobody pays the account of the dead"
    assert queries.owed_before(estate).cents == 375_00
    in_order()
    estate = settled(estate, secretary, "1/2", "1/2")
    assert (estate.state, estate.settled_cents) == ("to_pay", 375_00)
    assert ExitRequest.objects.get(member=member).state == "estate"
    assert member.number not in {each.number for each in queries.due_in(season)}
    in_order()
    paying.pay_estate(estate=estate, pay_on=PAY_ON, by=finance, now=NOW)
    made = Payment.objects.filter(owner=member.number).order_by("pk")
    assert [(each.iban, each.cents) for each in made] == [(HEIRS[0], 187_50), (HEIRS[1], 187_50)]
    assert owed(member) == 0
    in_order()


def test_the_database_pays_no_refund_on_the_account_of_the_dead(
    season: ExitSeason, finance: Person, secretary: Person
) -> None:
    member = granted(season)
    paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=NOW)
    payment = Payment.objects.get(owner=member.number)
    died(member, secretary, date(2026, 7, 9))
    again = (
        "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end) "
        "SELECT file_id, owner, subject, iban, holder, cents, 'again' FROM treasury_payment WHERE id = %s"
    )
    assert broken(again, payment.pk) == "estates_are_paid"


def test_who_left_and_died_later_left_on_the_day_they_left(season: ExitSeason, secretary: Person) -> None:
    member = granted(season)
    died(member, secretary, date(2026, 7, 9))
    member.refresh_from_db()
    assert member.left_on == season.effect_on


def test_heirs_who_take_shares_over_are_paid_what_was_owed_before(
    season: ExitSeason, finance: Person, secretary: Person
) -> None:
    """Five more shares that came after the season was decided pass on; the 375.00 are paid."""
    member, heir = granted(season), a_holder(1)
    make.shares(member, 5, day=date(2026, 6, 15))
    estate = settled(
        died(member, secretary, date(2026, 6, 20)), secretary, "1", how=Settlement.TAKEOVER, heirs=(heir,)
    )
    assert (estate.state, estate.settled_cents) == ("to_pay", 375_00)
    assert queries.held_on(heir.number, "A", NOW.date()).shares == 6
    paying.pay_estate(estate=estate, pay_on=PAY_ON, by=finance, now=NOW)
    assert [each.cents for each in Payment.objects.filter(owner=member.number)] == [375_00]
    in_order()


def test_a_takeover_with_money_owed_needs_an_account_of_everyone() -> None:
    brought = claims("1", has_account=False)
    told = may_settle(EndKind.DEATH, Settlement.TAKEOVER, brought, heirship_named=True, pays=True)
    assert told.code == "no_account"


def test_of_who_left_long_ago_and_is_owed_nothing_no_estate_is_made(secretary: Person) -> None:
    gone = make.member(joined_on=date(2001, 1, 1))
    Member.objects.filter(pk=gone.pk).update(left_on=date(2003, 1, 1))
    with pytest.raises(actions.EstateRefused) as told:
        died(gone, secretary, date(2026, 7, 1))
    assert told.value.code == "left"


def test_an_excluded_member_who_died_is_refunded_to_the_heirs(
    founder: Member, secretary: Person, finance: Person
) -> None:
    member = a_holder(4)
    gives_account(member, 3)
    sent, decided = date(2026, 3, 2), date(2026, 6, 1)
    exclusion = actions.propose_exclusion(
        member=member,
        grounds="grounds",
        document="letter",
        sent_on=sent,
        sent_by=SentBy.REGISTERED,
        by=secretary,
        now=NOW,
    )
    exclusion = actions.decide_exclusion(
        exclusion=exclusion,
        excludes=True,
        decided_on=decided,
        document="minutes",
        reasons="reasons",
        by=secretary,
        now=NOW,
    )
    exclusion = actions.notify_exclusion(
        exclusion=exclusion, on=decided, document="letter", by=secretary, now=NOW
    )
    exclusion = actions.refund_exclusion(
        exclusion=exclusion, document="board", accounts=accounts(A="50"), by=secretary, now=NOW
    )
    cents = exclusion.refund_cents
    assert cents
    estate = died(member, secretary, date(2026, 7, 2))
    with pytest.raises(actions.ExclusionRefused):
        paying.pay_exclusion(exclusion=exclusion, pay_on=PAY_ON, by=finance, now=NOW)
    estate = settled(estate, secretary, "1")
    assert (estate.settled_cents, Exclusion.objects.get().state) == (cents, "estate")
    paying.pay_estate(estate=estate, pay_on=PAY_ON, by=finance, now=NOW)
    assert [(each.iban, each.cents) for each in Payment.objects.filter(owner=member.number)] == [
        (HEIRS[0], cents)
    ]
    in_order()


def test_what_comes_back_after_the_estate_was_settled_is_named(
    season: ExitSeason, finance: Person, secretary: Person
) -> None:
    member = granted(season)
    paying.pay_season(season=season, pay_on=PAY_ON, by=finance, now=NOW)
    payment, later = Payment.objects.get(owner=member.number), datetime(2026, 7, 20, 9, tzinfo=UTC)
    treasury.book_return(
        end_to_end=payment.end_to_end, reason=ReturnReason.DECEASED, returned_on=PAY_ON, by=finance, now=later
    )
    (trouble,) = queries.payment_troubles()
    assert (trouble.code, trouble.where) == ("owed_to_the_dead", f"member {member.number}")
    died(member, secretary, date(2026, 7, 9), later)
    assert queries.payment_troubles() == []


def test_money_paid_too_much_does_not_go_back_to_the_account_of_the_dead(
    finance: Person, settings: Any
) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE62510007547061"}
    application = asks_for_shares()
    confirmed([paid(application), paid(application)], finance)
    ((movement, _said, _application),) = work_list()
    payments.decide_movement(movement=movement, outcome=Outcome.REFUND, by=finance, now=make.NOW)
    assert len(payable_refunds()) == 1
    application.refresh_from_db()
    assert application.member is not None
    died(application.member, make.staff("secretary"), make.NOW.date(), make.NOW)
    assert payable_refunds() == []
    assert len(refunds_to_make()) == 1, "it is paid by hand"
    with pytest.raises(PaymentRefused):
        pay_refunds(pay_on=make.NOW.date(), by=finance, now=make.NOW)
    assert Refund.objects.get().made_on is None


def test_the_database_lets_nothing_be_passed_on_without_an_open_estate(
    season: ExitSeason, secretary: Person
) -> None:
    request = ExitRequest.objects.filter(state="granted").first()
    assert request is not None
    moved = "UPDATE membership_exitrequest SET state = 'estate' WHERE id = %s"
    assert broken(moved, request.pk) == "exit_request_moves"


def test_an_estate_noted_by_mistake_leaves_the_day_of_leaving_as_it_was(
    season: ExitSeason, secretary: Person
) -> None:
    member = granted(season)
    estate = died(member, secretary, date(2026, 6, 20))
    actions.withdraw_estate(estate=estate, reason="another one", by=secretary, now=NOW)
    member.refresh_from_db()
    assert member.left_on == season.effect_on
    assert member not in queries.electorate_on(NOW.date())
    assert queries.owed_before(estate).cents == 375_00
    assert {each.member: each for each in queries.due_in(season)}[member.pk].account is not None


def test_a_request_an_estate_ended_by_mistake_waits_again(founder: Member, secretary: Person) -> None:
    member = a_holder(5)
    request = asks_to_leave(member)
    now = datetime(2026, 5, 10, 9, tzinfo=UTC)
    estate = died(member, secretary, date(2026, 4, 20), now)
    request.refresh_from_db()
    assert request.state == "overtaken"
    actions.withdraw_estate(estate=estate, reason="another one", by=secretary, now=now)
    request.refresh_from_db()
    member.refresh_from_db()
    assert (request.state, request.closed_at, member.left_on) == ("waiting", None, None)


def test_once_its_season_is_decided_the_request_waits_for_the_next_and_the_member_is_told(
    founder: Member, secretary: Person, run_jobs: Any
) -> None:
    member = a_holder(5)
    request, other = asks_to_leave(member), asks_to_leave(a_holder(2))
    estate = died(member, secretary, date(2026, 4, 20), datetime(2026, 5, 10, 9, tzinfo=UTC))
    season = ExitSeason.objects.get()
    with_tests(season, secretary, value=37_50)
    decided(season, secretary)
    actions.withdraw_estate(estate=estate, reason="another one", by=secretary, now=NOW)
    request.refresh_from_db()
    moved = ExitRequest.objects.get(follows=request)
    assert (request.state, moved.state, moved.season.year) == ("overtaken", "waiting", 2027)
    assert (moved.asked_at, moved.share_class) == (request.asked_at, request.share_class)
    run_jobs()
    assert Event.objects.filter(name="ExitMovedOn").count() == 1
    told = Message.objects.filter(person=member.person).latest("pk")
    assert "2027" in told.body
    assert other.pk


def test_the_database_lets_no_request_wait_again_but_after_a_mistake(
    founder: Member, secretary: Person
) -> None:
    member = a_holder(5)
    request = asks_to_leave(member)
    died(member, secretary, date(2026, 4, 20))
    again = "UPDATE membership_exitrequest SET state = 'waiting', closed_at = NULL WHERE id = %s"
    assert broken(again, request.pk) == "exit_request_moves"
    assert broken("UPDATE membership_estate SET left_before = '2026-01-01'") == "estate_frozen"


def test_who_is_a_member_again_is_not_made_one_twice(founder: Member, secretary: Person) -> None:
    member = a_holder(5)
    estate = died(member, secretary, date(2026, 4, 20))
    make.member(member.person, joined_on=date(2026, 5, 1))
    with pytest.raises(actions.EstateRefused) as told:
        actions.withdraw_estate(estate=estate, reason="another one", by=secretary, now=NOW)
    assert told.value.code == "again"
