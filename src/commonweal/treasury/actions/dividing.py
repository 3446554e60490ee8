"""Dividing a payment that is for more than one receivable: its parts become movements, decided about at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.access import may_match_payments
from commonweal.treasury.actions.payments import PlanChanged, decided
from commonweal.treasury.actions.receivables import enter_expected, lock_expected, lock_first
from commonweal.treasury.actions.taking_back import (
    OutcomeRefused,
    as_part,
    demand_anothers,
    demand_reason,
    next_turn,
    note_decisions,
)
from commonweal.treasury.models import BankMovement, Handling
from commonweal.treasury.queries.payments import judgement_of
from commonweal.treasury.queries.receivables import dues_of, here_cents_of
from commonweal.treasury.rules.matching import MAY_BE_DIVIDED, Due, Outcome, Verdict, outcome_of_part
from commonweal.treasury.rules.receivables import Expected
from commonweal.ui.formats import euros

if TYPE_CHECKING:
    from commonweal.people.models import Person


@dataclass(frozen=True, slots=True)
class Part:
    """Cents of a payment, for one receivable."""

    expected: Expected
    cents: int


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part, what is due on its receivable, and what becomes of it."""

    expected: Expected
    cents: int
    due: Due
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Division:
    """What dividing a payment would do: a part for each receivable, and the cents that are left."""

    parts: tuple[PlannedPart, ...]
    rest_cents: int

    @property
    def told(self) -> list[dict[str, object]]:
        """The parts, as the event keeps them."""
        return [
            {"subject": each.expected.subject, "cents": each.cents, "outcome": each.outcome}
            for each in self.parts
        ]

    @property
    def digest(self) -> str:
        """The same for the same division: what someone saw is what they confirm."""
        seen = [(each.expected.subject, each.cents, each.outcome.value) for each in self.parts]
        return hashlib.sha256(repr((seen, self.rest_cents)).encode()).hexdigest()


def division_planned(*, movement: BankMovement, parts: Sequence[Part]) -> Division:
    """What dividing a movement so would do now. Raises OutcomeRefused."""
    verdict, _named = judgement_of(movement)
    if not may_be_divided(movement, verdict):
        raise OutcomeRefused(_("This movement cannot be divided."), code="not_this")
    if not parts:
        raise OutcomeRefused(_("Say for which request, and how much."), code="no_application")
    if len({each.expected.subject for each in parts}) < len(parts):
        raise OutcomeRefused(_("The same request is named twice: give it one part."), code="twice")
    left = movement.amount_cents - sum(each.cents for each in parts)
    if left < 0 or any(each.cents < 1 for each in parts):
        raise OutcomeRefused(
            _("The parts are %(amount)s more than what came. Make one of them smaller.")
            % {"amount": euros(max(0, -left))},
            code="too_much",
        )
    if len(parts) == 1 and not left:
        raise OutcomeRefused(
            _("All of it is for one request: nothing is divided. Count it for that request."), code="one"
        )
    dues = dues_of(each.expected for each in parts)
    return Division(tuple(_planned(each, dues[each.expected.subject]) for each in parts), left)


def may_be_divided(movement: BankMovement, verdict: Verdict) -> bool:
    """Whether a movement may be divided: it could count for a receivable, is no part itself, and is all here."""
    whole = verdict in MAY_BE_DIVIDED and movement.part_of_id is None and movement.amount_cents > 1
    return whole and here_cents_of(movement) == movement.amount_cents


def _planned(part: Part, due: Due) -> PlannedPart:
    if due.open_cents <= 0:
        raise OutcomeRefused(
            _("Nothing is due any more on the request of %(holder)s. Let its part wait, or pay it back.")
            % {"holder": part.expected.holder},
            code="nothing_due",
        )
    if part.cents > due.open_cents:
        raise OutcomeRefused(
            _("For %(holder)s %(amount)s is due, less than this. Let the rest wait, or pay it back.")
            % {"holder": part.expected.holder, "amount": euros(due.open_cents)},
            code="too_much",
        )
    outcome = outcome_of_part(due, part.cents)
    if outcome is None:
        raise OutcomeRefused(
            _("The request of %(holder)s cannot be paid any more, or not in part.")
            % {"holder": part.expected.holder},
            code="state",
        )
    return PlannedPart(part.expected, part.cents, due, outcome)


@transaction.atomic
def divide_movement(
    *,
    movement: BankMovement,
    parts: Sequence[Part],
    rest_back: bool,
    seen: str,
    by: Person,
    now: datetime,
    reason: str = "",
) -> Handling:
    """Divides a payment as it was shown (`seen`): each part counts for its receivable, the rest waits on the list or
    is to be paid back.

    Raises NotAllowed, OutcomeRefused, PlanChanged, and what the areas of the receivables refuse.
    """
    demand(may_match_payments(by, day_of(now)))
    lock_first()
    movement = BankMovement.objects.select_for_update().get(pk=movement.pk)
    if movement.decision is not None:
        raise OutcomeRefused(_("Somebody decided about this movement already."), code="decided")
    demand_anothers([movement], [each.expected for each in parts], by, now)
    held = lock_expected(each.expected.subject for each in parts)
    verdict, _named = judgement_of(movement)
    demand_reason(Outcome.DIVIDED, verdict, movement, reason)
    plan = division_planned(
        movement=movement, parts=[Part(held[each.expected.subject], each.cents) for each in parts]
    )
    if plan.digest != seen:
        raise PlanChanged(_("Something changed since this was shown. Look at it once more, then confirm."))
    made = [as_part(movement, each.cents, place, each.expected) for place, each in enumerate(plan.parts)]
    rest = as_part(movement, plan.rest_cents, len(made)) if plan.rest_cents else None
    handling = Handling.objects.create(
        movement=movement,
        turn=next_turn(movement),
        outcome=Outcome.DIVIDED,
        by=by,
        at=now,
        reason=clean(reason, lines=False)[:500],
    )
    paid = [
        each.expected.subject
        for row, each in zip(made, plan.parts, strict=True)
        if decided(row, each.outcome, each.expected.subject, reason, by, now)
    ]
    if rest is not None and rest_back:
        decided(rest, Outcome.REFUND, "", reason, by, now)
    data = {
        "parts": plan.told,
        "rest_cents": plan.rest_cents,
        "rest_back": rest_back,
        "reason": handling.reason,
    }
    note_decisions(
        Handling.objects.filter(movement__in=made).select_related("movement").order_by("pk"), by, now
    )
    record("PaymentDivided", f"bankmovement:{movement.pk}", by=by, at=now, data=data)
    # The ledger is locked from the first booking on, so this comes last.
    for subject in paid:
        enter_expected(subject=subject, by=by, now=now)
    return handling
