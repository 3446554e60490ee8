"""Documents people keep: PDF made by typst, readable aloud (PDF/UA-1). Data goes in as JSON, never as markup.

Names come in every script, and PDF/UA refuses a sign that no typeface has. Such a sign never stops a document: it is
printed as `STAND_IN`, and the last line says for which signs that stands.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext

STAND_IN = "□"
ROUNDS_MAX = 4
# A reader may look up a few signs; a list of hundreds says no more.
SIGNS_NAMED_MAX = 12
# The typefaces typst brings have every letter below; nothing there is ever replaced but control characters.
_LATIN_END = 0x250
_REFUSED = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not|codepoint `"((?:[^"\\]|\\.)*)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# Joiners, selectors and marks mean nothing behind a stand-in; a joined sequence (a family, a flag) is one sign.
_TRAIL = "[\u0300-\u036f\u200b-\u200f\u20d0-\u20f0\ufe00-\ufe0f\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
_JOINED = re.compile(f"{STAND_IN}{_TRAIL}+({STAND_IN}{_TRAIL}*)*")
_SIGNS_LINE = b"""
#if "unprinted_signs" in data [ #v(6mm) #text(size: 9pt, data.unprinted_signs) ]
"""


def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """The document a typst template makes of plain data, in `data["language"]`.

    Signs without a typeface become `STAND_IN`. Raises typst's error for a broken template.
    """
    source = template.read_bytes() + _SIGNS_LINE
    unknown = _never_printed(data)
    for _round in range(ROUNDS_MAX):
        try:
            return _compiled(source, _readable(data, unknown))
        except typst.TypstError as error:
            refused = refused_signs(error.diagnostic)
            if refused is None:
                raise
            if refused <= unknown:
                break
            unknown |= refused
        except BaseException as error:
            # The compiler itself gives up on some mixtures of scripts, by an exception outside Exception.
            if type(error).__name__ != "PanicException":
                raise
            break
    # Signs that only fail beside others: Latin letters are printed, whatever stands around them.
    return _compiled(
        source, _readable(data, unknown | {each for each in _signs(data) if ord(each) >= _LATIN_END})
    )


def _compiled(source: bytes, data: dict[str, Any]) -> bytes:
    return bytes(
        typst.compile(
            source,
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    )


def refused_signs(diagnostic: str) -> set[str] | None:
    """The signs beyond Latin that typst names as without typeface in its report of errors; None for another error."""
    texts = [first or second for first, second in _REFUSED.findall(diagnostic)]
    signs = {sign for text in texts for sign in _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)}
    return {sign for sign in signs if ord(sign) >= _LATIN_END} if texts else None


def _signs(data: Any) -> set[str]:
    """Every character in the texts of plain data."""
    if isinstance(data, str):
        return set(data)
    if isinstance(data, dict):
        return set[str]().union(*map(_signs, data.values()))
    return set[str]().union(*map(_signs, data)) if isinstance(data, list | tuple) else set()


def _never_printed(data: Any) -> set[str]:
    # Controls, halves of a pair and what is no character; a line break and a tab are blanks to typst.
    signs = _signs(data) - {"\n", "\t"}
    return {
        sign for sign in signs if unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co") or sign == "\ufeff"
    }


def printable(text: str, unknown: set[str]) -> str:
    """The text with each unknown sign, or joined sequence of them, as one `STAND_IN`."""
    if unknown.isdisjoint(text):
        return text
    return _JOINED.sub(STAND_IN, "".join(STAND_IN if sign in unknown else sign for sign in text))


def _replaced(data: Any, unknown: set[str]) -> Any:
    if isinstance(data, str):
        return printable(data, unknown)
    if isinstance(data, dict):
        return {name: _replaced(value, unknown) for name, value in data.items()}
    return [_replaced(each, unknown) for each in data] if isinstance(data, list | tuple) else data


def _readable(data: dict[str, Any], unknown: set[str]) -> dict[str, Any]:
    if not unknown:
        return data
    named = sorted(f"U+{ord(sign):04X}" for sign in unknown if not unicodedata.combining(sign))
    more = " …" if len(named) > SIGNS_NAMED_MAX else ""
    with translation.override(data["language"]):
        line = gettext("%(stand_in)s stands for a sign that we cannot print here: %(signs)s") % {
            "stand_in": STAND_IN,
            "signs": ", ".join(named[:SIGNS_NAMED_MAX]) + more,
        }
    return {**_replaced(data, unknown), "unprinted_signs": line}
