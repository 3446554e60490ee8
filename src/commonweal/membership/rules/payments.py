"""What payments are for, and why a bank sends one back. Pure."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop

# What went out to members, the other side of what is owed to them.
PAID_OUT = "paid-out"


class PaymentKind(Words):
    """What a payment file pays."""

    DIVIDEND = "dividend", gettext_noop("dividend")
    REFUND = "refund", gettext_noop("refund")


# The account of the ledger on which each kind is owed to members.
OWED = {PaymentKind.DIVIDEND: "dividend-owed", PaymentKind.REFUND: "refund-owed"}


class ReturnReason(Words):
    """Why a bank sent a payment back."""

    CLOSED = "closed", gettext_noop("the account is closed")
    WRONG_NUMBER = "wrong_number", gettext_noop("the account number is wrong")
    WRONG_HOLDER = "wrong_holder", gettext_noop("the account is someone else's")
    DECEASED = "deceased", gettext_noop("the holder died")
    OTHER = "other", gettext_noop("another reason")
