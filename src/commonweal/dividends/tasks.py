"""Background work of the area. Safe to run twice, and after a break: each step holds by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from commonweal.dividends import actions
from commonweal.kernel.subjects import number_of

if TYPE_CHECKING:
    from commonweal.people.models import Event


def carry_on_dividend(event: Event) -> None:
    """Does what is due on the run an event is about."""
    actions.carry_on(run_id=number_of(event.subject), now=timezone.now)
