"""What payments are for, and why a bank sends one back. Pure."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.movements import NOBODY, Entries

# What went out, the other side of what is owed; and share money given back, the other side of refunds that are owed.
PAID_OUT, REFUNDS = "paid-out", "share-refunds"


class PaymentKind(Words):
    """What a payment file pays."""

    DIVIDEND = "dividend", gettext_noop("dividend")
    EXIT = "exit", gettext_noop("refund on leaving")
    ESTATE = "estate", gettext_noop("refund of an estate")
    EXCLUSION = "exclusion", gettext_noop("refund on exclusion")
    OVERPAID = "overpaid", gettext_noop("money paid back")


REFUND_OWED = "refund-owed"
# The account of the ledger on which each kind is owed to members. Money that is not for shares never comes into the
# ledger: what is paid back of it is not owed there.
OWED = {
    PaymentKind.DIVIDEND: "dividend-owed",
    PaymentKind.EXIT: REFUND_OWED,
    PaymentKind.ESTATE: REFUND_OWED,
    PaymentKind.EXCLUSION: REFUND_OWED,
}


def owed_back(member: int, cents: int) -> Entries:
    """Cents of share money that are given back and not yet paid: owed to a member."""
    return ((REFUND_OWED, member, cents), (REFUNDS, NOBODY, -cents)) if cents else ()


class ReturnReason(Words):
    """Why a bank sent a payment back."""

    CLOSED = "closed", gettext_noop("the account is closed")
    WRONG_NUMBER = "wrong_number", gettext_noop("the account number is wrong")
    WRONG_HOLDER = "wrong_holder", gettext_noop("the account is someone else's")
    DECEASED = "deceased", gettext_noop("the holder died")
    OTHER = "other", gettext_noop("another reason")


# Why a bank sends a credit transfer back (ISO 20022, ExternalReturnReason1Code), as far as it says what to do.
_REASONS = {
    "AC01": ReturnReason.WRONG_NUMBER,
    "AC02": ReturnReason.WRONG_NUMBER,
    "AC03": ReturnReason.WRONG_NUMBER,
    "RC01": ReturnReason.WRONG_NUMBER,
    "AC04": ReturnReason.CLOSED,
    "AC07": ReturnReason.CLOSED,
    "BE01": ReturnReason.WRONG_HOLDER,
    "MD07": ReturnReason.DECEASED,
}


def reason_of(code: str) -> ReturnReason:
    """The reason a bank's code stands for; another reason for a code we do not know."""
    return _REASONS.get(code.strip().upper(), ReturnReason.OTHER)
