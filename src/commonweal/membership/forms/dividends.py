"""What the finance officer fills in about dividends and returned payments. Forms read and check; they never write."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.actions import Proposal
from commonweal.membership.rules.credit_transfers import REFERENCE_MAX
from commonweal.membership.rules.payments import ReturnReason
from commonweal.ui.fields import CleanCharField, DatePartsField, RateField


class ProposalForm(forms.Form):
    """A dividend to propose."""

    year_starts_on = DatePartsField(label=_("First day of the financial year"))
    year_ends_on = DatePartsField(label=_("Last day of the financial year"))
    known_on = DatePartsField(
        label=_("Record date"),
        help_text=_(
            "The register as it is known at the end of this day. What is booked later changes nothing."
        ),
    )
    rate_bp = RateField(
        label=_("Gross rate in percent, for a whole year"),
        help_text=_("Such as 3 or 3,25. Everybody gets it for the days their money was in."),
    )
    decided_on = DatePartsField(label=_("Day of the decision"))
    document = CleanCharField(
        label=_("Decision it rests on"),
        max_length=80,
        help_text=_("Such as the minutes of the general meeting, with their date."),
    )
    pay_on = DatePartsField(label=_("Day of payment"))

    def proposal(self) -> Proposal:
        """What was written, ready to be proposed."""
        return Proposal(**self.cleaned_data)

    @staticmethod
    def usual(today: date) -> dict[str, Any]:
        """The year before, decided and known today."""
        year = today.year - 1
        return {
            "year_starts_on": date(year, 1, 1),
            "year_ends_on": date(year, 12, 31),
            "known_on": today,
            "decided_on": today,
        }


class ReasonForm(forms.Form):
    """Why a proposal is withdrawn."""

    reason = CleanCharField(label=_("Why is it withdrawn?"), max_length=500)


class ReturnForm(forms.Form):
    """A payment that came back, as the bank's statement says it."""

    end_to_end = CleanCharField(
        label=_("Reference of the payment"),
        max_length=REFERENCE_MAX,
        help_text=_("The bank gives it back, such as D3-1207-1."),
    )
    reason = forms.ChoiceField(
        label=_("Why it came back"), choices=lambda: [(each.value, _(each.label)) for each in ReturnReason]
    )
    returned_on = DatePartsField(label=_("Day on which it came back"))
