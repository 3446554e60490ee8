"""What the secretary fills in about protected members. Forms read and check; they never write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commonweal.people.queries import person_with_address
from commonweal.ui.fields import CleanCharField, DatePartsField

if TYPE_CHECKING:
    from commonweal.people.models import Person


class GuardianshipForm(forms.Form):
    """Who administers, known by the address they sign in with; from which day, by which document."""

    administrator = forms.EmailField(
        label=_("E-mail address the administrator signs in with"),
        help_text=_("They need an account here first: then they can ask for the member."),
    )
    starts_on = DatePartsField(label=_("From this day"))
    document = CleanCharField(
        label=_("Document it rests on"), max_length=80, help_text=_("The order of the justice of the peace.")
    )

    def clean_administrator(self) -> Person:
        """The person behind the address."""
        person = person_with_address(self.cleaned_data["administrator"])
        if person is None:
            raise ValidationError(_("Nobody signs in with this address."), code="unknown")
        return person


class EndForm(forms.Form):
    """The day it ends."""

    ends_on = DatePartsField(label=_("It ends on this day"))
