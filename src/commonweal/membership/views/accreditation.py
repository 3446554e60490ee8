"""The accreditation watch: nine conditions with their evidence, notes, and the special report of the board."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.kernel.days import day_of
from commonweal.membership import actions, queries
from commonweal.membership.forms.accreditation import ConditionForm
from commonweal.membership.rules.accreditation import SOURCE, Condition, Finding, Verdict
from commonweal.people.access import for_staff, limited, signed_in_person
from commonweal.people.rules import Act
from commonweal.ui.documents import pdf

REPORT = Path(__file__).parent.parent / "documents" / "special_report.typ"
YEARS_BACK = 5
_KINDS = {Verdict.HOLDS: "good", Verdict.FAILS: "problem", Verdict.UNTOLD: "warning"}


def _told(number: int, finding: Finding) -> dict[str, Any]:
    note = finding.note
    return {
        "number": number,
        "code": finding.condition.value,
        "label": _(finding.condition.label),
        "verdict": _(finding.verdict.label),
        "kind": _KINDS[finding.verdict],
        "evidence": [_(text) % figures for text, figures in finding.evidence],
        "note": {"text": note.text, "document": note.document} if note else None,
    }


def _findings(year: int) -> list[dict[str, Any]]:
    return [_told(number, finding) for number, finding in enumerate(queries.accreditation(year), 1)]


def _year(year: int) -> int:
    today = day_of(timezone.now())
    if not today.year - YEARS_BACK <= year <= today.year:
        raise Http404
    return year


@for_staff(Act.KEEP_REGISTER)
@require_safe
def accreditation(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """How it stands with each condition in a year."""
    this = day_of(timezone.now()).year
    year = _year(year or this)
    context = {
        "year": year,
        "findings": _findings(year),
        "years": [
            {"year": each, "href": reverse("membership:accreditation", args=[each])}
            for each in range(this, this - YEARS_BACK - 1, -1)
        ],
        "source": SOURCE,
    }
    return render(request, "membership/accreditation.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def accreditation_note(request: HttpRequest, year: int, condition: str) -> HttpResponse:
    """Notes how one condition was met in a year."""
    if condition not in list(Condition):
        raise Http404
    year, asked = _year(year), Condition(condition)
    form = ConditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.note_condition(
            year=year,
            condition=asked,
            fulfilled=given["fulfilled"] == "yes",
            text=given["text"],
            document=given["document"],
            by=signed_in_person(request),
            now=timezone.now(),
        )
        messages.success(request, _("Noted. An earlier note stays to be read."))
        return redirect("membership:accreditation", year)
    finding = next(each for each in _findings(year) if each["code"] == asked)
    return render(
        request, "membership/accreditation_note.html", {"form": form, "year": year, "finding": finding}
    )


@limited("pdf")
@for_staff(Act.KEEP_REGISTER)
@require_safe
def special_report(request: HttpRequest, year: int) -> HttpResponse:
    """The special report of the board about a year, as a document."""
    year = _year(year)
    data = {
        "site": settings.SITE["name"],
        "language": get_language() or "en",
        "title": _("Special report of the board about %(year)s") % {"year": year},
        "opening": _(
            "How the conditions for accreditation by the National Council for Cooperation were met in %(year)s."
        )
        % {"year": year},
        "document": _("Document"),
        "findings": _findings(year),
        "source": SOURCE,
        "signed": _("For the board, place, date and signatures:"),
    }
    answer = HttpResponse(pdf(REPORT, data), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="special-report-{year}.pdf"'
    return answer
