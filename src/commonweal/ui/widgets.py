"""Inputs of our own: a date in three parts, an amount, large choices. They draw and read, never judge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DateParts(forms.MultiWidget):
    """Day, month and year as three numbers, in this order in every language (the GOV.UK pattern)."""

    template_name = "ui/widgets/date_parts.html"
    use_fieldset = True
    labels = (_("Day"), _("Month"), _("Year"))

    def __init__(self, attrs: Mapping[str, Any] | None = None, *, birthday: bool = False) -> None:
        parts: dict[str, forms.Widget | type[forms.Widget]] = {}
        for name, size in (("day", 2), ("month", 2), ("year", 4)):
            own: dict[str, Any] = {"inputmode": "numeric", "size": size, "maxlength": size}
            if birthday:
                own["autocomplete"] = f"bday-{name}"
            parts[name] = forms.TextInput(attrs=own)
        super().__init__(parts, dict(attrs) if attrs else None)

    def decompress(self, value: date | None) -> list[int | None]:
        """The three numbers of a day."""
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds each part's label; the hint and the error belong to the group around them."""
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], self.labels, strict=True):
            part["label"] = label
        return context

    def id_for_label(self, id_: str) -> str:
        """Links to the group lead to its first part."""
        return f"{id_}_0" if id_ else id_


class Amount(forms.TextInput):
    """An amount in euro: free text with the number pad of a phone and the euro sign in front."""

    template_name = "ui/widgets/amount.html"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "size": 12, "autocomplete": "off", **(attrs or {})})


class _Cards(forms.RadioSelect):
    """What the two kinds of cards share: a line of explanation and a sign per choice."""

    template_name = "ui/widgets/choice_cards.html"

    def __init__(
        self,
        attrs: Mapping[str, Any] | None = None,
        choices: Any = (),
        *,
        hints: Mapping[str, Any] | None = None,
        signs: Mapping[str, str] | None = None,
        icons: Mapping[str, str] | None = None,
    ) -> None:
        """`hints`, `signs` (ambition codes) and `icons` (icon names) are by choice value."""
        super().__init__(dict(attrs) if attrs else None, choices)
        self.hints, self.signs, self.icons = hints or {}, signs or {}, icons or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option with its hint, sign and icon."""
        option = super().create_option(name, value, *args, **kwargs)
        key = str(value)
        option.update(
            hint=self.hints.get(key, ""), sign=self.signs.get(key, ""), icon=self.icons.get(key, "")
        )
        if option["hint"] and option["attrs"].get("id"):
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option


class ChoiceCards(_Cards):
    """One choice among a few, each a large card with a line of explanation."""


class ChoiceCardsMultiple(_Cards, forms.CheckboxSelectMultiple):
    """Any number of choices, each a large card with a line of explanation."""
