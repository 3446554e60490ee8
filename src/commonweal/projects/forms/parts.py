"""One form for each part of a dossier. A draft may be kept unfinished: what is missing is listed before sending."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.actions import company_number
from commonweal.people.rules import LegalForm, PositionKind
from commonweal.places.queries import municipalities
from commonweal.places.rules import name_in
from commonweal.projects.forms.fields import MunicipalityField, choices_of
from commonweal.projects.models import Dossier
from commonweal.projects.rules.kinds import EXAMPLES, UNITS, SupportKind
from commonweal.projects.rules.parts import COSTS_MAX, PARTNERS_MAX, Part
from commonweal.ui.fields import AmountField, CleanCharField, CountField, DatePartsField
from commonweal.ui.widgets import ChoiceCards, ChoiceCardsMultiple


class PartForm(forms.Form):
    """A page of the dossier: knows what is written already and what to keep."""

    part: ClassVar[Part]

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        self.dossier = dossier
        kwargs.setdefault("initial", self.written(dossier))
        super().__init__(*args, **kwargs)

    def asked_openly(self) -> None:
        """Marks fields that may wait: what is missing is listed before sending, so none is called optional."""
        for name, field in self.fields.items():
            if name != "company_number":
                field.open_question = True  # type: ignore[attr-defined] # read by the field template

    def pairs(self) -> list[list[forms.BoundField]]:
        """Rows of fields that belong side by side; empty where a form has none."""
        return []

    def written(self, dossier: Dossier) -> dict[str, Any]:
        """What the fields show first."""
        return {name: getattr(dossier, name) for name in self.base_fields if hasattr(dossier, name)}

    def values(self) -> dict[str, Any]:
        """What `write_part` keeps."""
        return dict(self.cleaned_data)


class OrganisationForm(PartForm):
    """Which organisation asks. The view registers it, since that is an action of its own."""

    part = Part.ORGANISATION
    name = CleanCharField(
        label=_("Name of your organisation"),
        max_length=160,
        help_text=_("As your members and neighbours know it. A group without legal form has a name too."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    legal_form = forms.ChoiceField(
        label=_("What is it in law?"), choices=choices_of(LegalForm), widget=ChoiceCards
    )
    company_number = CleanCharField(
        label=_("Company number, if it has one"),
        max_length=20,
        required=False,
        help_text=_("Ten digits, for example 0403.581.960. It is on your statutes."),
    )
    kind = forms.ChoiceField(
        label=_("What are you there?"),
        choices=choices_of(PositionKind),
        widget=ChoiceCards,
        initial="contact",
    )

    def written(self, dossier: Dossier) -> dict[str, Any]:
        organisation = dossier.organisation
        if organisation is None:
            legal = dossier.answers.get("applicant", "")
            return {"legal_form": legal if legal in set(LegalForm) else None, "kind": "contact"}
        return {
            "name": organisation.name,
            "legal_form": organisation.legal_form,
            "company_number": organisation.company_number or "",
            "kind": "contact",
        }

    def clean_company_number(self) -> str:
        try:
            return company_number(self.cleaned_data["company_number"]) or ""
        except Refusal as wrong:
            raise ValidationError(str(wrong)) from wrong


class StoryForm(PartForm):
    """What the project is, in the applicant's own words."""

    part = Part.STORY
    title = CleanCharField(label=_("Name of your project"), max_length=120, help_text=_("Short and clear."))
    summary = CleanCharField(
        label=_("Your project in one or two sentences"),
        max_length=300,
        lines=True,
        rows=3,
        required=False,
        help_text=_("Members read this first, in the list they choose from. At most 300 characters."),
    )
    story = CleanCharField(
        label=_("What do you want to do, and why?"),
        max_length=6000,
        lines=True,
        rows=12,
        required=False,
        help_text=_("Write as you would tell it to a neighbour. Half a page is enough for a small project."),
    )


class PlaceForm(PartForm):
    """Where, when and for whom."""

    part = Part.PLACE
    place = MunicipalityField(required=False)
    place_detail = CleanCharField(
        label=_("Street, square or quarter"),
        max_length=160,
        required=False,
        help_text=_("For example: square of the old station."),
    )
    target_group = CleanCharField(
        label=_("For whom and with whom?"),
        max_length=200,
        required=False,
        help_text=_("For example: twelve young people and their older neighbours."),
    )
    starts_on = DatePartsField(label=_("First day"), required=False, help_text=_("For example 1 7 2027."))
    ends_on = DatePartsField(label=_("Last day"), required=False)

    def written(self, dossier: Dossier) -> dict[str, Any]:
        first = super().written(dossier)
        if dossier.municipality:
            first["place"] = name_in(dossier.municipality, get_language() or "en")
        return first

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day comes before the first one."))
        return cleaned

    def values(self) -> dict[str, Any]:
        kept = dict(self.cleaned_data)
        nis = kept.pop("place")
        known = municipalities(day_of(timezone.now())).filter(nis=nis).first() if nis else None
        return {**kept, "municipality": known}


