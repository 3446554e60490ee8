"""Whether the name on an account proves that a payment is somebody's own. Pure; decides nothing else about a payment.

A name proves something by a word of the family name, or by all words of the organisation's, that are no particle, title or
legal form. A given name proves nothing, also when it is the same word as the family name; words that any organisation may
bear, places, adjectives and numbers prove nothing alone, and no name at all neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from commonweal.kernel.text import folded
from commonweal.people.rules.name_words import (
    ALL_PARTICLES,
    COMMON,
    GIVEN_NAMES,
    PLAINLY_FIRMS,
    PROFESSIONALS,
    PROVE_NOTHING,
    PUBLIC_BODIES,
)

# One letter is an initial. A family name of one letter is proved by the whole name alone.
WORD_LENGTH_MIN = 2
WORDS_JOINED = 4
# The stops in "S.A." and "A.S.B.L.", not the one in "M.DUPONT".
_ABBREVIATED = re.compile(r"(?<=\b\w)\.(?=\w\b)")


@dataclass(frozen=True, slots=True)
class HolderName:
    """The name of who may pay: of a person in two parts, of an organisation (`family`) without a given name."""

    family: str
    given: str = ""


def proves(payer: str, holder: HolderName) -> bool:
    """Whether the name on an account holds a word that only this holder's own name explains."""
    # Initials stay apart in who paid: "M.A. Peeters" is no Ma. In the holder's name "S.A." is a legal form.
    paid, family = _words(payer, abbreviated=False), _words(holder.family)
    if not paid or not family:
        return False
    own = {*family, *_words(holder.given)}
    if (PUBLIC_BODIES | PROFESSIONALS) & set(paid) - own:
        # "STAD DAMME" is no Van Damme: a town's name is many a family's. "NOTARIS MAES" pays for whoever is their client.
        return False
    if not holder.given:
        return _proves_organisation(paid, family)
    # "BRASSERIE DE LA SENNE" is nobody called Senne: what stands behind a particle in the name of a firm is its place.
    hidden = _behind_particles(paid, family) if PLAINLY_FIRMS & set(paid) - own else set[str]()
    joined = _joined(paid, WORDS_JOINED) - hidden
    paid = [word for word in paid if word not in hidden]
    telling = _telling(family)
    # A word any organisation bears ("HUIS VAN DE STAD") is somebody's only where nothing else is in who paid.
    base = telling - COMMON
    # "DHONDT" for D'Hondt, "VAN DEN BERGHE" for Vandenberghe: written as one or apart, with something of its own in it.
    whole = ({"".join(family)} if base else set[str]()) - GIVEN_NAMES
    if (base - GIVEN_NAMES) & set(paid) or whole & joined:
        return True
    if base & set(paid):
        # "MARTIN PEETERS" may be Martin of the family Peeters: the rest of the name must be the holder's.
        return _explained(paid, family, _words(holder.given))
    if telling and telling <= set(paid):
        return _explained(paid, family, _words(holder.given), strictly=True)
    # Without a word of its own ("O B", "Mia Van") only the whole name counts, given name and all.
    return not telling and own <= set(paid) and set(paid) - own <= PROVE_NOTHING


def _behind_particles(paid: list[str], family: list[str]) -> set[str]:
    """Words that stand behind a particle in who paid, and not so in the family's own name."""
    of_family = set(pairwise(family))
    return {
        word
        for before, word in pairwise(paid)
        if before in ALL_PARTICLES and word not in ALL_PARTICLES and (before, word) not in of_family
    }


def is_in(text: str, holder: HolderName) -> bool:
    """Whether a text holds the whole name, in any order, or what would prove it: enough to look at, no proof."""
    own = {*_words(holder.family), *_words(holder.given)}
    return (bool(own) and own <= set(_words(text))) or proves(text, holder)


def _explained(paid: list[str], family: list[str], given: list[str], *, strictly: bool = False) -> bool:
    """Whether the holder's given name stands beside the family name, or its initial and no other name, or nothing else
    does. `strictly`: no other name beside the given name either."""
    rest = {word for word in paid if word not in family and word not in PROVE_NOTHING}
    initials = {word[0] for word in given}
    others = {word for word in rest - set(given) if len(word) >= WORD_LENGTH_MIN}
    if not rest or (not strictly and set(paid) & set(given)):
        return True
    return not others and bool(rest & (initials | set(given)))


def _proves_organisation(paid: list[str], name: list[str]) -> bool:
    """The same of an organisation: all its words that tell anything, and among them one that not any of them may bear; or
    nothing but its words. A place, a colour or a year is borne by many."""
    telling = _telling(name)
    own = {word for word in telling - COMMON if not word.isdecimal()}
    whole = {"".join(name)} if own else set[str]()
    if (own and telling <= set(paid)) or whole & _joined(paid, WORDS_JOINED):
        return True
    return bool(telling) and {word for word in paid if word not in PROVE_NOTHING} == telling


def _telling(words: list[str]) -> set[str]:
    return {word for word in words if word not in PROVE_NOTHING and len(word) >= WORD_LENGTH_MIN}


def _joined(words: list[str], most: int) -> set[str]:
    """Words as one: each alone, and a word of its own with the particles before it. What stands behind it (an initial, the
    "and" before somebody else) is never part of a name, nor is a title."""
    found = set()
    for end, word in enumerate(words):
        if word in PROVE_NOTHING or len(word) < WORD_LENGTH_MIN:
            continue
        found.add(word)
        for start in range(end - 1, max(end - most, -1), -1):
            if words[start] not in ALL_PARTICLES:
                break
            found.add("".join(words[start : end + 1]))
    return found


def _words(name: str, *, abbreviated: bool = True) -> list[str]:
    plain = _ABBREVIATED.sub("", folded(name)) if abbreviated else folded(name)
    return "".join(c if c.isalnum() else " " for c in plain).split()
