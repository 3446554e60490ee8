"""Estates: a death ends the membership, heirs agree, cents and shares add up; bankrupt and wound-up organisations."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from lxml import etree

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import queries as books
from commonweal.ledger.models import Operation
from commonweal.membership import actions, queries
from commonweal.membership.models import Claimant, Estate, ExitRequest, Member
from commonweal.membership.rules.estates import (
    Claim,
    EndKind,
    Settlement,
    divided,
    fits,
    may_settle,
    read_part,
)
from commonweal.people.models import Event, Person
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import PaymentRefused
from commonweal.treasury.models import Payment
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.share_values import accounts
from tests.membership.test_exits import MARCH, asked, broken
from tests.treasury import paying_steps as paying

NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
DIED = date(2026, 6, 14)
IBANS = ("BE62510007547061", "NL91ABNA0417164300", "DE89370400440532013000")


def claims(*parts: str, **changes: Any) -> list[Claim]:
    given = {"consents": True, "has_account": True, "is_member": True, **changes}
    return [Claim(Fraction(part), **given) for part in parts]


@pytest.mark.parametrize(
    ("kind", "settlement", "brought", "named", "code"),
    [
        (EndKind.DEATH, Settlement.REFUND, claims("1/3", "1/3", "1/3"), True, ""),
        (EndKind.DEATH, Settlement.REFUND, claims("1/3", "1/3"), True, "parts"),
        (EndKind.DEATH, Settlement.REFUND, claims(), True, "parts"),
        (EndKind.DEATH, Settlement.REFUND, claims("1"), False, "no_heirship"),
        (EndKind.DEATH, Settlement.REFUND, claims("1", consents=False), True, "no_consent"),
        (EndKind.DEATH, Settlement.REFUND, claims("1", has_account=False), True, "no_account"),
        (EndKind.DEATH, Settlement.TAKEOVER, claims("1", has_account=False), True, ""),
        (EndKind.DEATH, Settlement.TAKEOVER, claims("1", is_member=False), True, "not_members"),
        (EndKind.BANKRUPTCY, Settlement.TAKEOVER, claims("1"), False, "not_members"),
        (EndKind.BANKRUPTCY, Settlement.REFUND, claims("1"), False, ""),
    ],
)
def test_when_an_estate_can_be_settled(
    kind: EndKind, settlement: Settlement, brought: list[Claim], named: bool, code: str
) -> None:
    decision = may_settle(kind, settlement, brought, heirship_named=named)
    assert (decision.code, bool(decision.reason)) == (code, bool(code))


def test_persons_die_and_organisations_go_bankrupt() -> None:
    assert fits(EndKind.DEATH, is_person=True)
    assert fits(EndKind.LIQUIDATION, is_person=False)
    assert fits(EndKind.DEATH, is_person=False).code == "wrong_kind"
    assert fits(EndKind.BANKRUPTCY, is_person=True).code == "wrong_kind"


@pytest.mark.parametrize(
    ("total", "parts", "shares"),
    [
        (375_50, ("1/3", "1/3", "1/3"), [125_17, 125_17, 125_16]),
        (10, ("1/2", "1/3", "1/6"), [5, 3, 2]),
        (0, ("1/2", "1/2"), [0, 0]),
    ],
)
def test_parts_add_up_to_the_last_cent(total: int, parts: tuple[str, ...], shares: list[int]) -> None:
    assert divided(total, [Fraction(part) for part in parts]) == shares


@pytest.mark.parametrize("text", ["0", "2", "4/3", "1/0", "1/", "a/b", "1/2/3", "-1/2", "1,5", "1/9999999"])
def test_what_is_no_part_of_an_estate(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        read_part(text)


def test_a_part_is_read_as_people_write_it() -> None:
    assert [read_part(each) for each in ("1/3", " 2 / 6 ", "1")] == [
        Fraction(1, 3),
        Fraction(1, 3),
        Fraction(1),
    ]


@pytest.fixture
def secretary(db: None) -> Person:
    make.member()
    return make.staff("secretary")


@pytest.fixture
def dora(secretary: Person) -> Member:
    made = make.member(make.person("Dora", "Maes", email="dora@example.org"), joined_on=date(2019, 1, 1))
    make.shares(made, 10)
    return made


def owed(member: Member) -> int:
    return books.balance(("refund-owed", member.number), date.max)


def refused(code: str, action: Callable[..., Any], **given: Any) -> None:
    with pytest.raises((actions.EstateRefused, PaymentRefused)) as told:
        action(**given)
    assert told.value.code == code


def opened(member: Member, by: Person, **changes: Any) -> Estate:
    given: dict[str, Any] = {
        "kind": EndKind.DEATH,
        "ended_on": DIED,
        "document": "death certificate 123",
        "now": NOW,
        **changes,
    }
    return actions.open_estate(member=member, by=by, **given)


def heirs(
    estate: Estate, by: Person, *parts: str, agree: bool = True, members: tuple[Member, ...] = ()
) -> None:
    for place, part in enumerate(parts):
        claimant = actions.add_claimant(
            estate=estate,
            name=f"Heir {place}",
            part=Fraction(part),
            iban=IBANS[place],
            heir=members[place] if members else None,
            by=by,
            now=NOW,
        )
        if agree:
            actions.note_agreement(claimant=claimant, on=NOW.date(), document="signed 7 Sept", by=by, now=NOW)


def settled(estate: Estate, by: Person, settlement: Settlement = Settlement.REFUND, **changes: Any) -> Estate:
    given: dict[str, Any] = {
        "heirship": "deed of 1 July",
        "decision": "board 5 Sept, both tests",
        "accounts": accounts(A="37.55", C="250"),
        "now": NOW,
        **changes,
    }
    return actions.settle_estate(estate=estate, settlement=settlement, by=by, **given)


@pytest.mark.django_db
def test_a_death_ends_the_membership_and_overtakes_a_request(dora: Member, secretary: Person) -> None:
    request = asked(dora, MARCH)
    estate = opened(dora, secretary)
    dora.refresh_from_db()
    request.refresh_from_db()
    assert (dora.left_on, request.state, estate.state) == (DIED, "overtaken", "open")
    assert queries.estate_of(dora) == estate
    assert queries.held_on(dora.number, "A", NOW.date()).shares == 10
    assert queries.share_troubles(NOW.date()) == []
    with pytest.raises(actions.EstateRefused) as refused:
        opened(dora, secretary)
    assert refused.value.code == "noted"


@pytest.mark.django_db
def test_three_heirs_are_paid_the_lower_value_to_the_last_cent(
    dora: Member, secretary: Person, settings: Any
) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    estate = opened(dora, secretary)
    heirs(estate, secretary, "1/3", "1/3", "1/3")
    estate = settled(estate, secretary)
    assert (estate.state, estate.settled_cents) == ("to_pay", 375_50)
    assert [each.cents for each in queries.claimants_of(estate)] == [125_17, 125_17, 125_16]
    operation = Operation.objects.get(key=f"estate:{estate.pk}:A")
    assert (operation.kind, operation.effective_on) == ("refund", DIED)
    assert books.entries_of(operation)[("share-gain", 0)] == 124_50
    assert queries.held_on(dora.number, "A", DIED).shares == 0
    assert list(queries.estates_to_pay()) == [estate]
    assert owed(dora) == 375_50
    assert queries.payment_troubles() == []
    finance, given = make.staff("finance"), {"estate": estate, "now": NOW}
    for action in (paying.estate_paid, partial(paying.pay_estate, pay_on=NOW.date())):
        with pytest.raises(NotAllowed):
            action(**given, by=secretary)
    refused("not_paid", paying.estate_paid, **given, by=finance)
    refused("past", paying.pay_estate, **given, by=finance, pay_on=NOW.date() - timedelta(days=1))
    file = paying.pay_estate(**given, by=finance, pay_on=NOW.date() + timedelta(days=1))
    root = etree.fromstring(gzip.decompress(bytes(file.content)))
    space = {"p": root.nsmap[None]}
    amounts = ["125.17", "125.17", "125.16"]
    assert root.xpath("//p:InstdAmt/text()", namespaces=space) == amounts
    assert root.xpath("//p:Cdtr/p:Nm/text()", namespaces=space) == [
        each.name for each in queries.claimants_of(estate)
    ]
    assert owed(dora) == 0
    refused("nothing_due", paying.pay_estate, **given, by=finance, pay_on=NOW.date())
    refused("too_early", paying.estate_paid, **given, by=finance)
    paying.estate_paid(estate=estate, by=finance, now=NOW + timedelta(days=1))
    estate.refresh_from_db()
    assert estate.state == "paid"
    refused("wrong_state", paying.estate_paid, **given, by=finance)
    assert books.troubles() == []
    assert queries.payment_troubles() == []


@pytest.mark.django_db
@pytest.mark.parametrize("noted", [True, False])
def test_an_heir_whose_payment_comes_back_is_paid_on_another_account(
    dora: Member, secretary: Person, settings: Any, noted: bool
) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    estate = opened(dora, secretary)
    heirs(estate, secretary, "1/2", "1/2")
    estate, finance = settled(estate, secretary), make.staff("finance")
    told: dict[str, Any] = {"by": finance, "now": NOW}
    paying.pay_estate(estate=estate, pay_on=NOW.date(), **told)
    first, second = Payment.objects.order_by("pk")
    if noted:
        paying.estate_paid(estate=estate, **told)
    claimant = Claimant.objects.get(pk=first.subject)
    account = {"claimant": claimant, "iban": IBANS[2], "now": NOW}
    refused("wrong_state" if noted else "paid", actions.set_claimant_account, **account, by=secretary)
    back = {"reason": ReturnReason.CLOSED, "returned_on": NOW.date(), **told}
    treasury.book_return(end_to_end=first.end_to_end, **back)
    estate.refresh_from_db()
    assert (estate.state, owed(dora)) == ("to_pay", first.cents)
    assert queries.payment_troubles() == []
    # Not on the account that sent it back, and nobody else is paid twice.
    refused("nothing_due", paying.pay_estate, estate=estate, pay_on=NOW.date(), **told)
    refused("not_paid", paying.estate_paid, estate=estate, **told)
    with pytest.raises(NotAllowed):
        actions.set_claimant_account(**account, by=finance)
    refused("wrong_iban", actions.set_claimant_account, **{**account, "iban": "BE00"}, by=secretary)
    other = Claimant.objects.get(pk=second.subject)
    refused("paid", actions.set_claimant_account, **{**account, "claimant": other}, by=secretary)
    actions.set_claimant_account(**account, by=secretary)
    paying.pay_estate(estate=estate, pay_on=NOW.date(), **told)
    again = Payment.objects.latest("pk")
    assert (again.end_to_end, again.iban, again.cents) == (f"H{claimant.pk}-2", IBANS[2], first.cents)
    paying.estate_paid(estate=estate, **told)
    assert queries.payment_troubles() == []


@pytest.mark.django_db
def test_an_heir_on_the_staff_does_not_say_that_their_payment_came_back(
    dora: Member, secretary: Person, settings: Any
) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    finance, colleague = make.staff("finance"), make.staff("finance")
    estate = opened(dora, secretary)
    # Under another name: known as the member who inherits.
    heirs(estate, secretary, "1", members=(make.member(finance),))
    estate = settled(estate, secretary)
    paying.pay_estate(estate=estate, pay_on=NOW.date(), by=colleague, now=NOW)
    back = {
        "end_to_end": Payment.objects.get().end_to_end,
        "reason": ReturnReason.OTHER,
        "returned_on": NOW.date(),
        "now": NOW,
    }
    with pytest.raises(NotAllowed) as refused:
        treasury.book_return(**back, by=finance)
    assert refused.value.code == "own"
    treasury.book_return(**back, by=colleague)


@pytest.mark.django_db
def test_the_database_pays_heirs_what_was_settled(dora: Member, secretary: Person, settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    estate = opened(dora, secretary)
    heirs(estate, secretary, "1/2", "1/2")
    estate, finance = settled(estate, secretary), make.staff("finance")
    told: dict[str, Any] = {"by": finance, "now": NOW}
    paid = "UPDATE membership_estate SET state = 'paid'"
    assert broken(paid) == "settled_is_paid"
    file = paying.pay_estate(estate=estate, pay_on=NOW.date(), **told)
    first = Payment.objects.order_by("pk")[0]
    row = "INSERT INTO treasury_payment (file_id, owner, subject, iban, holder, cents, end_to_end) VALUES "
    row += "(%s, %s, %s, %s, 'An', %s, 'X')"
    assert broken(row, file.pk, dora.number, first.subject, first.iban, first.cents) == "payment_stands_once"
    account = "UPDATE membership_claimant SET iban = %s"
    assert broken(account, IBANS[2]) == "claimants_of_open"
    paying.estate_paid(estate=estate, **told)
    assert broken("UPDATE membership_estate SET state = 'to_pay'") == "settled_is_paid"
    back = {"reason": ReturnReason.CLOSED, "returned_on": NOW.date(), **told}
    treasury.book_return(end_to_end=first.end_to_end, **back)
    for member, iban, cents in (
        (make.member().number, first.iban, first.cents),
        (dora.number, IBANS[2], first.cents),
        (dora.number, first.iban, first.cents + 1),
    ):
        assert broken(row, file.pk, member, first.subject, iban, cents) == "settled_is_due"
    assert (
        broken("UPDATE membership_claimant SET name = 'x' WHERE id = %s", first.subject)
        == "claimants_of_open"
    )
    assert broken(paid) == "settled_is_paid"


@pytest.mark.django_db
def test_heirs_who_are_members_take_shares_over(dora: Member, secretary: Person) -> None:
    members = tuple(make.member(joined_on=date(2026, 8, 1)) for _each in range(3))
    estate = opened(dora, secretary)
    heirs(estate, secretary, "1/2", "1/3", "1/6", members=members)
    estate = settled(estate, secretary, Settlement.TAKEOVER)
    assert estate.state == "taken_over"
    held = [queries.held_on(each.number, "A", NOW.date()) for each in members]
    assert [(each.shares, each.paid_cents) for each in held] == [(5, 250_00), (3, 150_00), (2, 100_00)]
    assert queries.held_on(dora.number, "A", NOW.date()).shares == 0


@pytest.mark.django_db
def test_a_heir_with_too_small_a_part_for_a_share_gets_none(dora: Member, secretary: Person) -> None:
    members = tuple(make.member() for _each in range(2))
    estate = opened(dora, secretary)
    heirs(estate, secretary, "99/100", "1/100", members=members)
    settled(estate, secretary, Settlement.TAKEOVER)
    assert queries.held_on(members[1].number, "A", NOW.date()).shares == 0


@pytest.mark.django_db
def test_the_curator_of_a_bankrupt_organisation_is_paid(secretary: Person) -> None:
    member = actions.admit_member(
        organisation=make.organisation(make.person(), "Les Toits"),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2020, 1, 1),
        by=None,
        now=make.NOW,
    )
    make.shares(member, 2, "C")
    estate = opened(member, secretary, kind=EndKind.BANKRUPTCY)
    heirs(estate, secretary, "1")
    assert settled(estate, secretary, heirship="").settled_cents == 500_00


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("no_document", {"document": " "}),
        ("wrong_kind", {"kind": EndKind.BANKRUPTCY}),
        ("wrong_day", {"ended_on": date(2018, 1, 1)}),
        ("wrong_day", {"ended_on": date(2026, 9, 8)}),
    ],
)
def test_what_cannot_be_noted(dora: Member, secretary: Person, code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(actions.EstateRefused) as refused:
        opened(dora, secretary, **changes)
    assert refused.value.code == code
    assert not Estate.objects.exists()


@pytest.mark.django_db
def test_a_mistake_is_undone_and_the_membership_goes_on(dora: Member, secretary: Person) -> None:
    estate = opened(dora, secretary)
    with pytest.raises(actions.EstateRefused) as refused:
        actions.withdraw_estate(estate=estate, reason=" ", by=secretary, now=NOW)
    assert refused.value.code == "no_reason"
    actions.withdraw_estate(estate=estate, reason="Another Dora.", by=secretary, now=NOW)
    dora.refresh_from_db()
    assert dora.left_on is None
    assert queries.estate_of(dora) is None
    assert Event.objects.get(name="EstateWithdrawn").data["reason"] == "Another Dora."
    assert opened(dora, secretary).state == "open"
    with pytest.raises(actions.EstateRefused):
        actions.withdraw_estate(estate=estate, reason="Again", by=secretary, now=NOW)


@pytest.mark.django_db
def test_who_claims_is_named_with_a_right_account_and_agrees_after_the_death(
    dora: Member, secretary: Person
) -> None:
    estate = opened(dora, secretary)
    good: dict[str, Any] = {"estate": estate, "name": "Jo", "part": Fraction(1), "by": secretary, "now": NOW}
    for code, changes in (
        ("no_name", {"name": " "}),
        ("wrong_iban", {"iban": "BE00"}),
        ("same_member", {"heir": dora}),
    ):
        with pytest.raises(actions.EstateRefused) as refused:
            actions.add_claimant(**{**good, **changes})
        assert refused.value.code == code
    claimant = actions.add_claimant(**good)
    for on in (date(2026, 6, 13), date(2026, 9, 8)):
        with pytest.raises(actions.EstateRefused) as refused:
            actions.note_agreement(claimant=claimant, on=on, document="signed", by=secretary, now=NOW)
        assert refused.value.code == "wrong_day"
    actions.note_agreement(claimant=claimant, on=NOW.date(), document="signed", by=secretary, now=NOW)
    with pytest.raises(actions.EstateRefused) as refused:
        settled(estate, secretary)
    assert refused.value.code == "no_account"
    actions.remove_claimant(claimant=claimant, by=secretary, now=NOW)
    heirs(estate, secretary, "1", agree=False)
    with pytest.raises(actions.EstateRefused) as refused:
        settled(estate, secretary)
    assert refused.value.code == "no_consent"
    actions.remove_claimant(claimant=Claimant.objects.get(), by=secretary, now=NOW)
    heirs(estate, secretary, "1")
    with pytest.raises(actions.EstateRefused) as refused:
        settled(estate, secretary, accounts=None)
    assert refused.value.code == "no_value"
    for changes in ({"decision": " "}, {"heirship": " "}):
        with pytest.raises(actions.EstateRefused):
            settled(estate, secretary, **changes)
    assert settled(estate, secretary).state == "to_pay"


@pytest.mark.django_db
def test_only_the_secretary_keeps_estates(dora: Member, secretary: Person) -> None:
    counter = make.staff("counter")
    with pytest.raises(NotAllowed):
        opened(dora, counter)
    estate = opened(dora, secretary)
    for action, given in (
        (actions.withdraw_estate, {"reason": "x"}),
        (actions.add_claimant, {"name": "x", "part": Fraction(1)}),
        (actions.settle_estate, {"settlement": Settlement.REFUND, "heirship": "x", "decision": "x"}),
        (paying.pay_estate, {"pay_on": NOW.date()}),
    ):
        with pytest.raises(NotAllowed):
            action(estate=estate, by=counter, now=NOW, **given)  # type: ignore[operator]
    heirs(estate, secretary, "1", agree=False)
    claimant = Claimant.objects.get()
    with pytest.raises(NotAllowed):
        actions.remove_claimant(claimant=claimant, by=counter, now=NOW)
    with pytest.raises(NotAllowed):
        actions.note_agreement(claimant=claimant, on=DIED, document="x", by=counter, now=NOW)


@pytest.mark.django_db
def test_the_database_keeps_estates(dora: Member, secretary: Person) -> None:
    estate = opened(dora, secretary)
    table = "membership_estate"
    settle = f"UPDATE {table} SET state = %s, decision = 'board', settled_at = now(), settled_cents = %s"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    assert broken(f"UPDATE {table} SET ended_on = '2026-01-01'") == "estate_frozen"
    assert broken(settle, "paid", 0) == "estate_moves"
    assert broken(settle, "to_pay", 0) == "estate_agreed"
    heirs(estate, secretary, "1/2", "1/3")
    assert broken(settle, "to_pay", 0) == "estate_agreed"
    heirs(estate, secretary, "1/6")
    assert broken(settle, "to_pay", 0) == "estate_agreed"
    assert broken(settle, "taken_over", 0) == "estate_agreed"
    row = "UPDATE membership_claimant SET "
    assert broken(row + "numerator = 3, denominator = 2") == "claimant_part_of_one"
    assert broken(row + "iban = 'BE'") == "claimant_account_is_an_iban"
    assert broken(row + "agreed_on = NULL") == "claimant_agreed_whole"
    settled(estate, secretary)
    assert broken(row + "cents = 1") == "claimants_of_open"
    assert broken("DELETE FROM membership_claimant") == "claimants_of_open"
    assert broken(f"UPDATE {table} SET settled_cents = 1") == "estate_frozen"
    assert broken(f"UPDATE {table} SET state = 'open'") in ("estate_moves", "estate_settled_whole")
    again = (
        f"INSERT INTO {table} (member_id, kind, ended_on, document, state, opened_at, opened_by_id, heirship, decision) "
        "VALUES (%s, 'death', '2026-01-01', 'x', 'open', now(), %s, '', '')"
    )
    assert broken(again, dora.pk, secretary.pk) == "estate_once"
    assert not ExitRequest.objects.exists()
