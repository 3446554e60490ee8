"""Amounts, signs and days as camt.053 writes them (ISO 20022, XML Schema types). Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from commonweal.kernel.days import day_of
from commonweal.treasury.rules.statements.camt_tree import Node
from commonweal.treasury.rules.statements.facts import Unreadable, gettext_noop

# xs:decimal: zeros in front and behind mean nothing; ISO 20022 allows eighteen digits and no sign.
_AMOUNT = re.compile(r"\+?0*(\d{0,13})(?:\.(\d{0,18}))?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
SIGNS = {"CRDT": 1, "DBIT": -1}
_CURRENCY = gettext_noop("the account is not kept in euro")


def decimal(text: str) -> Decimal | None:
    """The amount written; None for what is no amount."""
    bare = text.strip()
    if not re.search(r"\d", bare, re.ASCII) or not _AMOUNT.fullmatch(bare):
        return None
    return Decimal(bare)


def cents_of(node: Node) -> int:
    """The cents of an amount in euro. Raises Unreadable."""
    currency = node.attributes.get("Ccy", "EUR").strip().upper()
    if currency != "EUR":
        raise Unreadable(node.line, _CURRENCY, currency, kind="currency")
    amount = decimal(node.text)
    if amount is None:
        raise Unreadable(node.line, gettext_noop("this is no amount"), node.text.strip(), kind="amount")
    cents = amount * 100
    if cents != int(cents):
        raise Unreadable(node.line, gettext_noop("an amount has parts of a cent"), node.text, kind="amount")
    return int(cents)


def sign_of(node: Node) -> int:
    """1 for money that comes (CRDT), -1 for money that goes (DBIT). Raises Unreadable."""
    sign = node.one("CdtDbtInd")
    if sign.text.strip() not in SIGNS:
        what = gettext_noop("money comes (CRDT) or goes (DBIT)")
        raise Unreadable(sign.line, what, sign.text, kind="sign")
    return SIGNS[sign.text.strip()]


def signed_cents(node: Node) -> int:
    """The cents of an entry or balance, negative when they go. Raises Unreadable."""
    return sign_of(node) * cents_of(node.one("Amt"))


def day_written(node: Node, name: str) -> date | None:
    """The day at an element as it stands there, whatever the clock says of its moment; None when there is none."""
    try:
        return date.fromisoformat(node.first(f"{name}/Dt", f"{name}/DtTm", name)[:10])
    except ValueError:
        return None


def day_at(node: Node, name: str) -> date | None:
    """The day at an element such as `BookgDt`, which holds a day or a moment; None when there is none to read."""
    text = node.first(f"{name}/Dt", f"{name}/DtTm", name)
    try:
        if len(text) > 10 and text[10] == "T":
            moment = datetime.fromisoformat(text)
            return day_of(moment) if moment.tzinfo else moment.date()
        said = _DAY.fullmatch(text)
        return date.fromisoformat(said[1]) if said else None
    except (ValueError, OverflowError):
        return None
