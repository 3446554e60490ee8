"""What finance fills in to divide a payment: for which requests, how much for each, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commonweal.treasury.actions.dividing import Part
from commonweal.treasury.actions.taking_back import NO_REASON
from commonweal.treasury.queries.receivables import (
    expected_at,
    expected_named,
    expected_paid_with,
    names_a_number,
)
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.rules.statements.communications import communication_in, printed
from commonweal.ui.fields import AmountField, CleanCharField
from commonweal.ui.widgets import ChoiceCards

# So many requests can be given a part; below those that are named stay some lines for others.
PARTS_MAX, MORE = 8, 2
STAYS, BACK = "stays", "back"


class DivisionForm(forms.Form):
    """The parts of a payment; `named` are requests to begin with, each with the cents proposed."""

    def __init__(self, *args: Any, named: Sequence[Part], odd: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = min(max(len(named) + MORE, 3), PARTS_MAX)
        for place in range(self.count):
            known = named[place] if place < len(named) else None
            number = place + 1
            self.fields[f"request_{number}"] = CleanCharField(
                label=_("Request %(number)s") % {"number": number},
                max_length=200,
                required=False,
                initial=printed(known.expected.communication) if known else "",
                help_text=known.expected.holder
                if known
                else _("Its structured communication, the address of its page, or the holder's name."),
            )
            self.fields[f"part_{number}"] = AmountField(
                label=_("Amount for request %(number)s") % {"number": number},
                min_cents=1,
                required=False,
                initial=known.cents if known and known.cents else None,
            )
        self.fields["rest"] = forms.ChoiceField(
            label=_("What becomes of the rest?"),
            initial=STAYS,
            choices=[(STAYS, _("It waits on the list")), (BACK, _("Pay it back"))],
            widget=ChoiceCards(
                hints={
                    STAYS: _("You decide about it later, as about any other payment."),
                    BACK: _("It goes on the list to pay back."),
                }
            ),
        )
        self.fields["reason"] = CleanCharField(
            label=_("Why?"),
            max_length=500,
            required=odd,
            help_text=_("One line for whoever looks at this later."),
            error_messages={"required": _(NO_REASON)},
        )

    def clean(self) -> dict[str, Any]:
        """The parts, in their order; a request without an amount or the other way round is asked about."""
        given = super().clean() or {}
        self.parts: list[Part] = []
        for number in range(1, self.count + 1):
            name, amount = f"request_{number}", f"part_{number}"
            if name in self.errors or amount in self.errors:
                continue
            typed, cents = given.get(name) or "", given.get(amount)
            if not typed:
                if cents is not None:
                    self.add_error(name, _("Say which request for shares this part is for."))
                continue
            if cents is None:
                # A request that is named and gets nothing is left out, if it was proposed.
                if typed != self.fields[name].initial:
                    self.add_error(amount, _("Write an amount in euro."))
                continue
            try:
                self.parts.append(Part(_request(typed), cents))
            except ValidationError as wrong:
                self.add_error(name, wrong)
        return given


def _request(typed: str) -> Expected:
    """The receivable that somebody named by its communication, the address of its page, its number or its holder's name."""
    bare = typed.strip()
    if names_a_number(bare):
        found = expected_at(bare)
    elif code := communication_in(bare):
        found = expected_paid_with([code]).get(code)
    else:
        return _named(bare)
    if found is None:
        raise ValidationError(_("No request for shares has this number or communication. Check the digits."))
    return found


def _named(name: str) -> Expected:
    """The one receivable of a holder of this name."""
    found = expected_named(name)
    if not found:
        raise ValidationError(
            _("No request for shares that can be paid is of this name. Write its communication instead.")
        )
    if len(found) > 1:
        several = "; ".join(f"{each.holder} {printed(each.communication)}" for each in found)
        raise ValidationError(
            _("Several requests are of this name. Write the communication of one: %(several)s")
            % {"several": several}
        )
    return found[0]
