"""What somebody who asks for shares told so far, page by page, and what a page of these is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from commonweal.kernel.decision import Decision
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.queries import joining
from commonweal.membership.rules.joining import HolderRole
from commonweal.people.access import said

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
            return not knows_home(self.known_home)
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
        raise ValidationError(said(decision), code=decision.code)


def knows_home(known: Mapping[str, Any]) -> bool:
    """Whether nothing is left to ask of a home: birthday, street and place; a postcode where there must be one."""
    placed = "town" in known or {"municipality", "postcode"} <= known.keys()
    return placed and {"born_on", "street"} <= known.keys()
