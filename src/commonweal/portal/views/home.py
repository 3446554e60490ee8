"""The home page: what this is, three doors, what is open, one result told, where projects are."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.people.access import open_to_all
from commonweal.places.queries import regions
from commonweal.places.rules import VIEW_BOX, name_in, project
from commonweal.portal.views import wording
from commonweal.projects import access, queries
from commonweal.projects.states import DossierState
from commonweal.voting.access import visible_ballots
from commonweal.voting.queries import counted_facts
from commonweal.voting.states import BallotState
from commonweal.voting.wording.titles import in_language

POINTS_MAX = 60
CALLS_MAX = 6
# Projects of one place stand beside each other, not on top: so many units of the map apart.
APART = 30


@open_to_all
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a visitor needs to know, and the way on."""
    now, language = timezone.now(), get_language() or "en"
    open_calls = queries.with_texts(queries.open_calls(now)[:CALLS_MAX], language)
    context = {
        "open_calls": open_calls,
        "can_vote": any(call.state == "vote" for call in open_calls),
        "story": _story(now, language),
        "map": _map(language),
    }
    return render(request, "portal/home.html", context)


@open_to_all
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """For who wants to help or needs help: what works today, and what only works by phone."""
    return render(request, "portal/help.html")


def _story(now: datetime, language: str) -> dict[str, Any] | None:
    """The newest published result as a sentence, and one of the projects it carries."""
    ballot = (
        visible_ballots(None, now).filter(state=BallotState.PUBLISHED).order_by("-closes_at", "id").first()
    )
    facts = counted_facts([ballot]).get(ballot.pk) if ballot else None
    if ballot is None or facts is None:
        return None
    carried = (
        access.public_projects()
        .filter(state=DossierState.FUNDED, call_id=_call_of(ballot.subject))
        .select_related("organisation", "municipality")
        .prefetch_related("claims", "photos")
        .order_by(Case(When(language=language, then=0), default=1), "-awarded_cents", "id")
        .first()
    )
    return {
        "title": in_language(ballot.titles),
        "sentence": wording.result_sentence(facts),
        "href": reverse("voting:result", args=[ballot.pk]),
        "project": _carried(carried, language) if carried else None,
    }


def _call_of(subject: str) -> int:
    kind, _colon, number = subject.partition(":")
    return int(number) if kind == "call" and number.isdigit() else 0


def _carried(dossier: Any, language: str) -> dict[str, Any]:
    claim = next(iter(dossier.claims.all()), None)
    names = {each.code: each.name for each in ambitions_on(day_of(timezone.now()), language)}
    return {
        "id": dossier.pk,
        "title": dossier.title,
        "summary": dossier.summary,
        "language": dossier.language,
        "awarded_cents": dossier.awarded_cents or 0,
        "organisation": dossier.organisation.name if dossier.organisation else "",
        "place": name_in(dossier.municipality, language) if dossier.municipality else dossier.place_detail,
        "code": claim.ambition_id if claim else "",
        "ambition": names.get(claim.ambition_id, "") if claim else "",
        "photo": next(iter(dossier.photos.all()), None),
        "href": reverse("projects:project-detail", args=[dossier.pk]),
    }


def _map(language: str) -> dict[str, Any] | None:
    """The latest projects on the country; None while there is none."""
    latest = (
        access.public_projects()
        .exclude(municipality=None)
        .select_related("municipality")
        .prefetch_related("claims")
        .order_by("-changed_at", "id")[:POINTS_MAX]
    )
    seen: Counter[str] = Counter()
    points = []
    for dossier in latest:
        place = dossier.municipality
        if place is None:
            continue
        x, y = _beside(*project(place.latitude, place.longitude), seen[place.nis])
        seen[place.nis] += 1
        claim = next(iter(dossier.claims.all()), None)
        points.append(
            {
                "x": x,
                "y": y,
                "label": f"{dossier.title} · {name_in(place, language)}",
                "href": reverse("projects:project-detail", args=[dossier.pk]),
                "code": claim.ambition_id if claim else "",
            }
        )
    if not points:
        return None
    ground = regions(day_of(timezone.now()))
    shapes = [
        {"d": each.outline, "label": name_in(each, language), "level": 0} for each in ground if each.outline
    ]
    return {"viewbox": VIEW_BOX, "shapes": shapes, "points": points}


def _beside(x: float, y: float, before: int) -> tuple[float, float]:
    """A spot near a point, on a growing spiral, for the next of several projects in one place."""
    if not before:
        return x, y
    angle, distance = before * 2.4, APART * math.sqrt(before)
    return round(x + distance * math.cos(angle), 1), round(y + distance * math.sin(angle), 1)
