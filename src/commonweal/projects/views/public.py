"""Public pages of projects: list, map, one project, a comparison, photos."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.people.access import open_to_all, viewer
from commonweal.places.queries import outlines, regions
from commonweal.places.rules import VIEW_BOX, name_in, project
from commonweal.projects import access, queries
from commonweal.projects.forms.fields import choices_of
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.states import PUBLIC_STATES, DossierState
from commonweal.projects.views import summary
from commonweal.voting.queries import ballot_about

PAGE_SIZE = 24
COMPARED_MAX = 3
POINTS_MAX = 400
FILTERS = ("text", "call", "ambition", "region", "kind", "state", "sort")


@open_to_all
def project_list(request: HttpRequest) -> HttpResponse:
    """Projects with filters, as cards or on a map; every address can be shared."""
    language, today = get_language() or "en", day_of(timezone.now())
    chosen = {name: request.GET.get(name, "")[:120] for name in FILTERS}
    found = queries.projects_found(access.public_projects(), **chosen)
    known = ambitions_on(today, language)
    names = {each.code: each.name for each in known}
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    as_map = request.GET.get("view") == "map"
    on_cards = [] if as_map else page.object_list
    cards = [{"project": dossier, "shown": _card(dossier, names, language)} for dossier in on_cards]
    return render(
        request,
        "projects/project_list.html",
        {
            "page": page,
            "cards": cards,
            "chosen": chosen,
            "filtered": any(chosen[name] for name in FILTERS if name != "sort"),
            "ambitions": known,
            "regions": [(region.nis, name_in(region, language)) for region in regions(today)],
            "kinds": choices_of(SupportKind),
            "states": choices_of(DossierState, sorted(PUBLIC_STATES)),
            "calls": queries.with_texts(access.visible_calls(None, today), language),
            "as_map": as_map,
            "map": _map(found, language, names) if as_map else None,
        },
    )


def _card(dossier: Any, names: dict[str, str], language: str) -> dict[str, Any]:
    claim = next(iter(dossier.claims.all()), None)
    photo = next(iter(dossier.photos.all()), None)
    return {
        "code": claim.ambition_id if claim else "",
        "ambition": names.get(claim.ambition_id, "") if claim else "",
        "place": name_in(dossier.municipality, language) if dossier.municipality else dossier.place_detail,
        "asks": summary.asks_shown(dossier)[:3],
        "photo": photo,
    }


def _map(found: Any, language: str, names: dict[str, str]) -> dict[str, Any]:
    ground = outlines(day_of(timezone.now()), language)
    points = []
    for located in queries.located_projects(found, POINTS_MAX):
        x, y = project(located.municipality.latitude, located.municipality.longitude)
        words = (located.title, name_in(located.municipality, language), names.get(located.ambition, ""))
        points.append(
            {
                "x": x,
                "y": y,
                "label": " · ".join(word for word in words if word),
                "href": reverse("projects:project-detail", args=[located.pk]),
                "code": located.ambition,
            }
        )
    shapes = [{"d": path, "label": name, "level": 0} for _nis, name, path in ground.regions]
    return {"viewbox": VIEW_BOX, "shapes": shapes, "points": points, "full": len(points) == POINTS_MAX}


@open_to_all
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: its story, what it asks by kind, who decides, what came of it."""
    language = get_language() or "en"
    dossier = get_object_or_404(
        access.public_projects()
        .select_related("organisation", "municipality__province", "call")
        .prefetch_related("claims", "asks", "costs", "partners", "photos", "call__texts"),
        pk=pk,
    )
    claims = summary.claims_shown(dossier, language)
    place = dossier.municipality
    return render(
        request,
        "projects/project_detail.html",
        {
            "project": dossier,
            "claims": claims,
            "asks": summary.asks_shown(dossier),
            "place": name_in(place, language) if place else "",
            "call_text": queries.call_text(dossier.call, language),
            "ballot": ballot_about(f"call:{dossier.call_id}"),
            "map": _one_point(dossier, language) if place else None,
            "share_image": _share_image(request, dossier),
        },
    )


def _share_image(request: HttpRequest, dossier: Any) -> str:
    photo = next(iter(dossier.photos.all()), None)
    return request.build_absolute_uri(reverse("projects:photo", args=[photo.pk])) if photo else ""


def _one_point(dossier: Any, language: str) -> dict[str, Any]:
    ground = outlines(day_of(timezone.now()), language)
    x, y = project(dossier.municipality.latitude, dossier.municipality.longitude)
    label = name_in(dossier.municipality, language)
    shapes = [{"d": path, "label": name, "level": 0} for _nis, name, path in ground.regions]
    return {
        "viewbox": VIEW_BOX,
        "shapes": shapes,
        "points": [{"x": x, "y": y, "label": label, "href": "", "code": ""}],
    }


@open_to_all
def project_compare(request: HttpRequest) -> HttpResponse:
    """Two or three projects side by side."""
    language = get_language() or "en"
    wanted = [
        int(pk) for pk in request.GET.getlist("project") if pk.isascii() and pk.isdigit() and len(pk) < 10
    ]
    found = (
        access.public_projects()
        .filter(pk__in=wanted[:COMPARED_MAX])
        .select_related("organisation", "municipality", "call")
        .prefetch_related("claims", "asks", "costs", "partners", "photos")
        .order_by("title", "id")
    )
    compared = [
        {
            "project": dossier,
            "claims": summary.claims_shown(dossier, language),
            "asks": summary.asks_shown(dossier),
            "place": name_in(dossier.municipality, language)
            if dossier.municipality
            else dossier.place_detail,
        }
        for dossier in found
    ]
    return render(
        request,
        "projects/project_compare.html",
        {"compared": compared, "left_out": len(wanted) > COMPARED_MAX},
    )


@open_to_all
def photo(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """A photo, for those who may see its project."""
    found = get_object_or_404(
        access.visible_photos(viewer(request), day_of(timezone.now())).distinct(), pk=pk
    )
    response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response
