"""What the secretary fills in about estates. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.share_values import accounts_from, add_accounts
from commonweal.membership.models import Member
from commonweal.membership.queries import member_with_number
from commonweal.membership.rules.estates import EndKind, Settlement, read_part
from commonweal.ui.fields import CleanCharField, CountField, DatePartsField
from commonweal.ui.widgets import ChoiceCards


class EstateForm(forms.Form):
    """What ended a membership by itself, on which day, by which document."""

    kind = forms.ChoiceField(label=_("What happened"), widget=ChoiceCards)
    ended_on = DatePartsField(label=_("Day of the death, or of the judgment or decision"))
    document = CleanCharField(
        label=_("Document it rests on"),
        max_length=80,
        help_text=_("Such as a death certificate, a judgment or a deed, with its date or number."),
    )

    def __init__(self, *args: Any, is_person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [EndKind.DEATH] if is_person else [EndKind.BANKRUPTCY, EndKind.LIQUIDATION]
        self.fields["kind"].choices = [(each.value, _(each.label)) for each in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0].value


class ClaimantAccountForm(forms.Form):
    """Another account for someone whose payment came back."""

    iban = CleanCharField(
        label=_("Account number (IBAN)"),
        max_length=42,
        help_text=_("As on your bank card or in your bank's app, such as BE62 5100 0754 7061."),
    )


class ClaimantForm(forms.Form):
    """Who claims which part, and where it goes."""

    name = CleanCharField(
        label=_("Name of the heir, curator or liquidator"),
        max_length=160,
        help_text=_("As the bank knows it, when there is an amount to pay."),
    )
    part = CleanCharField(
        label=_("Part of the estate"),
        max_length=20,
        help_text=_("As a fraction, such as 1/3; 1 for all of it."),
    )
    iban = CleanCharField(
        label=_("Account number (IBAN)"),
        max_length=42,
        required=False,
        help_text=_("As on your bank card or in your bank's app, such as BE62 5100 0754 7061."),
    )
    heir = CountField(
        label=_("Member number, if they are a member"), min_value=1, max_value=2_000_000_000, required=False
    )

    def clean_part(self) -> Fraction:
        """The part as a fraction of one whole."""
        try:
            return read_part(self.cleaned_data["part"])
        except ValueError:
            raise ValidationError(
                _("Write a fraction such as 1/3, or 1 for all of it."), code="no_part"
            ) from None

    def clean_heir(self) -> Member | None:
        """The member who bears the number."""
        number = self.cleaned_data["heir"]
        if number is None:
            return None
        member = member_with_number(number)
        if member is None:
            raise ValidationError(_("No member bears this number."), code="unknown")
        return member


class AgreementForm(forms.Form):
    """When and by which paper someone agreed."""

    agreed_on = DatePartsField(label=_("Day they signed"))
    document = CleanCharField(label=_("Document it rests on"), max_length=80)


class SettlementForm(forms.Form):
    """How the estate is settled, with the documents it rests on."""

    settlement = forms.ChoiceField(
        label=_("How is it settled?"),
        choices=lambda: [(each.value, _(each.label)) for each in Settlement],
        widget=ChoiceCards,
        initial=Settlement.REFUND.value,
    )
    heirship = CleanCharField(
        label=_("Document that says who the heirs are"),
        max_length=80,
        required=False,
        help_text=_("A deed or certificate of succession. Not needed for an organisation."),
    )
    decision = CleanCharField(
        label=_("Decision of the board"),
        max_length=80,
        help_text=_("For a refund it says that the net-asset test and the liquidity test allow it."),
    )

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = list(codes)
        add_accounts(self, self.codes)

    def settled(self) -> dict[str, Any]:
        """What `settlement_planned` needs besides the estate and the day."""
        given = self.cleaned_data
        return {
            "settlement": Settlement(given["settlement"]),
            "heirship": given["heirship"],
            "accounts": accounts_from(given, self.codes),
        }


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = CleanCharField(label=_("Why is this undone?"), max_length=500)
