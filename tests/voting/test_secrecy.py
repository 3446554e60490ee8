"""Where a choice or a tracking code could be left behind, nothing is: not in a statement, a table, a session, a log, a
mail, a cookie, or the server's own files. Each place is also shown to be searched: a leak put there is found.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import send_mail
from django.db import connection
from django.test import Client

from commonweal.config.sessions import SessionStore
from commonweal.people.models import Event
from commonweal.voting import actions
from commonweal.voting.models import Ballot, Envelope
from commonweal.voting.rules.choices import Choice, Form
from commonweal.voting.rules.envelopes import SEAL_LENGTH, code_shown, packed
from tests import factories as make
from tests.voting.steps import code_on, opened, person_of, receipt_field, signed_in, voted_over_web
from tests.voting.traces import Watch, as_form, data_folder, found_in, needles, random_choice, watching

pytestmark = [pytest.mark.django_db(transaction=True)]
FORM = Form("points", 1, 6, points_total=60, points_each=20)


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as made:
        yield made


def everything_but_the_vote(watch: Watch) -> tuple[Ballot, Client, Any]:
    ballot, sheets = make.open_ballot(members=3, options=300, form=FORM)
    client = signed_in(person_of(make.voters(ballot)[0]))
    watch.clients.append(client)
    return ballot, client, sheets


def mail_folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def test_a_vote_leaves_no_trace_of_what_was_chosen(watch: Watch) -> None:
    ballot, client, sheets = everything_but_the_vote(watch)
    choice = random_choice()
    client.post(f"/fr/ballots/{ballot.pk}/", as_form(choice))
    review = client.post(f"/fr/ballots/{ballot.pk}/review/", as_form(choice)).content.decode()
    receipt = receipt_field(review)
    cast = client.post(f"/fr/ballots/{ballot.pk}/cast/", {**as_form(choice), "receipt": receipt})
    code = code_on(cast.content.decode())
    wanted = needles(choice, code, packed(ballot.mark, code, choice, ballot.choices_max), receipt)
    assert len(watch.statements) > 50
    assert found_in(watch, wanted, mail_folder()) == set()
    assert code in opened(ballot, sheets), "the vote itself is in the box"


def test_a_replaced_vote_leaves_no_trace_either(watch: Watch) -> None:
    ballot, client, _sheets = everything_but_the_vote(watch)
    wanted: set[bytes] = set()
    for _time in range(2):
        choice = random_choice()
        code = voted_over_web(client, ballot, as_form(choice), "nl")
        wanted |= needles(choice, code, packed(ballot.mark, code, choice, ballot.choices_max), code)
    assert found_in(watch, wanted, mail_folder()) == set()


def test_a_refused_vote_leaves_no_trace(watch: Watch) -> None:
    ballot, client, _sheets = everything_but_the_vote(watch)
    choice = tuple((number, 15) for number, _points in random_choice())
    answer = client.post(f"/fr/ballots/{ballot.pk}/cast/", as_form(choice))
    assert b"error-summary" in answer.content
    code = actions.new_code()
    wanted = needles(choice, code, packed(ballot.mark, code, choice, ballot.choices_max), code)
    assert found_in(watch, wanted, mail_folder()) == set()


def test_a_paper_sheet_leaves_no_trace_but_its_number(watch: Watch) -> None:
    ballot, _client, sheets = everything_but_the_vote(watch)
    one, other = make.staff("counter"), make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=make.voters(ballot)[1], by=one, now=make.NOW)
    choice = random_choice()
    line = " ".join(f"{number}:{points}" for number, points in choice)
    first, second = signed_in(one), signed_in(other)
    watch.clients += [first, second]
    base = f"/en/ballots/{ballot.pk}/paper/"
    control = code_on(first.post(f"{base}first/", {"number": "1", "choices": line}).content.decode())
    half_way = packed(ballot.mark, "0" * 12, choice, ballot.choices_max)
    wanted = needles(choice, actions.new_code(), half_way, control)
    assert found_in(watch, wanted, mail_folder()) == set()
    sealed = second.post(f"{base}second/", {"number": "1", "control": control, "choices": line})
    code = code_on(sealed.content.decode())
    wanted |= needles(choice, code, packed(ballot.mark, code, choice, ballot.choices_max), control)
    assert found_in(watch, wanted, mail_folder()) == set()
    assert code in opened(ballot, sheets)


def in_an_event(ballot: Ballot, choice: Choice, code: str) -> None:
    Event.objects.create(
        name="VoteCast", subject="x", at=make.NOW, channel="web", data={"choice": dict(choice)}
    )


def in_an_open_envelope(ballot: Ballot, choice: Choice, code: str) -> None:
    content = packed(ballot.mark, code, choice, ballot.choices_max)
    # The database asks for the length of a sealed envelope, so what the seal would add is filled up.
    Envelope.objects.filter(ballot=ballot).update(sealed=content + bytes(SEAL_LENGTH))


def in_a_session(ballot: Ballot, choice: Choice, code: str) -> None:
    store = SessionStore()
    store["code"] = code
    store.save()


def in_a_log_line(ballot: Ballot, choice: Choice, code: str) -> None:
    logging.getLogger("commonweal").debug("cast %s", [list(pair) for pair in choice])


def in_a_mail(ballot: Ballot, choice: Choice, code: str) -> None:
    send_mail("Votre vote", code_shown(code), None, ["ada@example.org"])


def in_a_row_taken_away_at_once(ballot: Ballot, choice: Choice, code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (line text)")
        cursor.execute("INSERT INTO left_behind VALUES (%s)", [code])
        cursor.execute("DELETE FROM left_behind")


LEAKS: list[tuple[Callable[..., None], set[str]]] = [
    (in_an_event, {"statements", "tables"}),
    (in_an_open_envelope, {"statements", "tables", "files"}),
    (in_a_session, {"sessions"}),
    (in_a_log_line, {"log"}),
    (in_a_mail, {"mail"}),
    (in_a_row_taken_away_at_once, {"statements", "files"}),
]


@pytest.mark.parametrize(("leak", "places"), LEAKS, ids=[leak.__name__ for leak, _places in LEAKS])
def test_a_leak_would_be_found(
    watch: Watch, leak: Callable[..., None], places: set[str], settings: Any
) -> None:
    """The negative control: the same search, over a vote that someone was careless with."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    ballot, client, _sheets = everything_but_the_vote(watch)
    choice = random_choice()
    code = voted_over_web(client, ballot, as_form(choice))
    wanted = needles(choice, code, packed(ballot.mark, code, choice, ballot.choices_max), code)
    assert found_in(watch, wanted, mail_folder()) == set()
    try:
        leak(ballot, choice, code)
        local = {"files"} if data_folder() is None else set()
        assert found_in(watch, wanted, mail_folder()) >= places - local
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS left_behind")


def test_a_code_in_a_cookie_would_be_found(watch: Watch) -> None:
    ballot, client, _sheets = everything_but_the_vote(watch)
    choice = random_choice()
    code = voted_over_web(client, ballot, as_form(choice))
    client.cookies["receipt"] = code
    wanted = needles(choice, code, packed(ballot.mark, code, choice, ballot.choices_max), code)
    assert found_in(watch, wanted, mail_folder()) == {"cookies"}
