"""What the finance officer fills in about dividends. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.dividends.actions import Proposal
from commonweal.ui.fields import CleanCharField, DatePartsField, RateField


class ProposalForm(forms.Form):
    """A dividend to propose: of a whole financial year, with a rate for each class of shares."""

    year = forms.ChoiceField(
        label=_("Financial year"),
        help_text=_("By the statutes. The cap holds for the whole year, whatever dividends it has."),
    )
    known_on = DatePartsField(
        label=_("Record date"),
        help_text=_(
            "The register as it is known at the end of this day. What is booked later changes nothing."
        ),
    )
    decided_on = DatePartsField(label=_("Day of the decision"))
    document = CleanCharField(
        label=_("Decision it rests on"),
        max_length=80,
        help_text=_("Such as the minutes of the general meeting, with their date."),
    )
    pay_on = DatePartsField(label=_("Day of payment"))

    def __init__(
        self, *args: Any, codes: Iterable[str], years: Iterable[tuple[date, date]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codes, self.years = list(codes), {first.isoformat(): (first, last) for first, last in years}
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (key, f"{first:%d/%m/%Y} – {last:%d/%m/%Y}") for key, (first, last) in self.years.items()
        ]
        for code in self.codes:
            self.fields[f"rate_{code}"] = RateField(
                label=_("Gross rate of class %(code)s in percent, for a whole year") % {"code": code},
                required=False,
                help_text=_(
                    "Such as 3 or 3,25. Everybody gets it for the days their money was in. Empty: none."
                ),
            )
        self.order_fields(["year", "known_on", *(f"rate_{code}" for code in self.codes)])

    def proposal(self) -> Proposal:
        """What was written, ready to be proposed."""
        given = self.cleaned_data
        first, last = self.years[given["year"]]
        return Proposal(
            year_starts_on=first,
            year_ends_on=last,
            known_on=given["known_on"],
            decided_on=given["decided_on"],
            document=given["document"],
            rates={code: given[f"rate_{code}"] or 0 for code in self.codes},
            pay_on=given["pay_on"],
        )

    @staticmethod
    def usual(today: date) -> dict[str, Any]:
        """The latest year, decided and known today."""
        return {"known_on": today, "decided_on": today}
