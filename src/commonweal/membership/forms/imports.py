"""A sheet to bring in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.rules.imports import ImportKind
from commonweal.ui.widgets import ChoiceCards


class ImportForm(forms.Form):
    """What the sheet holds, and the sheet."""

    kind = forms.ChoiceField(
        label=_("What does the sheet hold?"),
        choices=lambda: [(kind.value, _(kind.label)) for kind in ImportKind],
        widget=ChoiceCards(
            hints={
                ImportKind.MEMBERS: _("People and organisations with their numbers. Bring these in first."),
                ImportKind.MOVEMENTS: _("What they subscribed, passed on and gave back, with its day."),
            }
        ),
    )
    file = forms.FileField(
        label=_("Sheet (CSV or XLSX)"),
        help_text=_(
            "The first row names the columns. Nothing is brought in before you have seen what is wrong."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )
