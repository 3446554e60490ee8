"""The public check: a few plain questions, one a page, and the facts their answers set.

Answers are plain strings under the names of the inputs. Nothing here refuses, stores or decides.
Titles, hints and labels are English source texts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from commonweal.kernel.words import gettext_noop
from commonweal.projects.rules.facts import EarlierAward, Facts
from commonweal.projects.rules.inputs import (
    Answers,
    Input,
    Kind,
    Option,
    Question,
    ambitions_in,
    day_from_text,
    gaps_in,
    option_in,
    text_in,
)


def _is(name: str, *codes: str) -> Callable[[Answers], bool]:
    return lambda answers: text_in(answers, name) in codes


def _serves_some(answers: Answers) -> bool:
    return bool(ambitions_in(answers))


_YES = gettext_noop("Yes")
_NO = gettext_noop("No")
_UNSURE = gettext_noop("I do not know yet")


QUESTIONS = (
    Question(
        "applicant",
        gettext_noop("Who asks for support?"),
        gettext_noop(
            "Choose what your group or organisation is today. A group of neighbours is welcome too."
        ),
        (
            Input(
                "applicant",
                Kind.CHOICE,
                options=(
                    Option(
                        "association", gettext_noop("A non-profit association"), {"legal_form": "association"}
                    ),
                    Option(
                        "informal",
                        gettext_noop("A group of people without legal form"),
                        {"legal_form": "informal"},
                    ),
                    Option("public", gettext_noop("A school or a public body"), {"legal_form": "public"}),
                    Option("foundation", gettext_noop("A foundation"), {"legal_form": "foundation"}),
                    Option("cooperative", gettext_noop("A cooperative"), {"legal_form": "cooperative"}),
                    Option("company", gettext_noop("Another company"), {"legal_form": "company"}),
                ),
            ),
        ),
        ("legal_form",),
    ),
    Question(
        "accredited",
        gettext_noop("Is your cooperative accredited?"),
        gettext_noop("Accreditation is given by the National Council for Cooperation. It is free."),
        (
            Input(
                "accredited",
                Kind.CHOICE,
                options=(
                    Option("yes", _YES, {"accredited": True}),
                    Option("no", _NO, {"accredited": False}),
                    Option("unsure", _UNSURE),
                ),
            ),
        ),
        ("accredited",),
        _is("applicant", "cooperative"),
    ),
    Question(
        "place",
        gettext_noop("Where are you, and where will it happen?"),
        gettext_noop("Think of where your organisation has its address, and where people will take part."),
        (
            Input(
                "place",
                Kind.CHOICE,
                options=(
                    Option(
                        "here",
                        gettext_noop("We are in Belgium, and so is the project"),
                        {"organisation_country": "BE", "project_country": "BE"},
                    ),
                    Option(
                        "project_abroad",
                        gettext_noop("We are in Belgium, the project is elsewhere"),
                        {"organisation_country": "BE", "project_country": "other"},
                    ),
                    Option(
                        "organisation_abroad",
                        gettext_noop("The project is in Belgium, we are elsewhere"),
                        {"organisation_country": "other", "project_country": "BE"},
                    ),
                    Option(
                        "abroad",
                        gettext_noop("Both are elsewhere"),
                        {"organisation_country": "other", "project_country": "other"},
                    ),
                ),
            ),
        ),
        ("organisation_country", "project_country"),
    ),
    Question(
        "ambitions",
        gettext_noop("Which of our ambitions does it serve?"),
        gettext_noop("Choose all that fit. Later you explain it in a few sentences."),
        (
            Input("ambitions", Kind.CHOICES),
            Input(
                "argued",
                Kind.CHOICE,
                gettext_noop("Could you explain to a neighbour how it does so?"),
                (Option("yes", _YES, {"ambitions_argued": True}), Option("unsure", _UNSURE)),
                _serves_some,
            ),
        ),
        ("ambitions", "ambitions_argued"),
    ),
    Question(
        "beneficiary",
        gettext_noop("Who receives the support?"),
        gettext_noop("We mean the group or organisation that carries the project out and pays the bills."),
        (
            Input(
                "beneficiary",
                Kind.CHOICE,
                options=(
                    Option(
                        "ourselves",
                        gettext_noop("We do, for our own project"),
                        {"beneficiary": "organisation", "beneficiary_is_applicant": True},
                    ),
                    Option(
                        "others",
                        gettext_noop("Another organisation, through us"),
                        {"beneficiary": "organisation", "beneficiary_is_applicant": False},
                    ),
                    Option("person", gettext_noop("One person"), {"beneficiary": "person"}),
                ),
            ),
        ),
        ("beneficiary", "beneficiary_is_applicant"),
    ),
    Question(
        "activity",
        gettext_noop("Is it one of these?"),
        gettext_noop("For these we have rules of their own."),
        (
            Input(
                "activity",
                Kind.CHOICE,
                options=(
                    Option(
                        "none",
                        gettext_noop("No, none of these"),
                        {"is_sports_club": False, "is_party": False},
                    ),
                    Option(
                        "party",
                        gettext_noop("A street party, a village party or an anniversary"),
                        {"is_sports_club": False, "is_party": True},
                    ),
                    Option(
                        "sports",
                        gettext_noop("A project of a sports club"),
                        {"is_sports_club": True, "sports_for_disabled": False, "is_party": False},
                    ),
                    Option(
                        "sports_for_disabled",
                        gettext_noop("A project of a sports club for people with a disability"),
                        {"is_sports_club": True, "sports_for_disabled": True, "is_party": False},
                    ),
                ),
            ),
        ),
        ("is_sports_club", "sports_for_disabled", "is_party"),
    ),
    Question(
        "timing",
        gettext_noop("When does it start?"),
        gettext_noop("The council decides first. What is already done or paid for cannot be supported."),
        (
            Input("starts_on", Kind.DATE, gettext_noop("First day of the project")),
            Input(
                "invoices",
                Kind.CHOICE,
                gettext_noop("Will there be invoices from before the decision?"),
                (
                    Option("no", _NO, {"invoices_before_decision": False}),
                    Option("yes", _YES, {"invoices_before_decision": True}),
                    Option("unsure", _UNSURE),
                ),
            ),
        ),
        ("starts_on", "invoices_before_decision"),
    ),
    Question(
        "earlier",
        gettext_noop("Did we support you before?"),
        gettext_noop(
            "Between two times of support, others get their turn. Another place or other people is fine."
        ),
        (
            Input(
                "earlier",
                Kind.CHOICE,
                options=(Option("no", _NO), Option("yes", _YES), Option("unsure", _UNSURE)),
            ),
            Input(
                "earlier_same",
                Kind.CHOICE,
                gettext_noop("And this time?"),
                (
                    Option("same", gettext_noop("The same place and the same people")),
                    Option("other_site", gettext_noop("Another place")),
                    Option("other_people", gettext_noop("Other people")),
                    Option("unsure", _UNSURE),
                ),
                _is("earlier", "yes"),
            ),
            Input(
                "earlier_applied_on",
                Kind.DATE,
                gettext_noop("The day you applied, last time"),
                needed=lambda answers: False,
            ),
            Input(
                "earlier_awarded_on",
                Kind.DATE,
                gettext_noop("The day the support was decided, last time"),
                needed=lambda answers: False,
            ),
        ),
        ("earlier_applications",),
    ),
    Question(
        "values",
        gettext_noop("Do you share what we hold dear?"),
        gettext_noop(
            "Working together, standing by each other, and respect for every person, whoever they are."
        ),
        (
            Input(
                "values",
                Kind.CHOICE,
                options=(
                    Option("yes", gettext_noop("Yes, our project respects this"), {"declares_values": True}),
                    Option("no", gettext_noop("No, not all of it"), {"declares_values": False}),
                    Option("unsure", gettext_noop("I would like to talk about it first")),
                ),
            ),
        ),
        ("declares_values",),
    ),
)


def next_question(answers: Answers) -> Question | None:
    """The first question that is asked and not fully answered; None at the end."""
    return next((each for each in QUESTIONS if each.asked(answers) and gaps_in(each, answers)), None)


def _earlier(answers: Answers, today: date) -> tuple[EarlierAward, ...] | None:
    if text_in(answers, "earlier") == "no":
        return ()
    if text_in(answers, "earlier") != "yes":
        return None
    site = {"other_site": False, "same": True}.get(text_in(answers, "earlier_same"))
    people = {"other_people": False, "same": True}.get(text_in(answers, "earlier_same"))
    applied_on = day_from_text(text_in(answers, "earlier_applied_on"))
    awarded_on = day_from_text(text_in(answers, "earlier_awarded_on"))
    if False in (site, people):
        # Elsewhere or for others, earlier support never stands in the way, whenever it was.
        return (EarlierAward(applied_on or today, awarded_on or today, site, people),)
    if applied_on is None or awarded_on is None:
        return None
    return (EarlierAward(applied_on, awarded_on, site, people),)


def facts_from_answers(
    answers: Answers,
    today: date,
    *,
    round_deadline: date | None = None,
    ambition_codes: frozenset[str] | None = None,
) -> Facts:
    """The facts in the answers, as if the application were sent today.

    `round_deadline` is the last day of the open round, if there is one. With `ambition_codes`, codes that are
    not among those in force are dropped. Questions that are not asked set nothing.
    """
    known: dict[str, Any] = {"submitted_on": today, "round_deadline": round_deadline}
    for question in QUESTIONS:
        if not question.asked(answers):
            continue
        for each in question.inputs:
            option = option_in(answers, each) if each.needed(answers) else None
            known |= dict(option.sets) if option else {}
    ambitions = ambitions_in(answers)
    if ambitions and ambition_codes is not None:
        ambitions = (ambitions & ambition_codes) or None
    known["ambitions"] = ambitions
    known["starts_on"] = day_from_text(text_in(answers, "starts_on"))
    known["earlier_applications"] = _earlier(answers, today)
    return Facts(**known)
