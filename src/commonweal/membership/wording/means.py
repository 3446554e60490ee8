"""How the two tests of what may be given out are asked for and told, the same for dividends and for exit seasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.kernel.money import ShareValue
from commonweal.membership.queries.distributions import Tested
from commonweal.membership.rules.exits import ExitTest
from commonweal.ui.fields import AmountField, CleanCharField, DatePartsField
from commonweal.ui.formats import day, euros, share_value

if TYPE_CHECKING:
    from datetime import datetime

    from commonweal.people.models import Person

MOST_CENTS = 10**13
LABELS = {
    ExitTest.NET_ASSETS: (
        gettext_lazy("Net assets"),
        gettext_lazy("Equity that may not be paid out"),
        gettext_lazy("By the last approved accounts, or a newer statement of assets and liabilities."),
    ),
    ExitTest.LIQUIDITY: (
        gettext_lazy("Means expected over the coming months"),
        gettext_lazy("Debts that fall due in these months"),
        gettext_lazy(
            "What the board expects from the day of payment on, for as many months as the statutes say."
        ),
    ),
}
Rows = list[dict[str, str]]


class Recorded(Tested, Protocol):
    """A test as it was recorded: its figures, the document they are from, by whom and when."""

    @property
    def document(self) -> str: ...
    @property
    def by(self) -> Person: ...
    @property
    def at(self) -> datetime: ...


class FiguresForm(forms.Form):
    """The figures of one test."""

    as_of = DatePartsField(label=gettext_lazy("Day these figures are of"))
    have_cents = AmountField(label="", max_cents=MOST_CENTS)
    below = forms.BooleanField(label=gettext_lazy("The net assets are below nought"), required=False)
    keep_cents = AmountField(label="", max_cents=MOST_CENTS)
    document = CleanCharField(
        label=gettext_lazy("Document with these figures"),
        max_length=80,
        help_text=gettext_lazy("Such as the accounts or the report of the board, with its date."),
    )

    def __init__(self, *args: Any, kind: ExitTest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        have, keep, hint = LABELS[kind]
        self.fields["have_cents"].label, self.fields["keep_cents"].label = have, keep
        self.fields["have_cents"].help_text = hint
        if kind != ExitTest.NET_ASSETS:
            del self.fields["below"]

    def figures(self) -> dict[str, Any]:
        """What recording a test needs besides what it is of, its kind, who and when."""
        given = self.cleaned_data
        sign = -1 if given.get("below") else 1
        return {
            "as_of": given["as_of"],
            "have_cents": sign * given["have_cents"],
            "keep_cents": given["keep_cents"],
            "document": given["document"],
        }


def tests(found: Mapping[ExitTest, Recorded]) -> list[dict[str, Any]]:
    """Both tests with their figures, or that one is missing."""
    return [
        {
            "kind": kind.value,
            "name": capfirst(_(kind.label)),
            "rows": test_rows(kind, found[kind]) if kind in found else [],
        }
        for kind in ExitTest
    ]


def test_rows(kind: ExitTest, test: Recorded) -> Rows:
    """One test: what there is, what must stay, what that leaves, day, document, who."""
    have, keep, _hint = LABELS[kind]
    pairs = [
        (str(have), euros(test.have_cents)),
        (str(keep), euros(test.keep_cents)),
        (_("Leaves to pay out"), euros(max(0, test.have_cents - test.keep_cents))),
    ]
    for code, kept in sorted(getattr(test, "values", {}).items()):
        label = _("Net asset value of one share of class %(code)s") % {"code": code}
        pairs.append((label, share_value(ShareValue.of(kept))))
    pairs += [
        (_("Day these figures are of"), day(test.as_of)),
        (_("Document"), test.document),
        (_("Recorded by"), f"{test.by}, {day(test.at)}"),
    ]
    return [{"label": label, "value": value} for label, value in pairs]
