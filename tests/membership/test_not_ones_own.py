"""Nobody decides about their own money, or about that of their household, their wards, their organisation: every act."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import commonweal.membership.actions as all_actions
from commonweal.dividends import actions as dividends
from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.models import Operation
from commonweal.membership import actions
from commonweal.membership.actions import applications_paid, conversions, exclusions, joining, shares
from commonweal.membership.models import (
    Application,
    Claimant,
    ConversionRequest,
    Estate,
    Exclusion,
    ExitRequest,
    ExitSeason,
    Guardianship,
    Member,
)
from commonweal.membership.queries.joining import expected_from
from commonweal.membership.rules.estates import EndKind, Settlement
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.rules.exits import Outcome as ExitOutcome
from commonweal.membership.rules.movements import MovementKind
from commonweal.people.access import close_to, not_ones_own
from commonweal.people.models import Person
from commonweal.people.rules import Channel
from commonweal.treasury import actions as treasury
from commonweal.treasury.actions import dividing, payments, undoing
from commonweal.treasury.models import BankMovement, Payment, PaymentFile, Refund
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.payables import ReturnReason
from tests import factories as make
from tests.membership.account_steps import gives_account
from tests.membership.joining_steps import asked, asked_for_child, confirmed, paid
from tests.membership.test_seasons import with_tests
from tests.treasury import paying_steps as paying

pytestmark = pytest.mark.django_db
NOW, TODAY = make.NOW, make.NOW.date()
# What says nothing about one member's money, is the member's own to do, or gives everybody the same by what others
# decided; what is refused for other reasons where it is one's own stands here too.
OTHERS = {
    # Sheets: rows that are one's own are problems of the check, and stop the loading (`test_own_rows.py`).
    *("upload_import", "check_import", "load_import", "run_import", "discard_import"),
    # Steps inside the acts below, which have asked.
    *(
        "held_estate",
        "not_own_claim",
        "not_own_estate",
        "decided",
        "reopen_application",
        "note_on_estate",
        "note_decisions",
        "demand_anothers",
        "as_part",
        "given_back",
    ),
    # The treasury keeps an account for an action that has asked.
    "keep_account",
    *("note_condition", "discard_file", "propose_dividend", "approve_dividend", "reckon_dividend"),
    *("record_dividend_test", "withdraw_dividend", "pay_dividend", "close_dividend", "ask_to_carry_on"),
    *("ask_to_leave", "withdraw_exit", "ask_to_convert", "withdraw_conversion", "note_paid", "record_test"),
    *("accept_household", "decline_household", "leave_household", "note_household", "note_post_list_taken"),
    *("propose_household", "withdraw_household"),
    *("admit_member", "note_lines_taken_out", "note_taken_out", "load_statutes"),
    *("set_setting", "set_terms", "accept_offer", "decline_offer", "offer_shares", "withdraw_offer"),
    *("load_movements", "record_reading", "load_notes", "ask_for_shares", "withdraw_application"),
    *("lapse_applications", "upload_file", "confirm_file"),
    # Steps inside the others, for actions that have made sure who may.
    *("take_expected", "enter_expected", "reopen_expected", "count_application", "enter_application"),
    *(
        "moved",
        "enter",
        "booked",
        "pay_in_a_file",
        "lock_returned",
        "lock_paid",
        "wait_again",
        "take_back",
        "owe_again",
    ),
}


class Desk:
    """A secretary and finance officer in one, who is a member with a household of two."""

    def __init__(self) -> None:
        make.member()
        self.by = make.staff("secretary", "finance", "counter")
        self.member = make.member(self.by)
        make.shares(self.member, 10)

    def application(self, **changes: Any) -> Application:
        return asked(self.by, 2, **changes)

    def movement(self) -> BankMovement:
        application = self.application()
        confirmed([paid(application, 50_00)], self.by)
        return BankMovement.objects.get()

    def refund(self) -> Refund:
        movement = self.movement()
        other = make.staff("finance")
        payments.decide_movement(movement=movement, outcome=Outcome.REFUND, by=other, now=NOW)
        return Refund.objects.get()

    def estate(self) -> Estate:
        return Estate.objects.create(
            member=self.member,
            kind=EndKind.DEATH,
            ended_on=TODAY,
            document="x",
            opened_at=NOW,
            opened_by=self.by,
        )

    def claimant(self) -> Claimant:
        return Claimant.objects.create(estate=self.estate(), name="Heir", numerator=1, denominator=1)

    def exclusion(self, state: str = "proposed", **changes: Any) -> Exclusion:
        return Exclusion.objects.create(
            member=self.member,
            grounds="x",
            document="x",
            sent_on=TODAY,
            sent_by=SentBy.REGISTERED,
            answer_until=TODAY + timedelta(days=31),
            opened_at=NOW,
            opened_by=self.by,
            state=state,
            **changes,
        )

    def conversion(self) -> ConversionRequest:
        return ConversionRequest.objects.create(
            member=self.member,
            share_class="A",
            count=1,
            to_class="B",
            to_count=1,
            asked_at=NOW,
            asked_by=self.by,
            channel="web",
        )

    def season(self) -> ExitSeason:
        season = ExitSeason.objects.create(
            year=2026,
            opens_on=date(2026, 1, 1),
            closes_on=date(2026, 6, 30),
            effect_on=date(2026, 6, 30),
            pay_by=date(2026, 7, 31),
        )
        ExitRequest.objects.create(season=season, member=self.member, asked_at=NOW, channel="web")
        return season

    def guardianship(self) -> Guardianship:
        return Guardianship.objects.create(
            member=make.member(),
            administrator=self.by,
            starts_on=date(2020, 1, 1),
            document="x",
            noted_at=NOW,
            noted_by=self.by,
        )

    def payment(self) -> Payment:
        file = PaymentFile.objects.create(
            kind="dividend",
            reference="dividend:1",
            number=1,
            pay_on=TODAY,
            count=1,
            cents=1,
            content=b"",
            made_at=NOW,
        )
        return Payment.objects.create(
            file=file,
            owner=self.member.number,
            person=self.by,
            iban="BE62510007547061",
            holder="x",
            cents=1,
            end_to_end="D1-1-1",
        )


def movement() -> shares.Movement:
    return shares.Movement(MovementKind.SUBSCRIPTION, "A", TODAY, 50, document="x")


def entry(desk: Desk) -> Any:
    return Operation.objects.filter(postings__owner=desk.member.number).first()


ACTS: dict[str, Callable[[Desk], dict[str, Any]]] = {
    "accept_application": lambda desk: {"application": asked_for_child(desk.by)},
    "refuse_application": lambda desk: {"application": desk.application(), "reason": "x"},
    "book_movement": lambda desk: {"member": desk.member, "movement": movement(), "key": "k"},
    "correct_movement": lambda desk: {"operation": entry(desk), "reason": "x", "key": "k"},
    "decide_movement": lambda desk: {"movement": desk.movement(), "outcome": Outcome.WAIT},
    "undo_decision": lambda desk: {"decision": desk.refund().handling, "seen": "", "reason": "x"},
    "enter_paid": lambda desk: {"application": desk.application()},
    "mark_refunded": lambda desk: {"refund": desk.refund(), "on": TODAY},
    "divide_movement": lambda desk: {
        "movement": desk.movement(),
        "parts": [dividing.Part(expected_from(Application.objects.get()), 10_00)],
        "rest_back": False,
        "seen": "",
    },
    "pay_refunds": lambda desk: {"pay_on": desk.refund() and TODAY},
    "book_return": lambda desk: {
        "end_to_end": desk.payment().end_to_end,
        "reason": ReturnReason.CLOSED,
        "returned_on": TODAY,
    },
    "book_conversion": lambda desk: {"request": desk.conversion()},
    "refuse_conversion": lambda desk: {"request": desk.conversion(), "reason": "x"},
    "decide_season": lambda desk: {
        "season": desk.season(),
        "outcome": ExitOutcome.PAY,
        "decided_on": date(2026, 7, 8),
        "document": "x",
    },
    "open_estate": lambda desk: {
        "member": desk.member,
        "kind": EndKind.DEATH,
        "ended_on": TODAY,
        "document": "x",
    },
    "withdraw_estate": lambda desk: {"estate": desk.estate(), "reason": "x"},
    "add_claimant": lambda desk: {"estate": desk.estate(), "name": "x", "part": Fraction(1)},
    "remove_claimant": lambda desk: {"claimant": desk.claimant()},
    "note_agreement": lambda desk: {"claimant": desk.claimant(), "on": TODAY, "document": "x"},
    "settle_estate": lambda desk: {
        "estate": desk.estate(),
        "settlement": Settlement.REFUND,
        "heirship": "x",
        "decision": "x",
    },
    "pay_estate": lambda desk: {"estate": desk.estate(), "pay_on": TODAY},
    "estate_paid": lambda desk: {"estate": desk.estate()},
    "set_claimant_account": lambda desk: {"claimant": desk.claimant(), "iban": "BE62510007547061"},
    "propose_exclusion": lambda desk: {
        "member": desk.member,
        "grounds": "x",
        "document": "x",
        "sent_on": TODAY,
        "sent_by": SentBy.REGISTERED,
    },
    "note_answer": lambda desk: {
        "exclusion": desk.exclusion(),
        "on": TODAY,
        "document": "x",
        "asks_to_be_heard": False,
    },
    "note_hearing": lambda desk: {"exclusion": desk.exclusion(), "on": TODAY, "document": "x"},
    "drop_exclusion": lambda desk: {"exclusion": desk.exclusion(), "reason": "x"},
    "decide_exclusion": lambda desk: {
        "exclusion": desk.exclusion(),
        "excludes": False,
        "decided_on": TODAY,
        "document": "x",
        "reasons": "x",
    },
    "notify_exclusion": lambda desk: {"exclusion": desk.exclusion(), "on": TODAY, "document": "x"},
    "refund_exclusion": lambda desk: {"exclusion": desk.exclusion(), "document": "x"},
    "pay_exclusion": lambda desk: {"exclusion": desk.exclusion(), "pay_on": TODAY},
    "exclusion_paid": lambda desk: {"exclusion": desk.exclusion()},
    "note_guardianship": lambda desk: {
        "member": make.member(),
        "administrator": desk.by,
        "starts_on": TODAY,
        "document": "x",
    },
    "end_guardianship": lambda desk: {"guardianship": desk.guardianship(), "ends_on": TODAY},
    "set_payout_account": lambda desk: {
        "member": desk.guardianship().member,
        "iban": "NL91ABNA0417164300",
        "holder": "x",
    },
}
# Bulk: what is one's own is left out for a colleague's file; tested below.
LEFT_OUT = {"make_payment_file"}


def act_named(name: str) -> Callable[..., Any]:
    bank = (applications_paid, payments, dividing, undoing)
    for module in (all_actions, treasury, paying, joining, *bank, conversions, exclusions):
        if hasattr(module, name):
            return getattr(module, name)  # type: ignore[no-any-return]
    raise LookupError(name)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_staff_leave_what_is_their_own_to_a_colleague(name: str, settings: Any) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE62510007547061"}
    desk = Desk()
    given = ACTS[name](desk)
    with pytest.raises(NotAllowed) as refused:
        act_named(name)(**given, by=desk.by, now=NOW)
    assert refused.value.code == "own"
    assert "colleague" in str(refused.value)


def test_every_act_of_staff_is_looked_at() -> None:
    """A new action with `by` is either here, or said to be none about one member's money."""
    known = set(ACTS) | OTHERS | LEFT_OUT
    doors = (all_actions, dividends, treasury)
    folders = [
        (each.__name__, path) for each in doors for path in Path(str(each.__file__)).parent.glob("*.py")
    ]
    found = set()
    for area, path in sorted(folders):
        module = import_module(f"{area}.{path.stem}".removesuffix(".__init__"))
        for name, function in inspect.getmembers(module, inspect.isfunction):
            here = function.__module__.startswith(area)
            if here and not name.startswith("_") and "by" in inspect.signature(function).parameters:
                found.add(name)
    assert found <= known, f"say of these whether they may be one's own: {found - known}"


