"""Movements that may be the same money as another, for those of which the bank's files leave that open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from commonweal.treasury.models import BankMovement
from commonweal.treasury.queries.judgements import DECISIONS, Seen, oddities_of
from commonweal.treasury.rules.statements import Oddity
from commonweal.treasury.rules.statements.repeats import NEAR_DAYS, nearness

LIKE = frozenset({Oddity.NEAR, Oddity.REPEATED, Oddity.OVERLAPS, Oddity.CONTRADICTS})
BESIDE_MAX = 3


def beside(lines: Sequence[Seen], account: str) -> dict[int, list[BankMovement]]:
    """Place in the list -> the movements of other statements, or other files, that may be the same money: of the same day
    and amount, or some days before or after from the same payer for the same thing; the nearest three. Three queries."""
    wanted = {place: _whole(each) for place, each in enumerate(lines) if oddities_of(each) & LIKE}
    if not wanted:
        return {}
    days = [each.booked_on.toordinal() for each in wanted.values()]
    first, last = max(min(days) - NEAR_DAYS, 1), min(max(days) + NEAR_DAYS, date.max.toordinal())
    kept = BankMovement.objects.filter(
        part_of__isnull=True,
        account=account,
        amount_cents__in={each.amount_cents for each in wanted.values()},
        booked_on__range=(date.fromordinal(first), date.fromordinal(last)),
    )
    rows = list(kept.select_related("statement").prefetch_related(DECISIONS).order_by("booked_on", "id"))
    found = {}
    for place, line in wanted.items():
        alike = [each for each in rows if _may_be(line, each, account)]
        alike.sort(key=lambda each: (abs((each.booked_on - line.booked_on).days), each.pk))
        found[place] = alike[:BESIDE_MAX]
    return found


def _whole(line: Seen) -> Seen:
    """What the bank's file told of: the whole where a movement is a part."""
    return line.part_of if isinstance(line, BankMovement) and line.part_of is not None else line


def _may_be(line: Seen, other: BankMovement, account: str) -> bool:
    if other.amount_cents != line.amount_cents or abs((other.booked_on - line.booked_on).days) > NEAR_DAYS:
        return False
    here = isinstance(line, BankMovement)
    if here and (other.statement_id, other.file_id) == (line.statement_id, line.file_id):  # type: ignore[union-attr]
        return False
    return other.booked_on == line.booked_on or nearness(account, other) == nearness(account, line)
