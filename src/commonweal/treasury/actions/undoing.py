"""Undoing a decision about a movement of the bank that was a mistake: the movement waits on the list again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.access import may_match_payments
from commonweal.treasury.actions.payments import PlanChanged
from commonweal.treasury.actions.receivables import lock_expected, lock_first, reopen_expected
from commonweal.treasury.actions.taking_back import (
    OutcomeRefused,
    demand_anothers,
    next_turn,
    note_decisions,
)
from commonweal.treasury.models import BankMovement, Handling, Refund
from commonweal.treasury.queries.undoing import digest_of, effect_of, obstacle_to
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.reasons import Reason

if TYPE_CHECKING:
    from commonweal.people.models import Person


@transaction.atomic
def undo_decision(*, decision: Handling, seen: str, reason: str, by: Person, now: datetime) -> Handling:
    """Undoes a decision as it was shown (`seen`): what counted counts no more, its receivable waits for payment again,
    what was paid for undone, what was to be paid back is owed no more, and the movement waits on the list.

    Raises NotAllowed, OutcomeRefused, PlanChanged, what the area of the receivable refuses and what the ledger refuses.
    """
    demand(may_match_payments(by, day_of(now)))
    lock_first()
    movement = BankMovement.objects.select_for_update(of=("self",)).get(pk=decision.movement_id)
    decision = Handling.objects.select_related("movement").get(pk=decision.pk)
    expected = lock_expected([decision.subject]).get(decision.subject)
    demand_anothers([movement], [expected], by, now)
    list(Refund.objects.select_for_update().filter(handling=decision))
    against = obstacle_to(decision)
    if against is not None:
        raise OutcomeRefused(_(against.label), code=against)
    why = clean(reason, lines=False)[:500]
    if not why.strip():
        raise OutcomeRefused(_("Write in one line why it is undone."), code="no_reason")
    effect = effect_of(decision, expected, movement.amount_cents)
    if digest_of([effect]) != seen:
        raise PlanChanged(_("Something changed since this was shown. Look at it once more, then confirm."))
    handling = Handling.objects.create(
        movement=movement,
        turn=next_turn(movement),
        subject=decision.subject,
        outcome=Outcome.AGAIN,
        by=by,
        at=now,
        reason=why,
        undoes=decision,
    )
    waiting = Refund.objects.filter(handling=decision, made_on__isnull=True, taken_back__isnull=True)
    waiting.update(taken_back=handling)
    data = {"outcome": decision.outcome, "decision": decision.pk, "reason": why}
    note_decisions([handling], by, now)
    record("DecisionUndone", f"bankmovement:{movement.pk}", by=by, at=now, data=data)
    if effect.reopens:
        reopen_expected(subject=decision.subject, reason=Reason.UNDONE, by=by, now=now)
    return handling
