"""Words around what is odd about a movement of the bank: a sentence for every kind; what the file says there, read out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.treasury.rules.payables import ReturnReason, reason_of
from commonweal.treasury.rules.statements import Odd, Oddity
from commonweal.treasury.rules.statements.communications import printed
from commonweal.ui.formats import day, euros

_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d{1,5})?", re.ASCII)


def sentence(odd: Odd) -> str:
    """What is odd, as a sentence; what the file says there stands after it, never as a bare code."""
    label = capfirst(_(odd.code.label))
    if not odd.detail:
        return f"{label}."
    return _("%(what)s: %(detail)s.") % {"what": label, "detail": _READ_OUT[odd.code](odd.detail)}


def _as_written(detail: str) -> str:
    return _("the bank wrote “%(text)s”") % {"text": detail}


def _account(detail: str) -> str:
    return detail


def _communications(detail: str) -> str:
    return ", ".join(
        printed(each) if re.fullmatch(r"\d{12}", each, re.ASCII) else each for each in detail.split(", ")
    )


def _payments(detail: str) -> str:
    if not re.fullmatch(r"\d{1,9}", detail, re.ASCII):
        return _as_written(detail)
    return ngettext("%(count)s payment", "%(count)s payments", int(detail)) % {"count": int(detail)}


def _amount(detail: str) -> str:
    cents = Decimal(detail) * 100 if _AMOUNT.fullmatch(detail) else None
    if cents is None or cents != cents.to_integral_value():
        return _as_written(detail)
    return _("there it is %(amount)s") % {"amount": euros(int(cents))}


def _way(detail: str) -> str:
    if detail in ("CRDT", "DBIT"):
        return _("there it comes in") if detail == "CRDT" else _("there it goes out")
    return _amount(detail)


def _day(detail: str) -> str:
    try:
        return day(date.fromisoformat(detail))
    except ValueError:
        return _as_written(detail)


def _why(detail: str) -> str:
    """Why, by the bank's code, which stands beside it for whoever asks the bank."""
    reason = reason_of(detail)
    if reason == ReturnReason.OTHER:
        return _("the bank's code for it is %(code)s") % {"code": detail}
    return _("%(reason)s (the bank's code for it is %(code)s)") % {"reason": _(reason.label), "code": detail}


def _another_day(detail: str) -> str:
    return _("%(day)s; see whether the money came once or twice") % {"day": _day(detail)}


_READ_OUT: dict[Oddity, Callable[[str], str]] = {
    Oddity.PAYER_ACCOUNT: _account,
    Oddity.COMMUNICATION: _communications,
    Oddity.COMMUNICATIONS: _communications,
    Oddity.UNSPLIT: _payments,
    Oddity.PARTS: _amount,
    Oddity.COUNT: _payments,
    Oddity.SIGN: _way,
    Oddity.DAY: _day,
    Oddity.NEAR: _another_day,
    Oddity.NO_DAY: _as_written,
    Oddity.OTHER: _as_written,
    Oddity.REVERSAL: _why,
    Oddity.RETURN: _why,
    # These say nothing more today; what a reader may add one day is shown as it stands.
    Oddity.REPEATED: _as_written,
    Oddity.CONTRADICTS: _as_written,
    Oddity.OVERLAPS: _as_written,
}
