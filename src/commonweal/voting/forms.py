"""What a voter ticks and what staff type from paper. Reads and checks a choice; never keeps one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.kernel.text import clean
from commonweal.people.access import said
from commonweal.people.rules import Channel
from commonweal.ui.fields import CleanCharField
from commonweal.ui.widgets import ChoiceCards
from commonweal.voting.rules.choices import (
    BallotForm,
    Choice,
    Form,
    NotAChoice,
    allowed,
    choice_as_typed,
    tidy,
)
from commonweal.voting.rules.envelopes import code_as_typed, is_code

POINTS = "points-"
_FIGURES = 5


class ChoiceForm(forms.Form):
    """A choice as the ballot page sends it: `choice` for each tick, or `points-N` for each number of points.

    `given` keeps what was sent, by option number, so that a page drawn again shows it as it was.
    """

    def __init__(self, data: QueryDict | None, *, form: Form, costs_cents: Mapping[int, int]) -> None:
        super().__init__(data)
        self.form, self.costs = form, costs_cents
        self.given = self._read(data) if data is not None else {}

    def _read(self, data: QueryDict) -> dict[int, str]:
        if self.form.kind == BallotForm.POINTS:
            named = {
                key.removeprefix(POINTS): str(data[key]).strip() for key in data if key.startswith(POINTS)
            }
            named = {number: points for number, points in named.items() if points not in ("", "0")}
        else:
            named = dict.fromkeys(data.getlist("choice"), "1")
        return {int(number): points for number, points in named.items() if _is_figure(number)}

    def choice(self) -> Choice:
        """The choice as far as it can be read; words that are no whole number count as nothing."""
        return tidy((number, int(points)) for number, points in self.given.items() if _is_figure(points))

    def clean(self) -> dict[str, Any]:
        """Puts the checked choice in `cleaned_data["choice"]`."""
        cleaned = super().clean() or {}
        for number, points in self.given.items():
            if not _is_figure(points):
                message = _("Project %(number)s: write the points as a whole number, such as 2.") % {
                    "number": number
                }
                self.add_error(None, message)
        cleaned["choice"] = self.choice()
        decision = allowed(cleaned["choice"], self.form, self.costs)
        if not decision and not self.errors:
            self.add_error(None, said(decision))
        return cleaned


def _is_figure(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _FIGURES


class CodeForm(forms.Form):
    """A tracking code as people type it."""

    code = CleanCharField(
        label=gettext_lazy("Your tracking code"),
        max_length=60,
        help_text=gettext_lazy(
            "The twelve letters and figures on your receipt. Spaces and dashes do not matter."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        """The code in its plain form."""
        code = code_as_typed(self.cleaned_data["code"])
        if not is_code(code):
            raise ValidationError(
                _(
                    "A tracking code has twelve letters and figures, such as 7K2M-9QXA-40TB. Compare it with your receipt."
                )
            )
        return code


DOORS = (
    (Channel.COUNTER.value, gettext_lazy("at the counter")),
    (Channel.PHONE.value, gettext_lazy("by phone, the ballot goes by post")),
    (Channel.PAPER.value, gettext_lazy("by letter, the ballot goes by post")),
)


class FindMemberForm(forms.Form):
    """A member by number or name."""

    text = CleanCharField(
        label=gettext_lazy("Member number or name"),
        max_length=80,
        help_text=gettext_lazy(
            "The number stands on every letter. A first name and the start of a family name work too."
        ),
    )


class HandOutForm(forms.Form):
    """The line of the roll and the door through which the paper ballot was asked for."""

    voter = forms.IntegerField(widget=forms.HiddenInput)
    door = forms.ChoiceField(
        label=gettext_lazy("How did they ask for it?"),
        choices=DOORS,
        initial=Channel.COUNTER,
        widget=ChoiceCards,
    )


class SheetForm(forms.Form):
    """A paper sheet as staff type it: its number, and the options in one line."""

    number = forms.IntegerField(
        label=gettext_lazy("Sheet number"),
        min_value=1,
        max_value=2_000_000_000,
        help_text=gettext_lazy(
            "Number the sheets 1, 2, 3 as they come back, and write the number on the sheet."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 10, "autocomplete": "off"}),
    )
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        max_length=4_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("number", "control", "choices")

    def __init__(self, *args: Any, form: Form, costs_cents: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form, self.costs = form, costs_cents
        self.with_points = form.kind == BallotForm.POINTS
        self.fields["choices"].help_text = (
            _("The number of each project, a colon and its points, such as 3:2 7:1.")
            if self.with_points
            else _("The number of each project ticked, with spaces between, such as 3 7 12.")
        )

    def clean_choices(self) -> Choice:
        """The choice on the sheet."""
        try:
            choice = choice_as_typed(
                clean(self.cleaned_data["choices"], lines=False), with_points=self.with_points
            )
        except NotAChoice as wrong:
            raise ValidationError(_typing_error(wrong)) from wrong
        unknown = [number for number, _points in choice if number not in self.costs]
        if unknown:
            raise ValidationError(
                _("There is no project %(number)s on this ballot.") % {"number": unknown[0]}
            )
        decision = allowed(choice, self.form, self.costs)
        if not decision:
            raise ValidationError(said(decision))
        return choice


def _typing_error(wrong: NotAChoice) -> str:
    sentences = {
        "number": _("“%(word)s” is not the number of a project. Type numbers with spaces between."),
        "points": _("“%(word)s” lacks its points. Type the number, a colon and the points, such as 3:2."),
        "twice": _("The project in “%(word)s” stands there twice. Look at the sheet."),
    }
    return sentences[wrong.code] % {"word": wrong.word}


class SecondSheetForm(SheetForm):
    """The second typing, with the code the first typist wrote on the sheet."""

    control = CleanCharField(
        label=gettext_lazy("Control code"),
        max_length=20,
        help_text=gettext_lazy("The eight letters and figures the first person wrote on the sheet."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 12}),
    )

    def clean_control(self) -> str:
        """The control code in its plain form."""
        return code_as_typed(self.cleaned_data["control"])
