"""Reads of what is given out of the same means: dividends and refunds of exit seasons, counted against each other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Max, Sum

from commonweal.kernel.days import day_of
from commonweal.membership.models import DividendRun, ExitSeason
from commonweal.membership.rules.exits import ExitTest, room
from commonweal.membership.states import DividendState, SeasonState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commonweal.membership.models import DividendTest, SeasonTest

APPROVED = (DividendState.APPROVED, DividendState.PAID_OUT, DividendState.CLOSED)


def promised(*, but: DividendRun | ExitSeason) -> list[tuple[date, int]]:
    """Each other dividend that is approved and each other exit season that is decided: from which day on accounts know it,
    and its cents. Two queries."""
    runs = DividendRun.objects.filter(state__in=APPROVED).annotate(approved_at=Max("approvals__at"))
    seasons = ExitSeason.objects.filter(state=SeasonState.DECIDED).annotate(
        cents=Sum("requests__refunds__cents")
    )
    if isinstance(but, DividendRun):
        runs = runs.exclude(pk=but.pk)
    else:
        seasons = seasons.exclude(pk=but.pk)
    # What was decided on an earlier day and approved here only now is in no accounts of the days between.
    found = [
        (max(run.decided_on, day_of(run.approved_at)), run.gross_cents)
        for run in runs
        if run.approved_at is not None
    ]
    found += [
        (max(season.decided_on, day_of(season.decided_at)), season.cents or 0)
        for season in seasons
        if season.decided_on is not None and season.decided_at is not None
    ]
    return found


def room_left(
    tests: Mapping[ExitTest, DividendTest] | Mapping[ExitTest, SeasonTest], but: DividendRun | ExitSeason
) -> int | None:
    """Cents two tests leave, less what else was promised from the day of their figures on; None while one is missing."""
    others = promised(but=but)
    return room(
        {
            kind: row.have_cents - row.keep_cents - sum(cents for day, cents in others if day >= row.as_of)
            for kind, row in tests.items()
        }
    )
