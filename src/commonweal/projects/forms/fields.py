"""Fields shared by the forms of this area: a municipality by name or postcode, rows of a short list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import same_name
from commonweal.places.queries import municipality_matches


class MunicipalityField(forms.CharField):
    """A municipality typed as a name in any of the four languages, or as a postcode; gives its NIS code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Municipality"))
        kwargs.setdefault("help_text", _("Its name or its postcode, for example Verviers or 4800."))
        super().__init__(max_length=80, **kwargs)
        self.widget.attrs |= {
            "autocomplete": "off",
            "hx-get": reverse_lazy("places:municipality-suggest"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#places-found",
            "list": "places-found",
        }

    def clean(self, value: Any) -> str | None:
        """The NIS code, or None when nothing was typed. Raises ValidationError naming the candidates."""
        text = super().clean(value)
        if not text:
            return None
        found = municipality_matches(text, get_language() or "en", day_of(timezone.now()))
        exact = [match for match in found if same_name(match.name, text)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0].nis
        if not found:
            raise ValidationError(
                _("We do not know a municipality with this name or postcode. Check the spelling.")
            )
        names = ", ".join(match.name for match in found[:6])
        raise ValidationError(
            _("This could be several places: %(names)s. Type one of them.") % {"names": names}
        )


def choices_of(words: Any, codes: Sequence[str] | None = None) -> list[tuple[str, Any]]:
    """Pairs of code and translated label of a `Words` list."""
    return [(member.value, _(member.label)) for member in words if codes is None or member.value in codes]
