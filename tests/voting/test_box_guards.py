"""What the database itself refuses of roll, box, options, count and audit trail: being emptied, and garbage."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from commonweal.voting import actions
from commonweal.voting.models import Ballot, Count, Envelope, Option, Vote
from commonweal.voting.rules.choices import Form
from commonweal.voting.rules.envelopes import sealed_length
from tests import factories as make
from tests.voting.steps import cast, counted, opened
from tests.voting.test_access import ballot_in

pytestmark = pytest.mark.django_db
TABLES = [
    *("voting_ballot", "voting_option", "voting_voter", "voting_vote", "voting_envelope"),
    *("voting_papersheet", "voting_count", "people_event"),
]


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("more", ["", " CASCADE", " RESTART IDENTITY CASCADE"])
def test_no_table_of_a_vote_is_emptied(table: str, more: str) -> None:
    ballot, sheets = make.open_ballot()
    cast(ballot, make.voters(ballot)[0])
    counted(ballot, sheets)
    with connection.cursor() as cursor:
        # A row that is still to be checked at the end of the transaction would keep the table from being emptied.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError) as refused:
        run(f"TRUNCATE {table}{more}")
    if more:
        said = str(refused.value)
        assert "never emptied" in said or "only grows" in said, said
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0 or table == "voting_papersheet"


def test_several_tables_at_once_are_not_emptied_either() -> None:
    make.open_ballot()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=r"never emptied|only grows"):
        run(f"TRUNCATE {', '.join(TABLES)} CASCADE")


@pytest.mark.parametrize("change", [-70, -1, 1, 4, 100])
def test_an_envelope_of_another_length_does_not_come_into_the_box(change: int) -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    voter, other, *_rest = make.voters(ballot)
    cast(ballot, voter)
    actions.hand_out_paper(ballot=ballot, voter=other, by=make.staff("counter"), now=make.NOW)
    right = sealed_length(3)
    assert len(bytes(Envelope.objects.get().sealed)) == right
    garbage = os.urandom(right + change)
    with pytest.raises(IntegrityError, match="envelope"), transaction.atomic():
        Envelope.objects.create(ballot=ballot, vote=None, sealed=garbage)
    with pytest.raises(IntegrityError, match="envelope"), transaction.atomic():
        Envelope.objects.update(sealed=garbage)
    type_sheet(ballot)
    assert {len(bytes(sealed)) for sealed in Envelope.objects.values_list("sealed", flat=True)} == {right}


def type_sheet(ballot: Ballot) -> None:
    """A sheet typed by two people."""
    typed = {"ballot": ballot, "number": 1, "choice": ((1, 1),), "now": make.NOW}
    control = actions.type_sheet_first(**typed, by=make.staff("counter"))
    actions.type_sheet_second(**typed, control=control, by=make.staff("counter"))


GARBAGE = [
    "INSERT INTO voting_envelope (id, ballot_id, sealed) SELECT gen_random_uuid(), id, 'x' FROM voting_ballot",
    "INSERT INTO voting_vote (voter_id, channel, cast_at) SELECT max(id), 'pigeon', now() FROM voting_voter",
    "INSERT INTO people_event (name, subject, at, channel, data) VALUES ('', 'x:1', now(), 'web', '{}')",
    "INSERT INTO people_event (name, subject, at, channel, data) VALUES ('VoteCast', '', now(), 'web', '{}')",
    "INSERT INTO people_event (name, subject, at, channel, data) VALUES ('VoteCast', 'x:1', now(), 'web', '[1]')",
    "INSERT INTO voting_count (ballot_id, file, file_hash, votes_count, result, turnout, counted_at) "
    "SELECT id, 'x', 'x', 0, '{}', '{}', now() FROM voting_ballot",
    "INSERT INTO voting_option (ballot_id, number, subject, title, language, cost_cents, category, places) "
    "SELECT id, 9, 'x', 'x', 'fr', 1, '', '{}' FROM voting_ballot",
]


@pytest.mark.parametrize("sql", GARBAGE)
def test_garbage_is_refused_whoever_writes_it(sql: str) -> None:
    ballot, _sheets = make.open_ballot()
    cast(ballot, make.voters(ballot)[0])
    with pytest.raises(DatabaseError):
        run(sql)


@pytest.mark.parametrize(
    ("number", "subject", "title"),
    [(0, "x:1", "A"), (20_001, "x:1", "A"), (1, "", "A"), (1, "x:1", "")],
)
def test_an_option_without_number_subject_or_title_is_refused(number: int, subject: str, title: str) -> None:
    prepared = Ballot.objects.create(
        subject="test:prepared",
        titles={},
        form="approval",
        budget_cents=1,
        bylaw={},
        opens_at=make.NOW,
        closes_at=make.NOW.replace(year=2027),
    )
    with pytest.raises(IntegrityError, match="option_numbered_and_named"):
        run(
            "INSERT INTO voting_option (ballot_id, number, subject, title, language, cost_cents, category, places) "
            "VALUES (%s, %s, %s, %s, 'fr', 1, '', '{}')",
            *(prepared.pk, number, subject, title),
        )
    with pytest.raises(IntegrityError, match="ballot_key_is_whole"):
        run("UPDATE voting_ballot SET public_key = 'short' WHERE id = %s", prepared.pk)


@pytest.mark.parametrize(("votes", "digest"), [(2, None), (1, "0" * 64)])
def test_a_count_is_of_all_envelopes_and_has_its_files_hash(votes: int, digest: str | None) -> None:
    ballot, sheets = make.open_ballot()
    cast(ballot, make.voters(ballot)[0])
    opened(ballot, sheets)
    file_hash = digest or "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    given: dict[str, Any] = {"result": {}, "turnout": {}, "counted_at": make.NOW, "file": "test"}
    with pytest.raises(IntegrityError, match="all envelopes"), transaction.atomic():
        Count.objects.create(ballot=ballot, votes_count=votes, file_hash=file_hash, **given)
    if digest is None:
        Count.objects.create(ballot=ballot, votes_count=1, file_hash=file_hash, **given)
    assert Vote.objects.count() == 1


def test_a_box_is_handed_over_once_when_it_is_closed_and_nothing_comes_into_it_then() -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    actions.hand_out_paper(
        ballot=ballot, voter=make.voters(ballot)[0], by=make.staff("counter"), now=make.NOW
    )
    handed = "UPDATE voting_ballot SET box_hash = %s"
    with pytest.raises(DatabaseError, match="when it is closed"):
        run(handed, "a" * 64)
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    with pytest.raises(DatabaseError, match="only moves forward"):
        run("UPDATE voting_ballot SET state = 'counted'")
    with pytest.raises(DatabaseError, match="once"):
        run(handed, "a" * 64)
    with pytest.raises(IntegrityError, match="ballot_handed_over_has_fingerprint"):
        run("UPDATE voting_ballot SET state = 'handed_over'")
    with pytest.raises(IntegrityError, match="ballot_box_hash_is_one"):
        run("UPDATE voting_ballot SET state = 'handed_over', box_hash = 'A box'")
    ballot = actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at)
    for other in ("a" * 64, ""):
        with pytest.raises(DatabaseError, match="once"):
            run(handed, other)
    with pytest.raises(DatabaseError, match="nothing is added"), transaction.atomic():
        Envelope.objects.create(ballot=ballot, vote=None, sealed=os.urandom(sealed_length(3)))


def wait_for_a_lock() -> None:
    """Until another connection waits for this one, or ten seconds have passed."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
        time.sleep(0.05)


