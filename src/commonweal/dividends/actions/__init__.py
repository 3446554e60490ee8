"""What may be done with dividends: one verb, one function, gathered from its subjects."""

from commonweal.dividends.actions.flows import APPROVALS, DividendRefused
from commonweal.dividends.actions.payments import note_lines_taken_out
from commonweal.dividends.actions.runs import (
    Proposal,
    approve_dividend,
    ask_to_carry_on,
    carry_on,
    close_dividend,
    pay_dividend,
    propose_dividend,
    reckon_dividend,
    record_dividend_test,
    withdraw_dividend,
)

__all__ = [
    "APPROVALS",
    "DividendRefused",
    "Proposal",
    "approve_dividend",
    "ask_to_carry_on",
    "carry_on",
    "close_dividend",
    "note_lines_taken_out",
    "pay_dividend",
    "propose_dividend",
    "reckon_dividend",
    "record_dividend_test",
    "withdraw_dividend",
]
