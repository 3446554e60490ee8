"""What staff type: calls, their texts, questions to applicants, decisions, notes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commonweal.allocation import ByLaw, ByLawError, Completion, Rule, Ties, Utility
from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of, moment_at
from commonweal.people.rules import Channel
from commonweal.places.queries import regions
from commonweal.places.rules import name_in
from commonweal.projects.forms.fields import choices_of
from commonweal.projects.models import Call
from commonweal.projects.rules.parts import Part
from commonweal.projects.rules.tracks import Preset, Track, VotersKind
from commonweal.ui.fields import AmountField, CleanCharField, CountField, DatePartsField
from commonweal.ui.widgets import ChoiceCards, ChoiceCardsMultiple
from commonweal.voting.actions import KEY_TROUBLES
from commonweal.voting.rules.choices import BallotForm, Form
from commonweal.voting.rules.holders import named_twice
from commonweal.voting.sealing import WrongKey, key_from_text

OPENS, CLOSES = time(9, 0), time(20, 0)
RULES = (
    (
        "equal-shares",
        _("equal shares: each member gets the same part of the budget to spend on their choices"),
    ),
    ("phragmen", _("Phragmén: members save up together for what they chose")),
    ("greedy", _("most votes first, until the money is gone")),
)


def _moment(day: date, hour: time) -> datetime:
    return moment_at(day, hour)


class CallForm(forms.Form):
    """Everything a call announces, except its texts."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Part of the address, for example liege-spring-2027."),
    )
    track = forms.ChoiceField(label=_("Track"), choices=choices_of(Track), widget=ChoiceCards)
    ambitions = forms.MultipleChoiceField(label=_("Ambitions it serves"))
    region = forms.ChoiceField(label=_("Where projects take place"), required=False)
    budget_cents = AmountField(label=_("Budget"), min_cents=1_00, max_cents=1_000_000_000_00)
    amount_min_cents = AmountField(label=_("Smallest amount one may ask"))
    amount_max_cents = AmountField(label=_("Largest amount one may ask"), min_cents=1_00)
    applies_from = DatePartsField(label=_("First day to apply"), help_text=_("From 9 in the morning."))
    applies_until = DatePartsField(label=_("Last day to apply"), help_text=_("Until 8 in the evening."))
    check_until = DatePartsField(label=_("Projects are checked by"))
    vote_from = DatePartsField(label=_("First day of the vote"), help_text=_("From 9 in the morning."))
    vote_until = DatePartsField(label=_("Last day of the vote"), help_text=_("Until 8 in the evening."))
    publish_on = DatePartsField(label=_("Day of the result"))
    voters = forms.ChoiceField(label=_("Who votes"), choices=choices_of(VotersKind), widget=ChoiceCards)
    form = forms.ChoiceField(label=_("How members vote"), choices=choices_of(BallotForm), widget=ChoiceCards)
    choices_min = CountField(label=_("Fewest projects on a ballot"), min_value=1, max_value=200)
    choices_max = CountField(label=_("Most projects on a ballot"), min_value=1, max_value=200)
    points_total = CountField(
        label=_("Points to share, if points are used"), min_value=0, max_value=1000, required=False
    )
    points_each = CountField(
        label=_("Most points for one project"), min_value=0, max_value=1000, required=False
    )
    rule = forms.ChoiceField(label=_("How votes become a result"), choices=RULES, widget=ChoiceCards)

    def __init__(
        self, *args: Any, call: Call | None = None, preset: Preset | None = None, **kwargs: Any
    ) -> None:
        self.call = call
        kwargs.setdefault("initial", _from_call(call) if call else _from_preset(preset))
        super().__init__(*args, **kwargs)
        today, language = day_of(timezone.now()), get_language() or "en"
        known = ambitions_on(today, language)
        self.fields["ambitions"] = forms.MultipleChoiceField(
            label=_("Ambitions it serves"),
            choices=[(each.code, each.name) for each in known],
            widget=ChoiceCardsMultiple(signs={each.code: each.code for each in known}),
        )
        places = [(region.nis, name_in(region, language)) for region in regions(today)]
        self.fields["region"] = forms.ChoiceField(
            label=_("Where projects take place"),
            required=False,
            choices=[("", _("the whole country")), *places],
        )

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        taken = Call.objects.filter(slug=slug).first()
        if taken is not None and taken != self.call:
            raise ValidationError(_("Another call has this short name. Choose another one."))
        return str(slug)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        order = [
            cleaned.get(n)
            for n in ("applies_from", "applies_until", "check_until", "vote_from", "vote_until", "publish_on")
        ]
        if all(order) and order != sorted(order):  # type: ignore[type-var]
            self.add_error("applies_from", _("The days are not in order: apply, check, vote, publish."))
        if all(order) and order[3] == order[1]:
            self.add_error("vote_from", _("The vote starts at least one day after the last day to apply."))
        if cleaned.get("voters") == VotersKind.REGION and not cleaned.get("region"):
            self.add_error("region", _("Choose the region whose members vote."))
        amounts = [cleaned.get(n) for n in ("amount_min_cents", "amount_max_cents", "budget_cents")]
        if None not in amounts and amounts != sorted(amounts):  # type: ignore[type-var]
            self.add_error(
                "budget_cents", _("Smallest amount, largest amount and budget must rise in this order.")
            )
        self._check_form(cleaned)
        return cleaned

    def _check_form(self, cleaned: dict[str, Any]) -> None:
        if {"form", "choices_min", "choices_max", "budget_cents"} - set(cleaned):
            return
        try:
            Form(
                cleaned["form"],
                cleaned["choices_min"],
                cleaned["choices_max"],
                cleaned.get("points_total") or 0,
                cleaned.get("points_each") or 0,
                cleaned["budget_cents"] if cleaned["form"] == BallotForm.BASKET else 0,
            )
            self.bylaw(cleaned)
        except (ValueError, ByLawError):
            self.add_error(
                "form",
                _("The numbers below do not fit this way of voting. Look at the smallest and largest."),
            )

    @staticmethod
    def bylaw(cleaned: dict[str, Any]) -> dict[str, Any]:
        """The counting rule with all its settings spelled out."""
        utility = Utility.POINTS if cleaned["form"] == BallotForm.POINTS else Utility.COST
        rule = Rule(cleaned["rule"])
        completion = Completion.ADD1U if rule is Rule.EQUAL_SHARES else Completion.NONE
        return dict(ByLaw(rule=rule, utility=utility, completion=completion, ties=Ties.COST).to_json())

    def values(self) -> dict[str, Any]:
        """Fields of Call."""
        kept = dict(self.cleaned_data)
        kept.pop("ambitions")
        kept["bylaw"] = self.bylaw(kept)
        kept.pop("rule")
        region = kept.pop("region")
        kept["region"] = regions(day_of(timezone.now())).filter(nis=region).first() if region else None
        for name, hour in (
            ("applies_from", OPENS),
            ("applies_until", CLOSES),
            ("vote_from", OPENS),
            ("vote_until", CLOSES),
        ):
            kept[name] = _moment(kept[name], hour)
        kept["points_total"], kept["points_each"] = kept["points_total"] or 0, kept["points_each"] or 0
        return kept


