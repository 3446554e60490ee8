"""Where a choice or a tracking code could be left behind, nothing is: not in a statement, a table, a session, a log, a
mail, a cookie, or the server's own files. Each place is also shown to be searched: a leak put there is found.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.test import Client

from commonweal.people.models import Event
from commonweal.voting import actions
from commonweal.voting.models import Ballot, Envelope
from commonweal.voting.rules.choices import Choice, Form
from commonweal.voting.rules.envelopes import code_shown, packed
from tests import factories as make
from tests.voting.steps import code_on, opened, person_of, receipt_field, signed_in, voted_over_web

pytestmark = [pytest.mark.django_db(transaction=True)]
FORM = Form("points", 1, 6, points_total=60, points_each=20)
CHUNK = 1 << 22


def random_choice() -> Choice:
    """Six of 300 projects with points: nothing else in the server's files looks like it."""
    numbers = sorted(random.sample(range(1, 301), 6))
    return tuple((number, random.randint(5, 10)) for number in numbers)


def as_form(choice: Choice) -> dict[str, str]:
    return {f"points-{number}": str(points) for number, points in choice}


def needles(choice: Choice, code: str, content: bytes, receipt: str) -> set[bytes]:
    """The choice, the code and the envelope's content in every spelling a careless line could leave behind."""
    numbers = [number for number, _points in choice]
    pairs = [list(pair) for pair in choice]
    texts = {code, code.lower(), code_shown(code), code_shown(code).lower(), receipt}
    for separator in (" ", ",", ", ", ";"):
        texts |= {
            separator.join(map(str, numbers)),
            separator.join(f"{number}:{points}" for number, points in choice),
            separator.join(f'"{number}"' for number in numbers),
            separator.join(f"'{number}'" for number in numbers),
        }
    texts |= {str(pairs), str(pairs).replace(" ", ""), str(tuple(choice)), str(dict(choice))}
    texts |= {str(dict(choice)).replace(" ", ""), "&".join(f"points-{n}={p}" for n, p in choice)}
    texts |= {str({str(n): p for n, p in choice}).replace("'", '"')}
    texts |= {str({f"points-{n}": str(p) for n, p in choice}).replace("'", '"')}
    flat = [figure for pair in choice for figure in pair]
    raw = {content, content[: len(content) - 4], struct.pack(">12H", *flat), struct.pack("<12H", *flat)}
    raw |= {struct.pack(">6H", *flat[:6]), struct.pack(">6H", *flat[6:])}
    written = {each.hex().encode() for each in raw} | {each.hex().upper().encode() for each in raw}
    # Base64 has three alignments; what lies well inside the text is the same for each of them.
    coded = {base64.b64encode(b"\0" * shift + content)[8:-8] for shift in range(3)}
    return {text.encode() for text in texts} | raw | written | coded


@dataclass
class Watch:
    """Everything the program said to the database, to its logs and to the browser during a test."""

    statements: list[bytes] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def sql(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        for row in (params if many else [params]) or []:
            values = row.values() if isinstance(row, dict) else row or ()
            self.statements += [_bytes(value) for value in values]
        self.statements.append(str(sql).encode())
        return execute(sql, params, many, context)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(getattr(value, "obj", value)).encode("utf-8", "replace")


class Ears(logging.Handler):
    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.DEBUG)
        self.watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self.watch.logged.append(f"{record.getMessage()} {record.__dict__.get('params', '')}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    ears, root = Ears(made), logging.getLogger()
    level = root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    with connection.execute_wrapper(made.sql):
        yield made
    root.setLevel(level)
    root.removeHandler(ears)


def tables() -> Iterator[bytes]:
    """Every row of every table as the server writes it out; bytes come as hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t")
            for (row,) in cursor.fetchall():
                yield row.encode()


def data_folder() -> Path | None:
    """The server's own files after everything is on disk, or None when they are not on this machine."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("CHECKPOINT")
            cursor.execute("SHOW data_directory")
        except DatabaseError:
            return None
        folder = Path(cursor.fetchone()[0])
    return folder if (folder / "pg_wal").is_dir() else None


def files(folder: Path) -> Iterator[bytes]:
    """The bytes of tables, indexes, journal and logs, in overlapping pieces."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        before = b""
        # A running server takes small files of its own away at any moment.
        with contextlib.suppress(FileNotFoundError), path.open("rb") as source:
            while piece := source.read(CHUNK):
                yield before + piece
                before = piece[-4096:]


def found_in(watch: Watch, wanted: set[bytes], mail: Path) -> set[str]:
    """Names of the places where one of the wanted texts lies."""
    with connection.execute_wrapper(lambda execute, *call: execute(*call)):
        folder = data_folder()
        places: dict[str, Iterator[bytes]] = {
            "statements": iter(list(watch.statements)),
            "log": (each.encode() for each in list(watch.logged)),
            "tables": tables(),
            "sessions": (str(each.get_decoded()).encode() for each in Session.objects.all()),
            "cookies": (each.value.encode() for client in watch.clients for each in client.cookies.values()),
            "mail": (path.read_bytes() for path in mail.rglob("*") if path.is_file())
            if mail.exists()
            else iter(()),
        }
        if folder is None:
            print("The database's files are on another machine: looked in its tables only.")
        else:
            places["files"] = files(folder)
        return {
            name for name, texts in places.items() if any(each in text for text in texts for each in wanted)
        }


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
    Envelope.objects.filter(ballot=ballot).update(sealed=content)


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
