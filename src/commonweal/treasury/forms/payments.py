"""What finance fills in: a bank's file, what becomes of a movement, the day something was paid back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.treasury.actions.taking_back import NO_REASON
from commonweal.treasury.queries.receivables import expected_paid_with
from commonweal.treasury.rules.matching import MAY_BE, Outcome, Verdict, needs_reason
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.rules.statements import Oddity
from commonweal.treasury.rules.statements.communications import communication_in
from commonweal.ui.fields import CleanCharField, DatePartsField
from commonweal.ui.widgets import ChoiceCards

HINTS = {
    Outcome.ACCEPT: _(
        "The shares are entered in the register. What is too much goes on the list to pay back."
    ),
    Outcome.WAIT: _("Nothing is entered yet. It counts once the rest has come."),
    Outcome.REFUND: _("It goes on the list to pay back."),
    Outcome.ASIDE: _("Nothing is done with it here."),
    Outcome.SAME: _("Another statement shows it too. Nothing is counted and nothing is paid back."),
    Outcome.UNDO: _(
        "What the payment did is undone: shares leave the register, and the request waits for payment again. "
        "If it was to be paid back, it no longer is."
    ),
    Outcome.OWE: _("The payment counts as returned. It is owed again and waits for an account."),
}
NAMED = (Outcome.ACCEPT, Outcome.WAIT)
MAY_NAME = (*NAMED, Outcome.UNDO)


class PaymentForm(forms.Form):
    """The day on which the bank is to pay."""

    pay_on = DatePartsField(label=_("Day of payment"))


class FileForm(forms.Form):
    """A file as the bank gives it."""

    file = forms.FileField(
        label=_("Statement file from the bank"),
        help_text=_("CODA or camt.053. You see what it would do before anything is kept."),
    )


class DecisionForm(forms.Form):
    """What becomes of one movement."""

    outcome = forms.ChoiceField(label=_("What becomes of it?"), widget=ChoiceCards)
    communication = CleanCharField(
        label=_("Structured communication of the request it is for"),
        max_length=40,
        required=False,
        help_text=_("Twelve digits, such as +++310/0000/14739+++."),
    )
    reason = CleanCharField(
        label=_("Why?"),
        max_length=500,
        required=False,
        help_text=_("One line for whoever looks at this later."),
    )

    def __init__(
        self,
        *args: Any,
        verdict: Verdict,
        named: bool,
        odd: frozenset[Oddity] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.verdict, self.odd = verdict, odd
        self.expected: Expected | None = None
        self.fields["outcome"] = forms.ChoiceField(
            label=_("What becomes of it?"),
            choices=[(each.value, _(each.label)) for each in MAY_BE[verdict]],
            widget=ChoiceCards(hints={each.value: HINTS[each] for each in MAY_BE[verdict]}),
        )
        if any(needs_reason(each, verdict, odd) for each in MAY_BE[verdict]):
            # Not for every choice, but whoever chooses is told before they press.
            self.fields["reason"].open_question = True  # type: ignore[attr-defined]
            self.fields["reason"].help_text = _("Needed when you say that it is for a request for shares.")
        if named or not set(MAY_BE[verdict]) & set(MAY_NAME):
            del self.fields["communication"]

    def clean_communication(self) -> str:
        """The twelve digits of a request that exists; finds it."""
        typed = str(self.cleaned_data["communication"])
        if not typed:
            return ""
        code = communication_in(typed)
        self.expected = expected_paid_with([code]).get(code)
        if self.expected is None:
            raise ValidationError(_("No request for shares has this communication. Check the digits."))
        return code

    def clean(self) -> dict[str, Any]:
        """Refuses to count a movement for nobody, and one with something odd about it without a reason."""
        given = super().clean() or {}
        missing = "communication" in self.fields and not given.get("communication")
        if missing and given.get("outcome") in NAMED and "communication" not in self.errors:
            self.add_error("communication", _("Say which request for shares this payment is for."))
        outcome = given.get("outcome")
        if outcome and needs_reason(Outcome(outcome), self.verdict, self.odd) and not given.get("reason"):
            self.add_error("reason", _(NO_REASON))
        return given


class RefundForm(forms.Form):
    """The day on which money left the account."""

    made_on = DatePartsField(label=_("On which day was it paid back?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = day_of(timezone.now())
        self.fields["made_on"] = DatePartsField(
            label=_("On which day was it paid back?"), latest=today, initial=today
        )
