"""Signs that XML does not allow, in a camt file that is otherwise whole: control characters, a bare `&` or `<`. Pure.

They come from names and texts that people typed. Each is taken out, or written as XML writes it, and its place marked, so
that the movement it stood in waits for a person; the file as it came is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

MARK = "\ue000"
"""Stands where a sign was taken out; a character of private use (Unicode), which no bank writes."""
# What XML 1.0 does not allow (production 2), also bytes that are no whole letter.
_FORBIDDEN = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff"
_CONTROL = re.compile(f"[{_FORBIDDEN}]")
# A tag: a name and nothing more, or something with attributes. "1 < 2" and "Jan <jan@x.be>" are none. Its end is looked for
# first, before another one begins: a long text is not gone through again for each sign in it. A document type stays.
_TAG = r"<(?:[!?][^<>]*|(?=[^<>]*>)/?[A-Za-z_\u0080-\ud7ff](?:[^<>\s@]*\s*>|[^<>\s]*\s[^<>]*=[^<>]*>))"
_SIGNS = re.compile(
    rf"{_TAG}|[<{_FORBIDDEN}]|&(?:(?P<name>amp|lt|gt|quot|apos);|\#(?:(?P<ten>\d{{1,7}})|x(?P<hex>[0-9a-fA-F]{{1,6}}));)?",
    re.ASCII,
)
_BEGINS = re.compile(r"<!\[CDATA\[|<!--")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}
_INK = re.compile(r"[^\n]")


def masked(text: str) -> str:
    """The text as long as it was, blanks for what stands in comments and CDATA: nothing in there is an element."""
    return "".join(_INK.sub(" ", piece) if opening else piece for opening, piece in _sections(text))


def mended(text: str) -> str:
    """The text with each sign that XML does not allow taken out, and a mark in its place; lines stay where they were."""
    signs: dict[str, Callable[[re.Match[str]], str]] = {
        "": _mended_sign,
        "<![CDATA[": _marked,
        "<!--": _blank,
    }
    patterns = {"": _SIGNS, "<![CDATA[": _CONTROL, "<!--": _CONTROL}
    return "".join(patterns[opening].sub(signs[opening], piece) for opening, piece in _sections(text))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The text cut at comments and CDATA, each piece with what opens it; one that never ends goes on to the end."""
    place = 0
    while (begins := _BEGINS.search(text, place)) is not None:
        yield "", text[place : begins.start()]
        end = text.find(_ENDS[begins[0]], begins.end())
        place = len(text) if end < 0 else end + len(_ENDS[begins[0]])
        yield begins[0], text[begins.start() : place]
    yield "", text[place:]


def _marked(_sign: re.Match[str]) -> str:
    return f"{MARK} "


def _blank(_sign: re.Match[str]) -> str:
    return " "


def _mended_sign(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "<":
        return f"{MARK}&lt;"
    if sign.startswith("<"):
        # Within a tag no mark can stand, and nothing in it is money or a name.
        return _CONTROL.sub(" ", sign)
    if found["name"]:
        return sign
    if found["ten"] or found["hex"]:
        point = int(found["ten"]) if found["ten"] else int(found["hex"], 16)
        allowed = point in (9, 10, 13) or (
            point >= 32 and point < 0x110000 and not _CONTROL.match(chr(point))
        )
        return sign if allowed else f"{MARK} "
    return f"{MARK}&amp;" if sign == "&" else f"{MARK} "
