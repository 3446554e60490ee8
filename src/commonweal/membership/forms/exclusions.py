"""What the secretary fills in about exclusions, step by step. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.share_values import accounts_from, add_accounts
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.rules.exits import Accounts
from commonweal.ui.fields import CleanCharField, DatePartsField
from commonweal.ui.widgets import ChoiceCards

STAYS, GOES = "kept", "excluded"


def _document() -> CleanCharField:
    return CleanCharField(label=_("Document it rests on"), max_length=80)


class ProposalForm(forms.Form):
    """The proposal as it was sent."""

    grounds = CleanCharField(
        label=_("Grounds of the statutes, with the facts"), max_length=2000, lines=True, rows=5
    )
    sent_by = forms.ChoiceField(
        label=_("How was it sent?"),
        choices=lambda: [(each.value, _(each.label)) for each in SentBy],
        widget=ChoiceCards,
    )
    sent_on = DatePartsField(label=_("Day it was sent"))
    document = _document()


class AnswerForm(forms.Form):
    """What the member answered."""

    on = DatePartsField(label=_("Day of the answer"))
    document = _document()
    asks_to_be_heard = forms.BooleanField(label=_("The member asks to be heard"), required=False)


class NotedForm(forms.Form):
    """A day and the document that proves it."""

    on = DatePartsField(label=_("Day"))
    document = _document()


class ExclusionDecisionForm(forms.Form):
    """What was decided and why."""

    what = forms.ChoiceField(
        label=_("Decision"),
        choices=((GOES, _("The member is excluded")), (STAYS, _("The member stays"))),
        widget=ChoiceCards,
    )
    decided_on = DatePartsField(label=_("Day of the decision"))
    document = _document()
    reasons = CleanCharField(
        label=_("Reasons"),
        max_length=2000,
        lines=True,
        rows=5,
        help_text=_("They answer what the member said. A decision without reasons does not hold."),
    )


class ExclusionRefundForm(forms.Form):
    """The board's decision that the refund can be paid, and the values it needs."""

    document = CleanCharField(
        label=_("Decision of the board"),
        max_length=80,
        help_text=_("For a refund it says that the net-asset test and the liquidity test allow it."),
    )

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = list(codes)
        add_accounts(self, self.codes)

    def accounts(self) -> Accounts | None:
        """The figures of the accounts the refund rests on."""
        return accounts_from(self.cleaned_data, self.codes)
