"""What members, staff and the secretary fill in about converting shares. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.doors import RequestForm
from commonweal.membership.rules.movements import Held
from commonweal.ui.fields import CleanCharField, CountField


class ConversionForm(RequestForm):
    """How many shares of which class become shares of which other; for staff also the door and the paper."""

    share_class = forms.ChoiceField(label=_("Class you have"))
    count = CountField(label=_("How many shares of it"), min_value=1, max_value=1_000_000)
    to_class = forms.ChoiceField(label=_("Class they become"))

    field_order = ("share_class", "count", "to_class", "channel", "document")

    def __init__(
        self, *args: Any, held: Mapping[str, Held], targets: Iterable[str], by_staff: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, by_staff=by_staff, **kwargs)
        classes = [(code, f"{code} ({each.shares})") for code, each in sorted(held.items()) if each.shares]
        self.fields["share_class"].choices = classes  # type: ignore[attr-defined]
        self.fields["to_class"].choices = [(code, code) for code in sorted(targets)]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """Which shares, as `conversion_planned` needs them."""
        return {name: self.cleaned_data[name] for name in ("share_class", "count", "to_class")}


class ReasonForm(forms.Form):
    """Why a request is refused."""

    reason = CleanCharField(
        label=_("Why is it refused?"), max_length=500, help_text=_("The member reads it, in your words.")
    )
