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

from commonweal.kernel.text import clean
from commonweal.treasury.rules.statements.facts import Unreadable, gettext_noop
from commonweal.treasury.rules.statements.file_kinds import other_text

WIDTH = 128
# Marks that programs leave between files they put together: byte order mark, end of file, form feed.
_BESIDE = "\ufeff\x1a\x0c\x00"
# Stands for each further byte of a letter where a bank counts bytes; `kernel.text.clean` takes it out again.
_FILL = "\u2060"
# What is the account's own, by place; a full stop is any character. Without it a statement cannot be held to anything.
_OWN = {
    "0": r".{128}",
    "1": r".{42}[01]\d{15}.{70}",
    "21": r".{31}[01]\d{15}.{81}",
    "8": r".{41}[01]\d{15}.{71}",
    "9": r".{16}\d{36}.{76}",
}
OWN = {kind: re.compile(shape, re.ASCII | re.DOTALL) for kind, shape in _OWN.items()}
# All else that has a form: anything other is odd, and only that. Blanks at the end of a line may have been cut.
_NUMBER, _FLAGS = (3, 10, r"\d{8}"), ((126, 126, r"[01 ]"), (127, 127, " "), (128, 128, r"[01 ]"))
_FORMS: dict[str, tuple[tuple[int, int, str], ...]] = {
    "21": (
        _NUMBER,
        (48, 53, r"[\d ]{6}"),
        (54, 61, r"[0-35-9]\d{7}"),
        (62, 62, r"[01 ]"),
        (116, 121, r"[\d ]{6}"),
        (125, 125, r"[\d ]"),
        *_FLAGS,
    ),
    "22": (_NUMBER, *_FLAGS),
    "23": (_NUMBER, *_FLAGS),
    "31": (_NUMBER, (32, 39, r"[\d ]{8}"), *_FLAGS),
    "32": (_NUMBER, *_FLAGS),
    "33": (_NUMBER, *_FLAGS),
}
FORMS = {
    kind: tuple((first, last, re.compile(form, re.ASCII)) for first, last, form in forms)
    for kind, forms in _FORMS.items()
}
KINDS = frozenset([*OWN, *FORMS, "4"])
UNKNOWN = "?"
"""The kind of a record that the standard does not know."""
NOT_AS_DESCRIBED = gettext_noop("this record is not as CODA describes it")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file: its kind (`0`, `1`, `21` ... `9`, or `?`), its 128 characters, and where it stands."""

    kind: str
    text: str
    line: int

    @property
    def is_whole(self) -> bool:
        """Whether what is the account's own in it can be read."""
        return len(self.text) == WIDTH and (
            self.kind not in OWN or OWN[self.kind].fullmatch(self.text) is not None
        )

    @property
    def strange(self) -> str:
        """The first field that is not of the form the standard gives it, as written; empty when all are."""
        if self.kind == UNKNOWN:
            return clean(self.field(1, 2), lines=False) or UNKNOWN
        for first, last, form in FORMS.get(self.kind, ()):
            written = self.field(first, last)
            if not form.fullmatch(written):
                return clean(written, lines=False) or UNKNOWN
        return ""

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
        written = self.field(first, first + 5)
        if not (written.isascii() and written.isdigit()):
            return None
        try:
            return datetime.strptime(written, "%d%m%y").date()  # noqa: DTZ007 - a day
        except ValueError:
            return None


def records_of(text: str) -> list[Record]:
    """The records of a file; blank lines between them are passed over. Raises Unreadable for what is no CODA at all."""
    found: list[Record] = []
    for number, line in _lines(text):
        bare = line.lstrip(_BESIDE).rstrip(f" {_BESIDE}")
        if not bare:
            continue
        kind = bare[:2] if bare[:1] in ("2", "3") else bare[:1]
        if not found and (kind != "0" or not bare.startswith("00000")):
            raise other_text(text) if kind not in KINDS or len(bare) < 30 else _misplaced(number)
        if kind not in KINDS or (kind == "0" and not bare.startswith("00000")):
            kind = UNKNOWN
        found.append(Record(kind, f"{bare:{WIDTH}}", number))
    return found


def _misplaced(line: int) -> Unreadable:
    what = gettext_noop("the beginning of the file is missing: a CODA file begins with record 0")
    return Unreadable(line, what, kind="order")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers. Records that follow each other without line ends count as lines of their own."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    only = sum(bool(each.strip()) for each in lines) == 1
    bare_lines = [each.lstrip(_BESIDE).rstrip(f" {_BESIDE}") for each in lines]
    by_bytes = _counts_bytes(bare_lines)
    for number, bare in enumerate(bare_lines, start=1):
        if by_bytes and not bare.isascii() and len(bare) != WIDTH:
            bare = _spread(bare)
        pieces = [bare[at : at + WIDTH] for at in range(0, len(bare), WIDTH)]
        if len(pieces) > 1 and not _begin_records(pieces):
            wide = _spread(bare)
            other = [wide[at : at + WIDTH] for at in range(0, len(wide), WIDTH)]
            pieces = other if _begin_records(other) else pieces
        if len(pieces) > 1 and _begin_records(pieces):
            for place, piece in enumerate(pieces):
                yield (number + place if only else number), piece
        else:
            yield number, bare


def _begin_records(pieces: list[str]) -> bool:
    """Whether each piece begins as a record does, and its own part is where it should be."""
    kinds = (each[:2] if each[:1] in ("2", "3") else each[:1] for each in pieces)
    return all(
        kind in KINDS and (kind not in OWN or OWN[kind].fullmatch(f"{piece:{WIDTH}}"))
        for kind, piece in zip(kinds, pieces, strict=True)
    )


def _counts_bytes(lines: list[str]) -> bool:
    """Whether the bank fills its records to 128 bytes of UTF-8, and not to 128 characters: what more of them fit."""
    told = [each for each in lines if not each.isascii()]
    return sum(len(_spread(each)) == WIDTH for each in told) > sum(len(each) == WIDTH for each in told)


def _spread(line: str) -> str:
    """The line with as many characters as it has bytes in UTF-8; a byte that is no whole letter is one already."""
    return "".join(
        sign if sign.isascii() or "\udc80" <= sign <= "\udcff" else sign + _FILL * (len(sign.encode()) - 1)
        for sign in line
    )
