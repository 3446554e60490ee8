"""What becomes of a request for shares when its money comes in, or goes back: for `actions.receivables`, and inside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.ledger import actions as ledger
from commonweal.membership.actions import joining
from commonweal.membership.actions.members import lock_numbers
from commonweal.membership.models import Application, Member
from commonweal.membership.queries.applications_paid import against_paying, leaving
from commonweal.membership.queries.joining import application_with, expected_from, payment_days
from commonweal.membership.rules.joining import ApplicationState, lapses_on
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record
from commonweal.treasury.access import may_match_payments
from commonweal.treasury.actions.taking_back import OutcomeRefused
from commonweal.treasury.rules.receivables import Expected

if TYPE_CHECKING:
    from commonweal.people.models import Person


def lock_applications(numbers: Iterable[int]) -> list[Expected]:
    """Locks applications by number and gives them as they are then. Caller holds the movement, and what comes before it."""
    held = Application.objects.select_for_update(of=("self",)).filter(pk__in=list(numbers)).order_by("pk")
    return [expected_from(each) for each in held.select_related("person", "organisation", "representative")]


def count_application(number: int, *, by: Person, now: datetime) -> None:
    """Counts an application as paid in full. Caller holds it. Raises WrongState."""
    joining.moved(application=_held(number), move="pay", by=by, now=now)


def enter_application(number: int, *, by: Person, now: datetime) -> None:
    """Enters an application that is paid in the register, as far as the statutes of the day let it."""
    joining.enter(application=_held(number), by=by, now=now)


def reopen_application(number: int, *, reason: str, by: Person, now: datetime) -> None:
    """Lets a request wait for payment again, its shares undone on their own day. Who holds none any more, and became a
    member by what was taken back, is a member no more. The ledger comes last. Raises OutcomeRefused, WrongState, and what
    the ledger refuses, as when the shares were passed on."""
    newer = against_paying(number)
    if newer is not None:
        raise OutcomeRefused(_(newer.label), code=newer)
    left = leaving(_held(number))
    member, operation = left.application.member, left.entry
    held = joining.moved(application=left.application, move="reopen", by=by, now=now, reason=reason)
    held.lapses_on = lapses_on(day_of(now), payment_days(day_of(now)))
    held.save(update_fields=["lapses_on"])
    if operation is None:
        # Never entered, or undone by the secretary before.
        return
    if member is not None and left.ends:
        # Nobody is a member before the money is there, and it is not. The ledger comes after.
        Member.objects.filter(pk=member.pk, left_on__isnull=True).update(left_on=day_of(now))
        record("MembershipUndone", f"member:{member.pk}", by=by, at=now, data={"reason": reason})
    undone = ledger.reverse(
        operation=operation,
        key=f"taken-back:{operation.key}",
        now=now,
        author=f"person:{by.pk}",
        note=reason,
    )
    data = {"operation": undone.pk, "reason": reason}
    record("MovementCorrected", f"operation:{operation.pk}", by=by, at=now, data=data)


@transaction.atomic
def enter_paid(*, application: Application, by: Person, now: datetime) -> Application:
    """Tries again to enter a paid application in the register. Raises NotAllowed, OutcomeRefused with the reason."""
    demand(may_match_payments(by, day_of(now)))
    lock_numbers()
    demand(not_ones_own(by, day_of(now), [application]))
    held = application_with(application.pk)
    if held is None or held.state != ApplicationState.PAID:
        raise OutcomeRefused(_("This request cannot be paid any more, or not yet."), code="state")
    return joining.enter(application=held, by=by, now=now)


def _held(number: int) -> Application:
    found = application_with(number)
    assert found is not None
    return found
