"""Countries by their two letters (ISO 3166-1 alpha-2) and their names in the four languages, from Unicode's CLDR.

Needed for addresses abroad alone: of places in Belgium the official lists say more.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from commonweal.kernel.text import folded, plain

HOME = "BE"
"""The country whose municipalities and postcodes are known."""

# Codes of CLDR that are no country of ISO 3166-1: groups, places with a code set aside, and marks for tests. The Kosovo
# stays: posts and banks use its XK.
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# The longest postcode of the Universal Postal Union's members has ten signs.
_POSTCODE = re.compile(r"(?=.{1,10}$)[A-Z0-9]+([ -][A-Z0-9]+)*")


@cache
def country_names(language: str) -> dict[str, str]:
    """The name of each country by its two letters, in the order of an index in that language (`fr`, `nl`, `de`, `en`)."""
    names = Locale.parse(language[:2]).territories
    found = {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    return dict(sorted(found.items(), key=lambda each: folded(each[1])))


def country_name(code: str, language: str) -> str:
    """The name of a country; the code itself where nobody knows it."""
    return country_names(language).get(code, code)


def postcode_abroad(text: str) -> str | None:
    """A postcode of another country as it is written on a letter; empty where there is none, None when it cannot be one.

    Countries differ too much for more: up to ten letters and figures, in groups (Universal Postal Union, S42).
    """
    code = plain(text).upper().strip()
    return code if not code or _POSTCODE.fullmatch(code) else None
