"""Forms that belong to no area: the display settings, and why something is done. They keep nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.ui.display import CHOICES, Display
from commonweal.ui.fields import CleanCharField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReasonForm(forms.Form):
    """One line that says why: `label` asks for it, `help_text` says who reads it."""

    reason = CleanCharField(max_length=500)

    def __init__(self, *args: Any, label: StrOrPromise, help_text: StrOrPromise = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, help_text


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