def test_no_row_moves_to_another_ballot() -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    cast(ballot, make.voters(ballot)[0])
    paper = make.voters(ballot)[1]
    clerk = make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=paper, by=clerk, now=make.NOW)
    actions.type_sheet_first(ballot=ballot, number=1, choice=((1, 1),), by=clerk, now=make.NOW)
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    other, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    cast(other, make.voters(other)[0])
    vote = Vote.objects.get(voter__ballot=other)
    prepared = ballot_in("prepared")
    for moved in (
        f"UPDATE voting_envelope SET ballot_id = {other.pk}, vote_id = {vote.pk} WHERE ballot_id = {ballot.pk}",
        f"UPDATE voting_envelope SET vote_id = NULL WHERE ballot_id = {ballot.pk}",
        f"UPDATE voting_envelope SET id = gen_random_uuid() WHERE ballot_id = {ballot.pk}",
        f"UPDATE voting_vote SET voter_id = {make.voters(other)[1].pk} WHERE voter_id = {paper.pk}",
        f"UPDATE voting_option SET ballot_id = {prepared.pk} WHERE ballot_id = {ballot.pk}",
        f"UPDATE voting_voter SET ballot_id = {prepared.pk} WHERE ballot_id = {ballot.pk}",
        f"UPDATE voting_papersheet SET ballot_id = {other.pk} WHERE ballot_id = {ballot.pk}",
    ):
        with pytest.raises(DatabaseError, match=r"stays where it is|never changed|is not open"):
            run(moved)
    other.pk, other.subject, other.state, other.box_hash = None, "another", "prepared", "a" * 64
    other.public_key, other.frozen_hash = None, ""
    with pytest.raises(IntegrityError, match="ballot_handed_over_has_fingerprint"), transaction.atomic():
        other.save()


