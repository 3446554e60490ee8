"""Shares to pass to another member."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.rules.movements import Held
from commonweal.ui.fields import CleanCharField, CountField


class OfferForm(forms.Form):
    """Which shares, and to whom: number and name must both be right."""

    share_class = forms.ChoiceField(label=_("Class of shares"))
    count = CountField(label=_("How many shares"), min_value=1, max_value=1_000_000)
    number = CountField(label=_("Their member number"), min_value=1, max_value=2_000_000_000)
    family_name = CleanCharField(
        label=_("Their family name"),
        max_length=160,
        help_text=_("To be sure that it is the right person. Of an organisation: its name."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, holdings: dict[str, Held], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["share_class"].choices = [  # type: ignore[attr-defined]
            (code, f"{code} ({held.shares})") for code, held in sorted(holdings.items()) if held.shares
        ]
