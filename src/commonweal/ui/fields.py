"""Form fields that read days, amounts, rates, counts and text as people write them. They say how to mend, never blame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.money import (
    ShareValue,
    UnreadableAmount,
    Wrong,
    cents_from_text,
    euros,
    hundredths_from_text,
)
from commonweal.kernel.text import EMAIL_MAX, clean, is_email, plain
from commonweal.ui.formats import day as written_day
from commonweal.ui.formats import euros as written_euros
from commonweal.ui.widgets import Amount, DateParts


class DatePartsField(forms.MultiValueField):
    """A day given as three numbers. `earliest` and `latest` are days it may not pass."""

    widget = DateParts

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        part = forms.CharField
        super().__init__((part(), part(), part()), require_all_fields=False, **kwargs)
        for field in self.fields:
            field.required = False

    def clean(self, value: Any) -> date | None:
        """The day. Raises ValidationError naming the part that is missing or the day that does not exist."""
        if value is None or isinstance(value, date):
            value = DateParts().decompress(value)
        parts = [clean(str(part), lines=False) if part is not None else "" for part in value]
        if not any(parts):
            if self.required:
                raise ValidationError(_("Write the day, the month and the year."), code="required")
            return None
        missing = {
            0: _("Write the day too."),
            1: _("Write the month too."),
            2: _("Write the year too."),
        }
        for index, text in missing.items():
            if not parts[index]:
                raise ValidationError(text, code="incomplete")
        return self._within(self._existing(parts))

    def _existing(self, parts: list[str]) -> date:
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValidationError(
                _("Write the day, the month and the year as numbers, such as 27 3 1958."), code="no_day"
            )
        if len(parts[2]) != 4:
            raise ValidationError(_("Write the year with four numbers, such as 1958."), code="no_year")
        try:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        except ValueError:
            raise ValidationError(
                _("This day is not in the calendar. Check the day and the month."), code="no_day"
            ) from None

    def _within(self, value: date) -> date:
        if self.earliest and value < self.earliest:
            text = _("Choose a day from %(day)s on.") % {"day": written_day(self.earliest)}
            raise ValidationError(text, code="too_early")
        if self.latest and value > self.latest:
            text = _("Choose a day up to %(day)s.") % {"day": written_day(self.latest)}
            raise ValidationError(text, code="too_late")
        self.run_validators(value)
        return value

    def compress(self, data_list: list[Any]) -> Any:
        """Kept for the base class; `clean` reads the parts itself."""
        return data_list


NO_AMOUNT = _("Write an amount in euro with numbers only, such as 1250 or 12,50.")
PART_OF_A_CENT = _("Write whole cents: at most two numbers behind the comma, such as 12,50.")
TWO_READINGS = _(
    "“%(text)s” can be read in two ways: do you mean %(small)s or %(large)s? Write the one you mean."
)
NEGATIVE = _("Write the amount without a minus.")
_NO_RATE = _("Write the rate with numbers, at most two behind the comma.")
_AMOUNT_WRONG = {Wrong.NO_AMOUNT: NO_AMOUNT, Wrong.PART_OF_A_CENT: PART_OF_A_CENT, Wrong.NEGATIVE: NEGATIVE}
_VALUE_WRONG = {
    Wrong.NO_AMOUNT: NO_AMOUNT,
    Wrong.PART_OF_A_CENT: _("Write at most four numbers behind the comma, such as 48,2031."),
    Wrong.NEGATIVE: NEGATIVE,
}
_RATE_WRONG = dict.fromkeys((Wrong.NO_AMOUNT, Wrong.PART_OF_A_CENT, Wrong.NEGATIVE), _NO_RATE)
_Value = TypeVar("_Value")


def question(wrong: UnreadableAmount, text: str) -> Any:
    """The text that asks which of two readings is meant, for what was typed."""
    small, large = wrong.readings
    return TWO_READINGS % {"text": text, "small": small, "large": large}


class AmountField(forms.Field):
    """An amount in euro as people write it, kept as whole cents (int).

    What can be read in two ways is asked about, in the reader's language, and stays as it was typed.
    """

    widget = Amount

    def __init__(self, *, min_cents: int = 0, max_cents: int = 10_000_000_000, **kwargs: Any) -> None:
        self.min_cents, self.max_cents = min_cents, max_cents
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Cents, or None for an empty answer. Raises ValidationError when the text is no amount."""
        if isinstance(value, int):
            return value
        return _read(cents_from_text, value, _AMOUNT_WRONG)

    def validate(self, value: int | None) -> None:
        """Raises ValidationError outside the allowed amounts."""
        if value is None:
            if self.required:
                raise ValidationError(_("Write an amount in euro."), code="required")
            return
        if value < self.min_cents:
            text = _("Write an amount of at least %(amount)s.") % {"amount": written_euros(self.min_cents)}
            raise ValidationError(text, code="too_little")
        if value > self.max_cents:
            text = _("Write an amount of at most %(amount)s.") % {"amount": written_euros(self.max_cents)}
            raise ValidationError(text, code="too_much")

    def prepare_value(self, value: Any) -> Any:
        """Stored cents as text to edit; what was typed stays as it was typed."""
        if not isinstance(value, int):
            return value
        return formats.number_format(euros(value), decimal_pos=2 if value % 100 else 0, force_grouping=False)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the amount differs, whatever its spelling."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class ShareValueField(forms.Field):
    """The net asset value of one share as the accounts give it: euro with up to four decimals, a `ShareValue`."""

    widget = Amount

    def __init__(self, *, max_value: int = 1_000_000, **kwargs: Any) -> None:
        self.most = ShareValue(max_value * 10_000)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> ShareValue | None:
        """The value, or None for an empty answer. Raises ValidationError when the text is none, or two."""
        if isinstance(value, ShareValue):
            return value
        return _read(ShareValue.from_text, value, _VALUE_WRONG)

    def validate(self, value: ShareValue | None) -> None:
        """Raises ValidationError for a value no share has, and for none where one is needed."""
        if value is None and self.required:
            raise ValidationError(_("Write an amount in euro."), code="required")
        if value is not None and value > self.most:
            text = _("Write an amount of at most %(amount)s.")
            raise ValidationError(text % {"amount": written_euros(self.most.cents_for(1))}, code="too_much")

    def prepare_value(self, value: Any) -> Any:
        """A kept value as text to edit, with four decimals; what was typed stays as it was typed."""
        return formats.number_format(value.euro, decimal_pos=4) if isinstance(value, ShareValue) else value


