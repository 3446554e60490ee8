"""Cuts the text of a Pabulib file into rows of fields and remembers where each field began.

Never interprets a value and never guesses: a text that can be read in two ways is a PabulibError.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NEEDS_QUOTES = re.compile(r'[;"\r\n]|\A\s|\s\Z')


class PabulibError(ValueError):
    """A file that cannot be read without guessing. `line` and `column` (in characters) count from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, its values, and the column in which each value begins."""

    line: int
    values: tuple[str, ...]
    columns: tuple[int, ...]


def text_from_bytes(data: bytes) -> str:
    """Decode UTF-8; PabulibError at the first byte that is not. A byte order mark stays, for `rows` to pass over."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode().removeprefix("\ufeff")) + 1
        raise PabulibError(before.count(b"\n") + 1, column, "this byte is not UTF-8 text") from None


def rows(text: str) -> Iterator[Row]:
    """The rows of `text`, blank lines left out. Lines end in LF or CRLF; a quoted field may span lines.

    Values outside quotes lose the spaces around them, values in quotes are kept as they are. Raises
    PabulibError.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise PabulibError(*_place(text, text.index("\0")), "a NUL character does not belong in text")
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        first = number
        line = lines[number].removesuffix("\r")
        if '"' in line:
            row, number = _quoted_row(lines, number)
            yield row
        elif line.strip():
            yield _plain_row(line, first + 1)
        number += 1


def _plain_row(line: str, number: int) -> Row:
    parts = line.split(";")
    if "\r" in line:
        raise PabulibError(number, line.index("\r") + 1, "a carriage return without a line feed")
    columns, at = [], 1
    for part in parts:
        columns.append(at)
        at += len(part) + 1
    return Row(number, tuple([part.strip() for part in parts]), tuple(columns))


def _quoted_row(lines: list[str], first: int) -> tuple[Row, int]:
    """The row that begins on line `first` (0-based) and the last line it takes."""
    number, at = first, 0
    values: list[str] = []
    columns: list[int] = []
    while True:
        line = lines[number].removesuffix("\r")
        start = len(line) - len(line[at:].lstrip())
        columns.append(at + 1)
        if line[start : start + 1] == '"':
            value, number, at = _quoted_value(lines, number, start + 1)
            line = lines[number].removesuffix("\r")
            rest = line[at:].split(";", 1)[0]
            if rest.strip():
                raise PabulibError(number + 1, at + 1, "text after the closing quote")
            at += len(rest)
        else:
            value = line[at:].split(";", 1)[0]
            if "\r" in value:
                column = at + value.index("\r") + 1
                raise PabulibError(number + 1, column, "a carriage return without a line feed")
            at += len(value)
            value = value.strip()
        values.append(value)
        if at >= len(line):
            return Row(first + 1, tuple(values), tuple(columns)), number
        at += 1


def _quoted_value(lines: list[str], first: int, at: int) -> tuple[str, int, int]:
    """The value whose opening quote stands just before `at`, the line it ends on and the place after its
    quote.
    """
    parts: list[str] = []
    number, opened_at = first, at
    while True:
        end = lines[number].find('"', at)
        if end < 0:
            parts.append(lines[number][at:] + "\n")
            number, at = number + 1, 0
            if number == len(lines):
                raise PabulibError(first + 1, opened_at, "the quote that opens here is never closed")
        elif lines[number][end : end + 2] == '""':
            parts.append(lines[number][at : end + 1])
            at = end + 2
        else:
            parts.append(lines[number][at:end])
            return "".join(parts), number, end + 1


def _place(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def row_to_text(values: list[str]) -> str:
    """One line for these values, quoting only what has to be quoted."""
    return ";".join([field_to_text(value) for value in values]) + "\n"


def field_to_text(value: str) -> str:
    """The value as it stands in a file: in quotes where it has to be."""
    if _NEEDS_QUOTES.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value
