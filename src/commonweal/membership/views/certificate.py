"""The certificate of shares that came into the register, as an accessible PDF in the holder's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.membership.models import Application
from commonweal.membership.queries.joining import entry_of
from commonweal.membership.queries.shares import MovementLine
from commonweal.membership.views import wording
from commonweal.treasury.rules.statements.communications import printed
from commonweal.ui.documents import pdf
from commonweal.ui.formats import day, euros

TEMPLATE = Path(__file__).parent.parent / "documents" / "certificate.typ"


def certificate_pdf(application: Application) -> bytes | None:
    """The document; None where the shares are not in the register, or their entry was undone."""
    line = entry_of(application)
    if line is None or line.undone:
        return None
    with translation.override(application.language):
        return pdf(TEMPLATE, certificate_data(application, line))


def certificate_data(application: Application, line: MovementLine) -> dict[str, Any]:
    """What stands on a certificate, in the language of the moment."""
    number = application.member.number if application.member else 0
    holder = _("%(name)s (number %(number)s)") % {"name": application.holder_name, "number": number}
    rows = [
        (_("Member"), holder),
        (_("Shares"), wording.shares(application.count, application.share_class)),
        (_("Price of a share"), euros(application.price_cents)),
        (_("Paid in full"), euros(application.due_cents)),
        (_("In the register from"), day(line.operation.effective_on)),
        (_("Operation in the register"), str(line.operation.pk)),
        (_("Communication of the payment"), printed(application.communication)),
    ]
    if application.representative:
        rows.insert(1, (_("Represented by"), str(application.representative)))
    return {
        "site": settings.SITE["name"],
        "language": translation.get_language() or "en",
        "title": _("Certificate of shares"),
        "opening": _("The share register of %(site)s says:") % {"site": settings.SITE["name"]},
        "rows": rows,
        "closing": [
            _("The register is what counts. It is kept from day to day, and you may consult it."),
            _("Call us: %(phone)s. Come by: %(address)s.")
            % {"phone": settings.SITE["phone"], "address": settings.SITE["address"]},
        ],
    }
