"""The receipt of a dossier as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.projects.models import Dossier
from commonweal.projects.views import summary
from commonweal.ui.documents import pdf
from commonweal.ui.formats import day, moment

TEMPLATE = Path(__file__).parent.parent / "documents" / "receipt.typ"


def receipt_data(dossier: Dossier, language: str) -> dict[str, Any]:
    """What stands on the receipt."""
    sent_at = dossier.submitted_at or dossier.changed_at
    with translation.override(language):
        opening = [
            _("We received this project on %(when)s.") % {"when": moment(sent_at)},
            _("Its number is %(reference)s. Keep it: with it we find your project at once.")
            % {"reference": dossier.reference},
        ]
        closing = [
            _("You hear from us by %(when)s.") % {"when": day(dossier.call.check_until)},
            _("Call us: %(phone)s. Come by: %(address)s.")
            % {"phone": settings.SITE["phone"], "address": settings.SITE["address"]},
        ]
        shown = [
            {
                "title": _(str(section["title"])),
                "rows": [
                    {"label": row["label"] or "·", "value": str(row["value"] or "–")}
                    for row in section["rows"]
                ],
            }
            for section in summary.sections(dossier, language, links=False)
            if section["rows"]
        ]
        return {
            "site": settings.SITE["name"],
            "language": language,
            "title": _("Receipt for your project"),
            "opening": opening,
            "sections": shown,
            "closing": closing,
        }


def receipt_pdf(dossier: Dossier, language: str) -> bytes:
    """The receipt in a language."""
    return pdf(TEMPLATE, receipt_data(dossier, language))