def _from_call(call: Call) -> dict[str, Any]:
    first = {name: getattr(call, name) for name in CallForm.base_fields if hasattr(call, name)}
    for name in ("applies_from", "applies_until", "vote_from", "vote_until"):
        first[name] = day_of(getattr(call, name))
    return {
        **first,
        "ambitions": list(call.ambitions.values_list("pk", flat=True)),
        "region": call.region_id or "",
        "rule": call.bylaw["rule"],
    }


def _from_preset(preset: Preset | None) -> dict[str, Any]:
    if preset is None:
        return {}
    today = day_of(timezone.now())
    days = {
        "applies_from": 7,
        "applies_until": 49,
        "check_until": 70,
        "vote_from": 77,
        "vote_until": 98,
        "publish_on": 100,
    }
    first: dict[str, Any] = {name: today + timedelta(days=after) for name, after in days.items()}
    for name in ("track", "form", "choices_min", "choices_max", "points_total", "points_each"):
        first[name] = getattr(preset, name)
    for name in ("budget_cents", "amount_min_cents", "amount_max_cents"):
        first[name] = getattr(preset, name)
    return {**first, "rule": "equal-shares", "voters": "all"}


class CallTextForm(forms.Form):
    """A call in one language."""

    title = CleanCharField(label=_("Title"), max_length=120)
    summary = CleanCharField(label=_("In one or two sentences"), max_length=300, lines=True, rows=3)
    body = CleanCharField(label=_("The whole text"), max_length=8000, lines=True, rows=12)
    easy_text = CleanCharField(
        label=_("Easy read"),
        max_length=2000,
        lines=True,
        rows=8,
        help_text=_("Short sentences, one idea each, known words, one sentence a line."),
    )


