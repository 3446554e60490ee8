"""What the finance officer fills in about payments. Forms read and check; they never write."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.treasury.rules.credit_transfers import REFERENCE_MAX
from commonweal.treasury.rules.payables import ReturnReason
from commonweal.ui.fields import CleanCharField, DatePartsField


class ReturnForm(forms.Form):
    """A payment that came back, as the bank's statement says it."""

    end_to_end = CleanCharField(
        label=gettext_lazy("Reference of the payment"),
        max_length=REFERENCE_MAX,
        help_text=gettext_lazy("The bank gives it back, such as D3-1207-1."),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why it came back"),
        choices=lambda: [(each.value, _(each.label)) for each in ReturnReason],
    )
    returned_on = DatePartsField(label=gettext_lazy("Day on which it came back"))
