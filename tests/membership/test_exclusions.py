"""Exclusions: a month to answer, a hearing if asked for, reasons, days to notify, a refund; each step in its order."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import queries as books
from commonweal.membership import actions, queries
from commonweal.membership.models import Exclusion, Member
from commonweal.membership.rules.exclusions import (
    SentBy,
    answer_until,
    may_exclude,
    months_later,
    notify_until,
)
from commonweal.people.models import Event, Person
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import PaymentRefused
from commonweal.treasury.models import Payment
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.clock import Clock
from tests.membership.share_values import accounts, typed
from tests.membership.test_estate_pages import on, posted
from tests.membership.test_exits import asked, broken
from tests.portal.steps import LANGUAGES, signed_in, text_of
from tests.treasury import paying_steps as paying

SENT = date(2026, 5, 31)
NOW = datetime(2026, 7, 20, 9, tzinfo=UTC)
DECIDED = date(2026, 7, 6)
IBAN = "BE62510007547061"


def test_the_time_to_answer_is_a_month_and_a_short_month_ends_it_on_its_last_day() -> None:
    assert answer_until(SENT, 1) == date(2026, 6, 30)
    assert months_later(date(2026, 12, 15), 2) == date(2027, 2, 15)
    assert notify_until(DECIDED, 15) == date(2026, 7, 21)


@pytest.mark.parametrize(
    ("day", "asked_to_be_heard", "heard_on", "code"),
    [
        (date(2026, 6, 30), False, None, "too_early"),
        (date(2026, 7, 1), False, None, ""),
        (date(2026, 7, 1), True, None, "not_heard"),
        (date(2026, 7, 1), True, date(2026, 7, 2), "not_heard"),
        (date(2026, 7, 1), True, date(2026, 7, 1), ""),
    ],
)
def test_when_a_member_can_be_excluded(
    day: date, asked_to_be_heard: bool, heard_on: date | None, code: str
) -> None:
    decision = may_exclude(day, date(2026, 6, 30), asked_to_be_heard=asked_to_be_heard, heard_on=heard_on)
    assert (decision.code, bool(decision.reason)) == (code, bool(code))


@pytest.fixture
def secretary(db: None) -> Person:
    make.member()
    return make.staff("secretary")


@pytest.fixture
def member(secretary: Person) -> Member:
    made = make.member(make.person("Rik", "Claes", email="rik@example.org"), joined_on=date(2019, 1, 1))
    make.shares(made, 10)
    return made


def proposed(member: Member, by: Person, **changes: Any) -> Exclusion:
    given: dict[str, Any] = {
        "grounds": "Article 9: acted against the cooperative, on 3 May.",
        "document": "registered letter of 31 May",
        "sent_on": SENT,
        "sent_by": SentBy.REGISTERED,
        "now": NOW,
        **changes,
    }
    return actions.propose_exclusion(member=member, by=by, **given)


def decided(exclusion: Exclusion, by: Person, **changes: Any) -> Exclusion:
    given: dict[str, Any] = {
        "excludes": True,
        "decided_on": DECIDED,
        "document": "minutes of the meeting",
        "reasons": "The facts stand.",
        "now": NOW,
        **changes,
    }
    return actions.decide_exclusion(exclusion=exclusion, by=by, **given)


@pytest.mark.django_db
def test_from_the_proposal_to_the_refund(member: Member, secretary: Person, settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    request = asked(member)
    exclusion = proposed(member, secretary)
    assert (exclusion.state, exclusion.answer_until) == ("proposed", date(2026, 6, 30))
    day = {"by": secretary, "now": NOW}
    actions.note_answer(
        exclusion=exclusion, on=date(2026, 6, 20), document="letter", asks_to_be_heard=True, **day
    )
    for decision, code in ((date(2026, 6, 30), "too_early"), (DECIDED, "not_heard")):
        with pytest.raises(actions.ExclusionRefused) as refused:
            decided(exclusion, secretary, decided_on=decision)
        assert refused.value.code == code
    actions.note_hearing(exclusion=exclusion, on=date(2026, 7, 3), document="minutes", **day)
    exclusion = decided(exclusion, secretary)
    assert (exclusion.state, exclusion.notify_until) == ("excluded", date(2026, 7, 21))
    member.refresh_from_db()
    request.refresh_from_db()
    assert (member.left_on, request.state) == (DECIDED, "overtaken")
    assert queries.share_troubles(NOW.date()) == []
    exclusion = actions.notify_exclusion(exclusion=exclusion, on=date(2026, 7, 10), document="receipt", **day)
    with pytest.raises(actions.ExclusionRefused) as refused:
        actions.refund_exclusion(exclusion=exclusion, document="board", **day)
    assert refused.value.code == "no_value"
    exclusion = actions.refund_exclusion(
        exclusion=exclusion, document="board", accounts=accounts(A="37.55"), **day
    )
    assert (exclusion.state, exclusion.refund_cents) == ("to_pay", 375_50)
    assert queries.held_on(member.number, "A", DECIDED).shares == 0
    assert books.balance(("refund-owed", member.number), date.max) == 375_50
    assert queries.payment_troubles() == []
    names = Event.objects.filter(subject=f"member:{member.pk}").values_list("name", flat=True)
    assert {"ExclusionProposed", "ExclusionAnswered", "ExclusionHeard", "ExclusionDecided"} <= set(names)


@pytest.fixture
def to_pay(member: Member, secretary: Person, settings: Any) -> Exclusion:
    """An exclusion whose refund of 500 euro is booked."""
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    day = {"by": secretary, "now": NOW}
    exclusion = decided(proposed(member, secretary), secretary)
    exclusion = actions.notify_exclusion(exclusion=exclusion, on=date(2026, 7, 10), document="receipt", **day)
    return actions.refund_exclusion(exclusion=exclusion, document="board", accounts=accounts(A="50"), **day)


def given_account(member: Member, iban: str = IBAN) -> None:
    actions.set_payout_account(member=member, iban=iban, holder="Rik", by=member.person, now=NOW)  # type: ignore[arg-type]


def refused_with(code: str, action: Any, **given: Any) -> None:
    with pytest.raises((actions.ExclusionRefused, PaymentRefused)) as refused:
        action(**{"now": NOW, **given})
    assert refused.value.code == code


def test_the_refund_is_owed_paid_and_owed_again_when_it_comes_back(
    to_pay: Exclusion, member: Member, secretary: Person
) -> None:
    finance, today = make.staff("finance"), NOW.date()
    given: dict[str, Any] = {"exclusion": to_pay, "by": finance}
    refused_with("no_account", paying.pay_exclusion, **given, pay_on=today)
    given_account(member)
    refused_with("not_paid", paying.exclusion_paid, **given)
    refused_with("past", paying.pay_exclusion, **given, pay_on=today - timedelta(days=1))
    with pytest.raises(NotAllowed):
        paying.pay_exclusion(exclusion=to_pay, pay_on=today, by=secretary, now=NOW)
    file = paying.pay_exclusion(**given, pay_on=today + timedelta(days=1), now=NOW)
    assert b"500.00" in gzip.decompress(bytes(file.content))
    refused_with("nothing_due", paying.pay_exclusion, **given, pay_on=today)
    refused_with("too_early", paying.exclusion_paid, **given)
    with pytest.raises(NotAllowed):
        paying.exclusion_paid(exclusion=to_pay, by=secretary, now=NOW)
    later = NOW + timedelta(days=1)
    assert paying.exclusion_paid(**given, now=later) == 1
    payment = Payment.objects.get()
    back = {"end_to_end": payment.end_to_end, "reason": ReturnReason.CLOSED, "returned_on": later.date()}
    treasury.book_return(**back, by=finance, now=later)
    to_pay.refresh_from_db()
    assert to_pay.state == "to_pay"
    assert books.balance(("refund-owed", member.number), date.max) == 500_00
    refused_with("no_account", paying.pay_exclusion, **given, pay_on=later.date())
    given_account(member, "NL91ABNA0417164300")
    paying.pay_exclusion(**given, pay_on=later.date(), now=later)
    assert Payment.objects.latest("pk").end_to_end == f"X{to_pay.pk}-2"
    assert paying.exclusion_paid(**given, now=later) == 1
    assert books.troubles() == queries.payment_troubles() == []


def test_the_database_pays_the_excluded_what_was_decided(to_pay: Exclusion, member: Member) -> None:
    given_account(member)
    finance, today = make.staff("finance"), NOW.date()
    paid = "UPDATE membership_exclusion SET state = 'paid'"
    assert broken(paid) == "settled_is_paid"
    file = paying.pay_exclusion(exclusion=to_pay, pay_on=today, by=finance, now=NOW)
    row = "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end) VALUES "
    row += "(%s, %s, %s, %s, 'Rik', %s, 'X')"
    assert broken(row, file.pk, member.number, to_pay.pk, IBAN, 500_00) == "payment_stands_once"
    paying.exclusion_paid(exclusion=to_pay, by=finance, now=NOW)
    assert broken("UPDATE membership_exclusion SET state = 'to_pay'") == "settled_is_paid"
    back = {"end_to_end": Payment.objects.get().end_to_end, "reason": ReturnReason.CLOSED}
    treasury.book_return(**back, returned_on=today, by=finance, now=NOW)
    for who, iban, cents in (
        (make.member().number, IBAN, 500_00),
        (member.number, "NL91ABNA0417164300", 500_00),
        (member.number, IBAN, 500_01),
    ):
        assert broken(row, file.pk, who, to_pay.pk, iban, cents) == "settled_is_due"


@pytest.mark.django_db
def test_the_member_may_stay_or_the_proposal_be_dropped(member: Member, secretary: Person) -> None:
    exclusion = decided(proposed(member, secretary), secretary, excludes=False, decided_on=date(2026, 6, 15))
    member.refresh_from_db()
    assert (exclusion.state, member.left_on) == ("kept", None)
    again = proposed(member, secretary)
    with pytest.raises(actions.ExclusionRefused) as refused:
        proposed(member, secretary)
    assert refused.value.code == "proposed"
    with pytest.raises(actions.ExclusionRefused) as refused:
        actions.drop_exclusion(exclusion=again, reason=" ", by=secretary, now=NOW)
    assert refused.value.code == "no_reason"
    assert (
        actions.drop_exclusion(exclusion=again, reason="Settled.", by=secretary, now=NOW).state == "dropped"
    )
    with pytest.raises(actions.ExclusionRefused) as refused:
        decided(again, secretary)
    assert refused.value.code == "wrong_state"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("no_reason", {"grounds": " "}),
        ("no_document", {"document": " "}),
        ("wrong_day", {"sent_on": date(2026, 7, 21)}),
        ("wrong_day", {"sent_on": date(2018, 7, 21)}),
    ],
)
def test_what_is_no_proposal(member: Member, secretary: Person, code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(actions.ExclusionRefused) as refused:
        proposed(member, secretary, **changes)
    assert refused.value.code == code


@pytest.mark.django_db
def test_who_left_or_joined_before_the_statutes_is_not_excluded(member: Member, secretary: Person) -> None:
    old = make.member(joined_on=date(2010, 1, 1))
    with pytest.raises(actions.ExclusionRefused) as refused:
        proposed(old, secretary, sent_on=date(2018, 1, 1))
    assert refused.value.code == "no_statutes"
    Member.objects.filter(pk=member.pk).update(left_on=date(2026, 7, 1))
    with pytest.raises(actions.ExclusionRefused) as refused:
        proposed(member, secretary)
    assert refused.value.code == "left"
    with pytest.raises(NotAllowed):
        proposed(member, make.staff("counter"))


@pytest.mark.django_db
def test_the_database_refuses_a_decision_before_the_time_to_answer_is_over(
    member: Member, secretary: Person
) -> None:
    exclusion = proposed(member, secretary)
    table = "membership_exclusion"
    decide = (
        f"UPDATE {table} SET state = 'excluded', decision = 'minutes', reasons = 'x', notify_until = '2026-07-21', "
        "decided_on = %s, asked_to_be_heard = %s"
    )
    assert broken(decide, "2026-06-30", False) == "exclusion_after_the_answer"
    assert broken(decide, "2026-07-06", True) == "exclusion_after_the_answer"
    assert (
        broken(decide.replace("reasons = 'x'", "reasons = ''"), "2026-07-06", False)
        == "exclusion_decided_whole"
    )
    assert broken(f"UPDATE {table} SET answer_until = '2026-06-01'") == "exclusion_frozen"
    assert broken(f"UPDATE {table} SET state = 'paid'") == "exclusion_moves"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    decided(exclusion, secretary)
    assert broken(f"UPDATE {table} SET reasons = 'other'") == "exclusion_frozen"


@pytest.fixture
def desk(secretary: Person, clock: Clock, settings: Any) -> Client:
    clock.go_to(NOW)
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    return signed_in(secretary)


@pytest.mark.django_db
def test_the_way_through_the_pages(member: Member, desk: Client, clock: Clock) -> None:
    assert "No exclusion was proposed" in text_of(desk, "/en/members/exclusions/")
    new = f"/en/members/register/{member.number}/exclude/"
    told = {"grounds": "Article 9", "sent_by": "email", "document": "mail of 31 May"}
    assert "still to come" in posted(desk, new, **told, **on("sent_on", date(2026, 8, 1)))
    assert "The time to answer runs" in posted(desk, new, **told, **on("sent_on", SENT))
    address = f"/en/members/exclusions/{Exclusion.objects.get().pk}/"
    told = {"document": "letter"}
    posted(desk, f"{address}answer/", **told, **on("on", date(2026, 6, 20)), asks_to_be_heard="on")
    assert "asks to be heard" in text_of(desk, address)
    decision = {"what": "excluded", "document": "minutes", "reasons": "The facts stand."}
    assert "Hear them first" in posted(desk, f"{address}decide/", **decision, **on("decided_on", DECIDED))
    posted(desk, f"{address}hearing/", **told, **on("on", date(2026, 7, 3)))
    page = posted(desk, f"{address}decide/", **decision, **on("decided_on", DECIDED))
    assert "Notify the decision by Tuesday 21 July 2026" in page
    clock.go_to(NOW + timedelta(days=2))
    assert "was to be notified by" in text_of(desk, address)
    assert "overdue" in text_of(desk, "/en/members/exclusions/")
    posted(desk, f"{address}notify/", **told, **on("on", date(2026, 7, 22)))
    refund = {"document": "board", **typed(A="50")}
    page = posted(desk, f"{address}refund/", **refund)
    assert "It is not booked yet" in page
    assert "€500" in page
    assert Exclusion.objects.get().state == "notified"
    assert 'value="50"' in posted(desk, f"{address}refund/", **refund, change="yes")
    for seen in ("499", "many", "9" * 20):
        page = posted(desk, f"{address}refund/", **refund, checked="yes", seen=seen)
        assert "Something changed since you looked" in page
    page = posted(desk, f"{address}refund/", **refund, checked="yes", seen="50000")
    assert "€500" in page
    assert Exclusion.objects.get().state == "to_pay"
    finance = signed_in(make.staff("finance"))
    assert "Exclusion of Rik Claes" in text_of(finance, "/en/members/exits/payments/")
    assert "no account" in text_of(finance, f"{address}payment/")
    assert "nothing to pay" in posted(finance, f"{address}payment/", **on("pay_on", date(2026, 7, 22)))
    given_account(member)
    assert "The payment file is made" in posted(
        finance, f"{address}payment/", **on("pay_on", date(2026, 7, 22))
    )
    page = text_of(finance, f"{address}payment/")
    assert "File 1: €500" in page
    assert "The bank has paid it" in page
    assert "Noted as paid" in posted(finance, f"{address}payment/paid/")
    assert desk.get(f"{address}other/").status_code == 404


@pytest.mark.django_db
def test_pages_answer_in_every_language_for_their_role(
    member: Member, secretary: Person, desk: Client
) -> None:
    exclusion = proposed(member, secretary)
    counter = signed_in(make.staff("counter"))
    pages = ["exclusions/", f"register/{member.number}/exclude/"]
    pages += [f"exclusions/{exclusion.pk}/{step}" for step in ("", "answer/", "hearing/", "decide/", "drop/")]
    for page in pages:
        for language in LANGUAGES:
            text_of(desk, f"/{language}/members/{page}")
        assert counter.get(f"/en/members/{page}").status_code == 403
    assert "dropped" in posted(desk, f"/en/members/exclusions/{exclusion.pk}/drop/", reason="Settled.")
    for page in ("payment/", "payment/paid/"):
        assert desk.post(f"/en/members/exclusions/{exclusion.pk}/{page}").status_code == 403
