"""What is paid out to members, and on which accounts of the ledger it is owed. Pure."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.movements import NOBODY, Entries

# Share money given back: the other side of refunds that are owed.
REFUNDS = "share-refunds"


class PaymentKind(Words):
    """What a payment file pays."""

    DIVIDEND = "dividend", gettext_noop("dividend")
    EXIT = "exit", gettext_noop("refund on leaving")
    ESTATE = "estate", gettext_noop("refund of an estate")
    EXCLUSION = "exclusion", gettext_noop("refund on exclusion")


REFUND_OWED = "refund-owed"
# The account of the ledger on which each kind is owed to members.
OWED = {
    PaymentKind.DIVIDEND: "dividend-owed",
    PaymentKind.EXIT: REFUND_OWED,
    PaymentKind.ESTATE: REFUND_OWED,
    PaymentKind.EXCLUSION: REFUND_OWED,
}


def owed_back(member: int, cents: int) -> Entries:
    """Cents of share money that are given back and not yet paid: owed to a member."""
    return ((REFUND_OWED, member, cents), (REFUNDS, NOBODY, -cents)) if cents else ()
