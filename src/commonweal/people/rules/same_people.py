"""Whether a name somebody wrote is that of a person or an organisation we know, however it is written. Pure.

Wider than proof of a payment (`treasury.rules.names`): it keeps people from their own affairs, and a colleague without
that name loses nothing but a minute. The order of words, titles, kinship and legal forms make no difference; nor does an
initial, or the family name alone. In the name of a joint account ("EPOUX LOVELACE-PEETERS") the family name is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from commonweal.kernel.text import folded
from commonweal.people.rules.name_words import (
    ANDS,
    FAMILY_FIRMS,
    HOUSEHOLD,
    KINSHIP,
    MADAMS,
    PLAINLY_FIRMS,
    PROVE_NOTHING,
    SIRS,
)

# As many words as a family name written apart has ("van den Berghe").
WORDS_JOINED = 5
# What stands between the names of two who hold an account: a sign, or "and" and "or". A hyphen without blanks joins the
# names of one person as well.
_BETWEEN = re.compile(rf"\s-\s|[&+/;]|\b(?:{'|'.join(sorted(ANDS))})\b", re.IGNORECASE)

# Other signs for a hyphen.
_DASHES = re.compile("[\u2010-\u2015\u2212]")

_OF_FIRMS = (PLAINLY_FIRMS | FAMILY_FIRMS) - ANDS


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The names of some people, as (given, family), and of some organisations."""

    people: tuple[tuple[str, str], ...] = ()
    organisations: tuple[str, ...] = ()

    def hold(self, text: str) -> bool:
        """Whether a text names one of them."""
        words, holders = _words(text), _holders(text)
        return any(_names_one_of(words, holders, *each) for each in self.people) or any(
            _names_organisation(words, each) for each in self.organisations
        )


def names_person(text: str, given: str, family: str) -> bool:
    """Whether a text names a person: by family name and a given name or its initial, by the family name alone, or by that
    in the name of a joint account."""
    return _names_one_of(_words(text), _holders(text), given, family)


def _names_one_of(words: list[str], holders: list[list[str]], given: str, family: str) -> bool:
    if _names_person(words, given, family) or any(_names_person(each, given, family) for each in holders):
        return True
    # "S. & B. LOVELACE": where one holder is but an initial, the family name is said once for both.
    by_initials = any(all(len(word) == 1 for word in each) for each in holders)
    return (by_initials or _of_a_household(words)) and _bears(words, family)


def _holders(text: str) -> list[list[str]]:
    """The names of those who hold an account together, each by itself; none where one holds it, or a firm. Family names
    with a hyphen are two holders only where nothing else is said."""
    if _is_firm(_words(text)):
        return []
    text = _DASHES.sub("-", text)
    parts = _BETWEEN.split(text)
    if len(parts) == 1 and all("-" in each or not _telling(_words(each)) for each in text.split()):
        parts = text.split("-")
    return [each for each in map(_words, parts) if each] if len(parts) > 1 else []


def _is_firm(words: list[str]) -> bool:
    """Whether words are a firm's name; one letter is an initial."""
    return any(len(word) > 1 and word in _OF_FIRMS for word in words)


def _of_a_household(words: list[str]) -> bool:
    """Whether a name says that a household bears it: by a word for one, or by a form of address for each of two.

    An M behind "Mme" is an initial, unless "and" stands between.
    """
    if _is_firm(words):
        return False
    sirs = {
        word
        for before, word in pairwise(["", *words])
        if word in SIRS and (len(word) > 1 or before not in MADAMS)
    }
    return bool(HOUSEHOLD & set(words) or (sirs and MADAMS & set(words)))


def _bears(words: list[str], family: str) -> bool:
    """Whether a family name, or a word of it that tells something, stands among words."""
    own = _words(family)
    return bool(own) and ("".join(own) in _runs(words) or bool(_telling(own) & set(words)))


def _names_person(words: list[str], given: str, family: str) -> bool:
    family_words, given_words, runs = _words(family), _words(given), _runs(words)
    own = _telling(family_words)
    # "vandenberghe" for van den Berghe, and the other way round.
    whole = "".join(family_words) in runs or (bool(own) and own <= set(words))
    if given_words and family_words and "".join([*given_words, *family_words]) in runs:
        return True
    part = whole or bool(own & set(words))
    others = {
        word for word in _telling(words) - own if word not in family_words and "".join(family_words) != word
    }
    first = bool(set(given_words) & set(words)) or (bool(given_words) and "".join(given_words) in runs)
    if not family_words or not part:
        return False
    if first:
        return True
    if not given_words:
        return whole and (not others or len(own) > 1)
    initials = {word[0] for word in given_words}
    return whole and (not others or (all(len(word) == 1 for word in others) and bool(others & initials)))


def _names_organisation(words: list[str], name: str) -> bool:
    its = _words(name)
    own = _telling(its) or set(its)
    return bool(own) and (own <= set(words) or "".join(its) in _runs(words))


def _telling(words: list[str]) -> set[str]:
    return {word for word in words if word not in PROVE_NOTHING and word not in KINSHIP}


def _runs(words: list[str]) -> set[str]:
    """Words that stand beside each other, written as one."""
    return {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + WORDS_JOINED, len(words)) + 1)
    }


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in folded(text)).split()