class RateField(forms.Field):
    """A rate in percent as people write it, kept as whole hundredths of a percent (int)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "size": "6", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Hundredths of a percent, or None for an empty answer. Raises ValidationError."""
        if isinstance(value, int):
            return value
        return _read(hundredths_from_text, value, _RATE_WRONG)

    def prepare_value(self, value: Any) -> Any:
        """A kept rate as text to edit; what was typed stays as it was typed."""
        return formats.number_format(euros(value), decimal_pos=2) if isinstance(value, int) else value


class CountField(forms.IntegerField):
    """A whole number of things. `1.000` and `1,000` are asked about, not taken for one."""

    def to_python(self, value: Any) -> int | None:
        """The number, or None for an empty answer. Raises ValidationError when it has a point or a comma."""
        if isinstance(value, str) and any(mark in value for mark in ".,_"):
            raise ValidationError(
                _("Write a whole number without a point or a comma, such as 1000."), code="no_count"
            )
        return super().to_python(value)


def _read(reader: Callable[[str, str], _Value], value: Any, texts: Mapping[Wrong, Any]) -> _Value | None:
    """What a reader of amounts makes of a typed text, in the reader's language; None for an empty one."""
    typed = str(value) if value is not None else ""
    if not clean(typed, lines=False):
        return None
    try:
        return reader(typed, get_language() or "en")
    except UnreadableAmount as wrong:
        text = question(wrong, clean(typed, lines=False)) if wrong.readings else texts[wrong.wrong]
        raise ValidationError(text, code=wrong.wrong.value) from None


class CleanCharField(forms.CharField):
    """Text without control or reordering characters; too long a text is counted, never cut.

    `lines=True` keeps line breaks and draws a text area.
    """

    def __init__(self, *, max_length: int, lines: bool = False, rows: int = 6, **kwargs: Any) -> None:
        self.lines, self.length_max = lines, max_length
        if lines:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=True, **kwargs)

    def to_python(self, value: Any) -> str:
        """The text as it will be kept."""
        return clean(super().to_python(value) or "", lines=self.lines)

    def validate(self, value: str) -> None:
        """Raises ValidationError with the number of characters to take away."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        over = len(value) - self.length_max
        if over > 0:
            text = ngettext_lazy(
                "This is one character too long. There is room for %(room)s.",
                "This is %(over)s characters too long. There is room for %(room)s.",
                over,
            )
            raise ValidationError(text % {"over": over, "room": self.length_max}, code="too_long")


class EmailAddressField(CleanCharField):
    """An e-mail address, however it was pasted; the rule is that of sheets and programs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=EMAIL_MAX, widget=forms.EmailInput, **kwargs)

    def to_python(self, value: Any) -> str:
        """The address as a keyboard writes it."""
        return plain(super().to_python(value))

    def validate(self, value: str) -> None:
        """Raises ValidationError for what is no address."""
        super().validate(value)
        if value and not is_email(value):
            raise ValidationError(_("This is not an e-mail address."), code="invalid")
