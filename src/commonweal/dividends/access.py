"""Who may read dividends, and who may be one of the two who approve one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Decision, no
from commonweal.membership.access import may_keep_register
from commonweal.treasury.access import may_pay_out

if TYPE_CHECKING:
    from commonweal.dividends.models import DividendRun
    from commonweal.people.models import Person


def may_see_dividends(person: Person, on: date) -> Decision:
    """Whether staff may read dividend runs and approve those of others: finance officers and the secretary."""
    return may_pay_out(person, on) or may_keep_register(person, on)


def may_approve(run: DividendRun, person: Person, on: date) -> Decision:
    """Whether someone may be one of the two who approve a run: never who proposed it, and nobody twice."""
    if run.proposed_by_id == person.pk:
        return no("own_proposal", _("You proposed this dividend: two others approve it."))
    if run.approvals.filter(person=person).exists():
        return no("approved_before", _("You approved this dividend already: someone else is the second."))
    return may_see_dividends(person, on)
