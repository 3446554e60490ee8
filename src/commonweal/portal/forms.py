"""Forms of the portal: a name, a mandate, a staff role, who speaks for an organisation. They validate; the actions keep."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.periods import years_later
from commonweal.kernel.text import same_name
from commonweal.people.queries import account_with_address, person_with_address
from commonweal.people.rules import ROLES, JointKind, MandateScope, Purpose, Scope
from commonweal.ui.fields import CleanCharField, DatePartsField
from commonweal.ui.widgets import ChoiceCards, ChoiceCardsMultiple

if TYPE_CHECKING:
    from commonweal.people.models import Account, Person

MANDATE_YEARS_MAX = 3


class NameForm(forms.Form):
    """Who is behind a new account."""

    given_name = CleanCharField(
        label=_("First name"),
        max_length=80,
        required=False,
        help_text=_("If you have one name only, leave one empty."),
    )
    family_name = CleanCharField(label=_("Family name"), max_length=80, required=False)
    language = forms.ChoiceField(
        label=_("In which language do we write to you?"), choices=settings.LANGUAGES, widget=ChoiceCards
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["family_name"].widget.attrs["autocomplete"] = "family-name"

    def clean(self) -> dict[str, Any]:
        """The names; one of them is enough."""
        given = super().clean() or {}
        if not (given.get("given_name") or given.get("family_name") or self.errors):
            self.add_error("given_name", _("Write a name. Who has one name only writes it alone."))
        return given


class MandateForm(forms.Form):
    """Whom one trusts, with what, until when. Address and family name must both be right.

    So a slip of the keyboard gives no stranger a mandate, and an address alone does not tell whose it is.
    """

    email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("The one they sign in with on this site."),
        max_length=254,
    )
    family_name = CleanCharField(
        label=_("Their family name"), max_length=80, help_text=_("To be sure that it is the right person.")
    )
    scope = forms.ChoiceField(
        label=_("What may they do in your name?"),
        choices=[(scope.value, _(scope.label)) for scope in MandateScope],
        widget=ChoiceCards,
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, today = person, day_of(timezone.now())
        self.fields["ends_on"] = DatePartsField(
            label=_("Until which day?"),
            help_text=_("At most three years from now."),
            earliest=today + timedelta(days=1),
            latest=years_later(today, MANDATE_YEARS_MAX),
        )

    def clean(self) -> dict[str, Any]:
        """Adds `agent`, the person meant."""
        given = super().clean() or {}
        if "email" not in given or "family_name" not in given:
            return given
        agent = person_with_address(given["email"])
        if agent is None or not same_name(agent.last_name, given["family_name"]):
            self.add_error(
                "email", _("We know no account with this address and this family name. Check both.")
            )
        elif agent.pk == self.person.pk:
            self.add_error("email", _("This is your own address. You need no mandate for yourself."))
        given["agent"] = agent
        return given


class AppointForm(forms.Form):
    """A staff role for someone with an account."""

    email = forms.EmailField(
        label=_("E-mail address of their account"),
        max_length=254,
        help_text=_("They sign up first, like everyone, and tell their name."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.code, _(role.name)) for role in ROLES],
        widget=ChoiceCards(hints={role.code: _(role.description) for role in ROLES}),
    )
    why = CleanCharField(
        label=_("Who is it, and why this role?"),
        max_length=200,
        help_text=_("Another administrator reads it before they confirm."),
    )

    def clean_email(self) -> Any:
        """The person behind the address."""
        found = person_with_address(self.cleaned_data["email"])
        if found is None:
            raise ValidationError(_("There is no account with this address, or it has not told a name yet."))
        return found


class AccountForm(forms.Form):
    """The address somebody signs in with."""

    email = forms.EmailField(label=_("E-mail address of their account"), max_length=254)

    def clean_email(self) -> Account:
        """The account, closed or not."""
        found = account_with_address(self.cleaned_data["email"])
        if found is None:
            raise ValidationError(_("There is no account with this address."), code="unknown")
        return found


class WhyForm(forms.Form):
    """A reason that stays beside a name."""

    why = CleanCharField(label=_("Why?"), max_length=200)

    def __init__(self, *args: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].help_text = help_text


# What who confirms says to have done, by what is asked.
CHECKED = {
    JointKind.FACTORS_OFF: _("I asked my colleague how they made sure who it is, and it convinces me."),
    JointKind.GIVE_ROLE: _("I know who this is, and that they are to have this role."),
}


class CheckedForm(forms.Form):
    """The word of who confirms that they looked for themselves."""

    checked = forms.BooleanField(
        error_messages={"required": _("Tick this once you have looked for yourself.")}
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked"].label = CHECKED.get(
            JointKind(kind), _("I have looked for myself that this must be done.")
        )


class KeyForm(forms.Form):
    """A name to recognise a key by, and what it may do: only what its maker may."""

    name = CleanCharField(
        label=_("Which program is it for?"),
        max_length=60,
        help_text=_("A name by which you recognise it, such as “accounts”."),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=_("What may it do?"), coerce=Scope, widget=ChoiceCardsMultiple
    )

    def __init__(self, *args: Any, scopes: list[Scope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, _(scope.label)) for scope in scopes]  # type: ignore[attr-defined]


class ConsentForm(forms.Form):
    """What someone agrees to; nothing is ticked for them."""

    purposes = forms.MultipleChoiceField(
        label=_("What may we do?"),
        required=False,
        choices=lambda: [(each.value, _(each.label)) for each in Purpose],
        widget=ChoiceCardsMultiple,
        help_text=_("Only what you tick. You can take it back here at any moment."),
    )


class SpeakerForm(forms.Form):
    """Who, known by the address they sign in with; and the papers that say so."""

    speaker = forms.EmailField(label=_("E-mail address they sign in with"))
    document = CleanCharField(
        label=_("Papers you saw"),
        max_length=80,
        help_text=_("Such as the statutes as published, or a mandate of the board, with its date."),
    )

    def clean_speaker(self) -> Person:
        """The person behind the address."""
        person = person_with_address(self.cleaned_data["speaker"])
        if person is None:
            raise ValidationError(_("Nobody signs in with this address."), code="unknown")
        return person
