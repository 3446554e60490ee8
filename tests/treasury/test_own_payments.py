"""Whose money a movement is: by what it counts for, by all it names, by who paid from which account. Nobody decides about
their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions
from commonweal.membership.queries.joining import expected_from, subject_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.people.rules import Channel
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import book_return, payments
from commonweal.treasury.actions.dividing import Part, divide_movement, division_planned
from commonweal.treasury.models import BankMovement, Handling, Payment, Refund
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.payables import ReturnReason
from commonweal.treasury.rules.statements.communications import printed
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid, planned, uploaded
from tests.portal.steps import signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, PAYER, as_camt
from tests.treasury.paying_steps import pay_refunds
from tests.treasury.test_taking_back import decide, now_of, only
from tests.treasury.test_undoing_decisions import undo

pytestmark = pytest.mark.django_db
OTHERS_ACCOUNT = "BE43068999999501"


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def colleague() -> Person:
    return make.staff("finance")


def by_name(finance: Person) -> Paid:
    return Paid(400_00, str(finance).upper(), OTHERS_ACCOUNT, text="x")


def last_name_first(finance: Person) -> Paid:
    given, _blank, family = str(finance).partition(" ")
    return Paid(400_00, f"{family.upper()} {given} - M. PEETERS PIET", OTHERS_ACCOUNT, text="x")


def by_account(finance: Person) -> Paid:
    account_of(finance)
    return Paid(400_00, "Somebody Else", PAYER, text="x")


def by_the_account_of_the_household(finance: Person) -> Paid:
    partner = partner_of(finance)
    account_of(partner)
    return Paid(400_00, "Somebody Else", PAYER, text="x")


def by_the_name_of_the_household(finance: Person) -> Paid:
    return Paid(400_00, str(partner_of(finance)).upper(), OTHERS_ACCOUNT, text="x")


def by_a_request_named_among_others(finance: Person) -> Paid:
    named = [asked(finance, 2), asked(make.person("Rosa", "Petit"), 2)]
    text = " ".join(printed(each.communication) for each in named)
    return Paid(400_00, "Somebody Else", OTHERS_ACCOUNT, text=text)


def account_of(who: Person) -> None:
    member = who.memberships.first() or make.member(who)
    actions.set_payout_account(
        member=member, iban=PAYER, holder="Any Name", by=make.staff("counter"), now=make.NOW
    )


def partner_of(finance: Person) -> Person:
    partner = make.person("Bo", "Verlinden")
    actions.note_household(
        asker=make.member(finance),
        other=make.member(partner),
        channel=Channel.PAPER,
        agreement="letter",
        by=make.staff("counter"),
        now=make.NOW,
    )
    return partner


WAYS = (
    by_name,
    last_name_first,
    by_account,
    by_the_account_of_the_household,
    by_the_name_of_the_household,
    by_a_request_named_among_others,
)


@pytest.fixture(autouse=True)
def _our_account(settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE68539007547034"}


def divided(movement: BankMovement, part: Part, by: Person, *, back: bool = False) -> Handling:
    seen = division_planned(movement=movement, parts=[part]).digest
    return divide_movement(
        movement=movement, parts=[part], rest_back=back, seen=seen, by=by, now=make.NOW, reason="x"
    )


@pytest.mark.parametrize("way", WAYS)
def test_nobody_decides_about_their_own_payment_whatever_it_names(
    finance: Person, colleague: Person, way: Callable[[Person], Paid]
) -> None:
    theirs = asked(make.person("Piet", "Maes"), 20)
    confirmed([way(finance)], colleague)
    movement = only(Verdict.UNKNOWN)
    for outcome in (Outcome.REFUND, Outcome.ASIDE, Outcome.WAIT):
        with pytest.raises(NotAllowed) as refused:
            decide(movement, outcome, finance, subject=subject_of(theirs))
        assert refused.value.code == "own"
    with pytest.raises(NotAllowed):
        divided(movement, Part(expected_from(theirs), 1), finance, back=True)
    decision = decide(movement, Outcome.REFUND, colleague)
    with pytest.raises(NotAllowed):
        undo(decision, finance)
    with pytest.raises(NotAllowed):
        payments.mark_refunded(refund=Refund.objects.get(), on=make.NOW.date(), by=finance, now=make.NOW)
    assert Handling.objects.count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_nobody_takes_their_own_payment_back(
    finance: Person, colleague: Person, way: Callable[[Person], Paid]
) -> None:
    came = way(finance)
    confirmed([came], colleague)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, colleague)
    confirmed([Paid(-came.cents, came.name, came.iban, text=came.text)], colleague, 13)
    back = only(Verdict.REVERSAL)
    for outcome in (Outcome.UNDO, Outcome.ASIDE):
        with pytest.raises(NotAllowed):
            decide(back, outcome, finance)
    decide(back, Outcome.UNDO, colleague)


def by_whose_the_payer_says_it_is(finance: Person, colleague: Person) -> None:
    content = as_camt([Paid(400_00, "PAYMENTS BV", OTHERS_ACCOUNT, text="x")], 12)
    content = content.replace(
        b"<RltdPties>", f"<RltdPties><UltmtDbtr><Nm>{finance}</Nm></UltmtDbtr>".encode()
    )
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=colleague, now=make.NOW)
    payments.confirm_file(file=file, plan=planned(content).digest, by=colleague, now=make.NOW)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, colleague)


def by_a_request_its_text_names(finance: Person, colleague: Person) -> None:
    confirmed([by_a_request_named_among_others(finance)], colleague)
    decide(only(Verdict.UNKNOWN), Outcome.REFUND, colleague)


def by_the_request_that_the_whole_named(finance: Person, colleague: Person) -> None:
    """A colleague divides it: the rest, to be paid back, names nothing any more."""
    own, theirs = asked(finance), asked(make.person("Piet", "Maes"), 5)
    confirmed([paid(own, 400_00, "SOMEBODY ELSE")], colleague)
    ((movement, _said, _named),) = work_list()
    divided(movement, Part(expected_from(theirs), 1), colleague, back=True)


@pytest.mark.parametrize(
    "way",
    [by_whose_the_payer_says_it_is, by_a_request_its_text_names, by_the_request_that_the_whole_named],
)
def test_nobody_pays_their_own_money_back_in_a_file_nor_notes_its_return(
    finance: Person, colleague: Person, way: Callable[[Person, Person], None]
) -> None:
    way(finance, colleague)
    with pytest.raises(NotAllowed) as refused:
        pay_refunds(pay_on=make.NOW.date(), by=finance, now=make.NOW)
    assert refused.value.code == "own"
    pay_refunds(pay_on=make.NOW.date(), by=colleague, now=make.NOW)
    returned: dict[str, Any] = {
        "reason": ReturnReason.CLOSED,
        "returned_on": make.NOW.date(),
        "now": make.NOW,
    }
    end_to_end = Payment.objects.get().end_to_end
    with pytest.raises(NotAllowed):
        book_return(end_to_end=end_to_end, by=finance, **returned)
    book_return(end_to_end=end_to_end, by=colleague, **returned)


def test_a_payment_for_ones_own_request_is_not_divided_for_somebody_elses(
    finance: Person, colleague: Person
) -> None:
    own, theirs = asked(finance), asked(make.person("Piet", "Maes"), 5)
    confirmed([paid(own, 400_00, "SOMEBODY ELSE")], colleague)
    ((movement, _said, _named),) = work_list()
    with pytest.raises(NotAllowed):
        divided(movement, Part(expected_from(theirs), 1), finance, back=True)
    assert not Refund.objects.exists()
    divided(movement, Part(expected_from(theirs), 1), colleague)


def test_ones_own_exact_payment_waits_for_a_colleague(finance: Person, colleague: Person) -> None:
    """A file counts exact payments by itself: whoever confirms it enters the shares, but not their own."""
    own, theirs = asked(finance), asked(make.person("Piet", "Maes"), 5)
    file = uploaded([paid(own), paid(theirs), Paid(-12_00, str(finance), text="wages")], finance)
    page = " ".join(text_of(signed_in(finance), f"/en/members/payments/files/{file.pk}/").split())
    assert "goes on the list for a colleague to decide" in page
    other = " ".join(text_of(signed_in(colleague), f"/en/members/payments/files/{file.pk}/").split())
    assert "for a colleague" not in other
    confirmed([paid(own), paid(theirs), Paid(-12_00, str(finance), text="wages")], finance)
    assert (now_of(own).state, now_of(theirs).state) == (ApplicationState.AWAITING, ApplicationState.MEMBER)
    movement = only(Verdict.EXACT)
    with pytest.raises(NotAllowed):
        decide(movement, Outcome.ACCEPT, finance)
    decide(movement, Outcome.ACCEPT, colleague)
    assert now_of(own).state == ApplicationState.MEMBER


def test_an_exact_payment_from_ones_own_account_for_somebody_else_waits_too(
    finance: Person, colleague: Person
) -> None:
    theirs = asked(make.person("Piet", "Maes"), 5)
    account_of(finance)
    confirmed([paid(theirs)], finance)
    assert now_of(theirs).state == ApplicationState.AWAITING
    decide(only(Verdict.EXACT), Outcome.ACCEPT, colleague)
    assert now_of(theirs).state == ApplicationState.MEMBER
