"""What members and staff fill in about leaving. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commonweal.membership.rules.movements import Held
from commonweal.people.rules import Channel
from commonweal.ui.fields import CleanCharField
from commonweal.ui.widgets import ChoiceCards

ALL, SOME = "all", "some"
DOORS = (Channel.PHONE, Channel.COUNTER, Channel.PAPER)


class ExitForm(forms.Form):
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
    count = forms.IntegerField(label=_("How many shares"), min_value=1, max_value=1_000_000, required=False)
    channel = forms.ChoiceField(
        label=_("How did the request come?"),
        choices=lambda: [(door.value, _(door.label)) for door in DOORS],
        widget=ChoiceCards,
    )
    document = CleanCharField(
        label=_("Document it rests on"),
        max_length=80,
        required=False,
        help_text=_(
            "The letter with its date; for someone under eighteen the agreement of the justice of the peace, "
            "for a protected person that of the administrator."
        ),
    )

    def __init__(
        self, *args: Any, held: Mapping[str, Held], partial: bool, by_staff: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        left_out = set() if partial else {"what", "share_class", "count"}
        for name in left_out | (set() if by_staff else {"channel", "document"}):
            del self.fields[name]
        if partial:
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
        names = ("share_class", "count", "channel", "document")
        found = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        if "channel" in found:
            found["channel"] = Channel(found["channel"])
        return found


class DoorForm(forms.Form):
    """How someone said that they take their request back."""

    channel = forms.ChoiceField(
        label=_("How did they say so?"),
        choices=lambda: [(door.value, _(door.label)) for door in DOORS],
        widget=ChoiceCards,
    )
