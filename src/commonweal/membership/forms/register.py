"""What the secretary and members fill in about shares. Forms read and check; they never write."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of, moment_at
from commonweal.membership.actions import Movement
from commonweal.membership.models import Member
from commonweal.membership.queries import classes, member_with_number
from commonweal.membership.rules.movements import MovementKind, latest_effect
from commonweal.ui.fields import AmountField, CleanCharField, CountField, DatePartsField
from commonweal.ui.widgets import ChoiceCards

SHARES_MAX = 1_000_000


# What happened, and what the paper then says besides class, day, document and note.
FIELDS: dict[MovementKind, tuple[str, ...]] = {
    MovementKind.SUBSCRIPTION: ("count", "cents"),
    MovementKind.PAYMENT: ("cents",),
    MovementKind.TRANSFER: ("count", "counterpart"),
    MovementKind.INHERITANCE: ("count", "counterpart"),
    MovementKind.REFUND: ("count", "cents"),
    MovementKind.EXCLUSION: ("count", "cents"),
    MovementKind.CONVERSION: ("count", "to_class", "to_count"),
}
ALWAYS = ("share_class", "effective_on", "document", "note", "token")
HINTS = {
    MovementKind.SUBSCRIPTION: _("The member gets new shares."),
    MovementKind.PAYMENT: _("The member pays what was still due on shares."),
    MovementKind.TRANSFER: _("Shares go to another member."),
    MovementKind.INHERITANCE: _("Shares of someone who died go to an heir who is a member."),
    MovementKind.REFUND: _("The member gives shares back and is paid."),
    MovementKind.EXCLUSION: _("The member was excluded and is paid."),
    MovementKind.CONVERSION: _("Shares become shares of another class."),
}


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
        moment = moment_at(known, time.max) if known else None
        return given.get("day") or day_of(timezone.now()), moment, given.get("text") or ""


class KindForm(forms.Form):
    """What happened."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=lambda: [(kind.value, _(kind.label)) for kind in FIELDS],
        widget=ChoiceCards(hints={kind.value: hint for kind, hint in HINTS.items()}),
    )


class MovementForm(forms.Form):
    """One movement of shares as it stands on paper: of each kind, what that kind needs."""

    share_class = forms.ChoiceField(label=_("Class of shares"))
    count = CountField(label=_("How many shares"), min_value=1, max_value=SHARES_MAX)
    cents = AmountField(label=_("Amount paid, or given back"), required=False)
    counterpart = CountField(
        label=_("Member number of who takes the shares"), min_value=1, max_value=2_000_000_000
    )
    to_class = forms.ChoiceField(label=_("Class they become"))
    to_count = CountField(label=_("Shares they become"), min_value=1, max_value=SHARES_MAX)
    effective_on = DatePartsField(label=_("Day on which it takes effect"))
    document = CleanCharField(
        label=_("Document it rests on"),
        max_length=80,
        help_text=_("Such as a signed letter, a deed or a decision, with its date or number."),
    )
    note = CleanCharField(label=_("Note"), required=False, max_length=500)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: MovementKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["effective_on"].latest = latest_effect(day_of(timezone.now()))  # type: ignore[attr-defined]
        for name in set(self.fields) - {*ALWAYS, *FIELDS[kind]}:
            del self.fields[name]
        choices = [(code, code) for code in classes()]
        for name in {"share_class", "to_class"} & set(self.fields):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        if kind == MovementKind.PAYMENT:
            self.fields["cents"].required = True
        elif "cents" in self.fields:
            self.fields["cents"].help_text = (
                _("Leave this empty for the full price.")
                if kind == MovementKind.SUBSCRIPTION
                else _("Leave this empty for all that was paid on these shares.")
            )

    def movement(self) -> Movement:
        """What was written, ready to be planned or booked."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "token"}
        return Movement(kind=self.kind, **given)

    def clean_counterpart(self) -> Member:
        """The member who bears the number."""
        member = member_with_number(self.cleaned_data["counterpart"])
        if member is None:
            raise ValidationError(_("No member bears this number."), code="unknown")
        return member


class CorrectionForm(forms.Form):
    """Why a movement is undone."""

    reason = CleanCharField(label=_("Why is this undone?"), max_length=500)
    token = forms.UUIDField(widget=forms.HiddenInput)
