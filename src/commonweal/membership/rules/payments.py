"""Refunds to members, and on which account of the ledger they are owed. Pure."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.movements import NOBODY, Entries

# Share money given back: the other side of refunds that are owed.
REFUNDS = "share-refunds"


class PaymentKind(Words):
    """What a payment file pays."""

    EXIT = "exit", gettext_noop("refund on leaving")
    ESTATE = "estate", gettext_noop("refund of an estate")
    EXCLUSION = "exclusion", gettext_noop("refund on exclusion")


# The account of the ledger on which each of them is owed to members.
REFUND_OWED = "refund-owed"


def owed_back(member: int, cents: int) -> Entries:
    """Cents of share money that are given back and not yet paid: owed to a member."""
    return ((REFUND_OWED, member, cents), (REFUNDS, NOBODY, -cents)) if cents else ()
