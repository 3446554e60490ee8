"""What someone who asks for shares fills in, a page at a time. Forms read and check; they never write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Decision, Refusal
from commonweal.kernel.text import same_name
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership import queries
from commonweal.membership.forms.doors import DoorField
from commonweal.membership.queries import joining
from commonweal.membership.rules.joining import Asker, HolderRole, rightly_represented
from commonweal.membership.rules.statutes import may_hold
from commonweal.people.actions import company_number
from commonweal.people.queries import person_with_address
from commonweal.people.rules import LegalForm
from commonweal.places.countries import HOME, country_names, postcode_abroad
from commonweal.places.queries import municipalities_coded, municipality_matches
from commonweal.places.rules import name_in, plain_postcode
from commonweal.ui.fields import CleanCharField, CountField, DatePartsField, EmailAddressField
from commonweal.ui.formats import euros, number
from commonweal.ui.widgets import ChoiceCards, DateParts

if TYPE_CHECKING:
    from commonweal.people.models import Person


class Step(Words):
    """The pages of asking for shares, in order."""

    WHO = "who", gettext_noop("Who asks for shares?")
    FOR = "for", gettext_noop("For whom are the shares?")
    CHILD = "child", gettext_noop("Who is the minor?")
    ORGANISATION = "organisation", gettext_noop("Which organisation?")
    HOME = "home", gettext_noop("Where does the holder of the shares live?")
    SHARES = "shares", gettext_noop("Which shares, and how many?")
    NOTE = "note", gettext_noop("Read this before you decide")


@dataclass(slots=True)
class Told:
    """What was answered so far, by whom: `person` is signed in and asks; None where staff enter it for someone."""

    today: date
    person: Person | None
    answers: dict[Step, dict[str, Any]] = field(default_factory=dict)

    @property
    def applicant(self) -> Person | None:
        """Who asks, where they are known."""
        return self.answers.get(Step.WHO, {}).get("applicant") or self.person

    @property
    def role(self) -> HolderRole:
        """For whom."""
        return HolderRole(self.answers.get(Step.FOR, {}).get("role", HolderRole.SELF))

    @property
    def holder(self) -> Person | None:
        """Who would hold the shares, where they are known: who asks for themselves."""
        return self.applicant if self.role == HolderRole.SELF else None

    @property
    def known_home(self) -> dict[str, Any]:
        """What is known already of where the holder lives."""
        return joining.home_of(self.holder, self.today) if self.holder else {}

    @property
    def language(self) -> str:
        """The language in which the one who asks reads."""
        who, applicant = self.answers.get(Step.WHO, {}), self.answers.get(Step.WHO, {}).get("applicant")
        return (applicant.language if applicant else who.get("language")) or get_language() or "en"

    def asks(self, step: Step) -> bool:
        """Whether a page is asked of this one."""
        if step == Step.WHO:
            return self.person is None
        if step == Step.HOME:
            return len(self.known_home) < 4
        alone = {Step.CHILD: HolderRole.CHILD, Step.ORGANISATION: HolderRole.ORGANISATION}
        return step not in alone or self.role == alone[step]


class StepForm(forms.Form):
    """One page; knows what was told before."""

    def __init__(self, *args: Any, told: Told, **kwargs: Any) -> None:
        self.told = told
        super().__init__(*args, **kwargs)


def heed(decision: Decision) -> None:
    """Raises ValidationError with the reason when the answer is no."""
    if not decision:
        raise ValidationError(gettext(str(decision.reason)), code=decision.code)


class WhoForm(StepForm):
    """For whom staff enter a request, and through which door it came."""

    channel = DoorField(label=_("How did it come in?"))
    member_number = CountField(
        label=_("Member number, if known"), min_value=1, max_value=2_000_000_000, required=False
    )
    given_name = CleanCharField(label=_("First name"), max_length=80, required=False)
    family_name = CleanCharField(label=_("Family name"), max_length=80, required=False)
    email = EmailAddressField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Without one, we write letters."),
    )
    phone = CleanCharField(label=_("Telephone"), max_length=30, required=False)
    language = forms.ChoiceField(
        label=_("In which language do we write?"), choices=settings.LANGUAGES, widget=ChoiceCards
    )

    def clean(self) -> dict[str, Any]:
        """Adds `applicant`: who bears the number, or the address and the family name together."""
        given = super().clean() or {}
        given["applicant"] = None
        if given.get("member_number"):
            member = queries.member_with_number(given["member_number"])
            given["applicant"] = member.person if member and not member.left_on else None
            if given["applicant"] is None:
                text = _("No person who is a member bears this number. Check it, or write the names.")
                self.add_error("member_number", text)
        elif not (given.get("given_name") or given.get("family_name")):
            self.add_error("given_name", _("Write the member number, or a name."))
        elif given.get("email") and (known := person_with_address(given["email"])):
            # A couple may share an address: the name must be right too.
            same = same_name(str(known), f"{given.get('given_name', '')} {given.get('family_name', '')}")
            given["applicant"] = known if same else None
        return given

    def identity(self) -> dict[str, Any]:
        """The fields of a person we do not know yet."""
        names = ("given_name", "family_name", "email", "phone", "language")
        return {name: self.cleaned_data[name] for name in names}


class RoleForm(StepForm):
    """Who would hold the shares."""

    role = forms.ChoiceField(
        label=_("The shares are"),
        choices=[(each.value, _(each.label)) for each in HolderRole],
        widget=ChoiceCards(
            hints={
                HolderRole.CHILD.value: _("You are the parent or the guardian. We ask you for a paper."),
                HolderRole.ORGANISATION.value: _("You may sign for it. We ask you for a paper."),
            }
        ),
        initial=HolderRole.SELF.value,
    )

    def clean_role(self) -> str:
        """The role. Refuses a second request, and a minor's own."""
        role, who = str(self.cleaned_data["role"]), self.told.applicant
        if role == HolderRole.SELF and who is not None:
            if joining.open_application_of(who, None) is not None:
                raise ValidationError(
                    _("A request for shares is open already: it is paid or withdrawn first."), code="open"
                )
            if who.born_on:
                heed(rightly_represented(Asker(True, who.born_on, False), self.told.today))
        return role