@pytest.mark.django_db(transaction=True)
def test_a_sheet_typed_while_the_box_is_handed_over_does_not_come_into_it() -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    actions.hand_out_paper(
        ballot=ballot, voter=make.voters(ballot)[0], by=make.staff("counter"), now=make.NOW
    )
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    refused: list[str] = []

    def typed() -> None:
        try:
            Envelope.objects.create(ballot=ballot, vote=None, sealed=os.urandom(sealed_length(3)))
        except DatabaseError as trouble:
            refused.append(str(trouble))
        finally:
            connection.close()

    typing = threading.Thread(target=typed)
    with transaction.atomic():
        actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at)
        typing.start()
        wait_for_a_lock()
    typing.join(timeout=30)
    assert "nothing is added" in refused[0]
    assert not Envelope.objects.exists()


SHEETS = [
    ("UPDATE voting_papersheet SET number = 9", "first typing stays", "sheet typed by two"),
    ("UPDATE voting_papersheet SET first_at = now()", "first typing stays", "sheet typed by two"),
    ("DELETE FROM voting_papersheet", "", "sheet typed by two"),
    ("UPDATE voting_papersheet SET second_at = NULL, second_by_id = NULL", "", "sheet typed by two"),
]


@pytest.mark.parametrize(("sql", "once", "twice"), SHEETS)
def test_a_sheet_in_the_box_is_neither_taken_out_nor_typed_again(sql: str, once: str, twice: str) -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    clerk, other = make.staff("counter"), make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=make.voters(ballot)[0], by=clerk, now=make.NOW)
    typed = {"ballot": ballot, "number": 1, "choice": ((1, 1),), "now": make.NOW}
    control = actions.type_sheet_first(**typed, by=clerk)
    if once:
        with pytest.raises(DatabaseError, match=once):
            run(sql)
    actions.type_sheet_second(**typed, control=control, by=other)
    with pytest.raises(DatabaseError, match=twice):
        run(sql)
    with pytest.raises(DatabaseError, match="never changed"):
        run("UPDATE voting_envelope SET id = gen_random_uuid()")


def test_an_envelope_of_paper_is_of_a_sheet_that_two_people_typed() -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    clerk, other = make.staff("counter"), make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=make.voters(ballot)[0], by=clerk, now=make.NOW)
    with pytest.raises(DatabaseError, match="begins open"):
        run(
            "INSERT INTO voting_papersheet (ballot_id, number, salt, commitment, first_by_id, first_at, "
            "second_by_id, second_at) VALUES (%s, 1, '', '', %s, now(), %s, now())",
            *(ballot.pk, clerk.pk, other.pk),
        )
    typed = {"ballot": ballot, "number": 1, "choice": ((1, 1),), "now": make.NOW}
    control = actions.type_sheet_first(**typed, by=clerk)
    with pytest.raises(IntegrityError, match="sheet that two people typed"), transaction.atomic():
        Envelope.objects.create(ballot=ballot, vote=None, sealed=os.urandom(sealed_length(3)))
    with pytest.raises(DatabaseError, match="sheet_sealed_tells_nothing"):
        run("UPDATE voting_papersheet SET second_at = now(), second_by_id = %s", other.pk)
    with pytest.raises(DatabaseError, match="has its envelope"):
        at_the_end(
            "UPDATE voting_papersheet SET second_at = now(), second_by_id = %s, salt = '', commitment = ''",
            other.pk,
        )
    actions.type_sheet_second(**typed, control=control, by=other)
    assert Envelope.objects.filter(ballot=ballot, vote=None).count() == 1


def test_no_sheet_comes_after_the_box_was_handed_over() -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    clerk = make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=make.voters(ballot)[0], by=clerk, now=make.NOW)
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at)
    with pytest.raises(DatabaseError, match="until the box is handed over"):
        run(
            "INSERT INTO voting_papersheet (ballot_id, number, salt, commitment, first_by_id, first_at) "
            "VALUES (%s, 1, 'x', 'x', %s, now())",
            *(ballot.pk, clerk.pk),
        )


def paper(ballot: Ballot, voter: Any) -> None:
    actions.hand_out_paper(ballot=ballot, voter=voter, by=make.staff("counter"), now=make.NOW)


