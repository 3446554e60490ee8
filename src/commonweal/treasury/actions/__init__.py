"""What is done with money that goes out; what comes in has modules of its own."""

from commonweal.treasury.actions.accounts import Kept, WrongAccount, keep_account, load_accounts
from commonweal.treasury.actions.payables import PayableKind, kind_of_payable, payable_kinds
from commonweal.treasury.actions.paying_out import (
    PaymentRefused,
    ReturnRefused,
    book_return,
    lock_paid,
    make_payment_file,
    note_paid,
    note_taken_out,
    pay_in_a_file,
)

__all__ = [
    "Kept",
    "PayableKind",
    "PaymentRefused",
    "ReturnRefused",
    "WrongAccount",
    "book_return",
    "keep_account",
    "kind_of_payable",
    "load_accounts",
    "lock_paid",
    "make_payment_file",
    "note_paid",
    "note_taken_out",
    "pay_in_a_file",
    "payable_kinds",
]
