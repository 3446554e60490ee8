"""Bank files, read in a process apart. What asks for too much is refused in words."""

from __future__ import annotations

from commonweal.kernel import apart
from commonweal.kernel.words import gettext_noop
from commonweal.treasury.rules.statements import (
    BankLine,
    BankStatement,
    Odd,
    Oddity,
    Reading,
    SetAside,
    Unreadable,
    read_file,
)

# Bytes and seconds a page waits for.
STATEMENT_MEMORY, STATEMENT_SECONDS = 1_000_000_000, 15
STATEMENT_TURNS = apart.Turns(at_once=1, waiting=0, seconds=0)
_ANSWER = (Reading, BankStatement, BankLine, SetAside, Odd, Oddity, Unreadable)


def statements_in(content: bytes, account: str) -> Reading:
    """What a bank file holds, as `rules.statements.read_file` reads it. Raises Unreadable."""
    try:
        found = apart.call(
            read_file,
            content,
            account,
            turns=STATEMENT_TURNS,
            memory=STATEMENT_MEMORY,
            seconds=STATEMENT_SECONDS,
            kinds=_ANSWER,
        )
    except apart.Busy as wrong:
        what = gettext_noop(
            "other files are being read at this moment: wait a minute and bring this one in once more"
        )
        raise Unreadable(1, what, kind="busy") from wrong
    except apart.TooMuch as wrong:
        what = gettext_noop(
            "reading this file takes too much memory or time: take it from the bank once more, for fewer days"
        )
        raise Unreadable(1, what, kind="too_much") from wrong
    assert isinstance(found, Reading)
    return found
