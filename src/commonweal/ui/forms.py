"""The form of the display settings page. Keeps nothing itself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.ui.display import CHOICES, Display


class DisplayForm(forms.Form):
    """How this reader wants pages shown."""

    text = forms.ChoiceField(label=_("Text size"), choices=CHOICES["text"], widget=forms.RadioSelect)
    spacing = forms.ChoiceField(label=_("Spacing"), choices=CHOICES["spacing"], widget=forms.RadioSelect)
    scheme = forms.ChoiceField(label=_("Colours"), choices=CHOICES["scheme"], widget=forms.RadioSelect)
    calm = forms.ChoiceField(
        label=_("Movement and decoration"), choices=CHOICES["calm"], widget=forms.RadioSelect
    )

    def wishes(self) -> Display:
        """The chosen settings. Call after `is_valid`."""
        return Display(**self.cleaned_data)
