"""CSV files for spreadsheet programs of this country: the one writer there is. No text becomes a formula.

Byte order mark, semicolons and decimal commas, as Excel reads them in French, Dutch and German; every cell quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.http import StreamingHttpResponse

from commonweal.kernel.text import safe_cell

_MARK = "\ufeff"


def csv_line(cells: Iterable[object]) -> str:
    """One line with its end. Whole numbers and decimals stay numbers; text is made safe; nothing is empty."""
    return ";".join(f'"{_written(cell)}"' for cell in cells) + "\r\n"


def _written(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    # Django's lazy texts are no `str` until they are asked.
    return safe_cell(str(cell)).replace('"', '""')


def csv_file(name: str, head: Iterable[object], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """A download of a head and rows, row by row: memory does not grow with them."""

    def lines() -> Iterator[str]:
        yield _MARK + csv_line(head)
        yield from map(csv_line, rows)

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
