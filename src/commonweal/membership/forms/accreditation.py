"""How a condition of accreditation was met."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.ui.fields import CleanCharField
from commonweal.ui.widgets import ChoiceCards


class ConditionForm(forms.Form):
    """Whether, how, on which document."""

    fulfilled = forms.ChoiceField(
        label=_("Was this condition met?"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=ChoiceCards
    )
    text = CleanCharField(
        label=_("How was it met, or why not?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("This text stands in the special report of the board."),
    )
    document = CleanCharField(
        label=_("Document it rests on"),
        max_length=120,
        help_text=_("Such as the minutes of the general meeting, with their date."),
    )
