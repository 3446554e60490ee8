"""What the secretary and the finance officer fill in about an exit season. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.share_values import MOST_CENTS, value_field, values_from
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.ui.fields import AmountField, CleanCharField, DatePartsField
from commonweal.ui.widgets import ChoiceCards

LABELS = {
    ExitTest.NET_ASSETS: (
        _("Net assets"),
        _("Equity that may not be paid out"),
        _("By the last approved accounts, or a newer statement of assets and liabilities."),
    ),
    ExitTest.LIQUIDITY: (
        _("Means expected over the coming months"),
        _("Debts that fall due in these months"),
        _("What the board expects from the day of payment on, for as many months as the statutes say."),
    ),
}


class SeasonTestForm(forms.Form):
    """The figures of one test, and the value of a share of each class where net assets are tested."""

    as_of = DatePartsField(label=_("Day these figures are of"))
    have_cents = AmountField(label="", max_cents=MOST_CENTS)
    below = forms.BooleanField(label=_("The net assets are below nought"), required=False)
    keep_cents = AmountField(label="", max_cents=MOST_CENTS)
    document = CleanCharField(
        label=_("Document with these figures"),
        max_length=80,
        help_text=_("Such as the accounts or the report of the board, with its date."),
    )

    def __init__(self, *args: Any, kind: ExitTest, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        have, keep, hint = LABELS[kind]
        self.fields["have_cents"].label, self.fields["keep_cents"].label = have, keep
        self.fields["have_cents"].help_text = hint
        self.codes = list(codes) if kind == ExitTest.NET_ASSETS else []
        if kind != ExitTest.NET_ASSETS:
            del self.fields["below"]
        for code in self.codes:
            self.fields[f"value_{code}"] = value_field(code)
        self.order_fields(["as_of", "have_cents", "below", "keep_cents"])

    def test(self) -> dict[str, Any]:
        """What `record_test` needs besides season, kind, who and when."""
        given = self.cleaned_data
        sign = -1 if given.get("below") else 1
        return {
            "as_of": given["as_of"],
            "have_cents": sign * given["have_cents"],
            "keep_cents": given["keep_cents"],
            "document": given["document"],
            "values": values_from(given, self.codes),
        }


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
