"""The records of CODA, 128 characters each (Febelfin, CODA standard 2.6): fields by place, nothing decided.

Read here and not by `febelfin-coda`: that library refuses a whole file for a value date of zeros, a statement without
movements or an account structure left blank, and drops what stands in information records. It is held beside this reader in
the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from commonweal.membership.rules.statements.facts import Unreadable, gettext_noop
from commonweal.membership.rules.statements.file_kinds import other_text

WIDTH = 128
# Marks that programs leave between files they put together: byte order mark, end of file, form feed.
_BESIDE = "\ufeff\x1a\x0c\x00"
# Digits, blanks and flags by place; a full stop is any character. A last flag may be missing: its blanks were cut.
_SHAPES = {
    "0": r"0.{4}\d{6}.{116}[12 ]",
    "1": r"1[0-3 ].{3}.{37}[01]\d{15}[\d ]{6}.{64}",
    "21": r"21\d{8}.{21}[01]\d{15}[\d ]{6}\d{8}[01 ].{53}[\d ]{6}.{3}[\d ][01 ] [01 ]",
    "22": r"22\d{8}.{115}[01 ] [01 ]",
    "23": r"23\d{8}.{115}[01 ] [01 ]",
    "31": r"31\d{8}.{21}[\d ]{8}.{86}[01 ] [01 ]",
    "32": r"32\d{8}.{115}[01 ] [01 ]",
    "33": r"33\d{8}.{115}[01 ] [01 ]",
    "4": r"4.{127}",
    "8": r"8.{3}.{37}[01]\d{15}[\d ]{6}.{64}[01 ]",
    "9": r"9.{15}\d{6}\d{15}\d{15}.{75}[12 ]",
}
SHAPES = {record: re.compile(shape, re.ASCII) for record, shape in _SHAPES.items()}
NOT_AS_DESCRIBED = gettext_noop("this record is not as CODA describes it")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file: its kind (`0`, `1`, `21` ... `9`), its 128 characters, and where it stands."""

    kind: str
    text: str
    line: int

    def field(self, first: int, last: int) -> str:
        """The characters from one place to another, as the standard counts: from 1, both included."""
        return self.text[first - 1 : last]

    def amount(self, sign: int, first: int) -> int:
        """The amount in thousandths whose fifteen digits begin at `first`: negative for a sign code of 1 (debit)."""
        return int(self.field(first, first + 14)) * (-1 if self.field(sign, sign) == "1" else 1)

    def cents(self, sign: int, first: int) -> int:
        """The same in cents. Raises Unreadable for parts of a cent."""
        cents, rest = divmod(abs(self.amount(sign, first)), 10)
        if rest:
            raise Unreadable(self.line, gettext_noop("an amount has parts of a cent"), kind="amount")
        return cents if self.amount(sign, first) >= 0 else -cents

    def day(self, first: int) -> date | None:
        """The day whose six digits begin at `first`; None for zeros, blanks and days that do not exist."""
        try:
            return datetime.strptime(self.field(first, first + 5), "%d%m%y").date()  # noqa: DTZ007 - a day
        except ValueError:
            return None


def records_of(text: str) -> list[Record]:
    """The records of a file; blank lines between them are passed over. Raises Unreadable."""
    found: list[Record] = []
    for number, line in _lines(text):
        bare = line.lstrip(_BESIDE).rstrip(f" {_BESIDE}")
        if not bare:
            continue
        kind = bare[:2] if bare[:1] in ("2", "3") else bare[:1]
        if not found and (kind != "0" or not bare.startswith("00000")):
            raise other_text(text) if kind not in SHAPES or len(bare) < 30 else _misplaced(number)
        padded = f"{bare:{WIDTH}}"
        if len(padded) > WIDTH or kind not in SHAPES or not SHAPES[kind].fullmatch(padded):
            raise Unreadable(number, NOT_AS_DESCRIBED, kind="record")
        if kind == "0" and padded[-1] == "1":
            what = gettext_noop("this is CODA version 1, which banks left in 2006: ask for version 2")
            raise Unreadable(number, what, kind="version")
        found.append(Record(kind, padded, number))
    return found


def _misplaced(line: int) -> Unreadable:
    what = gettext_noop("the beginning of the file is missing: a CODA file begins with record 0")
    return Unreadable(line, what, kind="order")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers. Records that follow each other without line ends count as lines of their own."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    only = sum(bool(each.strip()) for each in lines) == 1
    for number, line in enumerate(lines, start=1):
        bare = line.lstrip(_BESIDE).rstrip(f" {_BESIDE}")
        pieces = [bare[at : at + WIDTH] for at in range(0, len(bare), WIDTH)]
        if len(pieces) > 1 and all(each[:1] in "0123489" for each in pieces):
            for place, piece in enumerate(pieces):
                yield (number + place if only else number), piece
        else:
            yield number, bare
