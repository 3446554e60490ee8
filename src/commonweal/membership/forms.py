"""What the secretary and members fill in about shares. Forms read and check; they never write."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonweal.membership.models import Member
from commonweal.membership.queries import classes, member_with_number
from commonweal.membership.rules.movements import MovementKind
from commonweal.ui.fields import AmountField, CleanCharField, DatePartsField

SHARES_MAX = 1_000_000


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.value, _(kind.label)) for kind in MovementKind if kind != MovementKind.CORRECTION]


class RegisterForm(forms.Form):
    """Which register: of a day, as known on a day, of whom."""

    text = CleanCharField(label=_("Number, or the start of names"), required=False, max_length=120)
    day = DatePartsField(label=_("The register of this day"), required=False)
    known = DatePartsField(
        label=_("As it was known on this day"),
        required=False,
        help_text=_("Leave this empty for what is known now. What was corrected later is then left out."),
    )

    def asked(self) -> tuple[date, datetime | None, str]:
        """The day, the moment known at (the end of that day), the text."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        known = given.get("known")
        moment = datetime.combine(known, time.max, timezone.get_current_timezone()) if known else None
        return given.get("day") or timezone.localdate(), moment, given.get("text") or ""


class MovementForm(forms.Form):
    """One movement of shares as it stands on paper."""

    kind = forms.ChoiceField(label=_("What happened"), choices=_kinds)
    share_class = forms.ChoiceField(label=_("Class of shares"))
    count = forms.IntegerField(
        label=_("How many shares"),
        min_value=0,
        max_value=SHARES_MAX,
        help_text=_("Nought for a payment only."),
    )
    cents = AmountField(
        label=_("Amount paid, or given back"),
        required=False,
        help_text=_("Leave this empty for the full price, or for all that was paid on these shares."),
    )
    effective_on = DatePartsField(label=_("Day on which it takes effect"))
    counterpart = forms.IntegerField(
        label=_("Member number of who takes the shares"),
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text=_("For a transfer or an inheritance."),
    )
    to_class = forms.ChoiceField(
        label=_("Class they become"), required=False, help_text=_("For a conversion to another class.")
    )
    to_count = forms.IntegerField(
        label=_("Shares they become"), required=False, min_value=0, max_value=SHARES_MAX
    )
    document = CleanCharField(
        label=_("Document it rests on"),
        max_length=80,
        help_text=_("Such as a signed letter, a deed or a decision, with its date or number."),
    )
    note = CleanCharField(label=_("Note"), required=False, max_length=500)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, code) for code in classes()]
        self.fields["share_class"].choices = codes  # type: ignore[attr-defined]
        self.fields["to_class"].choices = [("", "–"), *codes]  # type: ignore[attr-defined]

    def clean_counterpart(self) -> Member | None:
        """The member who bears the number."""
        number = self.cleaned_data["counterpart"]
        if number is None:
            return None
        member = member_with_number(number)
        if member is None:
            raise ValidationError(_("No member bears this number."), code="unknown")
        return member


class CorrectionForm(forms.Form):
    """Why a movement is undone."""

    reason = CleanCharField(label=_("Why is this undone?"), max_length=500)
    token = forms.UUIDField(widget=forms.HiddenInput)