class AmbitionsForm(PartForm):
    """Which ambitions it serves, each with an argument."""

    part = Part.AMBITIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(self.dossier.call.ambitions.values_list("pk", flat=True))
        self.known = [
            each
            for each in ambitions_on(day_of(timezone.now()), get_language() or "en")
            if each.code in allowed
        ]
        self.fields["ambitions"] = forms.MultipleChoiceField(
            label=_("Which ambitions does it serve?"),
            choices=[(each.code, each.name) for each in self.known],
            required=False,
            widget=ChoiceCardsMultiple(
                hints={each.code: each.summary for each in self.known},
                signs={each.code: each.code for each in self.known},
            ),
        )
        for each in self.known:
            self.fields[f"argument_{each.code}"] = CleanCharField(
                label=_("How does it serve “%(name)s”?") % {"name": each.name},
                max_length=600,
                lines=True,
                rows=3,
                required=False,
                help_text=_("Only if you chose it. Two or three sentences."),
            )

    def written(self, dossier: Dossier) -> dict[str, Any]:
        claims = {claim.ambition_id: claim.argument for claim in dossier.claims.all()}
        chosen = list(claims) or [code for code in dossier.answers.get("ambitions", "").split(",") if code]
        return {"ambitions": chosen, **{f"argument_{code}": text for code, text in claims.items()}}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for code in cleaned.get("ambitions", []):
            if not cleaned.get(f"argument_{code}"):
                self.add_error(
                    f"argument_{code}", _("Say in a few words how your project serves this ambition.")
                )
        return cleaned

    def values(self) -> dict[str, Any]:
        return {
            "claims": {code: self.cleaned_data[f"argument_{code}"] for code in self.cleaned_data["ambitions"]}
        }


