"""Whether the name on an account proves that a payment is somebody's own. Pure; decides nothing else about a payment.

A name proves something by a word of the family name, or of the organisation's, that is no particle, title or legal form.
A given name proves nothing, and no name at all neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from commonweal.kernel.text import folded
from commonweal.membership.rules.name_words import PROVE_NOTHING

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
    paid, family = _words(payer), _words(holder.family)
    if not paid or not family:
        return False
    telling = {word for word in family if word not in PROVE_NOTHING and len(word) >= WORD_LENGTH_MIN}
    # "DHONDT" for D'Hondt, "VAN DEN BERGHE" for Vandenberghe: written as one or apart, with something of its own in it.
    whole = {"".join(family)} if telling else set[str]()
    if (telling | whole) & _joined(paid, WORDS_JOINED):
        return True
    own = {*_words(holder.given), *family}
    # Without a word of its own ("O B", "Mia Van") only the whole name counts, given name and all.
    return not telling and bool(holder.given) and own <= set(paid) and set(paid) - own <= PROVE_NOTHING


def _joined(words: list[str], most: int) -> set[str]:
    return {"".join(words[at : at + size]) for size in range(1, most + 1) for at in range(len(words))}


def _words(name: str) -> list[str]:
    plain = _ABBREVIATED.sub("", folded(name))
    return "".join(c if c.isalnum() else " " for c in plain).split()
