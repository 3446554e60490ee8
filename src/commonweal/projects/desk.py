"""What waits on the staff desk about calls and projects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonweal.casework.wording.tiles import Entry, Line, Tile, TileKind, waiting_line
from commonweal.kernel.days import day_of
from commonweal.people.rules import Act
from commonweal.projects import queries
from commonweal.projects.access import desk_dossiers, visible_calls
from commonweal.projects.states import CALL, CallState, DossierState

if TYPE_CHECKING:
    from commonweal.people.models import Person

CALLS_MAX = 20
WAITING_STATES = (DossierState.SUBMITTED, DossierState.IN_CHECK, DossierState.RETURNED)


def dossiers(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Dossiers that wait for someone, by state, with the age of the oldest."""
    rows = (
        desk_dossiers(person, day_of(now))
        .filter(state__in=WAITING_STATES)
        .order_by()
        .values_list("state")
        .annotate(count=Count("id"), oldest=Min("submitted_at"))
    )
    found = {state: (count, oldest) for state, count, oldest in rows}
    address = reverse("projects:desk-list")
    lines = [
        waiting_line(
            _(state.label), f"{address}?state={state.value}", *found.get(state.value, (0, None)), now
        )
        for state in WAITING_STATES
    ]
    return Tile(_("Dossiers"), lines=lines, entries=(Entry(_("All dossiers"), address),))


def calls(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Calls under way, where each stands and what comes next."""
    language = get_language() or "en"
    under_way = visible_calls(person, day_of(now)).exclude(state=CallState.DECIDED)
    lines = []
    for call in queries.with_texts(under_way.order_by("applies_until", "id")[:CALLS_MAX], language):
        text = queries.call_text(call, language)
        # Beside the braces, not in them: texts within an f-string are not gathered for translation.
        following = _("next:")
        steps = [f"{following} {_(move.label)}" for move in CALL.moves_from(call.state)]
        note = " · ".join([_(CallState(call.state).label), *steps])
        address = reverse("projects:call-manage", args=[call.slug])
        lines.append(Line(text.title if text else call.slug, address, note=note))
    plan = Entry(_("Plan a call"), reverse("projects:call-new"))
    return Tile(_("Calls"), lines=lines, empty=_("No call is under way."), entries=(plan,))


DOSSIERS = TileKind(frozenset({Act.CHECK_DOSSIERS}), dossiers)
CALLS = TileKind(frozenset({Act.MANAGE_CALLS}), calls)
