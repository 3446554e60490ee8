"""Form fields that read days, amounts and text as people write them. They say how to mend, never blame."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from commonweal.kernel.money import cents_from_text, euros
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


class AmountField(forms.Field):
    """An amount in euro as people write it, kept as whole cents (int)."""

    widget = Amount

    def __init__(self, *, min_cents: int = 0, max_cents: int = 10_000_000_000, **kwargs: Any) -> None:
        self.min_cents, self.max_cents = min_cents, max_cents
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Cents, or None for an empty answer. Raises ValidationError when the text is no amount."""
        if isinstance(value, int):
            return value
        text = clean(str(value), lines=False) if value is not None else ""
        if not text:
            return None
        try:
            return cents_from_text(text)
        except ValueError:
            raise ValidationError(
                _("Write an amount in euro with numbers only, such as 1250 or 12,50."), code="no_amount"
            ) from None

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
