"""Whether a name somebody wrote is that of a person or an organisation we know, however it is written. Pure.

Wider than proof of a payment (`treasury.rules.names`): it keeps people from their own affairs, and a colleague without
that name loses nothing but a minute. The order of words, titles, kinship and legal forms make no difference; nor does an
initial, or the family name alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.kernel.text import folded
from commonweal.people.rules.name_words import KINSHIP, PROVE_NOTHING

# As many words as a family name written apart has ("van den Berghe").
WORDS_JOINED = 5


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The names of some people, as (given, family), and of some organisations."""

    people: tuple[tuple[str, str], ...] = ()
    organisations: tuple[str, ...] = ()

    def hold(self, text: str) -> bool:
        """Whether a text names one of them."""
        words = _words(text)
        return any(_names_person(words, *each) for each in self.people) or any(
            _names_organisation(words, each) for each in self.organisations
        )


def names_person(text: str, given: str, family: str) -> bool:
    """Whether a text names a person: by family name and a given name or its initial, or by the family name alone."""
    return _names_person(_words(text), given, family)


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
