"""What is due to somebody and paid out, and why a bank sends a payment back. Pure."""

from __future__ import annotations

from typing import NamedTuple

from commonweal.kernel.words import Words, gettext_noop
from commonweal.treasury.rules.credit_transfers import CreditTransfer

PAID_OUT = "paid-out"
"""The account of the ledger with all that went out: the other side of what is owed."""


class Payee(NamedTuple):
    """Whom money is owed to, by id: a person or an organisation, and who represents them in this matter; nobody known where
    what came from a stranger goes back."""

    person_id: int | None = None
    organisation_id: int | None = None
    representative_id: int | None = None


class Payable(NamedTuple):
    """A payment that is due: to whom, for which row of the area that owes it (`subject`, its id; None where `owner` says
    it), under which owner in the ledger (0: not owed there), and the transfer as the bank sees it."""

    payee: Payee
    owner: int
    subject: int | None
    transfer: CreditTransfer


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
