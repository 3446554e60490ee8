"""Can my project be supported? A few questions, one a page, no account; the answer of each rule with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.people.access import open_to_all
from commonweal.projects import access, queries
from commonweal.projects.forms.check import QuestionForm
from commonweal.projects.models import Dossier
from commonweal.projects.rules.answers import Verdict
from commonweal.projects.rules.eligibility import Finding, evaluate, overall
from commonweal.projects.rules.facts import EarlierAward, Facts
from commonweal.projects.rules.preferences import preferences
from commonweal.projects.rules.questions import QUESTIONS, facts_from_answers
from commonweal.projects.rules.tracks import Track
from commonweal.ui.formats import day

SESSION_KEY = "check"


def answers_kept(request: HttpRequest) -> dict[str, str]:
    """The answers given so far on this device."""
    kept = request.session.get(SESSION_KEY, {})
    return {str(name): str(value)[:200] for name, value in kept.items()} if isinstance(kept, dict) else {}


@open_to_all
def check_start(request: HttpRequest) -> HttpResponse:
    """What the check is; starting afresh forgets earlier answers."""
    if request.method == "POST":
        request.session[SESSION_KEY] = {}
        return redirect("projects:check-question", QUESTIONS[0].code)
    return render(request, "projects/check_start.html", {"begun": bool(answers_kept(request))})


@open_to_all
def check_question(request: HttpRequest, code: str) -> HttpResponse:
    """One question."""
    answers = answers_kept(request)
    asked = [question for question in QUESTIONS if question.asked(answers)]
    question = next((each for each in asked if each.code == code), None)
    if question is None:
        raise Http404
    known = ambitions_on(day_of(timezone.now()), get_language() or "en")
    form = QuestionForm(request.POST or None, question=question, answers=answers, ambitions=known)
    if request.method == "POST" and form.is_valid():
        answers = {**answers, **form.answers()}
        request.session[SESSION_KEY] = answers
        return _on(question.code, answers, request)
    place = asked.index(question)
    context = {
        "form": form,
        "question": question,
        "number": place + 1,
        "total": len(asked),
        "before": asked[place - 1].code if place else "",
    }
    return render(request, "projects/check_question.html", context)


def _on(code: str, answers: dict[str, str], request: HttpRequest) -> HttpResponse:
    asked = [question.code for question in QUESTIONS if question.asked(answers)]
    following = asked[asked.index(code) + 1 :] if code in asked else []
    if not following or request.GET.get("back") == "result":
        return redirect("projects:check-result")
    return redirect("projects:check-question", following[0])


@open_to_all
def check_result(request: HttpRequest) -> HttpResponse:
    """What each rule says, and what would strengthen the project."""
    answers, now = answers_kept(request), timezone.now()
    today, language = day_of(timezone.now()), get_language() or "en"
    known = ambitions_on(today, language)
    calls = [
        call
        for call in queries.with_texts(queries.open_calls(now).filter(track=Track.REGIONAL), language)
        if access.may_apply(call, now)
    ]
    deadline = max((day_of(call.applies_until) for call in calls), default=None)
    facts = facts_from_answers(
        answers, today, round_deadline=deadline, ambition_codes=frozenset(each.code for each in known)
    )
    findings = evaluate(facts, queries.rule_versions(Track.REGIONAL), today, Track.REGIONAL)
    return render(
        request,
        "projects/check_result.html",
        {
            "verdict": overall(findings),
            "findings": findings_shown(findings),
            "strengths": preferences(facts),
            "calls": calls,
            "answered": bool(answers),
            "questions": [question for question in QUESTIONS if question.asked(answers)],
            "today": today,
        },
    )


def facts_of(dossier: Dossier, now: datetime) -> Facts:
    """What is known of a dossier: the answers of the check, overruled by what the dossier itself says."""
    sent_on = day_of(dossier.submitted_at or now)
    deadline = day_of(dossier.call.applies_until)
    facts = facts_from_answers(dossier.answers, sent_on, round_deadline=deadline)
    claims = list(dossier.claims.all())
    own: dict[str, Any] = {
        "ambitions": frozenset(claim.ambition_id for claim in claims) or facts.ambitions,
        "ambitions_argued": any(claim.argument for claim in claims) or facts.ambitions_argued,
        "starts_on": dossier.starts_on or facts.starts_on,
        "declares_values": dossier.values_declared or facts.declares_values,
        "partners_count": len(dossier.partners.all()) or None,
    }
    if dossier.municipality_id:
        own["project_country"] = "BE"
    organisation = dossier.organisation
    if organisation:
        own |= {
            "legal_form": organisation.legal_form,
            "organisation_country": organisation.country,
            "accredited": organisation.accredited or facts.accredited,
        }
        earlier = _earlier(dossier, sent_on)
        if earlier:
            own["earlier_applications"] = (*(facts.earlier_applications or ()), *earlier)
    return replace(facts, **own)


def _earlier(dossier: Dossier, before: Any) -> list[EarlierAward]:
    return [
        EarlierAward(
            day_of(each.submitted_at),
            day_of(each.decided_at) if each.state == "funded" and each.decided_at else None,
            each.municipality_id == dossier.municipality_id,
            None,
        )
        for each in queries.earlier_applications(dossier.organisation_id, before)
        if each.pk != dossier.pk and each.submitted_at
    ]


def findings_for(dossier: Dossier, now: datetime) -> list[Finding]:
    """What the rules in force when the dossier was sent (or today) say of it."""
    on = day_of(dossier.submitted_at or now)
    return evaluate(facts_of(dossier, now), queries.rule_versions(dossier.call.track), on, dossier.call.track)


def strengths_for(dossier: Dossier, now: datetime) -> list[Any]:
    """How the preference criteria look for a dossier; they never decide."""
    return preferences(facts_of(dossier, now))


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as it is kept with a sent dossier."""
    return {"code": finding.code, "verdict": finding.verdict, "rule_from": finding.rule_from.isoformat()}


def findings_shown(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings in the reader's language: sign, sentence, date of the rule; what stands in the way first."""
    order = {Verdict.NO: 0, Verdict.UNKNOWN: 1, Verdict.YES: 2}
    names = {each.code: each.name for each in ambitions_on(day_of(timezone.now()), get_language() or "en")}
    shown = [
        {
            "code": finding.code,
            "verdict": finding.verdict.value,
            "kind": {Verdict.NO: "problem", Verdict.UNKNOWN: "warning", Verdict.YES: "good"}[finding.verdict],
            "label": finding.verdict.label,
            "title": finding.title,
            "reason": _(finding.reason)
            % {name: _written(value, names) for name, value in finding.values.items()},
            "rule_from": finding.rule_from,
            "gates": finding.gates,
            "rank": order[finding.verdict],
        }
        for finding in findings
    ]
    return sorted(shown, key=lambda each: each["rank"])


def _written(value: Any, names: dict[str, str]) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(names.get(code, code)) for code in value)
    return day(value) if hasattr(value, "isoformat") else str(value)
