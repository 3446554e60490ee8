"""Amounts in whole cents: reading what people type, sharing without losing a cent. Never a float."""

from __future__ import annotations

import re
from decimal import Decimal

# Thousands are parted by one mark throughout, and never by the one before the cents.
_AMOUNT = re.compile(
    r"(?P<whole>\d+|\d{1,3}(?P<mark>[ .'\u00a0\u202f,])\d{3}(?:(?P=mark)\d{3})*)(?:(?P<point>[.,])(?P<part>\d{1,2}))?",
    re.ASCII,
)


def cents_from_text(text: str) -> int:
    """Cents in what a person typed: `1 234,56`, `1.234,56`, `1,234.56`, `€ 12`, `2000`.

    Raises ValueError when the text is no amount, or when it could be read in two ways that differ.
    """
    bare = text.replace("€", "").replace("EUR", "").strip()
    match = _AMOUNT.fullmatch(bare)
    if not match or (match["mark"] and match["mark"] == match["point"]):
        raise ValueError(text)
    whole = re.sub(r"\D", "", match["whole"])
    part = (match["part"] or "").ljust(2, "0")
    return int(whole) * 100 + int(part or 0)


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
