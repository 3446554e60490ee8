"""Figures of approved accounts for tests: what one share of each class is worth, with net assets that bear it."""

from __future__ import annotations

from datetime import date
from typing import Any

from commonweal.kernel.money import ShareValue
from commonweal.membership.rules.exits import Accounts

AS_OF = date(2025, 12, 31)


def values(**euro: str) -> dict[str, ShareValue]:
    """The value of one share by class, each as it is kept: `A="37.5"`."""
    return {code: ShareValue.of(text) for code, text in euro.items()}


def accounts(net_assets_cents: int = 10_000_000_00, **euro: str) -> Accounts:
    """Accounts of the end of 2025 with these values."""
    return Accounts(AS_OF, net_assets_cents, values(**euro))


def typed(net_assets: str = "10 000 000", as_of: date = AS_OF, **euro: str) -> dict[str, Any]:
    """The same as it is typed into a form, which is then looked at and booked."""
    day = {"as_of_day": as_of.day, "as_of_month": as_of.month, "as_of_year": as_of.year}
    return {"net_assets_cents": net_assets, **day, **{f"value_{code}": text for code, text in euro.items()}}
