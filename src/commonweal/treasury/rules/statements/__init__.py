"""Bank statements of two formats behind one reading: CODA (Febelfin, 2.6) and camt.053 (ISO 20022). Pure.

Everything in a file is taken for hostile until it holds together. What must hold is the cooperative's own: its account,
sums and balances; where they do not, that statement is refused and the others are read. What else is odd is kept beside
the movement, which then waits for a person.
"""

from __future__ import annotations

from commonweal.treasury.rules.statements import camt_file, coda_file
from commonweal.treasury.rules.statements.facts import (
    BankLine,
    BankStatement,
    Odd,
    Oddity,
    Reading,
    SetAside,
    Unreadable,
    account_number,
    cleaned,
    gettext_noop,
)
from commonweal.treasury.rules.statements.file_kinds import FILE_BYTES, text_of

__all__ = [
    "FILE_BYTES",
    "BankLine",
    "BankStatement",
    "Odd",
    "Oddity",
    "Reading",
    "SetAside",
    "Unreadable",
    "read_file",
]


def read_file(data: bytes, account: str) -> Reading:
    """The statements of one account in euro that a file holds, in its order; parts of other accounts or in other
    currencies are set aside and named, and statements whose own figures do not hold are refused and named.

    Raises Unreadable, with the line, when no statement of the account could be read.
    """
    own = account_number(account)
    text = text_of(data)
    reading = camt_file.read(text, own) if text.lstrip().startswith("<") else coda_file.read(text, own)
    if reading.statements:
        return cleaned(reading)
    if reading.refused:
        raise reading.refused[0]
    if not reading.set_aside:
        raise Unreadable(1, gettext_noop("no statement is in this file"), kind="no_statement")
    first = reading.set_aside[0]
    if first.account == own:
        what = gettext_noop("this account is kept in euro here; the statement is in another currency:")
        raise Unreadable(first.line, what, first.currency, kind="currency")
    if not account_number(first.account):
        what = gettext_noop("the check digits of an account number do not hold")
        raise Unreadable(first.line, what, first.account, kind="account")
    what = gettext_noop("this is a statement of another account:")
    raise Unreadable(first.line, what, first.account, kind="other_account")
