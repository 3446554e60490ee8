"""Processes tied to the one that started them: when that ends, however it ends, they are told to end as well.

`python -m commonweal.kernel.tied PARENT SIGNAL COMMAND …` ties itself to the process PARENT and becomes the command.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

# Of Linux's prctl(2); elsewhere nothing is tied, and a parent that is killed leaves its children behind.
_SET_PARENT_DEATH_SIGNAL = 1
_SET_DUMPABLE = 4


def tie(parent: int, number: int) -> bool:
    """Whether this process will get the signal `number` when its parent, the process `parent`, ends.

    The system ties to the *thread* that started the process: start it from one that stays.
    """
    try:
        tied = bool(ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, number) == 0)
    except (OSError, AttributeError):
        return False
    if os.getppid() != parent:
        # It ended before the tie was made.
        os.kill(os.getpid(), number)
    return tied


def keep_to_itself() -> bool:
    """Whether other processes of the same user can no longer read this one's memory and environment (proc(5)): those it
    starts to read a stranger's file among them."""
    try:
        return bool(ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0) == 0)
    except (OSError, AttributeError):
        return False


def command(*words: str, number: int = signal.SIGTERM) -> list[str]:
    """The command line that runs a command tied to this process."""
    return [sys.executable, "-m", "commonweal.kernel.tied", str(os.getpid()), str(int(number)), *words]


def main(words: Sequence[str]) -> None:
    """Ties this process and becomes the command."""
    tie(int(words[0]), int(words[1]))
    os.execvp(words[2], list(words[2:]))  # noqa: S606 - becomes the command itself


if __name__ == "__main__":
    main(sys.argv[1:])
