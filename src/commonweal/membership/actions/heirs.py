"""Whether what is paid to an heir is somebody's own to decide about: for areas that owe members something."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from commonweal.membership.actions.flows.estates import not_own_estate
from commonweal.membership.models import Estate

if TYPE_CHECKING:
    from commonweal.kernel.decision import Decision
    from commonweal.people.models import Person


def not_own_claim(claimant: int, by: Person, now: datetime) -> Decision:
    """Everybody, unless the member whose estate somebody claims a part of, or one who claims it, is close to them; the
    claim by its id."""
    return not_own_estate(Estate.objects.select_related("member").get(claimants=claimant), by, now)
