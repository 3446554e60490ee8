"""Dividends that wait on the staff desk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.casework.wording.tiles import Entry, Line, Tile, TileKind
from commonweal.dividends.models import DividendRun
from commonweal.dividends.states import DividendState
from commonweal.dividends.wording import runs as wording
from commonweal.people.rules import Act
from commonweal.ui.formats import day, joined

if TYPE_CHECKING:
    from commonweal.people.models import Person

RUNS_MAX = 20
WAITING = (DividendState.PROPOSED, DividendState.APPROVED, DividendState.PAID_OUT)


def dividends(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Dividends that are not closed: where each stands and when it is paid. One query."""
    lines = []
    for run in DividendRun.objects.filter(state__in=WAITING).order_by("pay_on", "pk")[:RUNS_MAX]:
        note = joined(_(DividendState(run.state).label), _("payment on %(day)s") % {"day": day(run.pay_on)})
        lines.append(Line(wording.year(run), reverse("dividends:dividend", args=[run.pk]), note=note))
    entry = Entry(_("Open dividends"), reverse("dividends:dividends"))
    return Tile(
        _("Dividends"), _("Propose, approve, pay, and what came back."), lines=lines, entries=(entry,)
    )


DIVIDENDS = TileKind(frozenset({Act.PAY_OUT, Act.KEEP_REGISTER}), dividends)
