"""Reads a downloaded CSV file as a spreadsheet program of this country does, and as careless ones do."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

NUMBER = re.compile(r"-?\d+(,\d+)?")
FORMULA_SIGNS = tuple("=+-@＝＋－＠\t\r")


def content_of(answer: Any) -> str:
    """The text of a file, streamed or whole, with its mark."""
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode("utf-8")


def cells_of(answer: Any) -> list[list[str]]:
    """The rows of a file: it has a mark, each cell is quoted, and none is a formula whatever divides the cells."""
    assert answer.status_code == 200
    return cells_in(content_of(answer))


def cells_in(text: str) -> list[list[str]]:
    """The rows of a text that was downloaded; see `cells_of`."""
    assert text.startswith("\ufeff"), "Excel takes UTF-8 without its mark for another alphabet"
    body = text.removeprefix("\ufeff")
    for line in body.splitlines():
        assert re.fullmatch(r'"(?:[^"]|"")*"(;"(?:[^"]|"")*")*', line), line
    for delimiter in ";,\t|":
        for row in csv.reader(io.StringIO(body, newline=""), delimiter=delimiter):
            for cell in row:
                first = cell.strip(' "\r\n')
                assert not first.startswith(FORMULA_SIGNS) or NUMBER.fullmatch(first.split('"')[0]), (
                    delimiter,
                    row,
                )
    return list(csv.reader(io.StringIO(body, newline=""), delimiter=";"))
