"""What payments, refunds that are owed and the ledger say about each other, and where they do not say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from commonweal.ledger import queries as ledger
from commonweal.ledger.queries import Trouble
from commonweal.membership.models import (
    Claimant,
    Estate,
    Exclusion,
    ExitRefund,
    Member,
)
from commonweal.membership.queries.exclusions import exclusions_unpaid
from commonweal.membership.queries.exit_payments import granted_unpaid
from commonweal.membership.queries.heirs import ended_among
from commonweal.membership.rules.payments import REFUND_OWED, PaymentKind
from commonweal.membership.states import ESTATE, EXCLUSION, EXIT, EstateState
from commonweal.treasury.actions.payables import owed_accounts, payable_kinds
from commonweal.treasury.queries import (
    paid_by_owner,
    references_of_kinds,
    returned_payments,
    standing_payments,
)
from commonweal.treasury.rules.payables import ReturnReason

TROUBLES_MAX = 50


def payment_troubles() -> list[Trouble]:
    """Where payments, what is owed and the ledger do not say the same; at most fifty."""
    return list(islice(_troubles(), TROUBLES_MAX))


def _troubles() -> Iterator[Trouble]:
    owed = {code: kind.owed for code, kind in payable_kinds().items() if kind.owed}
    for reference, code in references_of_kinds(owed):
        yield from _of_files(reference, owed[code])
    yield from _of_refunds()
    yield from _of_the_dead()


def _of_files(reference: str, owed: str) -> Iterator[Trouble]:
    paid = dict(ledger.moved_under(reference, "payout", owed))
    for number, cents in paid_by_owner(reference):
        if (posted := paid.pop(number, 0)) != -cents:
            what = f"member {number} was paid {cents} cents, the ledger says {-posted}"
            yield Trouble("payment", reference, what)
    for number, posted in paid.items():
        what = f"the ledger paid member {number} {-posted} cents without a payment"
        yield Trouble("payment", reference, what)


def _of_refunds() -> Iterator[Trouble]:
    due = _refunds_due()
    for number, _account, cents in ledger.every_balance([REFUND_OWED], date.max):
        if (wanted := due.pop(number, 0)) != cents:
            what = f"is due {wanted} cents of refunds, the ledger owes {cents}"
            yield Trouble("refund_owed", f"member {number}", what)
    for number, wanted in sorted(due.items()):
        what = f"is due {wanted} cents of refunds, the ledger owes 0"
        yield Trouble("refund_owed", f"member {number}", what)


def _of_the_dead() -> Iterator[Trouble]:
    """What is owed to somebody who died or was wound up, where no estate pays it: nobody would ever get it."""
    waits: dict[int, int] = {}
    for rows in (granted_unpaid().annotate(due_cents=Sum("refunds__cents")), _exclusions_due()):
        for member, cents in rows.values_list("member_id", "due_cents"):
            waits[member] = waits.get(member, 0) + int(cents or 0)
    numbers = dict(Member.objects.filter(pk__in=ended_among(waits)).values_list("pk", "number"))
    open_ones = set(Estate.objects.filter(state=EstateState.OPEN.value).values_list("member_id", flat=True))
    for member, number in sorted(numbers.items(), key=lambda each: each[1]):
        if waits[member] and member not in open_ones:
            what = f"is owed {waits[member]} cents of refunds, died or was wound up, and no open estate takes it up"
            yield Trouble("owed_to_the_dead", f"member {number}", what)
    told = returned_payments().filter(reason=ReturnReason.DECEASED).exclude(payment__owner=0).order_by()
    bearers = Member.objects.filter(number__in=told.values("payment__owner"))
    said = set(bearers.values_list("pk", flat=True))
    owes = {number for number, _account, cents in ledger.every_balance(owed_accounts(), date.max) if cents}
    for number, name in Member.objects.filter(pk__in=said - ended_among(said)).values_list("number", "pk"):
        if name in waits or number in owes:
            what = "is owed money, the bank said the holder died, and no estate is noted"
            yield Trouble("owed_to_the_dead", f"member {number}", what)


def _exclusions_due() -> QuerySet[Any]:
    return exclusions_unpaid().annotate(due_cents=F("refund_cents"))


def _refunds_due() -> dict[int, int]:
    """Member number -> cents of refunds that are granted and not paid."""
    exits = ExitRefund.objects.filter(request__state__in=EXIT.move("pay").sources)
    claims = Claimant.objects.filter(estate__state__in=ESTATE.move("pay").sources)
    exclusions = Exclusion.objects.filter(state__in=EXCLUSION.move("pay").sources)
    found: dict[int, int] = {}
    for kind, rows, row, number, cents in (
        (PaymentKind.EXIT, exits, "request", "request__member__number", "cents"),
        (PaymentKind.ESTATE, claims, "pk", "estate__member__number", "cents"),
        (PaymentKind.EXCLUSION, exclusions, "pk", "member__number", "refund_cents"),
    ):
        due: QuerySet[Any] = rows.filter(~Exists(standing_payments(kind).filter(subject=OuterRef(row))))
        due = due.filter(**{f"{cents}__gt": 0}).order_by().values_list(number)
        for owner, total in due.annotate(total=Sum(cents)):
            found[owner] = found.get(owner, 0) + int(total)
    return found
