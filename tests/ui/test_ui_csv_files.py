"""The one writer of CSV files, read again by the programs that will: no formula, numbers as numbers, accents right."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

import commonweal
from commonweal.ui.csv_files import csv_file, csv_line

SOURCE = Path(commonweal.__file__).parent
FORMULA_SIGNS = "=+-@＝＋－＠\t\r"


def test_a_file_has_a_mark_semicolons_and_every_cell_in_quotes() -> None:
    rows = [(7, 'Zoé "Zo" D’Hondt', Decimal("-12.50"), None, True, gettext_lazy("yes"), -3)]
    answer = csv_file("x.csv", ("Number", "Name"), rows)
    content = b"".join(answer).decode()  # type: ignore[arg-type]
    assert content == ('\ufeff"Number";"Name"\r\n"7";"Zoé ""Zo"" D’Hondt";"-12,50";"";"True";"yes";"-3"\r\n')
    assert answer["Content-Disposition"] == 'attachment; filename="x.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@given(st.lists(st.text(st.sampled_from("aé;,\t|\"'=+-@＝＠ \n\r"), max_size=8), min_size=1, max_size=4))
def test_no_text_becomes_a_formula_whatever_divides_the_cells(cells: list[str]) -> None:
    line = csv_line(cells)
    for delimiter in ";,\t|":
        (read,) = csv.reader(io.StringIO(line, newline=""), delimiter=delimiter)
        for cell in read:
            assert cell.strip(' "\r\n')[:1] not in tuple(FORMULA_SIGNS), (line, delimiter, cell)
    (read,) = csv.reader(io.StringIO(line, newline=""), delimiter=";")
    assert len(read) == len(cells)


def test_nothing_writes_csv_beside_it() -> None:
    beside = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(r"csv\.(Dict)?[Ww]riter|content_type=.text/csv", path.read_text())
        and path.name != "csv_files.py"
    ]
    assert beside == []
