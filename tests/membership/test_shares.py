"""Shares: every kind of movement with its figures, what statutes refuse, corrections, holdings on both axes of time."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import actions as ledger
from commonweal.ledger import queries as books
from commonweal.membership import actions, queries
from commonweal.membership.models import Member, ShareTerms
from commonweal.membership.rules.movements import Held, MovementKind, conversion, giving_back, moved
from commonweal.membership.rules.statutes import (
    BEGINNING,
    SETTINGS,
    TERMS,
    Evidence,
    HolderKind,
    RefundRule,
    Setting,
    SettingName,
    Terms,
    may_hold,
)
from commonweal.people.models import Event
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)
OLD = date(2010, 5, 1)


def held(member: Member, share_class: str = "A", day: date = DAY) -> tuple[int, int]:
    found = queries.held_on(member.number, share_class, day)
    return found.shares, found.paid_cents


def test_a_subscription_is_paid_in_full_unless_told() -> None:
    member = make.member()
    make.shares(member, 10)
    make.shares(member, 4, cents=120_00)
    assert held(member) == (14, 620_00)
    make.shares(member, 0, kind=MovementKind.PAYMENT, cents=80_00)
    assert held(member) == (14, 700_00)
    assert queries.class_totals(DAY) == {"A": 14, "B": 0, "C": 0}
    assert books.balance(("share-money", 0), DAY) == -700_00


def test_a_transfer_takes_along_what_was_paid() -> None:
    giver, taker = make.member(), make.member()
    make.shares(giver, 3, cents=100_00)
    make.shares(giver, 1, kind=MovementKind.TRANSFER, counterpart=taker)
    assert (held(giver), held(taker)) == ((2, 66_67), (1, 33_33))
    make.shares(giver, 2, kind=MovementKind.INHERITANCE, counterpart=taker)
    assert (held(giver), held(taker)) == ((0, 0), (3, 100_00))
    assert queries.class_totals(DAY)["A"] == 3


def test_a_refund_below_what_was_paid_leaves_the_rest_with_the_cooperative() -> None:
    member = make.member()
    make.shares(member, 10)
    make.shares(member, 4, kind=MovementKind.REFUND, cents=150_00)
    assert held(member) == (6, 300_00)
    assert books.balance(("share-gain", 0), DAY) == 50_00
    assert books.balance(("share-money", 0), DAY) == -350_00
    make.shares(member, 6, kind=MovementKind.EXCLUSION)
    assert held(member) == (0, 0)
    assert queries.class_totals(DAY)["A"] == 0


def test_a_conversion_moves_shares_and_payment_to_another_class() -> None:
    member = make.member(joined_on=OLD)
    make.shares(member, 50, "B", day=OLD)
    make.shares(member, 50, "B", kind=MovementKind.CONVERSION, to_class="A", to_count=6)
    assert (held(member, "B"), held(member, "A")) == ((0, 0), (6, 310_00))
    assert queries.class_totals(DAY) == {"A": 6, "B": 0, "C": 0}


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "not on issue": ("not_on_issue", {"share_class": "B"}),
    "for organisations": ("wrong_holder", {"share_class": "C"}),
    "above the maximum": ("too_many", {"count": 91}),
    "no such class": ("no_class", {"share_class": "Z"}),
    "none": ("no_shares", {"count": 0}),
    "more than the price": ("overpaid", {"count": 1, "cents": 50_01}),
    "more than held": ("too_few", {"kind": MovementKind.REFUND, "count": 11}),
    "refund above what was paid": (
        "refund_too_high",
        {"kind": MovementKind.REFUND, "count": 1, "cents": 50_01},
    ),
    "to nobody": ("no_counterpart", {"kind": MovementKind.TRANSFER, "count": 1}),
    "into nothing": ("no_target", {"kind": MovementKind.CONVERSION, "count": 1, "to_class": "A"}),
    "into a class for others": (
        "wrong_holder",
        {"kind": MovementKind.CONVERSION, "count": 1, "to_class": "C", "to_count": 1},
    ),
    "a payment of nothing": ("no_amount", {"kind": MovementKind.PAYMENT, "count": 0}),
    "a payment above the price": ("overpaid", {"kind": MovementKind.PAYMENT, "count": 0, "cents": 1}),
    "before joining": ("not_a_member", {"count": 1, "day": date(2014, 12, 31)}),
    "a correction this way": ("not_this_way", {"kind": MovementKind.CORRECTION, "count": 1}),
}


@pytest.mark.parametrize(("code", "changes"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_the_statutes_do_not_allow_is_refused_with_its_code(code: str, changes: dict[str, Any]) -> None:
    member = make.member()
    make.shares(member, 10)
    with pytest.raises(actions.MovementRefused) as refused:
        make.shares(member, **changes)
    assert refused.value.code == code
    assert held(member) == (10, 500_00)
    make.shares(member, 1)


def test_shares_pass_only_to_who_is_a_member_that_day() -> None:
    giver, late, gone = make.member(), make.member(joined_on=DAY), make.member()
    Member.objects.filter(pk=gone.pk).update(left_on=date(2020, 1, 1))
    make.shares(giver, 10)
    for taker in (late, Member.objects.get(pk=gone.pk)):
        with pytest.raises(actions.MovementRefused) as refused:
            make.shares(giver, 1, kind=MovementKind.TRANSFER, counterpart=taker)
        assert refused.value.code == "not_a_member"


def test_who_left_takes_no_new_shares() -> None:
    gone = make.member()
    Member.objects.filter(pk=gone.pk).update(left_on=date(2026, 6, 30))
    gone = Member.objects.get(pk=gone.pk)
    make.shares(gone, 1, day=date(2026, 6, 29))
    with pytest.raises(actions.MovementRefused) as refused:
        make.shares(gone, 1, day=date(2026, 6, 30))
    assert refused.value.code == "not_a_member"


def test_a_payment_booked_for_an_earlier_day_counts_what_was_paid_since() -> None:
    member = make.member()
    make.shares(member, 2, cents=50_00, day=date(2020, 3, 1))
    make.shares(member, 0, kind=MovementKind.PAYMENT, cents=40_00, day=date(2020, 6, 1))
    with pytest.raises(actions.MovementRefused) as refused:
        make.shares(member, 0, kind=MovementKind.PAYMENT, cents=10_01, day=date(2020, 4, 1))
    assert refused.value.code == "overpaid"
    make.shares(member, 0, kind=MovementKind.PAYMENT, cents=10_00, day=date(2020, 4, 1))
    assert held(member) == (2, 100_00)


def test_the_database_holds_the_maximum_and_zero_when_the_rules_are_passed_by() -> None:
    member = make.member()
    make.shares(member, 100)
    for count in (1, -101):
        draft = ledger.Draft(
            "x", f"x{count}", DAY, tuple(ledger.Entry(*e) for e in moved("A", member.number, count, 0))
        )
        with pytest.raises(ledger.BeyondLimit):
            ledger.post(draft=draft, now=make.NOW)


def test_shares_passed_on_later_are_not_given_back_before() -> None:
    giver, taker = make.member(), make.member()
    make.shares(giver, 5)
    make.shares(giver, 5, kind=MovementKind.TRANSFER, counterpart=taker, day=date(2021, 1, 1))
    with pytest.raises(ledger.BeyondLimit):
        make.shares(giver, 1, kind=MovementKind.REFUND, day=date(2020, 6, 1))


def test_who_may_book_and_on_what_paper() -> None:
    member = make.member()
    movement = actions.Movement(MovementKind.SUBSCRIPTION, "A", DAY, 1, document="letter:1")
    for role in ("counter", "adviser", "administrator"):
        with pytest.raises(NotAllowed):
            actions.book_movement(
                member=member, movement=movement, key="k", by=make.staff(role), now=make.NOW
            )
    by = make.staff("secretary")
    without = actions.Movement(MovementKind.SUBSCRIPTION, "A", DAY, 1, document=" ")
    with pytest.raises(actions.DocumentMissing):
        actions.book_movement(member=member, movement=without, key="k", by=by, now=make.NOW)
    first = actions.book_movement(member=member, movement=movement, key="k", by=by, now=make.NOW)
    assert first.author == f"person:{by.pk}"
    assert Event.objects.get(name="SharesMoved").data["operation"] == first.pk
    assert held(member) == (1, 50_00)


def test_a_correction_undoes_on_the_same_day_and_both_stay_to_be_read() -> None:
    member, by = make.member(), make.staff("secretary")
    wrong = make.shares(member, 10)
    later = make.NOW + timedelta(days=2)
    for person, reason, refusal in (
        (make.staff("counter"), "why", NotAllowed),
        (by, " ", actions.MovementRefused),
    ):
        with pytest.raises(refusal):
            actions.correct_movement(operation=wrong, reason=reason, key="c", by=person, now=later)
    actions.correct_movement(operation=wrong, reason="typed for the wrong member", key="c", by=by, now=later)
    assert held(member) == (0, 0)
    assert queries.held_on(member.number, "A", DAY, known_at=make.NOW) == Held(10, 500_00)
    lines = queries.movements_of(member)
    assert [(line.operation.kind, line.shares, line.undone) for line in lines] == [
        ("correction", -10, False),
        ("subscription", 10, True),
    ]
    assert lines[0].author == str(by)
    assert lines[0].operation.note == "typed for the wrong member"


def test_movements_of_a_member_name_the_other_side_in_four_queries(
    django_assert_max_num_queries: Any,
) -> None:
    giver, taker = make.member(), make.member()
    make.shares(giver, 10)
    for _each in range(6):
        make.shares(giver, 1, kind=MovementKind.TRANSFER, counterpart=taker)
    with django_assert_max_num_queries(5):
        lines = queries.movements_of(taker)
    assert [(line.shares, line.cents, line.others) for line in lines] == [(1, 50_00, (giver.number,))] * 6
    operation = lines[0].operation.pk
    found = queries.movement_of(giver, operation)
    assert found is not None
    assert (found.shares, found.others) == (-1, (taker.number,))
    assert queries.movement_of(make.member(), operation) is None


def test_statutes_are_loaded_once_and_hold_from_their_day() -> None:
    assert actions.load_statutes(by=None, now=make.NOW) == 0
    assert len(queries.all_terms()) == len(TERMS)
    assert len(queries.all_settings()) == len(SETTINGS)
    assert queries.classes() == ["A", "B", "C"]
    assert [terms.on_issue for day in (OLD, DAY) if (terms := queries.terms_on("B", day))] == [True, False]
    assert queries.terms_on("B", date(1800, 1, 1)) is None
    figures = {
        year: queries.setting_on("exemption_cents", date(year, 6, 1)) for year in (2016, 2017, 2018, 2026)
    }
    assert figures == {2016: None, 2017: 190_00, 2018: 640_00, 2026: 833_00}
    assert queries.setting_on("exit_partial", DAY) is False
    assert {setting.code for setting in SETTINGS} == {name.value for name in SettingName}


def test_a_new_value_is_added_by_the_secretary_and_none_is_changed() -> None:
    by = make.staff("secretary")
    terms = Terms("A", DAY, 60_00, 2, 20, HolderKind.ANYONE, RefundRule.PAID, True, "decision", Evidence.OWN)
    setting = Setting("dividend_cap_percent", DAY, 5, "decision", Evidence.OWN)
    for action, given in ((actions.set_terms, {"terms": terms}), (actions.set_setting, {"setting": setting})):
        with pytest.raises(NotAllowed):
            action(by=make.staff("counter"), now=make.NOW, **given)  # type: ignore[operator]
        action(by=by, now=make.NOW, **given)  # type: ignore[operator]
        with pytest.raises(IntegrityError), transaction.atomic():
            action(by=by, now=make.NOW, **given)  # type: ignore[operator]
    assert queries.setting_on("dividend_cap_percent", DAY) == 5
    assert queries.setting_on("dividend_cap_percent", DAY - timedelta(days=1)) == 6
    member = make.member()
    make.shares(member, 30)
    draft = ledger.Draft("x", "x", DAY, tuple(ledger.Entry(*e) for e in moved("A", member.number, 1, 0)))
    with pytest.raises(ledger.BeyondLimit):
        ledger.post(draft=draft, now=make.NOW)
    for table in ("shareterms", "statutesetting"):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            connection.cursor().execute(f"UPDATE membership_{table} SET source = 'x'")
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareTerms.objects.create(
            **{**_values(terms), "starts_on": BEGINNING + timedelta(days=1), "shares_max": 1}
        )


def _values(terms: Terms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in Terms.__dataclass_fields__}


def test_a_conversion_moves_what_the_worked_example_says() -> None:
    moved_by_place: dict[tuple[str, int], int] = {}
    for account, owner, quantity in conversion("B", "A", 12, 250, 31, Held(250, 1_550_00)):
        moved_by_place[account, owner] = moved_by_place.get((account, owner), 0) + quantity
    assert moved_by_place == {
        ("shares.B", 12): -250,
        ("issued.B", 0): 250,
        ("paid.B", 12): -155_000,
        ("shares.A", 12): 31,
        ("issued.A", 0): -31,
        ("paid.A", 12): 155_000,
        ("share-money", 0): 0,
    }


def test_the_rules_in_figures() -> None:
    assert Held(3, 100).paid_on(1) == 33
    assert Held(3, 100).paid_on(3) == 100
    with pytest.raises(ValueError, match="at most"):
        giving_back("A", 1, 1, Held(2, 100), 51)
    terms = Terms("A", DAY, 60_00, 2, None, HolderKind.PERSON, RefundRule.PAID, True, "", Evidence.OWN)
    asked = ((0, 1), (0, 2), (9, 900), (3, -2), (3, -3), (3, -4))
    answers = [may_hold(terms, *each, is_person=True).code for each in asked]
    assert answers == ["below_minimum", "", "", "below_minimum", "", "too_few"]
    assert [may_hold(terms, *each, is_person=False).code for each in ((0, 2), (2, -2))] == [
        "wrong_holder",
        "",
    ]


def test_without_a_financial_year_in_the_statutes_there_is_none_to_choose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing = SimpleNamespace(FINANCIAL_YEAR_MONTH="no such setting")
    monkeypatch.setattr("commonweal.membership.queries.shares.SettingName", nothing)
    assert queries.ended_years(make.NOW.date()) == []
