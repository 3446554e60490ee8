"""Member numbers: which one comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# So few numbers far above all others are slips of the keyboard, not a series of their own.
ODD_MAX = 9
LEAST_GAP = 100
# No register begins there: so high with nothing below it is a slip as well.
ODD_START = 1_000_000


def number_after(numbers: Iterable[int]) -> int:
    """The number after the highest of the register's own series; `numbers` come from the highest down.

    A few numbers (`ODD_MAX` at most) more than twice as high as all below them are passed over: an old register with
    9,999,999 typed for one of its 2,000 goes on with 2,001. Reads few numbers, whatever the size of the register.
    """
    highest = last = above = 0
    for number in numbers:
        if above and last - number > max(LEAST_GAP, number):
            above = 0
        if not above:
            highest = number
        last, above = number, above + 1
        if above > ODD_MAX:
            return highest + 1
    return 1 if last >= ODD_START else highest + 1
