"""Sheets from outside, read in a process apart. What asks for too much is refused in words."""

from __future__ import annotations

from collections.abc import Iterator

from commonweal.kernel import apart
from commonweal.kernel.words import gettext_noop
from commonweal.membership.rules.sheets import Row, UnreadableSheet, rows_of

# Bytes and seconds. A whole register of 400,000 rows in XLSX needs less than half of the first.
SHEET_MEMORY, SHEET_SECONDS = 1_500_000_000, 120


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
