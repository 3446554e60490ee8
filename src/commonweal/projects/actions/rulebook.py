"""Putting the dated conditions in force."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from commonweal.people.actions import record
from commonweal.projects.models import RuleRow
from commonweal.projects.rules.rulebook import RULEBOOK

if TYPE_CHECKING:
    from commonweal.people.models import Person


@transaction.atomic
def load_rulebook(*, by: Person | None, now: datetime) -> int:
    """Adds the rule versions of the rulebook that are not kept yet; what is kept stays. Gives how many were added."""
    added = 0
    for version in RULEBOOK:
        _row, made = RuleRow.objects.get_or_create(
            code=version.code,
            track=version.track,
            starts_on=version.starts_on,
            defaults={
                "ends_on": version.ends_on,
                "parameters": dict(version.parameters),
                "source": version.source,
            },
        )
        added += made
    if added:
        record("RulebookLoaded", "rulebook:1", by=by, at=now, data={"added": added})
    return added
