"""Text from outside made safe to keep and easy to find. Pure; never decides what a text means."""

from __future__ import annotations

import unicodedata

# Characters that reorder or hide what a reader sees (Unicode bidirectional controls, UAX 9) and
# invisible joiners abused to make look-alikes. Ordinary letters of right-to-left scripts stay.
_HIDDEN = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x061C]
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"}
)


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


def folded(text: str) -> str:
    """The text as search sees it: lower case, without accents, ligatures opened.

    The database function `commonweal_fold` does the same; a test holds the two together.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def safe_cell(value: object) -> object:
    """A value for a sheet or CSV cell that no spreadsheet program takes for a formula (OWASP CSV injection)."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
