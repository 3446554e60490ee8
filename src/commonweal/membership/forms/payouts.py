"""What is filled in about paying out. Forms read and check; they never write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.doors import DoorField
from commonweal.treasury.rules.credit_transfers import NAME_MAX
from commonweal.ui.fields import CleanCharField

IBAN_TYPED_MAX = 42


class AccountForm(forms.Form):
    """The account a member is paid on; staff also say how the member told them."""

    iban = CleanCharField(
        label=_("Account number (IBAN)"),
        max_length=IBAN_TYPED_MAX,
        help_text=_("As on your bank card or in your bank's app, such as BE62 5100 0754 7061."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    holder = CleanCharField(
        label=_("Holder of the account"),
        max_length=NAME_MAX,
        help_text=_("The name as the bank knows it."),
    )
    channel = DoorField(label=_("How did the member tell us?"))

    def __init__(self, *args: Any, by_staff: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_staff:
            del self.fields["channel"]
