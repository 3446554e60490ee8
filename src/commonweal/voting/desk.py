"""What waits on the staff desk about votes: paper ballots."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.casework.wording.tiles import Line, Tile, TileKind
from commonweal.people.rules import Act
from commonweal.ui.formats import days_left
from commonweal.voting.access import visible_ballots
from commonweal.voting.states import BallotState
from commonweal.voting.wording.titles import title_of

if TYPE_CHECKING:
    from commonweal.people.models import Person

BALLOTS_MAX = 20


def paper_ballots(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Votes that take paper: open ones, and closed ones whose sheets may still be typed."""
    current = visible_ballots(person, now).filter(state__in=(BallotState.OPEN, BallotState.CLOSED))
    waiting = Count("sheets", filter=Q(sheets__second_at__isnull=True))
    lines = []
    for ballot in current.annotate(waiting=waiting).order_by("closes_at", "id")[:BALLOTS_MAX]:
        is_open = ballot.state == BallotState.OPEN and now < ballot.closes_at
        notes = [str(days_left(ballot.closes_at)) if is_open else _("closed")]
        if ballot.waiting:
            sheets = ngettext("one sheet to type again", "%(total)s sheets to type again", ballot.waiting)
            notes.append(sheets % {"total": ballot.waiting})
        address = reverse("voting:paper", args=[ballot.pk])
        lines.append(Line(title_of(ballot), address, note=" · ".join(notes)))
    return Tile(_("Paper ballots"), lines=lines, empty=_("No vote takes paper at this moment."))


PAPER_BALLOTS = TileKind(frozenset({Act.ENTER_PAPER_BALLOTS}), paper_ballots)
