"""What members and staff fill in about leaving. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.doors import RequestForm
from commonweal.membership.rules.movements import Held
from commonweal.ui.fields import CountField
from commonweal.ui.widgets import ChoiceCards

ALL, SOME = "all", "some"


class ExitForm(RequestForm):
    """All shares, or some of one class where the statutes allow it; for staff also the door and the paper."""

    what = forms.ChoiceField(
        label=_("What do you want to give back?"),
        choices=(
            (ALL, _("All my shares: I leave the cooperative")),
            (SOME, _("Some shares: I stay a member")),
        ),
        widget=ChoiceCards,
        initial=ALL,
    )
    share_class = forms.ChoiceField(label=_("Class of shares"), required=False)
    count = CountField(label=_("How many shares"), min_value=1, max_value=1_000_000, required=False)
    field_order = ("what", "share_class", "count", "channel", "document")

    def __init__(
        self, *args: Any, held: Mapping[str, Held], partial: bool, by_staff: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, by_staff=by_staff, **kwargs)
        if not partial:
            del self.fields["what"], self.fields["share_class"], self.fields["count"]
        else:
            codes = [("", _("Choose")), *((code, code) for code, each in held.items() if each.shares)]
            self.fields["share_class"].choices = codes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Class and number are asked for when only some are given back, and dropped otherwise."""
        given = super().clean() or {}
        if given.get("what") == SOME:
            for name, text in (
                ("share_class", _("Choose the class.")),
                ("count", _("Write how many shares.")),
            ):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(text, code="required"))
        else:
            given |= {"share_class": "", "count": None}
        return given

    def asked(self) -> dict[str, Any]:
        """What `ask_to_leave` needs besides who and when."""
        given = self.cleaned_data
        return {name: given[name] for name in ("share_class", "count") if name in given} | self.came()
