"""Envelopes that do not open, put into the box by whoever writes to the database, do not keep a vote from being counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from commonweal.voting import actions, queries
from commonweal.voting.committee import BrokenBundle, left_out_of, opened_file
from commonweal.voting.models import Ballot, Count, Envelope
from commonweal.voting.rules.choices import Form
from commonweal.voting.rules.envelopes import packed
from commonweal.voting.sealing import Sheet, sealed
from tests import factories as make
from tests.voting.steps import cast

pytestmark = pytest.mark.django_db


def spoil(envelope: Envelope, content: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE voting_envelope SET sealed = %s WHERE id = %s", [content, envelope.pk])


def box(*spoiled: str) -> tuple[Ballot, tuple[Sheet, ...], dict[str, Any]]:
    """A box of three that was handed over, in which the first envelopes are spoiled in these ways."""
    ballot, sheets = make.open_ballot(form=Form("approval", 1, 3))
    for voter, numbers in zip(make.voters(ballot), [(1, 2), (2, 3), (2,)], strict=True):
        cast(ballot, voter, numbers)
    ballot.refresh_from_db()
    envelopes = list(Envelope.objects.order_by("vote"))
    key = bytes(ballot.public_key or b"")
    for each, way in zip(envelopes, spoiled, strict=False):
        others = {
            "zeros": bytes(len(each.sealed)),
            "foreign": sealed(packed(b"othervot", "0" * 12, ((1, 1),), 3), key),
            "nonsense": sealed(packed(ballot.mark, "0" * 12, ((1, 7),), 3), key),
            "copy": bytes(envelopes[-1].sealed),
            "code": sealed(packed(ballot.mark, "0" * 12, ((1, 1),), 3), key),
            "same code": sealed(packed(ballot.mark, "0" * 12, ((2, 1),), 3), key),
        }
        spoil(each, others[way])
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    ballot = actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at)
    return ballot, sheets[:2], queries.sealed_bundle(ballot)


@pytest.mark.parametrize("way", ["zeros", "foreign", "nonsense", "copy"])
def test_one_spoiled_envelope_is_left_out_when_the_holders_say_so(way: str, client: Client) -> None:
    ballot, sheets, bundle = box(way)
    with pytest.raises(BrokenBundle, match="--leave-out"):
        opened_file(bundle, sheets)
    file = opened_file(bundle, sheets, leave_out=True)
    (place,) = left_out_of(file)
    assert f"could not be counted: 1, at the places {place} of the box\n" in file
    assert "num_votes;2\n" in file
    count = actions.accept_count(ballot=ballot, file=file, by=None, now=ballot.closes_at)
    assert (count.votes_count, count.left_out_count, count.result["left_out"]) == (2, 1, [place])
    actions.publish_result(ballot=ballot, by=None, now=ballot.closes_at)
    assert queries.paper_not_counted(ballot, count) == {"missing": 0, "untyped": 0}
    for language, said in (
        ("en", "1 envelope of the box could not be counted"),
        ("fr", "1 enveloppe de l’urne n’a pas pu être comptée"),
        ("nl", "1 omslag uit de stembus kon niet worden geteld"),
        ("de", "1 Umschlag der Urne konnte nicht gezählt werden"),
    ):
        assert said in client.get(f"/{language}/ballots/{ballot.pk}/result/").content.decode()


def test_of_two_envelopes_with_one_code_and_two_choices_neither_counts() -> None:
    _ballot, sheets, bundle = box("code", "same code")
    file = opened_file(bundle, sheets, leave_out=True)
    assert len(left_out_of(file)) == 2
    assert "num_votes;1\n" in file


def test_a_box_that_opens_says_nothing_of_what_was_left_out() -> None:
    _ballot, sheets, bundle = box()
    assert opened_file(bundle, sheets, leave_out=True) == opened_file(bundle, sheets)
    assert left_out_of(opened_file(bundle, sheets)) == ()


def test_a_file_says_what_it_leaves_out_or_is_refused() -> None:
    ballot, sheets, bundle = box("zeros")
    file = opened_file(bundle, sheets, leave_out=True)
    (place,) = left_out_of(file)
    told = f" #2: envelopes that could not be counted: 1, at the places {place} of the box"
    assert told in file
    for said in (
        *(
            "",
            told.replace("counted: 1", "counted: 2"),
            told.replace(f"places {place}", f"places {place}, {place}"),
        ),
        *(told.replace(f"places {place}", "places 4"), told.replace(f"places {place}", f"places 0{place}")),
        told.replace(f"1, at the places {place}", "2, at the places 1, 2"),
    ):
        with pytest.raises(actions.FileRefused):
            actions.accept_count(ballot=ballot, file=file.replace(told, said), by=None, now=ballot.closes_at)
    count = actions.accept_count(ballot=ballot, file=file, by=None, now=ballot.closes_at)
    assert count.left_out_count == 1


@pytest.mark.parametrize(
    ("votes", "left_out", "words"), [(3, 0, "1"), (2, 1, ""), (2, 1, "2"), (1, 1, "1"), (2, 2, "2")]
)
def test_the_database_keeps_no_count_that_is_not_of_the_whole_box(
    votes: int, left_out: int, words: str
) -> None:
    ballot, _sheets, _bundle = box("zeros")
    comment = (
        f" #2: envelopes that could not be counted: {words}, at the places 1 of the box" if words else ""
    )
    file = f"META\ncomment;x{comment}\n"
    insert = """INSERT INTO voting_count
        (ballot_id, file, file_hash, votes_count, left_out_count, result, turnout, counted_at)
        VALUES (%s, %s, encode(sha256(convert_to(%s, 'UTF8')), 'hex'), %s, %s, '{}', '{}', now())"""
    with (
        pytest.raises(DatabaseError, match="all envelopes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [ballot.pk, file, file, votes, left_out])
    assert not Count.objects.exists()


@pytest.mark.parametrize("where", ["title", "titles"])
def test_a_title_that_speaks_of_envelopes_left_out_keeps_no_vote_from_being_counted(where: str) -> None:
    words = "Kiosk #2: envelopes that could not be counted: 3, at the places 1, 2, 3 of the box"
    ballot, sheets = make.open_ballot(**{where: words if where == "title" else {"en": words, "fr": words}})
    for voter in make.voters(ballot):
        cast(ballot, voter, (1,))
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    ballot = actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at)
    file = opened_file(queries.sealed_bundle(ballot), sheets[:2])
    count = actions.accept_count(ballot=ballot, file=file, by=None, now=ballot.closes_at)
    assert (count.votes_count, count.left_out_count) == (3, 0)
