"""What undoing a decision about a payment does: to which receivable, and what is owed no more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from commonweal.kernel.words import Words
from commonweal.treasury.models import BankMovement, Handling, Refund
from commonweal.treasury.queries.judgements import other_account
from commonweal.treasury.queries.payments import opposite_of
from commonweal.treasury.queries.receivables import against_undoing, expected_of, taken_cents_of, undone_of
from commonweal.treasury.rules.matching import COUNTED, MAY_BE_UNDONE, Outcome
from commonweal.treasury.rules.receivables import PAID_IN_FULL, Expected, Undone
from commonweal.treasury.rules.taking_back import (
    Candidate,
    Here,
    Taken,
    enough_from_account,
    parts_taken,
    payment_taken,
)
from commonweal.treasury.rules.undoing import Obstacle

_IN = (Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND)
NOTHING_UNDONE = Undone()


@dataclass(frozen=True, slots=True)
class Effect:
    """What undoing one decision would do, or one payment of a receivable: `cents` count no more for it, `reopens` says
    whether it waits for payment again and `undone` what becomes of what was paid for, `refund_cents` are no longer to be
    paid back. `decision` is None for money that nobody decided about, `movement` is the payment where it is known;
    `taken_cents` is what is taken of it where that is less than all."""

    movement: BankMovement | None
    decision: Handling | None
    expected: Expected | None
    cents: int
    refund_cents: int
    reopens: bool
    undone: Undone
    taken_cents: int = 0

    @property
    def mark(self) -> tuple[object, ...]:
        """The same for what does the same."""
        pks = [each.pk if each else None for each in (self.movement, self.decision)]
        subject = self.expected.subject if self.expected else ""
        return (
            *pks,
            subject,
            *self.undone.mark,
            self.cents,
            self.refund_cents,
            self.reopens,
            self.taken_cents,
        )


def digest_of(effects: Iterable[Effect]) -> str:
    """The same for the same effects: what someone saw is what they confirm."""
    return hashlib.sha256(repr([each.mark for each in effects]).encode()).hexdigest()


def effect_of(
    decision: Handling | None,
    expected: Expected | None,
    cents: int,
    movement: BankMovement | None = None,
) -> Effect:
    """What undoing a decision would do now; without one, of `cents` that were paid for a receivable."""
    counted = expected is not None and (decision is None or decision.outcome in COUNTED)
    open_cents, noted = 0, 0
    if decision is not None:
        for each in decision.refunds.filter(taken_back__isnull=True):
            noted += each.cents
            open_cents += each.cents if each.made_on is None else 0
    about = movement or (decision.movement if decision else None)
    noted += taken_cents_of([about]).get(about.pk, 0) if about else 0
    reopens = counted and expected is not None and expected.standing in PAID_IN_FULL
    return Effect(
        about,
        decision,
        expected,
        cents - noted if counted else 0,
        open_cents,
        reopens,
        undone_of(expected.subject) if reopens and expected is not None else NOTHING_UNDONE,
    )


# ---- a decision that was a mistake


def obstacle_to(decision: Handling) -> Words | None:
    """What stands against undoing a decision; None where nothing does."""
    undone = Handling.objects.filter(undoes=decision).first()
    if undone is not None:
        return Obstacle.UNDONE if undone.outcome == Outcome.AGAIN else Obstacle.BANK
    if decision.outcome not in MAY_BE_UNDONE:
        return Obstacle.DIVIDED if decision.outcome == Outcome.DIVIDED else Obstacle.OF_THE_BANK
    if Refund.objects.filter(handling=decision, made_on__isnull=False).exists():
        return Obstacle.PAID_BACK
    expected = expected_of([decision.subject]).get(decision.subject)
    if expected is None or decision.outcome not in COUNTED or expected.standing not in PAID_IN_FULL:
        return None
    return against_undoing(expected.subject)


# ---- what the bank takes back


def payment_taken_back(
    movement: BankMovement, expected: Expected | None
) -> tuple[Handling | None, BankMovement | None]:
    """The decision on the payment that a movement takes back, or that payment itself where nobody decided about it yet;
    neither where it is not known, or where the account it goes to paid as much in other amounts (`parts_taken_back`).
    `expected` is the receivable it was for, as far as that is named. Raises Unclear."""
    amount = Q(undone_by__isnull=True, movement__amount_cents=-movement.amount_cents)
    decided = Handling.objects.filter(amount, movement__taken__isnull=True).select_related("movement")
    opposite = opposite_of(movement)
    alone = list(_alone(decided.filter(outcome__in=_IN), movement, expected))
    if not alone and opposite is not None:
        # What was set aside and is its opposite: else it could be paid back once that decision is undone.
        alone = list(decided.filter(outcome=Outcome.ASIDE, movement=opposite.pk))
    divided = _divided(decided.filter(outcome=Outcome.DIVIDED), movement, expected, opposite)
    decisions = {each.pk: each for each in (*alone, *divided)}
    waiting = {each.pk: each for each in _waiting(movement)}
    paid_back = _paid_back(decisions.values())
    candidates = [
        Candidate(
            Taken.DIVIDED if each.outcome == Outcome.DIVIDED else Taken.ALONE,
            each.pk,
            each.movement.booked_on,
            other_account(each.movement),
            same_account=_same_account(each.movement, movement),
            here=paid_back[each.pk] < each.movement.amount_cents,
            opposite=opposite is not None and each.movement_id == opposite.pk,
        )
        for each in decisions.values()
    ]
    about = {"", expected.communication if expected else movement.communication}
    candidates += [
        Candidate(
            Taken.WAITING,
            each.pk,
            each.booked_on,
            other_account(each),
            same_account=_same_account(each, movement) and each.communication in about,
        )
        for each in waiting.values()
    ]
    others_alone = candidates and not any(each.same_account or each.opposite for each in candidates)
    if others_alone and enough_from_account(-movement.amount_cents, _here_of(movement, expected)[0]):
        return None, None
    chosen = payment_taken(candidates)
    if chosen is None:
        return None, None
    if chosen.taken == Taken.WAITING:
        return None, waiting[chosen.number]
    return decisions[chosen.number], None


def _same_account(payment: BankMovement, movement: BankMovement) -> bool:
    """Whether a payment came from the account a movement goes to, as far as the bank tells that."""
    return other_account(movement) == other_account(payment) != ""


def _alone(
    decided: QuerySet[Handling], movement: BankMovement, expected: Expected | None
) -> QuerySet[Handling]:
    """Decisions on payments for the receivable alone; where none is named, on money from the same account that named none
    either and waits to be paid back."""
    if expected is not None:
        return decided.filter(subject=expected.subject)
    if not movement.payer_iban:
        return decided.none()
    return decided.filter(outcome=Outcome.REFUND, subject="", movement__payer_iban=movement.payer_iban)


def _divided(
    decided: QuerySet[Handling],
    movement: BankMovement,
    expected: Expected | None,
    opposite: BankMovement | None,
) -> QuerySet[Handling]:
    """Divisions of the opposite, and of payments with a part for the receivable; where none is named, of those from the
    same account."""
    wanted = Q(movement=opposite.pk) if opposite is not None else Q(pk__in=())
    if expected is not None:
        named = Q(communication=expected.communication) | Q(handlings__subject=expected.subject)
        parts = BankMovement.objects.filter(named, part_of__isnull=False)
        wanted |= Q(movement__in=parts.values("part_of"))
    elif movement.payer_iban:
        wanted |= Q(movement__payer_iban=movement.payer_iban)
    return decided.filter(wanted)


def _waiting(movement: BankMovement) -> QuerySet[BankMovement]:
    """Payments nobody decided about yet, from the same account or with the same communication."""
    same = Q(payer_iban=movement.payer_iban) & ~Q(payer_iban="")
    same |= Q(communication=movement.communication) & ~Q(communication="")
    whole = Q(amount_cents=-movement.amount_cents, taken__isnull=True)
    return BankMovement.objects.waiting().filter(same, whole)


def _paid_back(decisions: Iterable[Handling]) -> dict[int, int]:
    """Cents that left the account again of each payment and its parts, by decision; one query."""
    found = {each.pk: 0 for each in decisions}
    by_movement = {each.movement_id: each.pk for each in decisions}
    made = Refund.objects.filter(
        Q(handling__in=found) | Q(handling__movement__part_of__in=by_movement), made_on__isnull=False
    )
    rows = made.values_list("handling_id", "handling__movement__part_of_id", "cents") if found else ()
    for handling, whole, cents in rows:
        for decision in {handling, by_movement.get(whole or 0, 0)}:
            if decision in found:
                found[decision] += cents
    return found


@dataclass(frozen=True, slots=True)
class TakenOf:
    """Cents of a payment that a movement takes back, the decision that stands about the payment (None: it waits), and how
    many of these cents were to be paid back."""

    payment: BankMovement
    decision: Handling | None
    cents: int
    refund_cents: int

    @property
    def counted_cents(self) -> int:
        """Those that counted for a receivable."""
        counted = self.decision is not None and self.decision.outcome in COUNTED
        return self.cents - self.refund_cents if counted else 0


def parts_taken_back(movement: BankMovement, expected: Expected | None) -> list[TakenOf]:
    """The parts of payments that a movement takes back where no payment is just as much; none where less is here. Those
    for the receivable, where one is named; else money from the same account that names none: it waits, or is to be paid
    back. Five queries. Raises Unclear."""
    here, payments, decisions = _here_of(movement, expected)
    refund_cents = {each.number: each.refund_cents for each in here}
    return [
        TakenOf(payments[number], decisions.get(number), cents, min(cents, refund_cents[number]))
        for number, cents in parts_taken(-movement.amount_cents, here)
    ]


def _here_of(
    movement: BankMovement, expected: Expected | None
) -> tuple[list[Here], dict[int, BankMovement], dict[int, Handling | None]]:
    """What is here of each payment of which a part may be taken back; payments, and decisions about them, by number."""
    decided = Handling.objects.standing().filter(movement__amount_cents__gt=0, undone_by__isnull=True)
    decided = decided.filter(outcome__in=_IN).select_related("movement")
    waiting = BankMovement.objects.waiting().filter(amount_cents__gt=0)
    if expected is not None:
        named = Q(communication=expected.communication) & ~Q(communication="")
        named |= Q(communication="", payer_iban=movement.payer_iban) & ~Q(payer_iban="")
        decided, waiting = decided.filter(subject=expected.subject), waiting.filter(named)
    elif movement.payer_iban:
        decided = decided.filter(outcome=Outcome.REFUND, subject="", movement__payer_iban=movement.payer_iban)
        waiting = waiting.filter(payer_iban=movement.payer_iban)
    else:
        return [], {}, {}
    decisions: dict[int, Handling | None] = {each.movement_id: each for each in decided}
    payments = {each.movement_id: each.movement for each in decided} | {each.pk: each for each in waiting}
    taken, made, open_cents = taken_cents_of(payments.values()), dict[int, int](), dict[int, int]()
    refunds = Refund.objects.filter(
        handling__in=[each for each in decisions.values() if each], taken_back__isnull=True
    )
    for number, cents, made_on in refunds.values_list("handling__movement", "cents", "made_on"):
        sums = open_cents if made_on is None else made
        sums[number] = sums.get(number, 0) + cents
    here = [
        Here(
            number,
            payment.amount_cents - taken.get(number, 0) - made.get(number, 0),
            open_cents.get(number, 0),
            about.pk if (about := decisions.get(number)) else None,
            other_account(payment),
            same_account=_same_account(payment, movement),
        )
        for number, payment in payments.items()
    ]
    return here, payments, decisions


def _effect_of_part(part: TakenOf, expected: Expected | None) -> Effect:
    counted = part.counted_cents
    reopens = bool(counted) and expected is not None and expected.standing in PAID_IN_FULL
    return Effect(
        part.payment,
        part.decision,
        expected if counted else None,
        counted,
        part.refund_cents,
        reopens,
        undone_of(expected.subject) if reopens and expected is not None else NOTHING_UNDONE,
        part.cents,
    )


def taking_back_planned(movement: BankMovement, expected: Expected | None) -> list[Effect]:
    """What taking a payment back would do, part by part."""
    decision, waiting = payment_taken_back(movement, expected)
    if decision is not None and decision.outcome == Outcome.DIVIDED:
        parts = list(decision.movement.parts.prefetch_related("handlings").order_by("pk"))
        about = [(each, each.decision) for each in parts]
        found = expected_of(each.subject for _part, each in about if each)
        return [
            effect_of(each, found.get(each.subject) if each else None, part.amount_cents, part)
            for part, each in about
        ]
    if decision is not None:
        return [effect_of(decision, expected, -movement.amount_cents)]
    if waiting is not None:
        # It is set aside, and nothing else happens.
        return [effect_of(None, None, -movement.amount_cents, waiting)]
    return [_effect_of_part(each, expected) for each in parts_taken_back(movement, expected)]
