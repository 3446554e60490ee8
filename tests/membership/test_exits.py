"""Asking to leave and taking it back: who may, when, once at a time; and what the database keeps of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions, queries
from commonweal.membership.models import ExitRefund, ExitRequest, ExitSeason, Member, SeasonTest
from commonweal.membership.rules.statutes import Evidence, Setting
from commonweal.membership.states import EXIT
from commonweal.people.models import Event
from commonweal.people.rules import Channel
from tests import factories as make

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _statutes(db: None) -> None:
    make.member()


@pytest.fixture
def member() -> Member:
    """A member with ten shares, who joined after the founder."""
    made = make.member(joined_on=date(2020, 1, 1))
    make.shares(made, 10)
    return made


def asked(member: Member, now: datetime = MARCH, **changes: Any) -> ExitRequest:
    return actions.ask_to_leave(member=member, now=now, by=changes.pop("by", member.person), **changes)


def partial_allowed() -> None:
    setting = Setting("exit_partial", date(2026, 1, 1), True, "Statuts/statuten", Evidence.OWN)
    actions.set_setting(setting=setting, by=None, now=make.NOW)


def test_a_request_waits_for_the_season_of_its_window(member: Member) -> None:
    request = asked(member)
    season = request.season
    assert (request.state, request.channel, season.year) == ("waiting", "web", 2026)
    assert (season.closes_on, season.effect_on, season.pay_by) == (
        date(2026, 6, 30),
        date(2026, 6, 30),
        date(2026, 7, 31),
    )
    assert queries.waiting_request(member) == request
    assert Event.objects.filter(name="ExitAsked", subject=f"member:{member.pk}").count() == 1
    late = make.member()
    make.shares(late, 1)
    assert asked(late, JULY).season.year == 2027


def test_the_last_evening_of_the_window_counts_in_belgium(member: Member) -> None:
    other = make.member(joined_on=date(2020, 1, 1))
    make.shares(other, 1)
    assert asked(member, datetime(2026, 6, 30, 21, 59, tzinfo=UTC)).season.year == 2026
    assert asked(other, datetime(2026, 6, 30, 22, 1, tzinfo=UTC)).season.year == 2027


def test_one_request_at_a_time_and_again_after_taking_it_back(member: Member) -> None:
    first = asked(member)
    with pytest.raises(actions.ExitRefused) as refused:
        asked(member)
    assert refused.value.code == "asked"
    actions.withdraw_exit(request=first, by=member.person, now=MARCH)  # type: ignore[arg-type]
    first.refresh_from_db()
    assert (first.state, first.closed_at) == ("withdrawn", MARCH)
    assert asked(member).pk != first.pk
    assert [each.state for each in queries.requests_of(member)] == ["waiting", "withdrawn"]
    with pytest.raises(actions.ExitRefused) as refused:
        actions.withdraw_exit(request=first, by=member.person, now=MARCH)  # type: ignore[arg-type]
    assert refused.value.code == "wrong_state"


def test_a_request_is_taken_back_until_the_window_closes_and_not_later(member: Member) -> None:
    request = asked(member)
    with pytest.raises(actions.ExitRefused) as refused:
        actions.withdraw_exit(request=request, by=member.person, now=JULY)  # type: ignore[arg-type]
    assert refused.value.code == "too_late"
    last = datetime(2026, 6, 30, 12, tzinfo=UTC)
    assert actions.withdraw_exit(request=request, by=member.person, now=last).state == "withdrawn"  # type: ignore[arg-type]


def test_a_part_only_where_the_statutes_allow_it(member: Member) -> None:
    with pytest.raises(actions.ExitRefused) as refused:
        asked(member, share_class="A", count=4)
    assert refused.value.code == "no_part"
    partial_allowed()
    request = asked(member, share_class="A", count=4)
    assert (request.share_class, request.count) == ("A", 4)


def test_minors_need_the_justice_of_the_peace_and_paper_needs_its_name() -> None:
    minor = make.member(make.person(born_on=date(2012, 1, 1)), joined_on=date(2020, 1, 1))
    make.shares(minor, 2)
    counter = make.staff("counter")
    for changes, code in (
        ({}, "minor"),
        ({"by": counter, "channel": Channel.COUNTER}, "minor"),
        ({"by": counter, "channel": Channel.PAPER}, "no_document"),
    ):
        with pytest.raises(actions.ExitRefused) as refused:
            asked(minor, **changes)
        assert refused.value.code == code
    request = asked(minor, by=counter, channel=Channel.PAPER, document="order of 3 February 2026")
    assert (request.asked_by, request.document) == (counter, "order of 3 February 2026")


def test_who_may_not_ask(member: Member) -> None:
    with pytest.raises(NotAllowed):
        asked(member, by=make.person())
    empty = make.member()
    with pytest.raises(actions.ExitRefused) as refused:
        asked(empty)
    assert refused.value.code == "no_shares"
    Member.objects.filter(pk=member.pk).update(left_on=date(2026, 1, 1))
    with pytest.raises(actions.ExitRefused) as refused:
        asked(member)
    assert refused.value.code == "left"
    with pytest.raises(actions.ExitRefused) as refused:
        asked(member, datetime(2018, 3, 1, tzinfo=UTC))
    assert refused.value.code == "no_statutes"


def test_the_first_member_is_a_founder_and_locked_for_two_financial_years() -> None:
    Member.objects.get(number=1).delete()
    founder = make.member(joined_on=date(2025, 5, 1))
    assert founder.number == 1
    make.shares(founder, 1, day=date(2025, 6, 1))
    with pytest.raises(actions.ExitRefused) as refused:
        asked(founder)
    assert refused.value.code == "founder"
    assert asked(founder, JULY).season.year == 2027


def test_who_speaks_for_an_organisation_asks_for_it() -> None:
    speaker = make.person()
    cooperative = make.organisation(speaker, "Les Toits")
    member = actions.admit_member(
        organisation=cooperative,
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2020, 1, 1),
        by=None,
        now=make.NOW,
    )
    make.shares(member, 2, "C")
    assert asked(member, by=speaker).state == "waiting"


def _run(statement: str, values: tuple[Any, ...]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # What this test wrote before is checked first, so that only the statement itself is refused.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def broken(statement: str, *values: Any) -> str:
    """The constraint by which the database refuses a statement."""
    with pytest.raises(IntegrityError) as refused:
        _run(statement, values)
    return str(getattr(getattr(refused.value.__cause__, "diag", None), "constraint_name", ""))


def test_the_database_keeps_what_was_asked(member: Member) -> None:
    request = asked(member)
    table = "membership_exitrequest"
    row = f"UPDATE {table} SET closed_at = now(), state = %s WHERE id = {request.pk}"
    for move in EXIT.moves:
        if "waiting" in move.sources and move.who == "board":
            assert broken(row, move.target) == "exit_request_moves", move.name
    assert broken(row, "paid") == "exit_request_moves"
    assert broken(f"UPDATE {table} SET member_id = 1 WHERE id = %s", request.pk) == "exit_request_frozen"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    assert broken(f"TRUNCATE {table} CASCADE") == "membership_only_grows"
    again = (
        f"INSERT INTO {table} (season_id, member_id, share_class, count, state, asked_at, channel, document) "
        "VALUES (%s, %s, %s, %s, %s, now(), 'web', '')"
    )
    season = request.season_id
    assert broken(again, season, member.pk, "", None, "waiting") == "exit_request_once_at_a_time"
    other = make.member().pk
    assert broken(again, season, other, "", 3, "waiting") == "exit_request_all_or_some"
    assert broken(again, season, other, "A", None, "waiting") == "exit_request_all_or_some"
    assert broken(again, season, other, "", None, "granted") == "begins_in_its_first_state"
    columns = "request_id, share_class, shares, paid_cents, cents"
    refund = f"INSERT INTO membership_exitrefund ({columns}) VALUES ({request.pk}, 'A', 1, 50, %s)"
    assert broken(refund, 50) == "exit_refund_is_due"
    assert broken(refund, 51) == "exit_refund_at_most_paid"


def test_the_database_keeps_a_season(member: Member) -> None:
    season = asked(member).season
    table, names = (
        "membership_exitseason",
        "asked_cents, all_cents, leavers, members, total_cents, room_cents",
    )
    decide = (
        f"UPDATE {table} SET state = 'decided', outcome = 'pay', document = 'minutes', decided_at = now(), "
        f"decided_by_id = {member.person_id}, "
        f"({names}) = (1, 1, 1, 1, 1, 1), decided_on = %s WHERE id = {season.pk}"
    )
    assert broken(decide, "2026-06-30") == "exit_season_decided_once"
    assert broken(decide, "2026-07-02") == "exit_season_answers_all"
    assert broken(f"UPDATE {table} SET closes_on = '2026-05-31'") == "exit_season_decided_once"
    assert (
        broken(f"UPDATE {table} SET state = 'decided', decided_on = '2026-07-02'")
        == "exit_season_decided_whole"
    )
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    actions.withdraw_exit(request=queries.waiting_request(member), by=member.person, now=MARCH)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(decide, ["2026-07-02"])
    assert broken(f"UPDATE {table} SET document = 'other'") == "exit_season_frozen"
    late = (
        "INSERT INTO membership_exitrequest (season_id, member_id, share_class, state, asked_at, channel, document) "
        f"VALUES ({season.pk}, {member.pk}, '', 'waiting', now(), 'web', '')"
    )
    assert broken(late) == "exit_request_in_time"
    assert ExitSeason.objects.get().state == "decided"
    assert asked(member).season.year == 2027
    assert not SeasonTest.objects.exists()
    assert not ExitRefund.objects.exists()
