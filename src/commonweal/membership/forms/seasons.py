"""What the secretary and the finance officer fill in about an exit season. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.share_values import value_field, values_from
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.membership.wording.means import FiguresForm
from commonweal.ui.fields import AmountField, CleanCharField, DatePartsField
from commonweal.ui.widgets import ChoiceCards


class SeasonTestForm(FiguresForm):
    """The figures of one test, and the value of a share of each class where net assets are tested."""

    def __init__(self, *args: Any, kind: ExitTest, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, kind=kind, **kwargs)
        self.codes = list(codes) if kind == ExitTest.NET_ASSETS else []
        for code in self.codes:
            self.fields[f"value_{code}"] = value_field(code)

    def test(self) -> dict[str, Any]:
        """What `record_test` needs besides season, kind, who and when."""
        return {**self.figures(), "values": values_from(self.cleaned_data, self.codes)}


class OutcomeForm(forms.Form):
    """Which decision is looked at."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=lambda: [(each.value, _(each.label)) for each in Outcome],
        widget=ChoiceCards,
        initial=Outcome.PAY.value,
    )
    budget = AmountField(
        label=_("Set aside for a part, at most"),
        required=False,
        help_text=_(
            "Only for a part: at most what the tests leave. It is paid in whole shares, so mostly a little less."
        ),
    )

    def asked(self) -> tuple[Outcome, int | None]:
        """The decision looked at: everyone is paid, until another is chosen."""
        if not self.is_bound or not self.is_valid():
            return Outcome.PAY, None
        return Outcome(self.cleaned_data["outcome"]), self.cleaned_data["budget"]


class DecisionForm(OutcomeForm):
    """The board's decision as the minutes have it; the reason in each language, since members read it."""

    decided_on = DatePartsField(label=_("Day of the board's decision"))
    document = CleanCharField(label=_("Minutes it stands in"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("outcome", "budget"):
            self.fields[name].widget = forms.HiddenInput()
        chosen = self.data.get("outcome") if self.is_bound else self.initial.get("outcome")
        # Where everyone gets what they asked for, there is nothing to explain.
        self.languages = [] if chosen == Outcome.PAY else list(settings.LANGUAGES)
        for code, name in self.languages:
            self.fields[f"reason_{code}"] = CleanCharField(
                label=_("Reason members read, in: %(language)s") % {"language": name},
                max_length=1000,
                lines=True,
                rows=3,
            )

    def decision(self) -> dict[str, Any]:
        """What `decide_season` needs besides season, who and when."""
        outcome, budget = self.asked()
        return {
            "outcome": outcome,
            "budget_cents": budget,
            "decided_on": self.cleaned_data["decided_on"],
            "document": self.cleaned_data["document"],
            "reasons": {code: self.cleaned_data[f"reason_{code}"] for code, _name in self.languages},
        }


class PaymentForm(forms.Form):
    """The day on which the bank is to pay."""

    pay_on = DatePartsField(label=_("Day of payment"))
