"""Habits the suite holds every test to: no connection leaves the machine, and rows without an order come in any order."""

from __future__ import annotations

import io
import pickle
import random
import socket
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from django.db.models import query

from commonweal.kernel import apart


class NoOrder(Exception):
    """A test read some of many rows without an order: which they are is chance."""


class LeavesTheMachine(Exception):
    """A test tried to connect to an address outside this machine."""


def _stays(address: Any) -> bool:
    if not isinstance(address, tuple):
        # A path: a socket of this machine.
        return True
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Refuses every connection but to this machine, whoever asks for it in this process."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def checked(self: socket.socket, address: Any, _original: Any = original) -> Any:
            if not _stays(address):
                raise LeavesTheMachine(f"{address!r} is not on this machine")
            return _original(self, address)

        patch.setattr(socket.socket, name, checked)
    sendto, lookup = socket.socket.sendto, socket.getaddrinfo

    def sent(self: socket.socket, data: Any, *where: Any) -> int:
        if not _stays(where[-1]):
            raise LeavesTheMachine(f"{where[-1]!r} is not on this machine")
        return sendto(self, data, *where)

    def looked_up(host: Any, *more: Any, **named: Any) -> Any:
        # Asking for a name tells a server outside which one.
        if host is not None and not _stays((host if isinstance(host, str) else host.decode(), 0)):
            raise LeavesTheMachine(f"{host!r} is not on this machine")
        return lookup(host, *more, **named)

    patch.setattr(socket.socket, "sendto", sent)
    patch.setattr(socket, "getaddrinfo", looked_up)
    yield
    patch.undo()


# Pages read many rows at once by these; `get`, `first` and `exists` ask for one row by themselves.
READERS = (
    "ModelIterable",
    "ValuesIterable",
    "ValuesListIterable",
    "NamedValuesListIterable",
    "FlatValuesListIterable",
)


@pytest.fixture(autouse=True, scope="session")
def _no_order_unless_asked_for() -> Iterator[None]:
    """Shuffles what a query without an order gives: PostgreSQL promises none, and shows one only while tables are small."""
    patch = pytest.MonkeyPatch()
    for name in READERS:
        reader = getattr(query, name)

        def shuffled(self: Any, _original: Any = reader.__iter__) -> Iterator[Any]:
            asked = self.queryset.query
            if self.queryset.ordered or (asked.low_mark, asked.high_mark) == (0, query.MAX_GET_RESULTS):
                # `get` asks for as many, to say that there is more than one.
                yield from _original(self)
                return
            if asked.is_sliced:
                raise NoOrder(f"some of {self.queryset.model.__name__}, in no order: any of them")
            rows = list(_original(self))
            random.shuffle(rows)
            yield from rows

        patch.setattr(reader, "__iter__", shuffled)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _read_in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads files from outside here, where a child would be started for each; what comes over is held as narrowly.

    Tests marked `apart` are about the child.
    """
    if request.node.get_closest_marker("apart") is None:
        monkeypatch.setattr(apart, "rows", _rows_here)


def _rows_here(
    work: Callable[..., Iterable[Any]], *given: Any, kinds: Iterable[type] = (), **_bounds: int
) -> Iterator[Any]:
    allowed = {(kind.__module__, kind.__qualname__) for kind in kinds} | apart._PLAIN

    def over(said: object) -> Any:
        return apart._Restricted(io.BytesIO(pickle.dumps(said)), allowed).load()

    try:
        for each in work(*given):
            yield over(each)
    except Exception as wrong:
        wrong.__cause__ = wrong.__context__ = None
        try:
            said = over(wrong)
        except pickle.UnpicklingError as unknown:
            raise apart.TooMuch(str(unknown)) from unknown
        raise said from None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Says how a red run is repeated: rows, order and examples follow from this number."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(f"The same again: --randomly-seed={config.getoption('randomly_seed')}")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A value too long to be read in a test's name stands there by the name of its argument.

    What is packed holds the moment it was packed: two processes would not agree on what the test is called.
    """
    return argname if isinstance(val, bytes | str) and len(val) > 60 else None
