"""Background work on dividends. Safe to run twice, and after a break: each step holds by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from commonweal.membership.actions import carry_on

if TYPE_CHECKING:
    from commonweal.people.models import Event


def carry_on_dividend(event: Event) -> None:
    """Does what is due on the run an event is about."""
    carry_on(run_id=int(event.subject.partition(":")[2]), now=timezone.now)
