"""Amounts, days and moments as the reader's language writes them. Never uses the system's own formats."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext

from commonweal.kernel.days import ZONE, day_of
from commonweal.kernel.money import ShareValue
from commonweal.kernel.money import euros as exact_euros

_NO_BREAK = "\u00a0"
_AMOUNT = {"fr": "{sign}{number}\u00a0€", "de": "{sign}{number}\u00a0€", "nl": "€\u00a0{sign}{number}"}
_DAY = {"de": "l, j. F Y"}
_HOUR = {
    "fr": (" à {hour}\u00a0h", " à {hour}\u00a0h\u00a0{minute:02}"),
    "nl": (" om {hour}\u00a0uur", " om {hour}.{minute:02}\u00a0uur"),
    "de": (", {hour}\u00a0Uhr", ", {hour}.{minute:02}\u00a0Uhr"),
}


def _language() -> str:
    return (get_language() or "en").partition("-")[0]


def number(value: Decimal | int | float | str, places: int = 0) -> str:
    """A number with the language's grouping, written with `places` decimals."""
    return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)


def euros(cents: int) -> str:
    """Whole cents as an amount: `1 800 €`, `€ 1.800`, `1.800 €`, `€1,800`; cents only when there are any."""
    amount = exact_euros(abs(cents))
    text = number(amount, 2 if cents % 100 else 0)
    pattern = _AMOUNT.get(_language(), "{sign}€{number}")
    return pattern.format(sign="\u2212" if cents < 0 else "", number=text)


def share_value(value: ShareValue) -> str:
    """The net asset value of one share with its four decimals: `48,2031 €`, `€ 48,2031`, `€48.2031`."""
    pattern = _AMOUNT.get(_language(), "{sign}€{number}")
    return pattern.format(sign="", number=number(value.euro, 4))


def day(value: date) -> str:
    """`Thursday 3 December 2026`; a moment is taken on its Brussels day."""
    if isinstance(value, datetime):
        value = day_of(value)
    language = _language()
    text = dateformat.format(value, _DAY.get(language, "l j F Y"))
    return text.replace(" 1 ", " 1er ", 1) if language == "fr" and value.day == 1 else text


def moment(value: datetime) -> str:
    """`Thursday 3 December 2026, 20:00`, in Brussels time. Raises ValueError for a moment without a zone."""
    local = timezone.localtime(value, ZONE)
    whole, broken = _HOUR.get(_language(), (", {hour}:{minute:02}",) * 2)
    return day(day_of(local)) + (broken if local.minute else whole).format(
        hour=local.hour, minute=local.minute
    )


def joined(label: object, text: object, sign: str = ":") -> str:
    """`Label: text`, or with another sign, spaced as the reader's language does: French keeps a space before `: ; ? !`."""
    space = _NO_BREAK if _language() == "fr" else ""
    return f"{label}{space}{sign} {text}"


def when(value: object) -> str:
    """A moment or a day in full; anything else as it is."""
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else str(value)


def days_until(value: date, now: datetime | None = None) -> int:
    """Calendar days in Brussels from now to a day or a moment; negative once it is past."""
    today = day_of(now or timezone.now())
    if isinstance(value, datetime):
        value = day_of(value)
    return (value - today).days


def days_left(value: date | int, now: datetime | None = None) -> str:
    """`two days left`, in words up to ten; takes a day, a moment or a number of days."""
    count = value if isinstance(value, int) else days_until(value, now)
    words = [
        gettext("today is the last day"),
        gettext("one day left"),
        gettext("two days left"),
        gettext("three days left"),
        gettext("four days left"),
        gettext("five days left"),
        gettext("six days left"),
        gettext("seven days left"),
        gettext("eight days left"),
        gettext("nine days left"),
        gettext("ten days left"),
    ]
    if count < 0:
        return gettext("closed")
    if count < len(words):
        return words[count]
    return ngettext("%(count)s day left", "%(count)s days left", count) % {"count": number(count)}