def at_the_end(sql: str, *values: Any) -> None:
    """The same as `run`, with what the database asks at the end of a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_no_vote_has_two_envelopes_by_another_door() -> None:
    ballot, _sheets = make.open_ballot(form=Form("approval", 1, 3))
    web, on_paper, late = make.voters(ballot)
    cast(ballot, web)
    paper(ballot, on_paper)
    with pytest.raises(DatabaseError, match="envelope"):
        at_the_end(
            "UPDATE voting_vote SET channel = 'paper', entered_by_id = %s WHERE voter_id = %s",
            *(make.staff("counter").pk, web.pk),
        )
    with pytest.raises(DatabaseError, match="paper"):
        run("UPDATE voting_vote SET channel = 'paper' WHERE voter_id = %s", web.pk)
    with pytest.raises(DatabaseError, match="paper"):
        run("UPDATE voting_vote SET channel = 'web', entered_by_id = NULL WHERE voter_id = %s", on_paper.pk)
    vote, sealed = Vote.objects.get(voter=on_paper), os.urandom(sealed_length(3))
    with pytest.raises(IntegrityError, match="no envelope of its own"), transaction.atomic():
        Envelope.objects.create(ballot=ballot, vote=vote, sealed=sealed)
    with pytest.raises(DatabaseError, match="envelope"):
        at_the_end("DELETE FROM voting_envelope")
    with pytest.raises(DatabaseError, match="envelope"):
        at_the_end(
            "INSERT INTO voting_vote (voter_id, channel, cast_at) VALUES (%s, 'web', %s)", late.pk, make.NOW
        )
    paper(ballot, web)
    assert (Vote.objects.count(), Envelope.objects.count()) == (2, 0)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "change",
    [
        *("cast_at = '1900-01-01'", "cast_at = '2900-01-01'", "channel = 'counter'", "channel = 'phone'"),
        "entered_by_id = (SELECT min(id) FROM people_person)",
    ],
)
def test_a_vote_keeps_its_door_and_is_cast_within_the_days_of_its_ballot(change: str) -> None:
    ballot, _sheets = make.open_ballot()
    first, second, _third = make.voters(ballot)
    cast(ballot, first)
    paper(ballot, second)
    for voter in (first, second):
        with pytest.raises(DatabaseError):
            run(f"UPDATE voting_vote SET {change} WHERE voter_id = %s", voter.pk)
    with pytest.raises(DatabaseError, match="stays with who handed it out"):
        run("UPDATE voting_vote SET cast_at = cast_at + interval '1 minute' WHERE voter_id = %s", second.pk)


BORN = """INSERT INTO voting_ballot (subject, titles, state, form, choices_min, choices_max, points_total, points_each,
  budget_cents, bylaw, opens_at, closes_at, holders, threshold, frozen_hash, box_hash)
  VALUES (%s, '{}', 'prepared', %s, %s, %s, %s, %s, 1, '{}', now(), now() + interval '1 day', '[]', %s, %s, '')"""


@pytest.mark.parametrize(
    "values",
    [
        ("", "approval", 1, 3, 0, 0, 2, ""),
        ("x:1", "nonsense", 1, 3, 0, 0, 2, ""),
        ("x:1", "approval", 9, 2, 0, 0, 2, ""),
        ("x:1", "approval", 0, 2, 0, 0, 2, ""),
        ("x:1", "approval", 1, 201, 0, 0, 2, ""),
        ("x:1", "points", 1, 3, 0, 0, 2, ""),
        ("x:1", "points", 1, 3, 5, 6, 2, ""),
        ("x:1", "points", 1, 3, 60_001, 6, 2, ""),
        ("x:1", "approval", 1, 3, 0, 0, 0, ""),
        ("x:1", "approval", 1, 3, 0, 0, 1, ""),
        ("x:1", "approval", 1, 3, 0, 0, 2, "zz"),
        ("x:1", "approval", 1, 3, 0, 0, 2, "a" * 64),
    ],
)
def test_a_ballot_whose_form_makes_no_sense_or_that_is_born_frozen_is_refused(
    values: tuple[Any, ...],
) -> None:
    with pytest.raises(IntegrityError):
        run(BORN, *values)
    run(BORN, "x:1", "points", 1, 3, 6, 6, 2, "")


def test_a_ballot_opens_and_is_counted_with_what_it_needs() -> None:
    run(BORN, "x:1", "approval", 1, 3, 0, 0, 2, "")
    opening = "UPDATE voting_ballot SET state = 'open', public_key = %s, frozen_hash = %s, holders = %s"
    with pytest.raises(IntegrityError, match="opens with options"):
        run(opening, b"k" * 32, "a" * 64, '["Ann", "Bo"]')
    Option.objects.create(
        ballot=Ballot.objects.get(), number=1, subject="x:2", title="A", language="fr", cost_cents=1
    )
    for holders in ("{}", "[]", '["Ann"]', '["Ann", ""]', '["Ann Lee", "lee ANN"]', '["Ann", "Bo", "ann"]'):
        with pytest.raises(IntegrityError, match="opens with options"):
            run(opening, b"k" * 32, "a" * 64, holders)
    run(opening, b"k" * 32, "a" * 64, '["Ann", "Bo"]')
    ballot, sheets = make.open_ballot()
    cast(ballot, make.voters(ballot)[0])
    opened(ballot, sheets)
    with pytest.raises(IntegrityError, match="counted by its count"):
        run("UPDATE voting_ballot SET state = 'counted' WHERE id = %s", ballot.pk)