class ChildForm(StepForm):
    """The minor who would hold the shares."""

    given_name = CleanCharField(label=_("First name"), max_length=80, required=False)
    family_name = CleanCharField(label=_("Family name"), max_length=80, required=False)
    born_on = DatePartsField(label=_("Date of birth"))

    def clean(self) -> dict[str, Any]:
        """The minor's names; one of them is enough."""
        given = super().clean() or {}
        if not (given.get("given_name") or given.get("family_name")):
            self.add_error("given_name", _("Write a name. Who has one name only writes it alone."))
        return given

    def clean_born_on(self) -> date:
        """The birthday of somebody who is not of age."""
        born_on: date = self.cleaned_data["born_on"]
        heed(rightly_represented(Asker(True, born_on, True), self.told.today))
        return born_on


class OrganisationForm(StepForm):
    """The organisation that would hold the shares. The register wants its number."""

    name = CleanCharField(
        label=_("Name of the organisation"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    legal_form = forms.ChoiceField(
        label=_("What is it in law?"),
        choices=[(each.value, _(each.label)) for each in LegalForm if each != LegalForm.INFORMAL],
        widget=ChoiceCards,
    )
    number = CleanCharField(
        label=_("Company number"),
        max_length=20,
        help_text=_("Ten digits, for example 0403.581.960. It is on your statutes."),
    )

    def clean_number(self) -> str:
        """The ten digits."""
        try:
            return company_number(self.cleaned_data["number"]) or ""
        except Refusal as wrong:
            raise ValidationError(str(wrong)) from wrong


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


class SharesForm(StepForm):
    """Which class and how many, as the statutes of the day allow."""

    share_class = forms.ChoiceField(label=_("Class of shares"))
    count = CountField(
        label=_("How many shares?"),
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_person = self.told.role != HolderRole.ORGANISATION
        self.open = {
            each.share_class: each for each in joining.terms_open_to(self.told.today, self.is_person)
        }
        held = {code: self._held(code) for code in self.open}
        hints = {}
        for code, each in self.open.items():
            hint = gettext("%(price)s a share.") % {"price": euros(each.price_cents)}
            if each.shares_max is not None:
                hint += " " + gettext("At most %(count)s for one holder.") % {
                    "count": number(each.shares_max)
                }
            if held[code]:
                hint += " " + gettext("You hold %(count)s already.") % {"count": number(held[code])}
            hints[code] = hint
        self.fields["share_class"] = forms.ChoiceField(
            label=_("Class of shares"),
            choices=[(code, gettext("Class %(code)s") % {"code": code}) for code in self.open],
            widget=ChoiceCards(hints=hints),
            initial=next(iter(self.open), ""),
        )

    def _held(self, share_class: str) -> int:
        return joining.holds(self.told.holder, None, share_class, self.told.today) if self.told.holder else 0

    def clean(self) -> dict[str, Any]:
        """Refuses what the statutes of the day do not allow."""
        given = super().clean() or {}
        code, count = given.get("share_class"), given.get("count")
        if code and count:
            try:
                heed(may_hold(self.open[code], self._held(code), count, is_person=self.is_person))
            except ValidationError as wrong:
                self.add_error("count", wrong)
        return given


class NoteForm(StepForm):
    """That the information note was read, which one, in which language."""

    note = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.BooleanField(label=_("I have read this, and I want to buy shares."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = joining.note_on(self.told.today, self.told.language)
        self.initial["note"] = self.shown.pk if self.shown else None

    def clean(self) -> dict[str, Any]:
        """Adds the `language` in which it was read; a note that is no longer the one of the day is read again."""
        given = super().clean() or {}
        note = joining.note_with(given.get("note") or 0)
        if note is None or joining.note_on(self.told.today, note.language) != note:
            raise ValidationError(
                _("This text changed since you opened it. Read it once more."), code="newer"
            )
        return {**given, "language": note.language}


FORMS: dict[Step, type[StepForm]] = {
    Step.WHO: WhoForm,
    Step.FOR: RoleForm,
    Step.CHILD: ChildForm,
    Step.ORGANISATION: OrganisationForm,
    Step.HOME: HomeForm,
    Step.SHARES: SharesForm,
    Step.NOTE: NoteForm,
}


class ReasonForm(forms.Form):
    """Why a request is refused."""

    reason = CleanCharField(
        label=_("Why is it refused?"),
        max_length=500,
        lines=True,
        rows=4,
        help_text=_("Who asked reads this. The law wants an objective reason."),
    )
