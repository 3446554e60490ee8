"""How a request for shares is paid: amount, account, communication, last day, and the same as a picture banks read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from segno import helpers
from stdnum import iban

from commonweal.membership.models import Application
from commonweal.membership.rules.joining import ApplicationState
from commonweal.treasury.rules.matching import Due
from commonweal.treasury.rules.statements.communications import printed

NAME_MAX = 70


def payment(application: Application, due: Due) -> dict[str, Any] | None:
    """What is still to be paid and how; None when nothing is."""
    if application.state != ApplicationState.AWAITING:
        return None
    return {
        "cents": due.open_cents,
        "paid_cents": due.paid_cents,
        "name": settings.SITE["name"],
        "iban": iban.format(settings.SITE["iban"]),
        "communication": printed(application.communication),
        "until": application.lapses_on,
        "picture": picture(due.open_cents, application.communication),
    }


def picture(cents: int, communication: str) -> SafeString:
    """The transfer as a QR code, drawn in the page (EPC069-12, version 002: no BIC, the communication as reference)."""
    code = helpers.make_epc_qr(
        name=settings.SITE["name"][:NAME_MAX],
        iban=settings.SITE["iban"],
        amount=Decimal(cents) / 100,
        reference=communication,
        encoding="utf-8",
    )
    # Banking apps want dark on light, with an edge, in every colour scheme.
    drawn = code.svg_inline(
        border=4, omitsize=True, dark="black", light="white", svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)
