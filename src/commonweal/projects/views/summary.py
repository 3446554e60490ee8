"""A dossier as rows to read: for check-your-answers, status pages, the desk and public pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.places.rules import name_in
from commonweal.projects.models import Dossier
from commonweal.projects.rules.kinds import UNITS, SupportKind
from commonweal.projects.rules.parts import Part
from commonweal.ui.formats import day, euros


def asks_shown(dossier: Dossier) -> list[dict[str, Any]]:
    """What is asked by kind: label, quantity, unit, detail. Uses prefetched asks."""
    return [
        {
            "kind": ask.kind,
            "label": _(SupportKind(ask.kind).label),
            "quantity": ask.quantity,
            "unit": "euro" if ask.kind == SupportKind.FINANCIAL else _(UNITS[SupportKind(ask.kind)].label),
            "detail": ask.detail,
            "text": _ask_text(ask.kind, ask.quantity),
        }
        for ask in dossier.asks.all()
    ]


def _ask_text(kind: str, quantity: int) -> str:
    if kind == SupportKind.FINANCIAL:
        return euros(quantity)
    return f"{quantity} {_(UNITS[SupportKind(kind)].label)}"


def claims_shown(dossier: Dossier, language: str) -> list[dict[str, str]]:
    """The ambitions a project serves, with their names and the applicant's argument."""
    when = day_of(dossier.submitted_at or dossier.created_at)
    names = {each.code: each.name for each in ambitions_on(when, language)}
    return [
        {
            "code": claim.ambition_id,
            "name": names.get(claim.ambition_id, claim.ambition_id),
            "argument": claim.argument,
        }
        for claim in dossier.claims.all()
    ]


def sections(dossier: Dossier, language: str, *, links: bool) -> list[dict[str, Any]]:
    """The parts of a dossier with their rows; with links to change them where that is allowed."""
    organisation = dossier.organisation
    place = name_in(dossier.municipality, language) if dossier.municipality else ""
    rows: dict[Part, list[tuple[str, Any]]] = {
        Part.ORGANISATION: [(_("Organisation"), organisation.name if organisation else "")],
        Part.STORY: [
            (_("Name"), dossier.title),
            (_("In short"), dossier.summary),
            (_("What and why"), dossier.story),
        ],
        Part.PLACE: [
            (_("Where"), ", ".join(filter(None, (dossier.place_detail, place)))),
            (_("For whom and with whom"), dossier.target_group),
            (_("From"), day(dossier.starts_on) if dossier.starts_on else ""),
            (_("Until"), day(dossier.ends_on) if dossier.ends_on else ""),
        ],
        Part.AMBITIONS: [(claim["name"], claim["argument"]) for claim in claims_shown(dossier, language)],
        Part.COSTS: [(line.label, euros(line.amount_cents)) for line in dossier.costs.all()],
        Part.SUPPORT: [
            (ask["label"], " · ".join(filter(None, (ask["text"], ask["detail"]))))
            for ask in asks_shown(dossier)
        ],
        Part.PARTNERS: [(line.name, line.role) for line in dossier.partners.all()],
    }
    return [
        {
            "part": part,
            "title": part.label,
            "rows": [{"label": label, "value": value} for label, value in pairs],
            "href": reverse("projects:dossier-part", args=[dossier.pk, part.value]) + "?back=review"
            if links
            else "",
        }
        for part, pairs in rows.items()
    ]
