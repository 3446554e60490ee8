"""What a file is before anybody reads it: a statement as text, or something else, which is named with what to do. Pure."""

from __future__ import annotations

import codecs
import re

from commonweal.treasury.rules.statements.facts import Unreadable, gettext_noop

FILE_BYTES = 5_000_000
_ASK = gettext_noop("this is no bank statement we know: ask the bank for CODA or camt.053")
_OFFICE = gettext_noop("this is an Excel or Word file: ask the bank for CODA or camt.053")
# First bytes -> code, and what to do. ZIP is also how XLSX, DOCX and ODS begin.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"PK",
        "zip",
        gettext_noop("this is a ZIP: open it, take the statement out, and bring that one in"),
    ),
    (
        b"\x1f\x8b",
        "gzip",
        gettext_noop("this is a packed file (GZIP): unpack it and bring in the statement inside"),
    ),
    (
        b"7z\xbc\xaf\x27\x1c",
        "7z",
        gettext_noop("this is a packed file (7z): unpack it and bring in the statement inside"),
    ),
    (
        b"Rar!",
        "rar",
        gettext_noop("this is a packed file (RAR): unpack it and bring in the statement inside"),
    ),
    (
        b"%PDF",
        "pdf",
        gettext_noop("this is a PDF, made to be read by people: ask the bank for CODA or camt.053"),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "office",
        _OFFICE,
    ),
    (b"\x89PNG", "image", gettext_noop("this is a picture: ask the bank for CODA or camt.053")),
    (b"\xff\xd8\xff", "image", gettext_noop("this is a picture: ask the bank for CODA or camt.053")),
    (b"GIF8", "image", gettext_noop("this is a picture: ask the bank for CODA or camt.053")),
)
_UTF16 = gettext_noop("this is UTF-16: save it as UTF-8, or ask the bank for the file as it was first given")
_UTF32 = gettext_noop("this is UTF-32: save it as UTF-8, or ask the bank for the file as it was first given")
_MT940 = re.compile(r"\A\s*(\{1:|:20:|:?940|MT940)|^:60[FM]:", re.MULTILINE)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Bytes that are letters with accents in code page 850 (and signs in Windows-1252), and the other way round.
_DOS_LETTERS = frozenset([*range(0x80, 0x9B), *range(0xA0, 0xA6)])
_WINDOWS_LETTERS = frozenset(range(0xC0, 0x100))

CODE_PAGES = frozenset(
    [
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-15",
        "latin-1",
        "latin1",
        "windows-1250",
        "windows-1252",
        "cp850",
        "cp1252",
    ]
)
"""The code pages a file may name besides UTF-8, in lower case."""


def text_of(data: bytes) -> str:
    """The text of a statement file, its byte order mark taken off and its code page recognised.

    Raises Unreadable for an empty or too large file, and for what is no text.
    """
    if not data.strip(b" \t\r\n\x1a\x00") or not data.removeprefix(codecs.BOM_UTF8).strip():
        raise Unreadable(
            1, gettext_noop("the file is empty: take it out of the bank's program once more"), kind="empty"
        )
    if len(data) > FILE_BYTES:
        raise Unreadable(1, gettext_noop("the file is too large for a bank statement"), kind="too_large")
    if data.startswith(b"PK") and b"[Content_Types].xml" in data[:4_000]:
        raise Unreadable(1, _OFFICE, kind="office")
    for beginning, kind, what in _BEGINNINGS:
        if data.startswith(beginning):
            raise Unreadable(1, what, kind=kind)
    _refuse_wide(data)
    bare = data.removeprefix(codecs.BOM_UTF8)
    if (declared := _DECLARED.match(bare)) is not None and bare is data:
        return _as_declared(bare, declared[1].decode("ascii").lower())
    return _utf8(bare)


def _utf8(data: bytes) -> str:
    """The text in UTF-8, or else in the code page it looks like. A bank that counts bytes cuts a name amid a letter: the
    bytes that are left stay single characters (surrogates), so that every place after them is the right one."""
    text = data.decode("utf-8", errors="surrogateescape")
    if text.isascii():
        return text
    broken = sum("\udc80" <= sign <= "\udcff" for sign in text)
    whole = sum(sign > "\x7f" for sign in text) - broken
    return text if whole >= broken else data.decode(_code_page(data), errors="replace")


def _refuse_wide(data: bytes) -> None:
    """UTF-16 and UTF-32, with their mark or without: every second byte of a statement is then zero."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable(1, _UTF32, kind="utf32")
    head = data[:400]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or max(even, odd) > half * 0.7:
        wide = even + odd > half * 1.2
        raise Unreadable(1, _UTF32 if wide else _UTF16, kind="utf32" if wide else "utf16")
    if 0 in head:
        raise Unreadable(1, _ASK, kind="unknown")


def _as_declared(data: bytes, name: str) -> str:
    if name in ("utf-8", "utf8", "us-ascii", "ascii"):
        # Where it says UTF-8 and is not, names are the worse for it, figures are not.
        return _utf8(data)
    if name.replace("-", "").startswith(("utf16", "utf32")):
        raise Unreadable(1, _UTF16, kind="utf16")
    # What else Python knows by a name is no code page of a bank: some of it unpacks, some takes hours.
    if name not in CODE_PAGES:
        what = gettext_noop("the file names a code page that does not exist")
        raise Unreadable(1, what, name, kind="encoding")
    return data.decode(name, errors="replace")


def _code_page(data: bytes) -> str:
    dos = sum(byte in _DOS_LETTERS for byte in data)
    windows = sum(byte in _WINDOWS_LETTERS for byte in data)
    return "cp850" if dos > windows else "windows-1252"


def other_text(text: str) -> Unreadable:
    """The refusal of a text that is neither CODA nor XML, by what it looks like."""
    start = text.lstrip()[:300]
    if _MT940.search(text[:4_000]):
        what = gettext_noop("this is an MT940 statement: ask the bank for CODA or camt.053")
        return Unreadable(1, what, kind="mt940")
    if start.startswith(("{", "[")):
        return Unreadable(1, gettext_noop("this is JSON: ask the bank for CODA or camt.053"), kind="json")
    first = start.splitlines()[0] if start else ""
    if any(first.count(mark) >= 2 for mark in (";", ",", "\t")):
        what = gettext_noop("this is a sheet (CSV): ask the bank for CODA or camt.053")
        return Unreadable(1, what, kind="csv")
    return Unreadable(1, _ASK, kind="unknown")
