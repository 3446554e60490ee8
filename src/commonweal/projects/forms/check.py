"""The form of one question of the public check, made from the question itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from commonweal.ambitions.queries import AmbitionInWords
from commonweal.projects.rules.inputs import Input, Kind, Question, day_from_text
from commonweal.ui.fields import DatePartsField
from commonweal.ui.widgets import ChoiceCards, ChoiceCardsMultiple


class QuestionForm(forms.Form):
    """One page of the check. Leaving something open is allowed: the result then says what is still to know."""

    def __init__(
        self,
        *args: Any,
        question: Question,
        answers: Mapping[str, str],
        ambitions: Sequence[AmbitionInWords],
        **kwargs: Any,
    ) -> None:
        self.question = question
        super().__init__(*args, **kwargs)
        for asked in question.inputs:
            field = self._field(asked, ambitions)
            # The result says what is still to know, so nothing is called optional; the page's own
            # heading asks a question that has no label of its own.
            field.open_question, field.quiet_label = True, not asked.label  # type: ignore[attr-defined]
            self.fields[asked.name] = field
            self.initial[asked.name] = _first(asked, answers.get(asked.name, ""))

    def _field(self, asked: Input, ambitions: Sequence[AmbitionInWords]) -> forms.Field:
        label = _(asked.label) if asked.label else _(self.question.title)
        if asked.kind is Kind.DATE:
            return DatePartsField(label=label, required=False)
        if asked.kind is Kind.CHOICES:
            return forms.MultipleChoiceField(
                label=label,
                required=False,
                choices=[*((each.code, each.name) for each in ambitions), ("none", _("None of these"))],
                widget=ChoiceCardsMultiple(
                    hints={each.code: each.summary for each in ambitions},
                    signs={each.code: each.code for each in ambitions},
                ),
            )
        return forms.ChoiceField(
            label=label,
            required=False,
            choices=[(option.code, _(option.label)) for option in asked.options],
            widget=ChoiceCards,
        )

    def answers(self) -> dict[str, str]:
        """What was answered, as the plain strings the rules read."""
        kept: dict[str, str] = {}
        for asked in self.question.inputs:
            value: Any = self.cleaned_data.get(asked.name)
            if asked.kind is Kind.CHOICES:
                kept[asked.name] = ",".join(value or [])
            else:
                kept[asked.name] = value.isoformat() if hasattr(value, "isoformat") else str(value or "")
        return kept


def _first(asked: Input, text: str) -> Any:
    if asked.kind is Kind.DATE:
        return day_from_text(text)
    if asked.kind is Kind.CHOICES:
        return [code for code in text.split(",") if code]
    return text or None
