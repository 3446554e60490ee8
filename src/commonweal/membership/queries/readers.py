"""Files from outside, read in a process apart: sheets and bank statements. What asks for too much is refused in words."""

from __future__ import annotations

from collections.abc import Iterator

from commonweal.kernel import apart
from commonweal.kernel.words import gettext_noop
from commonweal.membership.rules.sheets import Row, UnreadableSheet, rows_of
from commonweal.membership.rules.statements import (
    BankLine,
    BankStatement,
    Odd,
    Oddity,
    Reading,
    SetAside,
    Unreadable,
    read_file,
)

# Bytes and seconds. A whole register of 400,000 rows in XLSX needs less than half of the first; a page waits for the
# second of a statement.
SHEET_MEMORY, SHEET_SECONDS = 1_500_000_000, 120
STATEMENT_MEMORY, STATEMENT_SECONDS = 1_000_000_000, 15
STATEMENT_TURNS = apart.Turns(at_once=1, waiting=0, seconds=0)
_ANSWER = (Reading, BankStatement, BankLine, SetAside, Odd, Oddity, Unreadable)


def sheet_rows(content: bytes, columns: dict[str, bool]) -> Iterator[Row]:
    """Rows of a sheet as `rules.sheets.rows_of` gives them. Raises UnreadableSheet, also while reading."""
    try:
        yield from apart.rows(
            rows_of, content, columns, memory=SHEET_MEMORY, seconds=SHEET_SECONDS, kinds=(UnreadableSheet,)
        )
    except apart.TooMuch as wrong:
        raise UnreadableSheet(
            1,
            gettext_noop(
                "Reading this sheet takes too much memory or time. Look for a cell far to the right or far below and "
                "delete it, or save the sheet as CSV UTF-8."
            ),
        ) from wrong


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
