"""Text from outside made safe to keep and easy to find. Pure; never decides what a text means."""

from __future__ import annotations

import re
import unicodedata

# Characters that reorder or hide what a reader sees (Unicode bidirectional controls, UAX 9) and
# invisible joiners abused to make look-alikes. Ordinary letters of right-to-left scripts stay.
_HIDDEN = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x061C]
)
# Where a program may begin a cell, and what makes one a formula there; some fold the full-width signs first, and quotes
# around a cell count for nothing when it looks for another separator.
_FORMULA = re.compile(r'((?:^|[;,|])["\s]*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫−])')
# Letters that stay whole under decomposition (those of DIN 91379 and their kin), and the plain letters people type for
# them. Catalan writes l·l for one long l.
_WHOLE = {
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "þ": "th",
    "ƕ": "hv",
    "ȣ": "ou",
    "ỻ": "ll",
    "ς": "σ",
    "·": "",
    **dict.fromkeys("ɑɐⱥ", "a"),
    **dict.fromkeys("ƀɓƃ", "b"),
    **dict.fromkeys("ƈȼ", "c"),
    **dict.fromkeys("đðɖɗƌẟ", "d"),
    **dict.fromkeys("əɛǝɇ", "e"),
    **dict.fromkeys("ƒ", "f"),
    **dict.fromkeys("ǥɠɣ", "g"),
    **dict.fromkeys("ħɦⱨ", "h"),
    **dict.fromkeys("ıɨɩɪ", "i"),
    **dict.fromkeys("ȷɉ", "j"),
    **dict.fromkeys("ĸƙⱪ", "k"),
    **dict.fromkeys("łƚɫɬⱡ", "l"),
    **dict.fromkeys("ŋɲƞɳ", "n"),
    **dict.fromkeys("øɵɔ", "o"),
    **dict.fromkeys("ƥᵽ", "p"),
    **dict.fromkeys("ɍɽ", "r"),
    **dict.fromkeys("ȿẜẝ", "s"),
    **dict.fromkeys("ŧƭʈⱦ", "t"),
    **dict.fromkeys("ʉ", "u"),
    **dict.fromkeys("ʋỽ", "v"),
    **dict.fromkeys("ƴɏỿ", "y"),
    **dict.fromkeys("ʒƶȥⱬ", "z"),
}


def has_control(text: str) -> bool:
    """Whether a text has a control character other than the end of a line or a tab, or half of a sign."""
    return any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text if sign not in "\n\r\t")


def clean(text: str, *, lines: bool = True) -> str:
    """The text without control and reordering characters, trimmed, in composed form (NFC).

    `lines=False` also folds line breaks into single spaces.
    """
    if text.isprintable():
        # No control, format or surrogate character and no space but the plain one: nothing to take out of it. Nearly
        # every cell of a sheet is such a text, and a register has ten million.
        kept = unicodedata.normalize("NFC", text)
    else:
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_HIDDEN)
        kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return kept.strip() if lines else " ".join(kept.split())


class _Folds(dict[int, str]):
    """Each decomposed character as search sees it, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        kind = unicodedata.category(sign)
        if sign in _WHOLE:
            plain = _WHOLE[sign]
        elif unicodedata.combining(sign) or kind in ("Cf", "Me") or sign in _FILLERS:
            plain = ""
        elif (
            kind[0] in "ZP"
            or kind in ("Cc", "Sk")
            or sign in _BLANKS
            or (sign.isascii() and not sign.isalnum())
        ):
            plain = sign if sign == "|" else " "
        else:
            small = sign.lower()
            plain = _WHOLE.get(small, small)
        self[point] = plain
        return plain


# Invisible, though neither marks with a class nor format controls: joiners, selectors and fillers (UAX 44,
# Default_Ignorable_Code_Point).
_FILLERS = frozenset(
    map(
        chr,
        [
            *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5),
            *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
        ],
    )
)
# Letters by name, apostrophes, ties and tones by use: ʹ ʺ ʻ ʼ ʽ ʾ ʿ ˈ ˌ Ꞌ ꞌ, and the minus sign.
_BLANKS = frozenset("ʹʺʻʼʽʾʿˀˁˆˇˈˉˊˋˌꞋꞌ−")
_FOLDS = _Folds()


def folded(text: str) -> str:
    """The text as search sees it: small letters without accents, ligatures opened, one blank for whatever is between.

    Apostrophes, hyphens, points and blanks of all kinds are that blank; directional marks and joiners are nothing. A bar
    stays, for who joins several texts. The database function `commonweal_fold` does the same; a test holds them together.
    """
    return " ".join(unicodedata.normalize("NFKD", text).translate(_FOLDS).split())


def same_name(one: str, other: str) -> bool:
    """Whether two names are one as search sees them, however blanks, hyphens and apostrophes divide them."""
    return folded(one).replace(" ", "") == folded(other).replace(" ", "")


def plain(text: str) -> str:
    """What someone pasted, as a keyboard would have written it: for numbers and addresses that are looked up.

    Full-width signs become plain ones, hyphens, apostrophes and blanks of all kinds the plain one; what is invisible goes.
    """
    signs = (_typed(sign) for sign in unicodedata.normalize("NFC", text))
    return " ".join("".join(signs).split())


def _typed(sign: str) -> str:
    if sign.isascii():
        return sign
    kind = unicodedata.category(sign)
    if kind == "Cf" or sign in _FILLERS:
        return ""
    if kind == "Pd" or sign == "−":
        return "-"
    if kind[0] == "Z" or kind == "Cc":
        return " "
    if unicodedata.decomposition(sign).startswith("<wide>"):
        return unicodedata.normalize("NFKC", sign)
    return "'" if sign in "‘’‛′ʹʻʼʽʾʿˈꞋꞌ" else sign


# What mail programs take (RFC 5321, without its quoted and bracketed forms, which no provider gives out).
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?")
EMAIL_MAX, LOCAL_MAX = 254, 64


def is_email(text: str) -> bool:
    """Whether a text can be an e-mail address: one rule for forms, sheets and programs."""
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(text) <= EMAIL_MAX
        and len(local) <= LOCAL_MAX
        and _LOCAL.fullmatch(local) is not None
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def for_terminal(text: str) -> str:
    """Text that a terminal only shows: whatever would move its cursor, colour it, reorder or hide letters stands there as
    it is written in JSON (`\\u001b`). Line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign in "\n\t" or not (unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or ord(sign) in _HIDDEN):
        return sign
    return f"\\u{ord(sign):04x}"


def safe_cell(text: str) -> str:
    """Text for a cell that no spreadsheet program takes for a formula, whichever sign divides its cells (OWASP CSV
    injection): an apostrophe stands before each formula sign that follows the start or a separator, blanks or not.

    Tabs and line breaks become blanks, since a cell is one line.
    """
    return _FORMULA.sub(r"\1'", " ".join(re.split(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", text)))
