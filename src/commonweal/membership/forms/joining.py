"""What someone who asks for shares fills in, a page at a time. Forms read and check; they never write."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import same_name
from commonweal.membership import queries
from commonweal.membership.forms.doors import DoorField
from commonweal.membership.forms.homes import HomeForm
from commonweal.membership.forms.told import Step, StepForm, heed
from commonweal.membership.queries import joining
from commonweal.membership.rules.joining import Asker, HolderRole, rightly_represented
from commonweal.membership.rules.statutes import may_hold
from commonweal.people.actions import company_number
from commonweal.people.queries import person_with_address
from commonweal.people.rules import LegalForm
from commonweal.ui.fields import CleanCharField, CountField, DatePartsField, EmailAddressField
from commonweal.ui.formats import euros, number
from commonweal.ui.widgets import ChoiceCards


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
