"""What the secretary fills in about who speaks for an organisation. Forms read and check; they never write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commonweal.people.queries import person_with_address
from commonweal.ui.fields import CleanCharField

if TYPE_CHECKING:
    from commonweal.people.models import Person


class SpeakerForm(forms.Form):
    """Who, known by the address they sign in with; and the papers that say so."""

    speaker = forms.EmailField(label=_("E-mail address they sign in with"))
    document = CleanCharField(
        label=_("Papers you saw"),
        max_length=80,
        help_text=_("Such as the statutes as published, or a mandate of the board, with its date."),
    )

    def clean_speaker(self) -> Person:
        """The person behind the address."""
        person = person_with_address(self.cleaned_data["speaker"])
        if person is None:
            raise ValidationError(_("Nobody signs in with this address."), code="unknown")
        return person
