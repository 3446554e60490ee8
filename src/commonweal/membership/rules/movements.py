"""Movements of shares as entries of a double-entry ledger: whole shares of a class, and the cents paid on them.

A holder's shares stand on `shares.<class>`, what was paid on them on `paid.<class>`; the other sides are `issued.<class>`
(all shares of the class, negative), `share-money` (what came in for shares, negative) and `share-gain` (what the
cooperative keeps when less is given back than was paid).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from commonweal.kernel.words import Words, gettext_noop

MONEY, GAIN, CENT = "share-money", "share-gain", "cent"
# The owner of the other sides.
NOBODY = 0
Entries = tuple[tuple[str, int, int], ...]


class MovementKind(Words):
    """Why shares moved."""

    SUBSCRIPTION = "subscription", gettext_noop("subscription")
    PAYMENT = "payment", gettext_noop("payment on shares")
    TRANSFER = "transfer", gettext_noop("transfer")
    INHERITANCE = "inheritance", gettext_noop("inheritance")
    REFUND = "refund", gettext_noop("refund on leaving")
    EXCLUSION = "exclusion", gettext_noop("refund on exclusion")
    CONVERSION = "conversion", gettext_noop("conversion to another class")
    CORRECTION = "correction", gettext_noop("correction")


PASSING_ON = frozenset({MovementKind.TRANSFER, MovementKind.INHERITANCE})
GIVING_BACK = frozenset({MovementKind.REFUND, MovementKind.EXCLUSION})


def shares_account(share_class: str) -> str:
    """The account with the shares members hold in a class."""
    return f"shares.{share_class}"


def issued_account(share_class: str) -> str:
    """The account whose own side bears the shares of a class that exist."""
    return f"issued.{share_class}"


def paid_account(share_class: str) -> str:
    """The account with the cents members paid on their shares of a class."""
    return f"paid.{share_class}"


def share_unit(share_class: str) -> str:
    """What shares of a class are counted in."""
    return f"share.{share_class}"


@dataclass(frozen=True, slots=True)
class Held:
    """What one member holds in one class: shares, and the cents paid on them."""

    shares: int = 0
    paid_cents: int = 0

    def paid_on(self, count: int) -> int:
        """Cents paid on `count` of these shares: their part, rounded down; all of it with the last share."""
        return self.paid_cents if count >= self.shares else self.paid_cents * count // self.shares


def latest_effect(today: date) -> date:
    """The last day on which a movement booked today may take effect: a year on."""
    return today + timedelta(days=366)


def moved(share_class: str, member: int, count: int, cents: int, counterpart: int | None = None) -> Entries:
    """Shares and what was paid on them that come to a member (or go, when negative): from another member, or new."""
    shares, paid = shares_account(share_class), paid_account(share_class)
    if counterpart is not None:
        others = ((shares, counterpart, -count), (paid, counterpart, -cents))
    else:
        others = ((issued_account(share_class), NOBODY, -count), (MONEY, NOBODY, -cents))
    return ((shares, member, count), (paid, member, cents), *others)


def giving_back(share_class: str, member: int, count: int, held: Held, refund_cents: int) -> Entries:
    """Shares that cease to exist against a refund of at most what was paid. Raises ValueError above it."""
    cents = held.paid_on(count)
    if not 0 <= refund_cents <= cents:
        raise ValueError("a refund is at most what was paid")
    kept = cents - refund_cents
    return (*moved(share_class, member, -count, -cents), (MONEY, NOBODY, -kept), (GAIN, NOBODY, kept))


def conversion(
    share_class: str, to_class: str, member: int, count: int, to_count: int, held: Held
) -> Entries:
    """Shares of one class that become shares of another; what was paid goes along."""
    cents = held.paid_on(count)
    gone, come = moved(share_class, member, -count, -cents), moved(to_class, member, to_count, cents)
    return (*gone, *come)
