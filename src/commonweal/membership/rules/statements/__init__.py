"""Bank statements of two formats behind one reading: CODA (Febelfin) and camt.053 (ISO 20022). Pure.

Everything in a file is taken for hostile until it holds together.
"""

from __future__ import annotations

from commonweal.membership.rules.statements import camt_file, coda_file
from commonweal.membership.rules.statements.facts import BankLine, BankStatement, Unreadable, gettext_noop

__all__ = ["FILE_BYTES", "BankLine", "BankStatement", "Unreadable", "read_statements"]
FILE_BYTES = 5_000_000


def read_statements(data: bytes) -> tuple[BankStatement, ...]:
    """The statements in a file, in its order. Raises Unreadable with the line when anything in it does not hold."""
    if not data.strip():
        raise Unreadable(1, gettext_noop("the file is empty"))
    if len(data) > FILE_BYTES:
        raise Unreadable(1, gettext_noop("the file is too large for a bank statement"))
    found = (
        camt_file.read(data) if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else coda_file.read(data)
    )
    if not found:
        raise Unreadable(1, gettext_noop("no statement is in this file"))
    return found
