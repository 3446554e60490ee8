"""Amounts in whole cents: the one reader of what people type or sheets hold, and sharing without losing a cent.

Never a float, and never a guess: what can be read in two ways is refused with both readings.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Self

# A longer text is no amount anybody means.
_LENGTH_MAX = 40
CENT_PLACES, VALUE_PLACES, GROUP = 2, 4, 3
_WHOLE = {CENT_PLACES: 100, VALUE_PLACES: 10_000}
# The Arabic marks say by themselves which is which; the Chinese ones are the wide forms of ours.
_DECIMAL_MARK, _GROUP_MARK = "\u066b", "\u066c"
_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2019\u02bc\uff07", "'"),
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
        "\uff0c": ",",
        "\uff0e": ".",
    }
)
_CURRENCY = re.compile(r"€|euros?|eur", re.IGNORECASE)
# Groups of three with one mark throughout, which is never the one before the cents.
_NUMBER = re.compile(
    rf"(?P<whole>\d+|[1-9]\d{{0,2}}(?P<mark>[ .',{_GROUP_MARK}])\d{{3}}(?:(?P=mark)\d{{3}})*)"
    rf"(?:(?P<point>[.,{_DECIMAL_MARK}])(?P<part>\d+|-{{1,2}}))?",
    re.ASCII,
)
# With a nought before it too: what fills up with noughts writes 012,500 for 12 500, or for 12.50.
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}|0\d{1,2}[.,]\d\d0", re.ASCII)
_POINT = {"fr": ",", "nl": ",", "de": ",", "en": "."}


class Wrong(StrEnum):
    """Why a text or number is no amount."""

    NO_AMOUNT = "no_amount"
    TWO_READINGS = "two_readings"
    PART_OF_A_CENT = "part_of_a_cent"
    NEGATIVE = "negative"


class UnreadableAmount(ValueError):
    """An amount that cannot be read. `readings` are the two that are possible, written so that each can be typed."""

    def __init__(self, text: str, wrong: Wrong, readings: tuple[str, ...] = ()) -> None:
        super().__init__(f"{text!r}: {wrong}")
        self.text, self.wrong, self.readings = text, wrong, readings


def cents_from_text(text: str, language: str = "en") -> int:
    """Cents in what a person typed: `1 234,56`, `1.234,56`, `1,234.56`, `€ 12`, `12,- EUR`, `2000`.

    Groups are of three digits throughout, parted by a space of any kind, an apostrophe, a point or a comma. One point or
    comma followed by exactly three digits is refused in every language: `48,203` is 48.20 to one reader and 48 203 to the
    next. `language` (fr, nl, de, en) is the one the readings are written in.
    Raises UnreadableAmount, a ValueError: also for a minus, and for more decimals than a cent has.
    """
    return _units(_decimal(text, language, CENT_PLACES), text, CENT_PLACES)


def cents_from_number(number: Decimal) -> int:
    """Cents of a number in euro that came as a number, as from a cell of a sheet: no text, no language.

    Raises UnreadableAmount for a part of a cent or a number below zero.
    """
    return _units(number, str(number), CENT_PLACES)


def hundredths_from_text(text: str, language: str = "en") -> int:
    """Hundredths of a percent in a typed rate such as `3`, `3,25` or `3.25 %`. Raises UnreadableAmount."""
    return cents_from_text(text.strip().removesuffix("%"), language)


@dataclass(frozen=True, slots=True, order=True)
class ShareValue:
    """The net asset value of one share in whole ten-thousandths of a euro: accounts give three or four decimals."""

    units: int

    def __post_init__(self) -> None:
        """Raises ValueError below zero: a share is never worth less than nothing."""
        if self.units < 0:
            raise ValueError(self.units)

    @classmethod
    def from_text(cls, text: str, language: str = "en") -> Self:
        """The value as people type it; `48,203` is asked about, `48,2030` is not. Raises UnreadableAmount."""
        return cls(_units(_decimal(text, language, VALUE_PLACES), text, VALUE_PLACES))

    @classmethod
    def of(cls, euro: str) -> Self:
        """The value as it is kept: a decimal with a point, such as `48.2030`. Raises ValueError, UnreadableAmount."""
        if not re.fullmatch(r"\d{1,12}(\.\d{1,4})?", euro, re.ASCII):
            raise ValueError(euro)
        return cls(_units(Decimal(euro), euro, VALUE_PLACES))

    @property
    def euro(self) -> Decimal:
        """The value in euro with four places."""
        return Decimal(self.units).scaleb(-VALUE_PLACES)

    def cents_for(self, shares: int) -> int:
        """What so many shares are worth, in whole cents, rounded down: never above their value."""
        return self.units * shares // 100

    def exceeds(self, cents: int, shares: int) -> bool:
        """Whether so many shares at this value are worth more than an amount."""
        return self.units * shares > cents * 100

    def __str__(self) -> str:
        """As it is kept: `48.2030`."""
        return f"{self.euro:f}"


def euros(cents: int) -> Decimal:
    """The amount in euro as an exact decimal with two places."""
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def shared_out(total_cents: int, weights: list[int]) -> list[int]:
    """`total_cents` split in proportion to whole weights, adding up exactly (largest remainders, first wins).

    Raises ValueError without a positive weight.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("no positive weight to share by")
    parts = [total_cents * weight // whole for weight in weights]
    remainders = [total_cents * weight % whole for weight in weights]
    for index in sorted(range(len(weights)), key=lambda i: -remainders[i])[: total_cents - sum(parts)]:
        parts[index] += 1
    return parts


def _decimal(text: str, language: str, places: int) -> Decimal:
    """The number a text means. Raises UnreadableAmount when it means none, or two."""
    bare, minus = _bare(text)
    match = _NUMBER.fullmatch(bare)
    if not match or (match["mark"] and match["mark"] == match["point"]):
        raise UnreadableAmount(text, Wrong.NO_AMOUNT)
    if minus:
        raise UnreadableAmount(text, Wrong.NEGATIVE)
    if _TWO_WAYS.fullmatch(bare):
        raise UnreadableAmount(text, Wrong.TWO_READINGS, _readings(bare, language, places))
    whole, part = re.sub(r"\D", "", match["whole"]), (match["part"] or "").strip("-")
    if not match["mark"] and len(part) == GROUP == places + 1:
        # `1000,000` and `0,000` are groups nobody writes, and one decimal more than there are cents.
        raise UnreadableAmount(text, Wrong.PART_OF_A_CENT)
    return Decimal(f"{whole}.{part or 0}")


def _bare(text: str) -> tuple[str, bool]:
    """The number alone, in our digits and marks, and whether a minus stands before or behind it.

    A sign of the euro is taken away once, before or behind: `12€50` and `€12€` stay, and are no amount.
    """
    text = text.strip()
    if len(text) > _LENGTH_MAX:
        raise UnreadableAmount(text, Wrong.NO_AMOUNT)
    bare = re.sub(" +", " ", _plain(text).translate(_MARKS)).strip(" ")
    minus = bare.startswith("-")
    bare = bare.removeprefix("-").strip()
    signs = list(_CURRENCY.finditer(bare))
    if len(signs) == 1:
        begins, ends = signs[0].span()
        if begins == 0 or ends == len(bare):
            bare = (bare[:begins] + bare[ends:]).strip()
    if not minus and bare.startswith("-"):
        minus, bare = True, bare[1:].strip()
    # `50,-` is fifty euro and no cents; `50-` is what accountants write for fifty less.
    if not minus and bare.endswith("-") and not bare.rstrip("-").endswith((",", ".")):
        minus, bare = True, bare[:-1].strip()
    return bare, minus


def _plain(text: str) -> str:
    """The text with spaces of all kinds as one, and the digits of one script as ours. Hidden marks are dropped.

    Digits of two scripts stay as they are: no keyboard writes them, and so they are no amount.
    """
    kept, scripts = [], set()
    for sign in text:
        kind = unicodedata.category(sign)
        if kind == "Zs":
            kept.append(" ")
        elif kind == "Nd":
            value = unicodedata.decimal(sign)
            scripts.add(ord(sign) - value)
            kept.append(str(value))
        elif kind != "Cf":
            kept.append(sign)
    return "".join(kept) if len(scripts) < 2 else text


def _readings(bare: str, language: str, places: int) -> tuple[str, str]:
    """Both meanings of one mark before three digits, written so that each can be typed again in every language."""
    whole, part = re.split(r"[.,]", bare)
    exact = Decimal(f"{whole}.{part}")
    written = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_DOWN):f}"
    grouped = f"{int(whole)}\u00a0{part}" if int(whole) else str(int(part))
    return written.replace(".", _POINT.get(language[:2], ".")), grouped


def _units(number: Decimal, text: str, places: int) -> int:
    """A number in whole units of its last place; what lies beyond is refused unless it is zero."""
    if not number.is_finite() or abs(number) >= Decimal(10) ** 30:
        raise UnreadableAmount(text, Wrong.NO_AMOUNT)
    if number < 0:
        raise UnreadableAmount(text, Wrong.NEGATIVE)
    above, below = number.as_integer_ratio()
    units, rest = divmod(above * _WHOLE[places], below)
    if rest:
        raise UnreadableAmount(text, Wrong.PART_OF_A_CENT)
    return units
