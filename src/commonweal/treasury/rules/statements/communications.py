"""Structured communications (Belgium, twelve digits with check digits) as payers type them and banks tell them. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from stdnum.be import ogm_vcs

from commonweal.kernel.text import clean
from commonweal.treasury.rules.statements.facts import Odd, Oddity

# The first two digits of the communications we give out, a series for each kind of receivable: they tell ours from those
# the cooperative may use for other things.
SERIES = frozenset({"31"})
NUMBER_MAX = 99_999_999
_PRINTED = re.compile(r"(?<![\d/])[+*]*(\d{3})/?(\d{4})/?(\d{5})(?![\d/])", re.ASCII)
# The marks of a structured communication on both sides, with digits between, whether they hold or not.
_MARKED = re.compile(r"(?:\+{2,3}|\*{2,3}) ?(\d(?:[ /]{0,2}\d){9,14}) ?(?:\+{2,3}|\*{2,3})", re.ASCII)
# So many marks close one communication and open the next.
MARKS_MAX = 6


@dataclass(frozen=True, slots=True)
class Named:
    """The structured communications that texts name: `sure` by their place, marks or slashes, `bare` in twelve digits
    alone, `wrong` where the marks of one are around digits that do not hold."""

    sure: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()

    def __or__(self, other: Named) -> Named:
        """What either names."""
        return Named(self.sure | other.sure, self.bare | other.bare, self.wrong | other.wrong)

    @property
    def every(self) -> frozenset[str]:
        """All that hold, however they are written."""
        return self.sure | self.bare


NOTHING_NAMED = Named()


def communications_in(*lines: str) -> Named:
    """Each structured communication people typed into lines of free text, also one that the end of a line cut in two."""
    texts = {clean(between.join(lines), lines=False) for between in (" ", "")}
    written: defaultdict[bool, set[str]] = defaultdict(set)
    for text in texts:
        for found in _PRINTED.finditer(text):
            written["/" in found[0] or _is_marked(text, found)].add("".join(found.groups()))
    marked = {re.sub(r"\D", "", each[1]) for text in texts for each in _MARKED.finditer(text)}
    sure = frozenset(each for each in written[True] | marked if _holds(each))
    bare = frozenset(each for each in written[False] if _holds(each)) - sure
    return Named(sure, bare, frozenset(each for each in marked if not _holds(each)))


def _is_marked(text: str, found: re.Match[str]) -> bool:
    """Whether the marks of a communication open before these digits; those right after other digits close theirs."""
    before = text[max(0, found.start(1) - MARKS_MAX - 1) : found.start(1)]
    bare = before.rstrip("+*")
    return len(before) - len(bare) >= (4 if bare[-1:].isdigit() else 2)


def _holds(digits: str) -> bool:
    return len(digits) == 12 and ogm_vcs.is_valid(digits)


def chosen(named: Named) -> tuple[str, tuple[Odd, ...]]:
    """The communication a movement names, and what is odd about that.

    Twelve digits alone may be an old Belgian account number, whose check digits are reckoned in the same way: beside others
    they name a request only where they are of a series of ours. Of several, none says what the money is for: none is
    chosen, and that is odd. So are marks around digits that do not hold: somebody mistyped them.
    """
    odd = tuple(Odd(Oddity.COMMUNICATION, each) for each in sorted(named.wrong))
    names = named.sure | {each for each in named.bare if each[:2] in SERIES}
    if not names and len(named.bare) == 1:
        names = named.bare
    if len(names) > 1:
        return "", (*odd, Odd(Oddity.COMMUNICATIONS, ", ".join(sorted(names)[:3])))
    return next(iter(names), ""), odd


def communication_in(text: str) -> str:
    """The one structured communication people typed into a text; empty when there is none, or more than one."""
    return chosen(communications_in(text))[0]


def communication_of(series: str, number: int) -> str:
    """The twelve digits under which what has a number in one of our series is paid. Raises ValueError for a series that is
    none of ours, and for a number too large."""
    if series not in SERIES or not 0 < number <= NUMBER_MAX:
        raise ValueError(series, number)
    base = f"{series}{number:08d}"
    return base + str(ogm_vcs.calc_check_digits(base))


def printed(communication: str) -> str:
    """`+++ddd/dddd/ddddd+++`, as people type it at their bank."""
    return f"+++{ogm_vcs.format(communication)}+++"
