"""What children do in the tests of work done apart."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal


class Refused(Exception):
    """A refusal with two parts, as the readers raise them."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = row, reason

    def __reduce__(self) -> tuple[type[Refused], tuple[int, str]]:
        return type(self), (self.row, self.reason)


class Unexpected:
    """A class nobody named."""


def doubled(content: bytes) -> tuple[bytes, Decimal, date]:
    return content * 2, Decimal("1.50"), date(2026, 1, 2)


def many(count: int) -> Iterator[int]:
    print("what the work prints is no part of its answer")
    yield from range(count)


def refuses_at(row: int) -> Iterator[int]:
    yield from range(row)
    raise Refused(row, "no")


def takes_memory() -> int:
    return len(bytearray(8_000_000_000))


def takes_time() -> None:
    while True:
        pass


def sleeps() -> None:
    time.sleep(600)


def dies(*_given: object) -> None:
    os.abort()


def lies() -> Unexpected:
    return Unexpected()


def surroundings() -> dict[str, str]:
    return dict(os.environ)


def files() -> list[str]:
    found = []
    for each in os.listdir("/proc/self/fd"):
        # The list itself is one of them, and closed by now.
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{each}"))
    return found


def number() -> Iterator[int]:
    yield from [os.getpid()] * 100_000
