"""An exit season from the requests to the books: tests, thresholds, four decisions, cents, who left, what waits on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.kernel.decision import YES, NotAllowed
from commonweal.kernel.money import ShareValue
from commonweal.ledger import queries as books
from commonweal.ledger.models import Operation
from commonweal.membership import actions, queries
from commonweal.membership.actions.flows.exits import SEASONS
from commonweal.membership.models import ExitRequest, ExitSeason, Member
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.statutes import Evidence, HolderKind, RefundRule, Terms
from commonweal.people.models import Event, Person
from tests import factories as make
from tests.membership.share_values import values
from tests.membership.test_exits import MARCH, asked, broken, partial_allowed

pytestmark = pytest.mark.django_db
JULY = datetime(2026, 7, 8, 9, 0, tzinfo=UTC)
EFFECT = date(2026, 6, 30)
REASONS = {"fr": "Trop de demandes.", "nl": "Te veel.", "de": "Zu viele.", "en": "Too many."}


@pytest.fixture(autouse=True)
def founder(db: None) -> Member:
    """The statutes, and a first member who stays, with a hundred shares."""
    made = make.member()
    make.shares(made, 100)
    return made


@pytest.fixture
def secretary(founder: Member) -> Person:
    return make.staff("secretary")


def holder(count: int = 10, joined_on: date = date(2020, 1, 1)) -> Member:
    made = make.member(joined_on=joined_on)
    make.shares(made, count)
    return made


# Equity that may not be paid out, so that the shares are worth what is said of them.
OWN_CENTS = 10_000_000_00


def with_tests(
    season: ExitSeason,
    by: Person,
    *,
    room_cents: int = 1_000_000_00,
    value: int = 62_00,
    now: datetime = JULY,
) -> None:
    """Both tests, leaving so much, with a net asset value for each class."""
    told = {"season": season, "as_of": date(2026, 5, 31), "by": by, "now": now, "document": "accounts 2025"}
    actions.record_test(
        kind=ExitTest.NET_ASSETS,
        have_cents=room_cents + OWN_CENTS,
        keep_cents=OWN_CENTS,
        values=dict.fromkeys("ABC", ShareValue(value * 100)),
        **told,
    )
    actions.record_test(kind=ExitTest.LIQUIDITY, have_cents=room_cents, keep_cents=0, **told)


def decided(season: ExitSeason, by: Person, outcome: Outcome = Outcome.PAY, **changes: Any) -> ExitSeason:
    given = {"decided_on": date(2026, 7, 6), "document": "minutes of 6 July 2026", "now": JULY, **changes}
    reasons = {} if outcome == Outcome.PAY else REASONS
    return actions.decide_season(season=season, outcome=outcome, by=by, **{"reasons": reasons, **given})


def state_of(member: Member, year: int = 2026) -> str:
    return ExitRequest.objects.get(member=member, season__year=year).state


def test_everyone_is_paid_the_lower_of_what_was_paid_and_what_the_shares_are_worth(secretary: Person) -> None:
    anna, old = holder(10), holder(5, date(2011, 1, 1))
    make.shares(old, 20, "B", day=date(2012, 1, 1))
    season = asked(anna).season
    asked(old)
    with_tests(season, secretary, value=37_50)
    season = decided(season, secretary)
    assert (season.state, season.outcome, season.leavers, season.members) == ("decided", "pay", 2, 3)
    assert season.total_cents == 375_00 + 187_50 + 124_00
    assert season.asked_cents == 500_00 + 250_00 + 124_00
    assert season.all_cents == 5_000_00 + 874_00
    assert queries.booked_by_class(season) == {"A": (15, 750_00, 562_50), "B": (20, 124_00, 124_00)}
    for member in (anna, old):
        assert queries.holdings_of([member.number], EFFECT) == {}
        member.refresh_from_db()
        assert member.left_on == EFFECT
        assert state_of(member) == "granted"
    operation = Operation.objects.get(key=f"exit:{season.pk}:{ExitRequest.objects.get(member=anna).pk}")
    moved = books.entries_of(operation)
    assert moved[("share-gain", 0)] == 125_00
    assert moved[("share-money", 0)] == 375_00
    assert (operation.kind, operation.effective_on, operation.document) == (
        MovementKind.REFUND,
        EFFECT,
        "minutes of 6 July 2026",
    )
    assert books.troubles() == []
    assert queries.share_troubles(JULY.date()) == []


def test_a_decision_needs_tests_minutes_a_day_after_the_window_and_reasons(secretary: Person) -> None:
    season = asked(holder()).season
    for _each in range(11):
        make.member()

    def refused(code: str, **changes: Any) -> None:
        with pytest.raises(actions.ExitRefused) as refusal:
            decided(season, secretary, **changes)
        assert refusal.value.code == code

    refused("no_tests")
    with_tests(season, secretary)
    refused("no_document", document=" ")
    refused("wrong_day", decided_on=date(2026, 6, 30))
    refused("wrong_day", decided_on=date(2026, 7, 9))
    refused("no_reason", outcome=Outcome.SUSPEND, reasons={"fr": "Parce que."})
    refused("must_pay", outcome=Outcome.SUSPEND)
    refused("below_threshold", outcome=Outcome.REFUSE)
    with pytest.raises(NotAllowed):
        decided(season, make.staff("finance"))
    decided(season, secretary)
    refused("wrong_state")
    with pytest.raises(actions.ExitRefused) as refusal:
        with_tests(season, secretary)
    assert refusal.value.code == "wrong_state"


def test_a_test_names_its_document_its_day_and_the_value_of_each_capped_class(secretary: Person) -> None:
    season = asked(holder()).season
    good: dict[str, Any] = {
        "season": season,
        "kind": ExitTest.NET_ASSETS,
        "as_of": date(2026, 5, 31),
        "have_cents": 1_000_000_00,
        "keep_cents": 0,
        "document": "accounts",
        "by": secretary,
        "now": JULY,
        "values": values(A="50", C="250"),
    }
    for code, changes in (
        ("no_document", {"document": ""}),
        ("future", {"as_of": date(2026, 7, 9)}),
        ("no_value", {"values": values(A="50")}),
        ("above_net_assets", {"values": values(A="100000.0001", C="250")}),
        ("above_net_assets", {"have_cents": 10_00}),
    ):
        with pytest.raises(actions.ExitRefused) as refusal:
            actions.record_test(**{**good, **changes})
        assert refusal.value.code == code
    with pytest.raises(NotAllowed):
        actions.record_test(**{**good, "by": make.person()})
    first = actions.record_test(**good)
    second = actions.record_test(**{**good, "have_cents": 900_000_00})
    assert queries.latest_tests(season)[ExitTest.NET_ASSETS] == second
    assert queries.room_of(season) is None
    assert (
        broken("UPDATE membership_seasontest SET have_cents = 9 WHERE id = %s", first.pk)
        == "membership_only_grows"
    )


def test_among_equals_who_has_waited_longest_is_served_first(secretary: Person) -> None:
    """Two requests for one share each, and money for one: the earlier one gets it, although it was carried over from a
    season before and so came into this one later."""
    waited, late = holder(1), holder(1)
    asked(late, datetime(2026, 4, 20, 9, tzinfo=UTC))
    season = asked(waited, MARCH).season
    assert ExitRequest.objects.get(member=waited).pk > ExitRequest.objects.get(member=late).pk
    with_tests(season, secretary, room_cents=50_00)
    assert [each.member for each in queries.requests_in(season)] == [waited, late]
    decided(season, secretary, Outcome.PART, budget_cents=50_00)
    assert (state_of(waited), state_of(late)) == ("granted", "queued")
    assert ExitRequest.objects.get(follows__member=late).asked_at.month == 4, "it waits from then on"


def test_a_part_is_paid_in_whole_shares_and_the_rest_waits_on(secretary: Person) -> None:
    big, small, other = holder(10), holder(1), holder(5)
    for member in (big, other, small):
        asked(member)
    season = ExitSeason.objects.get()
    with_tests(season, secretary, room_cents=400_00)
    with pytest.raises(actions.ExitRefused) as refusal:
        decided(season, secretary)
    assert refusal.value.code == "tests_failed"
    season = decided(season, secretary, Outcome.PART, budget_cents=400_00)
    assert queries.booked_by_class(season) == {"A": (8, 400_00, 400_00)}
    assert [state_of(each) for each in (big, small, other)] == ["part", "queued", "part"]
    for member, left in ((big, 5), (small, 1), (other, 2)):
        assert queries.held_on(member.number, "A", EFFECT).shares == left
        member.refresh_from_db()
        assert member.left_on is None
        again = queries.waiting_request(member)
        assert again is not None
        assert (again.season.year, again.share_class, again.asked_at) == (2027, "", MARCH)
        assert again.follows == ExitRequest.objects.get(member=member, season=season)
    request = queries.waiting_request(big)
    actions.withdraw_exit(request=request, by=big.person, now=JULY)  # type: ignore[arg-type]
    assert queries.waiting_request(big) is None


def test_some_shares_of_a_part_wait_on_with_their_number(secretary: Person) -> None:
    partial_allowed()
    member = holder(10)
    asked(member, share_class="A", count=8)
    season = ExitSeason.objects.get()
    with_tests(season, secretary, room_cents=150_00)
    decided(season, secretary, Outcome.PART, budget_cents=150_00)
    again = queries.waiting_request(member)
    assert again is not None
    assert (again.share_class, again.count) == ("A", 5)
    assert queries.held_on(member.number, "A", EFFECT).shares == 7


def test_some_shares_given_back_leave_a_member_and_all_of_them_do_not(secretary: Person) -> None:
    partial_allowed()
    stays, goes = holder(10), holder(10)
    asked(stays, share_class="A", count=4)
    asked(goes, share_class="A", count=10)
    season = ExitSeason.objects.get()
    with_tests(season, secretary)
    decided(season, secretary)
    for member, left in ((stays, None), (goes, EFFECT)):
        member.refresh_from_db()
        assert member.left_on == left


def test_the_whole_season_waits_when_the_tests_leave_nothing(secretary: Person) -> None:
    member = holder()
    season = asked(member).season
    with_tests(season, secretary, room_cents=0)
    with pytest.raises(actions.ExitRefused) as refusal:
        decided(season, secretary, Outcome.PART, budget_cents=1)
    assert refusal.value.code == "budget"
    decided(season, secretary, Outcome.SUSPEND)
    assert state_of(member) == "queued"
    assert state_of(member, 2027) == "waiting"
    assert queries.held_on(member.number, "A", EFFECT).shares == 10
    assert not Operation.objects.filter(key__startswith="exit:").exists()


def test_past_the_rules_the_database_pays_no_season_beyond_its_tests(
    secretary: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    season = asked(holder()).season
    with_tests(season, secretary, room_cents=499_99)
    monkeypatch.setitem(SEASONS.guards, "window_closed_and_tests", lambda row, now, deciding: YES)  # type: ignore[call-overload]

    def paid() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            decided(season, secretary)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="both tests leave what season 2026 pays"):
        paid()
    assert not Operation.objects.filter(key__startswith="exit:").exists()


def test_above_the_threshold_the_board_may_refuse_and_members_may_ask_again(secretary: Person) -> None:
    member = holder(12)
    season = asked(member).season
    with_tests(season, secretary)
    season = decided(season, secretary, Outcome.REFUSE)
    assert season.reasons == REASONS
    assert state_of(member) == "refused"
    assert queries.waiting_request(member) is None
    assert asked(member, JULY).season.year == 2027


def test_seasons_are_decided_in_order(secretary: Person) -> None:
    late = holder()
    asked(late, datetime(2025, 3, 1, tzinfo=UTC))
    season = asked(holder()).season
    with_tests(season, secretary)
    with pytest.raises(actions.ExitRefused) as refusal:
        decided(season, secretary)
    assert refusal.value.code == "earlier"


def test_what_moved_meanwhile_is_not_given_back_twice(founder: Member, secretary: Person) -> None:
    giver, emptied, grown = holder(10), holder(10), holder(10)
    for member in (giver, emptied, grown):
        asked(member)
    Member.objects.filter(pk=founder.pk).update(left_on=None)
    taker = make.member()
    for member, count in ((giver, 4), (emptied, 10)):
        make.shares(member, count, kind=MovementKind.TRANSFER, day=date(2026, 7, 1), counterpart=taker)
    # Nothing brings shares to who leaves with all, but what an old register says of itself.
    row = actions.LoadedMovement(
        "old:1", MovementKind.SUBSCRIPTION, grown.number, "A", 2, 100_00, date(2026, 7, 2)
    )
    actions.load_movements(rows=[row], by=None, now=make.NOW)
    season = ExitSeason.objects.get()
    with_tests(season, secretary)
    season = decided(season, secretary)
    assert queries.booked_by_class(season) == {"A": (16, 800_00, 800_00)}
    lefts = []
    for member in (giver, emptied, grown):
        member.refresh_from_db()
        lefts.append(member.left_on)
        assert state_of(member) == "granted"
    assert lefts == [EFFECT, EFFECT, None]
    assert queries.held_on(grown.number, "A", date(2026, 7, 8)).shares == 2
    assert books.troubles() == []


def test_whoever_passed_all_on_has_nothing_to_wait_for(secretary: Person) -> None:
    emptied, other = holder(10), holder(10)
    asked(emptied)
    asked(other)
    make.shares(emptied, 10, kind=MovementKind.TRANSFER, day=date(2026, 4, 1), counterpart=make.member())
    season = ExitSeason.objects.get()
    with_tests(season, secretary, room_cents=0)
    decided(season, secretary, Outcome.SUSPEND)
    assert [state_of(emptied), state_of(other)] == ["granted", "queued"]


def test_a_class_refunded_in_kind_is_left_to_be_decided_by_hand(secretary: Person) -> None:
    in_kind = Terms(
        *("D", date(2000, 1, 1), 18_59, 1, None, HolderKind.ANYONE, RefundRule.IN_KIND, True),
        source="Statuts/statuten",
        evidence=Evidence.OWN,
    )
    actions.set_terms(terms=in_kind, by=None, now=make.NOW)
    member = holder(10)
    make.shares(member, 3, "D")
    season = asked(member).season
    with_tests(season, secretary)
    plan = queries.planned_season(season, queries.classes(), Outcome.PAY, None)
    assert [(each.by_hand, each.left, each.state) for each in plan.answers] == [(3, 3, "granted")]
    assert plan.by_class()["D"] == (3, 0, 0, 0)
    decided(season, secretary)
    assert queries.holdings_of([member.number], EFFECT)[member.number].keys() == {"D"}
    # By hand, in two times: with the last of them the membership ends, on the day of that booking.
    other = holder(10)
    for owner, count, day, left_on in (
        (other, 10, EFFECT, None),
        (member, 2, EFFECT, None),
        (member, 1, date(2026, 7, 7), date(2026, 7, 7)),
    ):
        code = "A" if owner == other else "D"
        movement = actions.Movement(MovementKind.REFUND, code, day, count, document="board 6 July")
        key = f"hand:{owner.pk}:{count}"
        actions.book_movement(member=owner, movement=movement, key=key, by=secretary, now=JULY)
        owner.refresh_from_db()
        # Who did not ask to leave has not left: they may buy again.
        assert owner.left_on == left_on
    assert queries.share_troubles(JULY.date()) == []


def test_a_booking_that_breaks_off_leaves_nothing_behind_and_is_done_again(
    secretary: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = holder()
    season = asked(member).season
    with_tests(season, secretary)

    def broken_off(**_given: Any) -> int:
        raise ConnectionError

    from commonweal.membership.actions import seasons

    with monkeypatch.context() as patch:
        patch.setattr(seasons.ledger, "post_many", broken_off)
        with pytest.raises(ConnectionError):
            decided(season, secretary)
    season.refresh_from_db()
    member.refresh_from_db()
    assert (season.state, state_of(member), member.left_on) == ("collecting", "waiting", None)
    assert not Event.objects.filter(name="SeasonDecided").exists()
    decided(season, secretary)
    assert state_of(member) == "granted"


def test_a_season_costs_as_many_queries_for_one_as_for_five(
    secretary: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _each in range(5):
        asked(holder(1))
    season = ExitSeason.objects.get()
    with_tests(season, secretary)
    with django_assert_max_num_queries(45):
        decided(season, secretary)
    assert ExitRequest.objects.filter(state="granted").count() == 5


def test_the_database_takes_no_refund_back(secretary: Person) -> None:
    season = asked(holder()).season
    with_tests(season, secretary)
    decided(season, secretary)
    assert broken("UPDATE membership_exitrefund SET cents = 1") == "membership_only_grows"
    assert broken("DELETE FROM membership_exitrefund") == "membership_only_grows"
    assert broken("UPDATE membership_exitrequest SET state = 'paid'") == "exit_request_moves"