class CostsForm(PartForm):
    """What it costs, line by line."""

    part = Part.COSTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = kwargs.get("data") or (args[0] if args else None)
        shown = len(self.initial.get("lines", [])) + 3
        if typed:
            shown = max(shown, sum(1 for name in typed if name.startswith("label_")))
        self.rows = list(range(1, min(max(shown, 4), COSTS_MAX) + 1))
        for row in self.rows:
            self.fields[f"label_{row}"] = CleanCharField(
                label=_("Cost %(row)s: what for?") % {"row": row}, max_length=120, required=False
            )
            self.fields[f"amount_{row}"] = AmountField(
                label=_("Cost %(row)s: how much?") % {"row": row}, required=False, max_cents=100_000_000_00
            )
        for row, (label, cents) in enumerate(self.initial.get("lines", [])[:COSTS_MAX], start=1):
            self.initial[f"label_{row}"], self.initial[f"amount_{row}"] = label, cents

    def written(self, dossier: Dossier) -> dict[str, Any]:
        return {"lines": [(line.label, line.amount_cents) for line in dossier.costs.all()]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in self.rows:
            label, amount = cleaned.get(f"label_{row}"), cleaned.get(f"amount_{row}")
            if label and not amount and f"amount_{row}" not in self.errors:
                self.add_error(f"amount_{row}", _("Write how much this costs."))
            if amount and not label and f"label_{row}" not in self.errors:
                self.add_error(f"label_{row}", _("Write what this amount is for."))
        return cleaned

    def pairs(self) -> list[list[forms.BoundField]]:
        return [[self[f"label_{row}"], self[f"amount_{row}"]] for row in self.rows]

    def values(self) -> dict[str, Any]:
        pairs = [(self.cleaned_data[f"label_{row}"], self.cleaned_data[f"amount_{row}"]) for row in self.rows]
        return {"costs": [(label, cents) for label, cents in pairs if label and cents]}


class SupportForm(PartForm):
    """What is asked of each kind of support, in its own unit."""

    part = Part.SUPPORT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in SupportKind:
            hint = _(EXAMPLES[kind])
            if kind == SupportKind.FINANCIAL:
                self.fields["quantity_financial"] = AmountField(
                    label=_("Money"), required=False, help_text=hint, max_cents=20_000_000_00
                )
                continue
            self.fields[f"quantity_{kind}"] = CountField(
                label=gettext("%(kind)s, in %(unit)s")
                % {"kind": capfirst(gettext(kind.label)), "unit": gettext(UNITS[kind].label)},
                min_value=0,
                max_value=1_000_000,
                required=False,
                help_text=hint,
            )
            self.fields[f"detail_{kind}"] = CleanCharField(
                label=gettext("%(kind)s: what exactly?") % {"kind": capfirst(gettext(kind.label))},
                max_length=200,
                required=False,
            )
        self.fields["values_declared"] = forms.BooleanField(
            label=_("Our project respects cooperation, solidarity and everyone's dignity."), required=False
        )

    def written(self, dossier: Dossier) -> dict[str, Any]:
        first: dict[str, Any] = {"values_declared": dossier.values_declared}
        for ask in dossier.asks.all():
            first[f"quantity_{ask.kind}"], first[f"detail_{ask.kind}"] = ask.quantity, ask.detail
        return first

    def pairs(self) -> list[list[forms.BoundField]]:
        others = [kind for kind in SupportKind if kind != SupportKind.FINANCIAL]
        rows = [[self[f"quantity_{kind}"], self[f"detail_{kind}"]] for kind in others]
        return [[self["quantity_financial"]], *rows, [self["values_declared"]]]

    def values(self) -> dict[str, Any]:
        asks = {}
        for kind in SupportKind:
            quantity = self.cleaned_data.get(f"quantity_{kind}") or 0
            if quantity:
                asks[str(kind)] = (quantity, self.cleaned_data.get(f"detail_{kind}", ""))
        return {"asks": asks, "values_declared": self.cleaned_data["values_declared"]}


class PartnersForm(PartForm):
    """Who joins in."""

    part = Part.PARTNERS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.initial.get("lines", [])
        self.rows = list(range(1, min(max(len(known) + 1, 3), PARTNERS_MAX) + 1))
        for row in self.rows:
            self.fields[f"name_{row}"] = CleanCharField(
                label=_("Partner %(row)s: who?") % {"row": row}, max_length=120, required=False
            )
            self.fields[f"role_{row}"] = CleanCharField(
                label=_("Partner %(row)s: what do they do?") % {"row": row}, max_length=200, required=False
            )
        for row, (name, role) in enumerate(known[:PARTNERS_MAX], start=1):
            self.initial[f"name_{row}"], self.initial[f"role_{row}"] = name, role

    def written(self, dossier: Dossier) -> dict[str, Any]:
        return {"lines": [(line.name, line.role) for line in dossier.partners.all()]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in self.rows:
            if (
                cleaned.get(f"role_{row}")
                and not cleaned.get(f"name_{row}")
                and f"name_{row}" not in self.errors
            ):
                self.add_error(f"name_{row}", _("Write who this partner is."))
        return cleaned

    def pairs(self) -> list[list[forms.BoundField]]:
        return [[self[f"name_{row}"], self[f"role_{row}"]] for row in self.rows]

    def values(self) -> dict[str, Any]:
        pairs = [(self.cleaned_data[f"name_{row}"], self.cleaned_data[f"role_{row}"]) for row in self.rows]
        return {"partners": [(name, role) for name, role in pairs if name]}


class PhotoForm(forms.Form):
    """One photo with its text; kept by an action of its own."""

    file = forms.FileField(
        label=_("Photo"),
        help_text=_(
            "JPEG, PNG or WebP, not HEIC, at most 12 MB. On an iPhone, Settings, Camera, Formats, “Most compatible” makes "
            "JPEG. We remove the place and camera data a photo may carry."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = CleanCharField(
        label=_("What is on it?"),
        max_length=200,
        help_text=_("One sentence, read aloud to people who cannot see the photo."),
    )
    focus = forms.ChoiceField(
        label=_("Which part must stay visible when the photo is cropped?"),
        choices=[
            ("50,50", _("the middle")),
            ("50,10", _("the top")),
            ("50,90", _("the bottom")),
            ("10,50", _("the left")),
            ("90,50", _("the right")),
        ],
        initial="50,50",
        widget=forms.RadioSelect,
    )

    def focus_point(self) -> dict[str, int]:
        """The focus point in percent."""
        x, y = self.cleaned_data["focus"].split(",")
        return {"focus_x": int(x), "focus_y": int(y)}


FORMS: dict[Part, type[PartForm]] = {
    form.part: form
    for form in (OrganisationForm, StoryForm, PlaceForm, AmbitionsForm, CostsForm, SupportForm, PartnersForm)
}