class CommitteeForm(forms.Form):
    """The committee's public key, who holds its sheets, and the answer that shows that the sheets open the ballots."""

    public_key = CleanCharField(
        label=_("Public key of the counting committee"),
        max_length=200,
        help_text=_(
            "72 figures and letters in groups of four, printed on every holder’s sheet. "
            "It can only close envelopes, not open them."
        ),
    )
    holders = CleanCharField(
        label=_("Who holds the sheets? One name a line"), max_length=600, lines=True, rows=4
    )
    threshold = CountField(
        label=_("How many of them open the ballots together?"), min_value=2, max_value=20, initial=2
    )
    answer = CleanCharField(
        label=_("Answer from the test envelope"),
        max_length=60,
        required=False,
        help_text=_(
            "Twelve letters and figures, which the committee finds with its sheets. Spaces and dashes do not matter."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_public_key(self) -> bytes:
        try:
            return key_from_text(self.cleaned_data["public_key"])
        except WrongKey as wrong:
            raise ValidationError(KEY_TROUBLES[wrong.code]) from wrong

    def clean_holders(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["holders"].splitlines() if name.strip()]
        twice = named_twice(names)
        if twice is not None:
            raise ValidationError(
                _(
                    "%(name)s stands there twice. Each sheet has a holder of its own: whoever has two opens more alone."
                ),
                params={"name": twice},
            )
        return names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "holders" in cleaned and "threshold" in cleaned and len(cleaned["holders"]) < cleaned["threshold"]:
            self.add_error("holders", _("There are fewer holders than are needed to open the ballots."))
        return cleaned


class CountFileForm(forms.Form):
    """The file the committee opened."""

    file = forms.FileField(label=_("Ballot file (.pb) from the committee"))

    def clean_file(self) -> str:
        content = self.cleaned_data["file"].read(100_000_001)
        try:
            return str(content[:100_000_000], "utf-8")
        except UnicodeDecodeError as wrong:
            raise ValidationError(
                _("This is not a ballot file. The committee's file ends in .pb.")
            ) from wrong


class ConflictForm(forms.Form):
    """Ties with a project."""

    has_conflict = forms.ChoiceField(
        label=_("Do you have a tie with this project or the people behind it?"),
        choices=[
            ("no", _("No, I have no tie")),
            ("yes", _("Yes: family, friendship, work, a seat on the board, or something else")),
        ],
        widget=ChoiceCards,
    )
    text = CleanCharField(label=_("If yes: which?"), max_length=300, required=False)


class LiftForm(forms.Form):
    """Why a colleague's tie no longer counts."""

    why = CleanCharField(
        label=_("Why does this tie not count, or no longer?"),
        max_length=300,
        help_text=_("Your name and your reason stay in the history of the project."),
    )


class AskForm(forms.Form):
    """A question to the applicant and the parts it reopens."""

    parts = forms.TypedMultipleChoiceField(
        label=_("Which parts may the applicant change?"),
        choices=choices_of(Part),
        coerce=Part,
        widget=ChoiceCardsMultiple,
    )
    message = CleanCharField(
        label=_("Your question, as the applicant will read it"), max_length=2000, lines=True, rows=6
    )


class ReasonForm(forms.Form):
    """The reason for a decision."""

    reason = CleanCharField(
        label=_("Your reason, as the applicant will read it"),
        max_length=2000,
        lines=True,
        rows=6,
        help_text=_("Say which condition it is about and which facts you used."),
    )


class NoteForm(forms.Form):
    """A remark among staff."""

    text = CleanCharField(label=_("Note for colleagues"), max_length=4000, lines=True, rows=3)


class SaveViewForm(forms.Form):
    """A name for the filters in use."""

    name = CleanCharField(label=_("Name for this view"), max_length=60)


class EntryForm(forms.Form):
    """For whom staff enter a dossier, and through which door it came."""

    channel = forms.ChoiceField(
        label=_("How did it come in?"),
        choices=choices_of(Channel, ["phone", "counter", "paper"]),
        widget=ChoiceCards,
        initial="phone",
    )
    member_number = CountField(
        label=_("Member number, if known"), min_value=1, max_value=2_000_000_000, required=False
    )
    given_name = CleanCharField(label=_("First name"), max_length=80, required=False)
    family_name = CleanCharField(label=_("Family name"), max_length=80, required=False)
    phone = CleanCharField(label=_("Telephone"), max_length=30, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("member_number") and not (cleaned.get("given_name") or cleaned.get("family_name")):
            self.add_error("given_name", _("Write the member number, or a name."))
        return cleaned
