"""Rows of the area: what the bank told, what it was for, what is paid out."""

from commonweal.treasury.models.payouts import Payment, PaymentFile, PayoutAccount, ReturnedPayment
from commonweal.treasury.models.statements import (
    AccountStatement,
    BankFile,
    BankMovement,
    Handling,
    Refund,
    RepeatedMovement,
    TakenPart,
)

__all__ = [
    "AccountStatement",
    "BankFile",
    "BankMovement",
    "Handling",
    "Payment",
    "PaymentFile",
    "PayoutAccount",
    "Refund",
    "RepeatedMovement",
    "ReturnedPayment",
    "TakenPart",
]
