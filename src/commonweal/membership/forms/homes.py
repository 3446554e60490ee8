"""Where who would hold shares lives: in Belgium, or abroad."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from commonweal.membership.forms.told import StepForm, heed
from commonweal.membership.queries import joining
from commonweal.membership.rules.joining import Asker, HolderRole, rightly_represented
from commonweal.places.countries import HOME, country_names, postcode_abroad
from commonweal.places.queries import municipalities_coded, municipality_matches
from commonweal.places.rules import name_in, plain_postcode
from commonweal.ui.fields import CleanCharField, DatePartsField
from commonweal.ui.widgets import ChoiceCards, DateParts


class HomeForm(StepForm):
    """What the register wants to know of who holds the shares, and is not known yet."""

    born_on = DatePartsField(label=_("Date of birth"), widget=DateParts(birthday=True))
    street = CleanCharField(
        label=_("Street and number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        initial=HOME,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    postcode = CleanCharField(
        label=_("Postcode"),
        max_length=10,
        required=False,
        help_text=_("In Belgium four digits, for example 4800."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "size": 10}),
    )
    town = CleanCharField(
        label=_("Town"),
        max_length=80,
        required=False,
        help_text=_("Outside Belgium only: in Belgium the postcode says it."),
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    place = forms.ChoiceField(label=_("Which municipality?"), widget=ChoiceCards)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, role = self.told.known_home, self.told.role
        if role != HolderRole.SELF or "born_on" in known:
            del self.fields["born_on"]
        if role == HolderRole.ORGANISATION or "street" in known:
            del self.fields["street"]
        if role == HolderRole.ORGANISATION:
            self.fields["postcode"].label = _("Postcode of the seat")
        self.found: dict[str, str] = {}
        self.home: Any = known.get("municipality")
        self._ask_where(known)

    def _ask_where(self, known: Mapping[str, Any]) -> None:
        if "town" in known or ("postcode" in known and self.home is not None):
            for name in ("country", "postcode", "town", "place"):
                del self.fields[name]
            return
        # A minor mostly lives where the one who asks does.
        near = joining.home_of(self.told.applicant, self.told.today) if self.told.applicant else {}
        if self.told.role != HolderRole.ORGANISATION:
            shared = ("street", "postcode", "country", "town")
            self.initial = {**{name: near[name] for name in shared if name in near}, **self.initial}
        if self.home is not None:
            del self.fields["country"], self.fields["town"]
        else:
            names = country_names(get_language() or "en")
            self.fields["country"].choices = list(names.items())  # type: ignore[attr-defined]
        for name in ("country", "postcode", "town"):
            if name in self.fields:
                # Whether it must be answered follows from the country: no word beside it would be true of all.
                self.fields[name].open_question = True  # type: ignore[attr-defined]
        code = plain_postcode(str(self.data.get("postcode", "")))
        if code and not self.is_abroad:
            matches = municipality_matches(code, get_language() or "en", self.told.today)
            self.found = {match.nis: match.name for match in matches if code in match.postcodes}
        if self.home is not None:
            self.found = {nis: name for nis, name in self.found.items() if nis == self.home.nis}
        # Asked only where one postcode covers several municipalities.
        if len(self.found) < 2:
            del self.fields["place"]
        else:
            self.fields["place"].choices = list(self.found.items())  # type: ignore[attr-defined]

    @property
    def is_abroad(self) -> bool:
        """Whether what was sent names another country."""
        return "country" in self.fields and (self.data.get("country") or HOME) != HOME

    def clean_born_on(self) -> date:
        """The birthday of somebody who is of age, since they ask for themselves."""
        born_on: date = self.cleaned_data["born_on"]
        heed(rightly_represented(Asker(True, born_on, False), self.told.today))
        return born_on

    def clean_postcode(self) -> str:
        """A postcode of Belgium, or one as other countries have them."""
        typed = self.cleaned_data["postcode"]
        if self.is_abroad:
            code = postcode_abroad(typed)
            if code is None:
                raise ValidationError(_("A postcode has at most ten letters and figures."), code="postcode")
            return code
        if not typed:
            raise ValidationError(_("Write the postcode."), code="required")
        if not self.found and self.home is not None:
            text = gettext(
                "This postcode is not in %(place)s, where you live as far as we know. Did you move? Call us."
            )
            raise ValidationError(
                text % {"place": name_in(self.home, get_language() or "en")}, code="elsewhere"
            )
        if not self.found:
            raise ValidationError(
                _(
                    "We do not know this postcode. Check it. If the address is outside Belgium, choose the country above."
                )
            )
        return plain_postcode(typed)

    def clean_town(self) -> str:
        """The town, where no official list says it."""
        town: str = self.cleaned_data["town"]
        if self.is_abroad and not town:
            raise ValidationError(_("Outside Belgium we need the town in words."), code="required")
        # Typed beside a Belgian postcode it says nothing more.
        return town if self.is_abroad else ""

    def clean(self) -> dict[str, Any]:
        """Adds the `municipality` in Belgium; `country` and `town` stay only abroad."""
        given = super().clean() or {}
        nis = given.pop("place", "") or next(iter(self.found), "")
        if nis:
            given["municipality"] = municipalities_coded([nis]).get(nis)
        if not self.is_abroad:
            given.pop("country", None)
            given.pop("town", None)
        return given
