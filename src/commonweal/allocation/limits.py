"""What a ballot may hold: the vote types, the limits in META, exact numbers in text, and the error for a contradiction.

Never guesses: a number that is not a plain decimal is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Self

# No money and no points need more figures, and a float would overflow at 310 of them.
_NUMBER = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
_SHOWN = 40


class BallotForm(StrEnum):
    """The vote types of the Pabulib format."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"
    SCORING = "scoring"

    @property
    def has_points(self) -> bool:
        """Whether each choice on a ballot carries a number of points."""
        return self in (BallotForm.CUMULATIVE, BallotForm.SCORING)

    @property
    def may_have_points(self) -> bool:
        """Whether choices may carry points: always where they must, and on ranked ballots whose ranks give points."""
        return self.has_points or self is BallotForm.ORDINAL


class ElectionError(ValueError):
    """An election that contradicts itself.

    `section` is "meta", "projects" or "votes", `row` the 0-based place in that section (the key for "meta")
    and `column` the name of the offending field, so that a file reader can turn them into a line and a
    column.
    """

    def __init__(self, message: str, *, section: str, row: int | str, column: str) -> None:
        super().__init__(message)
        self.message = message
        self.section = section
        self.row = row
        self.column = column


def number_from_text(text: str) -> Fraction:
    """The exact value of a plain decimal such as `12`, `-3` or `0.50`; ValueError for anything else.

    At most 60 figures before the point and after it.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a plain decimal number")
    return Fraction(text)


def shown(text: str) -> str:
    """A text from a file in quotes, on one line that can be read; a long one is cut, with its length."""
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}… ({len(text)} characters)"


def number_to_text(number: Fraction) -> str:
    """The shortest decimal text of `number`; ValueError when it has no finite decimal expansion (1/3)."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        raise ValueError(f"{number} has no finite decimal form")
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a ballot may hold, read from the META keys of the same names; None means no limit."""

    min_length: int | None
    max_length: int | None
    min_points: Fraction | None
    max_points: Fraction | None
    min_sum_points: Fraction | None
    max_sum_points: Fraction | None
    min_sum_cost: Fraction | None
    max_sum_cost: Fraction | None
    default_score: Fraction | None

    @classmethod
    def from_meta(cls, meta: Mapping[str, str]) -> Self:
        """Parse the limits; ElectionError names the key that is not a number."""

        def whole(key: str) -> int | None:
            return None if key not in meta else whole_from_meta(meta, key)

        def number(key: str) -> Fraction | None:
            return None if key not in meta else number_from_meta(meta, key)

        return cls(
            min_length=whole("min_length"),
            max_length=whole("max_length"),
            min_points=number("min_points"),
            max_points=number("max_points"),
            min_sum_points=number("min_sum_points"),
            max_sum_points=number("max_sum_points"),
            min_sum_cost=number("min_sum_cost"),
            max_sum_cost=number("max_sum_cost"),
            default_score=number("default_score"),
        )


def whole_from_meta(meta: Mapping[str, str], key: str) -> int:
    """A whole number >= 0 from META, where the key is present, or ElectionError."""
    if not _WHOLE.fullmatch(meta[key]):
        raise ElectionError(
            f"{key} must be a whole number of at most 18 figures", section="meta", row=key, column="value"
        )
    return int(meta[key])


def number_from_meta(meta: Mapping[str, str], key: str) -> Fraction:
    """A decimal number from META, or ElectionError."""
    if key not in meta:
        raise ElectionError(f"the key {key} is missing", section="meta", row=key, column="key")
    try:
        return number_from_text(meta[key])
    except ValueError:
        message = f"{key} must be a plain decimal number"
        raise ElectionError(message, section="meta", row=key, column="value") from None