def test_one_s_own_refund_is_left_out_of_the_file_of_a_season() -> None:
    desk, other = Desk(), make.member()
    make.shares(other, 10)
    season = desk.season()
    ExitRequest.objects.create(season=season, member=other, asked_at=NOW, channel="web")
    gives_account(desk.member, 1)
    gives_account(other, 2)
    secretary, colleague = make.staff("secretary"), make.staff("finance")
    with_tests(season, secretary, value=50_00)
    actions.decide_season(
        season=season,
        outcome=ExitOutcome.PAY,
        decided_on=date(2026, 7, 8),
        document="x",
        by=secretary,
        now=NOW,
    )
    paying.pay_season(season=season, pay_on=TODAY, by=desk.by, now=NOW)
    assert list(Payment.objects.values_list("owner", flat=True)) == [other.number]
    with pytest.raises(NotAllowed):
        paying.pay_season(season=season, pay_on=TODAY, by=desk.by, now=NOW)
    paying.pay_season(season=season, pay_on=TODAY, by=colleague, now=NOW)
    assert Payment.objects.filter(owner=desk.member.number).exists()


def test_whose_money_is_ones_own() -> None:
    desk = Desk()
    ward = desk.guardianship().member
    child = asked_for_child(desk.by)
    partner = make.member(make.person("Bo", "Peeters"))
    actions.note_household(
        asker=desk.member,
        other=partner,
        channel=Channel.PAPER,
        agreement="letter",
        by=make.staff("counter"),
        now=NOW,
    )
    close = close_to(desk.by, TODAY)
    assert {desk.by.pk, ward.person_id, child.person_id, partner.person_id} <= set(close.people)
    assert not not_ones_own(desk.by, TODAY, [desk.member])
    assert not not_ones_own(desk.by, TODAY, [ward])
    assert not not_ones_own(desk.by, TODAY, [child])
    assert not not_ones_own(desk.by, TODAY, [], [str(desk.by)])
    assert not_ones_own(desk.by, TODAY, [make.member(), None], ["Somebody Else"])
    for written in ("Peeters, Bo", "Mme Bo Peeters", "Bo Peeters (fille)", f"{desk.by.family_name}, SAM"):
        assert not not_ones_own(desk.by, TODAY, [], ["Somebody Else", written]), written
    stranger: Person = make.person("An", "Other")
    assert not_ones_own(stranger, TODAY, Member.objects.all())


@pytest.mark.parametrize("written", ["{1} {0}", "{1}, {0}", "Mme {0} {1}", "{0} {1} (fille)", "M. {1}"])
def test_nobody_notes_themselves_as_who_claims_an_estate_however_their_name_is_written(written: str) -> None:
    desk = Desk()
    Member.objects.filter(pk=desk.member.pk).update(person=make.person())
    name = written.format(desk.by.given_name, desk.by.family_name.upper())
    with pytest.raises(NotAllowed) as refused:
        actions.add_claimant(estate=desk.estate(), name=name, part=Fraction(1), by=desk.by, now=NOW)
    assert refused.value.code == "own"
