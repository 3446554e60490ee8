"""Tying a process to its parent, as far as it shows from inside; `tests/config/test_killed.py` kills the parent."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import pytest

from commonweal.kernel import tied


def test_a_process_is_tied_to_the_one_that_started_it() -> None:
    # No signal: it unties, and a test's process outlives whoever started it.
    assert tied.tie(os.getppid(), 0)


def test_one_whose_parent_is_gone_already_gets_the_signal_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(tied.os, "kill", lambda pid, number: sent.append((pid, number)))
    assert tied.tie(os.getppid() + 1, 0)
    assert sent == [(os.getpid(), 0)]


def test_where_the_system_has_no_such_ties_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: None) -> Any:
        raise OSError

    monkeypatch.setattr(ctypes, "CDLL", nothing)
    assert not tied.tie(os.getppid(), 0)
    assert not tied.keep_to_itself()


def test_the_command_ties_itself_and_becomes_what_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[Any] = []
    monkeypatch.setattr(tied.os, "execvp", lambda *words: became.append(words))
    words = tied.command("sleep", "1", number=0)
    assert words[1:4] == ["-m", "commonweal.kernel.tied", str(os.getpid())]
    tied.main([str(os.getppid()), *words[4:]])
    assert became == [("sleep", ["sleep", "1"])]


def test_a_process_keeps_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class Library:
        def prctl(self, what: int, value: int) -> int:
            asked.append((what, value))
            return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Library())
    assert tied.keep_to_itself()
    assert asked == [(4, 0)]
