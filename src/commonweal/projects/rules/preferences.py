"""What makes a project stronger. Each criterion met adds; none ever keeps a project out."""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.kernel.words import gettext_noop
from commonweal.projects.rules.answers import Sentences, Verdict, all_of, three_way
from commonweal.projects.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class Strength:
    """A criterion: whether it is met, and a sentence (English source) on what is good or what would help."""

    code: str
    verdict: Verdict
    title: str
    advice: str
    facts_used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Criterion:
    code: str
    title: str
    says: Sentences
    facts: tuple[str, ...]


_CRITERIA = (
    _Criterion(
        "cooperation",
        gettext_noop("Working with others"),
        Sentences(
            gettext_noop("You work with other organisations and say who does what."),
            gettext_noop("Name the organisations you work with, and say what each of them does."),
            gettext_noop("Do you work with other organisations? Name them, and say how."),
        ),
        ("partners_count", "partners_explained"),
    ),
    _Criterion(
        "volunteers",
        gettext_noop("Volunteers"),
        Sentences(
            gettext_noop("Volunteers take part."),
            gettext_noop("Think of a task that people could take on in their free time."),
            gettext_noop("Do volunteers take part? Say how many, and what they do."),
        ),
        ("volunteers",),
    ),
    _Criterion(
        "vulnerable_people",
        gettext_noop("For and with people in a vulnerable position"),
        Sentences(
            gettext_noop("People in a vulnerable position take part and have a say."),
            gettext_noop("Ask people in a vulnerable position what they need, and plan it with them."),
            gettext_noop(
                "Do people in a vulnerable position take part? Say how they help to shape the project."
            ),
        ),
        ("with_vulnerable_people",),
    ),
    _Criterion(
        "bringing_together",
        gettext_noop("People who would not meet"),
        Sentences(
            gettext_noop("The project brings people together who would not meet."),
            gettext_noop("Invite people from another street, age or background, and plan time to meet."),
            gettext_noop("Does the project bring people together who would not meet? Say whom, and how."),
        ),
        ("brings_people_together",),
    ),
    _Criterion(
        "lever",
        gettext_noop("A lift for your own work"),
        Sentences(
            gettext_noop("The project helps your organisation to go further."),
            gettext_noop("Think of what your organisation could do better after this project than before."),
            gettext_noop("What will your organisation be able to do after this project?"),
        ),
        ("strengthens_applicant",),
    ),
    _Criterion(
        "lasting_impact",
        gettext_noop("Something that lasts, close by"),
        Sentences(
            gettext_noop("The project leaves something good that lasts in its place."),
            gettext_noop("Plan what stays when the project is over: a habit, a place, a group that goes on."),
            gettext_noop("What will still be there in your place when the project is over?"),
        ),
        ("lasting_local_impact",),
    ),
)


def _met(criterion: _Criterion, facts: Facts) -> bool | None:
    values: list[object] = [getattr(facts, name) for name in criterion.facts]
    return all_of(*(None if value is None else bool(value) for value in values))


def preferences(facts: Facts) -> list[Strength]:
    """The six criteria in their published order, each met, not met, or not known yet. They never gate."""
    strengths = []
    for criterion in _CRITERIA:
        answer = three_way(_met(criterion, facts), criterion.says, *criterion.facts)
        strengths.append(
            Strength(criterion.code, answer.verdict, criterion.title, answer.reason, answer.used)
        )
    return strengths
