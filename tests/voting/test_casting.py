"""Casting and replacing a vote: one vote a member, sealed, until the announced hour."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.people.models import Event
from commonweal.voting import actions
from commonweal.voting.models import Ballot, Envelope, Vote, Voter
from commonweal.voting.rules.choices import tidy
from tests import factories as make


def cast(ballot: Ballot, voter: Voter, numbers: tuple[int, ...] = (1,), now: Any = None) -> None:
    actions.cast_vote(
        ballot=ballot,
        voter=voter,
        choice=tidy((number, 1) for number in numbers),
        code=actions.new_code(),
        by=voter.member.person if voter.member else None,
        now=lambda: now or make.NOW,
    )


@pytest.mark.django_db
def test_a_vote_lies_sealed_in_the_box() -> None:
    ballot, _sheets = make.open_ballot()
    voter = make.voters(ballot)[0]
    cast(ballot, voter)
    assert Vote.objects.get().voter == voter
    assert len(bytes(Envelope.objects.get().sealed)) > 60


@pytest.mark.django_db
def test_a_second_vote_replaces_the_first() -> None:
    ballot, _sheets = make.open_ballot()
    voter = make.voters(ballot)[0]
    cast(ballot, voter, (1,))
    first = bytes(Envelope.objects.get().sealed)
    cast(ballot, voter, (2, 3))
    assert Vote.objects.count() == 1
    assert bytes(Envelope.objects.get().sealed) != first
    assert list(Event.objects.filter(name__startswith="Vote").values_list("name", flat=True)) == [
        "VoteCast",
        "VoteReplaced",
    ]


@pytest.mark.django_db
def test_replacing_a_vote_fails_no_statement_that_the_server_would_write_down() -> None:
    ballot, _sheets = make.open_ballot()
    voter = make.voters(ballot)[0]
    cast(ballot, voter, (1,))
    failed: list[str] = []

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        try:
            return execute(sql, *rest)
        except DatabaseError:
            failed.append(sql)
            raise

    with connection.execute_wrapper(listen):
        cast(ballot, voter, (2, 3))
    assert failed == []


@pytest.mark.django_db
def test_what_the_database_refuses_is_not_told_as_a_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    ballot, _sheets = make.open_ballot()
    monkeypatch.setattr("commonweal.voting.actions.votes.sealed", lambda *_given: b"0123456789")
    with pytest.raises(IntegrityError), transaction.atomic():
        cast(ballot, make.voters(ballot)[0])
    assert not Vote.objects.exists()
    assert not Event.objects.filter(name__startswith="Vote").exists()


@pytest.mark.django_db
def test_every_envelope_of_a_ballot_has_the_same_length() -> None:
    ballot, _sheets = make.open_ballot()
    for voter, numbers in zip(make.voters(ballot), ((1,), (1, 2), (1, 2, 3)), strict=True):
        cast(ballot, voter, numbers)
    assert len({len(bytes(sealed)) for sealed in Envelope.objects.values_list("sealed", flat=True)}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "code"), [(0, "closed"), (1, "closed")])
def test_at_the_announced_hour_the_box_is_closed(minutes: int, code: str) -> None:
    ballot, _sheets = make.open_ballot()
    with pytest.raises(NotAllowed) as refusal:
        cast(ballot, make.voters(ballot)[0], now=ballot.closes_at + timedelta(minutes=minutes))
    assert refusal.value.code == code
    assert not Vote.objects.exists()
    cast(ballot, make.voters(ballot)[0], now=ballot.closes_at - timedelta(seconds=1))


@pytest.mark.django_db
def test_someone_who_is_not_on_the_roll_cannot_vote() -> None:
    ballot, _sheets = make.open_ballot()
    with pytest.raises(NotAllowed) as refusal:
        actions.cast_vote(
            ballot=ballot,
            voter=None,
            choice=((1, 1),),
            code=actions.new_code(),
            by=None,
            now=lambda: make.NOW,
        )
    assert refusal.value.code == "not_on_roll"


@pytest.mark.django_db
@pytest.mark.parametrize("numbers", [(), (1, 2, 3, 4), (99,)])
def test_a_choice_the_form_does_not_allow_is_refused(numbers: tuple[int, ...]) -> None:
    ballot, _sheets = make.open_ballot()
    with pytest.raises(actions.ChoiceNotAllowed):
        cast(ballot, make.voters(ballot)[0], numbers)
    assert not Envelope.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE voting_ballot SET budget_cents = 1",
        "UPDATE voting_ballot SET bylaw = '{}'",
        "UPDATE voting_ballot SET closes_at = closes_at + interval '1 day'",
        "UPDATE voting_ballot SET state = 'prepared'",
        "UPDATE voting_ballot SET state = 'published'",
        "DELETE FROM voting_ballot",
        "UPDATE voting_option SET cost_cents = 5",
        "DELETE FROM voting_option",
        "UPDATE voting_voter SET region = 'x'",
        "INSERT INTO voting_voter (ballot_id, reference, region, age_band) SELECT id, 'x', '', '' FROM voting_ballot",
        "DELETE FROM voting_vote",
        "INSERT INTO voting_envelope (id, ballot_id, sealed) SELECT gen_random_uuid(), id, 'x' FROM voting_ballot",
        "UPDATE people_event SET name = 'x'",
        "DELETE FROM people_event",
    ],
)
def test_the_database_itself_refuses_to_touch_an_open_ballot(sql: str) -> None:
    ballot, _sheets = make.open_ballot()
    cast(ballot, make.voters(ballot)[0])
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert getattr(refused.value.__cause__, "sqlstate", "") == "P0001"


@pytest.mark.django_db
def test_a_closed_box_takes_no_vote_even_past_the_application() -> None:
    ballot, _sheets = make.open_ballot()
    voter, other, *_ = make.voters(ballot)
    cast(ballot, voter)
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    with pytest.raises(ProgrammingError, match="not open"), transaction.atomic():
        Vote.objects.create(voter=other, channel="web", cast_at=make.NOW)
    with pytest.raises(ProgrammingError, match="not open"), transaction.atomic():
        Envelope.objects.update(sealed=b"x")
    with pytest.raises(ProgrammingError, match="stay in the box"), transaction.atomic():
        Envelope.objects.all().delete()


def _cast_side_by_side(ballot: Ballot, voter: Voter, times: int) -> None:
    def once(number: int) -> None:
        try:
            cast(ballot, voter, (1 + number % 3,))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        for _done in pool.map(once, range(times)):
            pass


@pytest.mark.django_db(transaction=True)
def test_sixty_four_votes_of_one_member_at_once_leave_one() -> None:
    ballot, _sheets = make.open_ballot()
    _cast_side_by_side(ballot, make.voters(ballot)[0], 64)
    assert Vote.objects.count() == 1
    assert Envelope.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_sixty_four_votes_leave_more_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above: it would notice if the database stopped guarding."""
    # Each sees that there is no vote yet, as those do who ask at the same moment.
    monkeypatch.setattr("commonweal.voting.actions.votes._replaced", lambda *_given: False)
    ballot, _sheets = make.open_ballot()
    field = Vote._meta.get_field("voter")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'voting_vote'::regclass AND contype = 'u'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE voting_vote DROP CONSTRAINT "{name}"')
    try:
        _cast_side_by_side(ballot, make.voters(ballot)[0], 64)
        assert Vote.objects.count() > 1
    finally:
        with connection.cursor() as cursor:
            # The guards refuse this from everyone, so the server is told to act as a copy of another.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("TRUNCATE voting_envelope, voting_vote")
            cursor.execute("SET session_replication_role = origin")
            cursor.execute(f'ALTER TABLE voting_vote ADD CONSTRAINT "{name}" UNIQUE ({field.column})')
