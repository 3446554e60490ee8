"""Through which door something came that staff enter for a member. Forms read and check; they never write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.people.rules import Channel
from commonweal.ui.fields import CleanCharField
from commonweal.ui.widgets import ChoiceCards


class DoorField(forms.ChoiceField):
    """The telephone, the counter or paper; gives the channel."""

    def __init__(self, *, label: Any) -> None:
        doors = (Channel.PHONE, Channel.COUNTER, Channel.PAPER)
        super().__init__(
            label=label, choices=lambda: [(door.value, _(door.label)) for door in doors], widget=ChoiceCards
        )

    def clean(self, value: Any) -> Channel:
        """The door that was chosen. Raises ValidationError."""
        return Channel(super().clean(value))


class DoorForm(forms.Form):
    """How someone said that they take their request back."""

    channel = DoorField(label=_("How did they say so?"))


class RequestForm(forms.Form):
    """A request in a member's name; for staff also the door it came through and the paper it rests on."""

    channel = DoorField(label=_("How did the request come?"))
    document = CleanCharField(
        label=_("Document it rests on"),
        max_length=80,
        required=False,
        help_text=_(
            "The letter with its date; for someone under eighteen the agreement of the justice of the peace, "
            "for a protected person that of the administrator."
        ),
    )

    def __init__(self, *args: Any, by_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_staff:
            del self.fields["channel"], self.fields["document"]

    def came(self) -> dict[str, Any]:
        """Door and document, where staff wrote them."""
        given = self.cleaned_data
        return {name: given[name] for name in ("channel", "document") if name in given}
