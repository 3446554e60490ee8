"""Who shares post with whom, as members and staff fill it in. Forms read and check; they never write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.doors import DoorField
from commonweal.ui.fields import CleanCharField, CountField


class AgreementForm(forms.Form):
    """What staff note beside it: through which door it came, and who agreed."""

    channel = DoorField(label=_("How did the member tell us?"))
    agreement = CleanCharField(
        label=_("Who agreed, and how"),
        max_length=120,
        help_text=_("Such as: both came by; or: she phoned, he signed the letter of 3 May."),
    )

    def __init__(self, *args: Any, by_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_staff:
            del self.fields["channel"], self.fields["agreement"]

    def agreed(self) -> dict[str, Any]:
        """The door and who agreed, for an action; nothing for a member's own page."""
        given = self.cleaned_data
        if "channel" not in given:
            return {}
        return {"channel": given["channel"], "agreement": given["agreement"]}


class HouseholdForm(AgreementForm):
    """With whom post is shared: number and family name must both be right."""

    number = CountField(label=_("Their member number"), min_value=1, max_value=2_000_000_000)
    family_name = CleanCharField(
        label=_("Their family name"),
        max_length=160,
        help_text=_("To be sure that it is the right person."),
    )

    field_order = ("number", "family_name", "channel", "agreement")
