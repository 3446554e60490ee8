"""Sheets from outside, CSV or XLSX, as rows of named cells. What cannot be read is refused with its row.

A number of an XLSX file stays a number: it never becomes a text that somebody's language would read anew.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from commonweal.kernel.text import clean
from commonweal.kernel.words import gettext_noop

# The first bytes of a ZIP archive, which every XLSX file is.
_ZIP = b"PK\x03\x04"
_DELIMITERS = ";,\t"
CELL_MAX = 2_000
COLUMNS_MAX = 60
# An XLSX file is read whole; a packed one could unfold to any size, so the number of cells is bounded.
CELLS_MAX = 20_000_000

# A text, or the number a spreadsheet holds.
Cell = str | Decimal
Row = tuple[int, dict[str, Cell]]


class UnreadableSheet(ValueError):
    """The file is no sheet we can read; `row` counts from 1, the header being row 1."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = row, reason

    def __reduce__(self) -> tuple[type[UnreadableSheet], tuple[int, str]]:
        """How it comes over from another process."""
        return type(self), (self.row, self.reason)


def rows_of(content: bytes, columns: dict[str, bool]) -> Iterator[Row]:
    """Rows below the header as (number, {column: cell}), empty rows left out, columns that are absent empty.

    `columns` says which there may be, and whether each must be there. Raises UnreadableSheet, also while reading.
    """
    lines = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    header = next(lines, (1, []))[1]
    names = [clean(as_text(name), lines=False).casefold() for name in header]
    while names and not names[-1]:
        names.pop()
    _known(names, columns)
    empty: dict[str, Cell] = dict.fromkeys(columns, "")
    for number, cells in lines:
        if len(cells) > len(names) and any(cell != "" for cell in cells[len(names) :]):
            raise UnreadableSheet(number, gettext_noop("This row has more cells than the header has names."))
        if any(isinstance(cell, str) and len(cell) > CELL_MAX for cell in cells):
            raise UnreadableSheet(number, gettext_noop("A cell of this row is far too long."))
        told = {
            name: clean(cell, lines=False) if isinstance(cell, str) else cell
            for name, cell in zip(names, cells, strict=False)
        }
        if any(cell != "" for cell in told.values()):
            yield number, {**empty, **told}


def _known(names: list[str], columns: dict[str, bool]) -> None:
    if not names:
        raise UnreadableSheet(1, gettext_noop("The first row must name the columns."))
    if len(set(names)) < len(names):
        raise UnreadableSheet(1, gettext_noop("Two columns have the same name."))
    if set(names) - set(columns):
        raise UnreadableSheet(1, gettext_noop("A column has a name that is not in the list of columns."))
    if any(needed and name not in names for name, needed in columns.items()):
        raise UnreadableSheet(1, gettext_noop("A column that must be there is missing."))


def as_text(cell: Cell) -> str:
    """A cell as it would stand in a CSV: whole numbers without a point."""
    if isinstance(cell, str):
        return cell
    return str(int(cell)) if cell == cell.to_integral_value() else f"{cell:f}"


def _csv(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    line = 1
    try:
        # Only to find out where: the reader below decodes as it goes.
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        head = text.readline(10_000)
        text.seek(0)
        delimiter = max(_DELIMITERS, key=head.count)
        for line, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            if line == 1 and len(cells) > COLUMNS_MAX:
                raise UnreadableSheet(1, gettext_noop("There are too many columns."))
            yield line, list(cells)
    except UnicodeDecodeError as wrong:
        raise UnreadableSheet(
            line + 1, gettext_noop("The letters are not UTF-8. Save the sheet as CSV UTF-8, or as XLSX.")
        ) from wrong
    except csv.Error as wrong:
        raise UnreadableSheet(
            line + 1, gettext_noop("This row cannot be parted into cells: look at its quotes.")
        ) from wrong


def _xlsx(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        height, width = (last + 1 for last in sheet.end or (0, 0))
        if height * width > CELLS_MAX or width > COLUMNS_MAX:
            raise UnreadableSheet(1, gettext_noop("The sheet is too large: save it as CSV."))
        for line, cells in enumerate(sheet.iter_rows(), 1):
            yield line, [_cell(cell) for cell in cells]
    # A broken archive comes as an error of the reader, a hostile one can make its threads panic.
    except (CalamineError, OSError, IndexError) as wrong:
        raise UnreadableSheet(
            1, gettext_noop("This is not a sheet in XLSX format that can be read.")
        ) from wrong


def _cell(cell: Any) -> Cell:
    """A cell of a spreadsheet: a number with the fifteen digits the program keeps of it, a day as YYYY-MM-DD."""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, (int, float)):
        return Decimal(format(cell, ".15g"))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
