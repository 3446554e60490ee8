"""Work on what a stranger sent, done in a process of its own with bounds on memory and time.

A file built to exhaust its reader then ends that process and nothing else. The child starts afresh: it has no connection,
no file and no secret of this one, and what it answers is taken only as the plain values and classes that were named.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import IO, Any

from commonweal.kernel import tied

logger = logging.getLogger(__name__)
_LENGTH = struct.Struct(">Q")
# A frame is at most this long; what a child says of its own length is not believed beyond it.
FRAME_MAX = 256_000_000
# How much less of the processor a child gets where others want it too (nice(2)).
NICENESS = 5
# Rows of a long answer that go over together.
FRAME_ROWS = 500
# Of this process's environment: how programs and modules are found, and what measures tests. No address, no secret.
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR", "COVERAGE_", "COV_", "MOVED_TO")
_PLAIN = {("builtins", name) for name in ("frozenset", "set", "complex", "bytearray")} | {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
}


class TooMuch(Exception):
    """The work took more memory or time than it may, or ended in a way nobody answers for."""


class Busy(Exception):
    """So much is done apart already that this would wait too long."""


class Twice(Busy):
    """The same person has a turn already, or waits for one."""


class Turns:
    """Turns of one kind of work in a server process: `at_once` have one, `waiting` more wait for one, up to `seconds`;
    where it is said for whom, nobody has or waits for more than one.

    Whoever works or waits holds a thread that would answer a page: all turns together are fewer than the threads of a web
    server (`config.serving`). Each kind has its own, so that a crowd at one keeps nobody from another.
    """

    def __init__(self, *, at_once: int, waiting: int, seconds: float) -> None:
        self.seconds, self.most = seconds, at_once + waiting
        self._inside = threading.BoundedSemaphore(self.most)
        self._working = threading.BoundedSemaphore(at_once)
        self._people, self._looking = set[int](), threading.Lock()

    @contextlib.contextmanager
    def one(self, person: int | None = None) -> Iterator[None]:
        """A turn for what is done inside, for somebody by their number. Raises Busy; Twice where they have one."""
        with self._only(person):
            if not self._inside.acquire(blocking=False):
                raise Busy
            try:
                if not self._working.acquire(timeout=self.seconds):
                    raise Busy
                try:
                    yield
                finally:
                    self._working.release()
            finally:
                self._inside.release()

    @contextlib.contextmanager
    def _only(self, person: int | None) -> Iterator[None]:
        if person is None:
            yield
            return
        with self._looking:
            if person in self._people:
                raise Twice
            self._people.add(person)
        try:
            yield
        finally:
            with self._looking:
                self._people.discard(person)


def call(
    work: Callable[..., Any],
    *given: Any,
    turns: Turns,
    person: int | None = None,
    memory: int,
    seconds: int,
    kinds: Iterable[type] = (),
) -> Any:
    """What `work(*given)` gives, done apart; an exception of a class in `kinds` is raised here as it was there.

    `work` is a function of a module. `memory` is the bytes the child may address, `seconds` its processor time, and as
    long it may take altogether. `kinds` are the classes its answer may hold besides plain values. Raises TooMuch, and Busy
    where others have all of `turns`, Twice where `person` has one already. Caller holds no lock of the database.
    """
    with (
        turns.one(person),
        contextlib.closing(
            rows(_once, _name(work), given, memory=memory, seconds=seconds, kinds=kinds)
        ) as found,
    ):
        return next(found)


def rows(
    work: Callable[..., Iterator[Any]], *given: Any, memory: int, seconds: int, kinds: Iterable[type] = ()
) -> Generator[Any, None, None]:
    """What the generator `work(*given)` yields, made apart and handed over as it comes; else as `call`.

    Here `seconds` bounds the child's processor time, and how long it may be silent: whoever reads may take their time, and
    takes no turn. For background jobs.
    """
    allowed = {(kind.__module__, kind.__qualname__) for kind in kinds} | _PLAIN
    child = subprocess.Popen(
        [sys.executable, "-m", "commonweal.kernel.apart", str(os.getpid()), str(memory), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name.startswith(_KEPT)},
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    # Beside the reading: a child that answers before it has read all would else wait for us, and we for it.
    sending = threading.Thread(
        target=_send, args=(child.stdin, pickle.dumps((_name(work), given))), daemon=True
    )
    sending.start()
    ended = False
    try:
        while not ended:
            ended, said = _Restricted(_frame(child.stdout, seconds), allowed).load()
            if isinstance(said, BaseException):
                raise said
            yield from said
    except (EOFError, pickle.UnpicklingError, TimeoutError) as wrong:
        logger.warning("%s, done apart, ended without an answer: %s", _name(work), wrong)
        raise TooMuch(str(wrong)) from wrong
    finally:
        if ended:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(1)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.stdout.close()
        child.wait()
        sending.join()


def _name(work: Callable[..., Any]) -> str:
    return f"{work.__module__}:{work.__qualname__}"


def _send(pipe: IO[bytes], content: bytes) -> None:
    # The child may have had enough, or died.
    with contextlib.suppress(BrokenPipeError), pipe:
        pipe.write(content)


def _frame(pipe: IO[bytes], seconds: float) -> IO[bytes]:
    """The next frame of an answer. Raises EOFError, TimeoutError."""
    end = time.monotonic() + seconds + 1
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size, end))
    if length > FRAME_MAX:
        raise EOFError("a frame too long")
    return io.BytesIO(_exactly(pipe, length, end))


def _exactly(pipe: IO[bytes], length: int, end: float) -> bytes:
    found = bytearray()
    while len(found) < length:
        if not select.select([pipe], [], [], max(end - time.monotonic(), 0))[0]:
            raise TimeoutError("no answer")
        piece = os.read(pipe.fileno(), min(length - len(found), 1 << 20))
        if not piece:
            raise EOFError("no more answer")
        found += piece
    return bytes(found)


class _Restricted(pickle.Unpickler):
    """Reads an answer without trusting who wrote it: only the classes named are made."""

    def __init__(self, file: IO[bytes], allowed: set[tuple[str, str]]) -> None:
        super().__init__(file)
        self.allowed = allowed

    def find_class(self, module: str, name: str) -> Any:
        """A class that may be made. Raises UnpicklingError."""
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return super().find_class(module, name)


def _once(name: str, given: tuple[Any, ...]) -> Iterator[Any]:
    yield _found(name)(*given)


def _found(name: str) -> Callable[..., Any]:
    module, _colon, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _answer(out: IO[bytes], said: Any, *, ended: bool) -> None:
    content = pickle.dumps((ended, said))
    out.write(_LENGTH.pack(len(content)) + content)
    out.flush()


def _bound(memory: int, seconds: int) -> None:
    """Sets this process's bounds. The system ends it where it passes them."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def main(words: list[str]) -> None:
    """The child: reads what to do, does it within its bounds, answers in frames."""
    parent, memory, seconds = map(int, words)
    tied.tie(parent, signal.SIGKILL)
    # Whoever answers pages goes first.
    os.nice(NICENESS)
    # What the work itself writes goes nowhere: the way back is for frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    name, given = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    work = _found(name)
    _bound(memory, seconds)
    piece: list[Any] = []
    try:
        for each in work(*given):
            piece.append(each)
            if len(piece) >= FRAME_ROWS:
                _answer(out, piece, ended=False)
                piece = []
    except Exception as wrong:
        wrong.__cause__ = wrong.__context__ = None
        if piece:
            _answer(out, piece, ended=False)
        _answer(out, wrong, ended=True)
        return
    _answer(out, piece, ended=True)


if __name__ == "__main__":
    main(sys.argv[1:])
