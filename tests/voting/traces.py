"""Where a choice could be left behind, and how to search there: statements, logs, tables, sessions, files."""

from __future__ import annotations

import base64
import contextlib
import logging
import random
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.utils import Error as DatabaseError
from django.test import Client

from commonweal.config import lockbox
from commonweal.voting.rules.choices import Choice
from commonweal.voting.rules.envelopes import code_shown

CHUNK = 1 << 22
# A number with nothing beside it that would make it a piece of a code or of sealed bytes in hexadecimal.
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])[0-9]+(?![0-9A-Za-z.])")


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
    texts: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def sql(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        for row in (params if many else [params]) or []:
            values = row.values() if isinstance(row, dict) else row or ()
            self.statements += [_bytes(value) for value in values]
        self.statements.append(str(sql).encode())
        # As the server gets it, with the values in their places: what it shows and logs.
        rows = params if many else [params]
        self.texts += [str(context["connection"].ops.compose_sql(str(sql), row)) for row in rows or []]
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


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    """Listens to the database connection and to all logs."""
    made = Watch()
    ears, root = Ears(made), logging.getLogger()
    level = root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    # What goes into a session lies locked in its row; here it is seen before.
    locked = lockbox.locked
    lockbox.locked = lambda text, purpose: locked(made.kept.append(text) or text, purpose)  # type: ignore[func-returns-value]
    with connection.execute_wrapper(made.sql):
        yield made
    lockbox.locked = locked
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
    """The bytes of tables, indexes, journal and logs, in overlapping pieces; other databases' tables are left out, as a
    connection to this one cannot write there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname <> current_database()")
        others = {folder / "base" / str(oid) for (oid,) in cursor.fetchall()}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        if path.parent in others:
            continue
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
            "statements": iter([*watch.statements, *(text.encode() for text in watch.texts)]),
            "log": (each.encode() for each in list(watch.logged)),
            "tables": tables(),
            "sessions": (text.encode() for text in watch.kept),
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


def numbers_in(text: str) -> set[int]:
    """All whole numbers in a statement or a log, whatever stands between them."""
    return {int(each) for each in _NUMBER.findall(text)}


def sums_of(choice: Choice, costs_cents: dict[int, int]) -> set[int]:
    """What a choice adds up to."""
    numbers = [number for number, _points in choice]
    costs = sum(costs_cents[number] for number in numbers)
    totals = {sum(numbers), sum(points for _number, points in choice), costs, costs // 100}
    return {total for total in totals if total > 9_999}


def telling(texts: Iterable[str], choice: Choice, costs_cents: dict[int, int]) -> list[str]:
    """The statements or lines of a log that say something of a choice.

    The choice must be of figures of five places, unmistakable together: one of them alone may be a key of some row by
    accident, so it tells only in a statement about options.
    """
    wanted = {figure for pair in choice for figure in pair if figure > 9_999}
    sums = {each for each in sums_of(choice, costs_cents) if each not in wanted} if len(choice) > 1 else set()
    found = []
    for text in texts:
        numbers = numbers_in(text)
        named = wanted & numbers
        if len(named) > 1 or sums & numbers or (named and "option" in text):
            found.append(text)
    return found
