"""Reads of the ledger: what an operation moved, what an account holds on a day as known at a moment, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from commonweal.ledger.models import Operation, Posting, Seal

Place = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong on a live ledger: a stable word, where, and what."""

    code: str
    where: str
    what: str


def entries_of(operation: Operation) -> dict[Place, int]:
    """What an operation moved: (group, owner) -> quantity."""
    rows = operation.postings.values_list("account__group_id", "account__owner", "quantity")
    return {(group, owner): quantity for group, owner, quantity in rows}


def postings_in(groups: Sequence[str], owner: int | None = None) -> QuerySet[Posting]:
    """Postings on accounts of these groups, of one owner where given, with their operations, in order of effect."""
    found = Posting.objects.filter(account__group__in=groups)
    if owner is not None:
        found = found.filter(account__owner=owner)
    return found.select_related("operation", "account").order_by("operation__effective_on", "operation_id")


def balances(
    groups: Sequence[str], owners: Sequence[int], day: date, known_at: datetime | None = None
) -> dict[Place, int]:
    """What these owners hold in these groups at the end of a day, as known at a moment (default: now); no zeros."""
    rows = (
        Posting.objects.filter(_until(day, known_at), account__group__in=groups, account__owner__in=owners)
        .values_list("account__group_id", "account__owner")
        .annotate(total=Sum("quantity"))
        .order_by()
    )
    return {(group, owner): total for group, owner, total in rows if total}


def balance(place: Place, day: date, known_at: datetime | None = None) -> int:
    """What one account holds at the end of a day, as known at a moment (default: now)."""
    group, owner = place
    rows = Posting.objects.filter(_until(day, known_at), account__group=group)
    rows = (
        rows.filter(account__owner=owner) if owner is not None else rows.filter(account__owner__isnull=True)
    )
    return int(rows.aggregate(total=Sum("quantity"))["total"] or 0)


def _until(day: date, known_at: datetime | None) -> Q:
    until = Q(operation__effective_on__lte=day)
    return until & Q(operation__recorded_at__lte=known_at) if known_at else until


def operation_with_key(key: str) -> Operation | None:
    """The operation with an idempotency key, if it was posted."""
    return Operation.objects.filter(key=key).first()


def last_seal() -> str:
    """`number:digest` of the last link of the chain; note it outside, and nobody can cut the chain unseen."""
    seal = Seal.objects.order_by("-number").first()
    return f"{seal.number}:{bytes(seal.digest).hex()}" if seal else "0:"


# Each looks at the whole ledger and gives (where, what); fifty of a kind are enough to see what happened.
_LOOKS = {
    "changed": """
        SELECT 'operation ' || s.operation_id, 'seal ' || s.number || ' does not fit what it says' FROM (
          SELECT s.number, s.operation_id, s.digest,
            ledger_link(lag(s.digest) OVER (ORDER BY s.number), ledger_content(o, p.postings), sha256('')) AS due
          FROM ledger_seal s LEFT JOIN ledger_operation o ON o.id = s.operation_id LEFT JOIN (
            SELECT a.operation_id, string_agg(c.group_id || '/' || coalesce(c.owner::text, '') || ':' || a.quantity,
              ' ' ORDER BY c.group_id COLLATE "C", c.owner) AS postings
            FROM ledger_posting a JOIN ledger_account c ON c.id = a.account_id GROUP BY a.operation_id
          ) p ON p.operation_id = s.operation_id) s
        WHERE s.digest IS DISTINCT FROM s.due ORDER BY s.number""",
    "gap": """
        SELECT 'seal ' || number, 'the seals before it are gone' FROM (
          SELECT number, lag(number, 1, 0::bigint) OVER (ORDER BY number) AS before FROM ledger_seal) s
        WHERE number <> before + 1 ORDER BY number""",
    "unsealed": """
        SELECT 'operation ' || o.id, 'has no seal' FROM ledger_operation o
        LEFT JOIN ledger_seal s ON s.operation_id = o.id WHERE s.number IS NULL ORDER BY o.id""",
    "lost": """
        SELECT 'operation ' || p.operation_id, 'its operation or account is gone' FROM ledger_posting p
        LEFT JOIN ledger_operation o ON o.id = p.operation_id LEFT JOIN ledger_account a ON a.id = p.account_id
        WHERE o.id IS NULL OR a.id IS NULL ORDER BY p.operation_id""",
    "unbalanced": """
        SELECT 'operation ' || p.operation_id, 'is off by ' || sum(p.quantity) || ' ' || g.unit
        FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id JOIN ledger_group g ON g.code = a.group_id
        GROUP BY p.operation_id, g.unit HAVING sum(p.quantity) <> 0 ORDER BY p.operation_id""",
    "below_floor": """
        WITH limits AS (SELECT group_id, starts_on, floor,
          lead(starts_on) OVER (PARTITION BY group_id ORDER BY starts_on) AS next_on FROM ledger_limit),
        days AS (SELECT a.id, a.group_id, a.owner, o.effective_on, sum(p.quantity) AS moved
          FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
          JOIN ledger_operation o ON o.id = p.operation_id
          WHERE a.group_id IN (SELECT group_id FROM limits) GROUP BY a.id, o.effective_on),
        running AS (SELECT *, sum(moved) OVER (PARTITION BY id ORDER BY effective_on) AS balance FROM days)
        SELECT 'account ' || r.group_id || '/' || coalesce(r.owner::text, ''), 'holds ' || r.balance || ' on '
          || r.effective_on || ', less than ' || l.floor
        FROM running r JOIN limits l ON l.group_id = r.group_id AND l.starts_on <= r.effective_on
          AND (l.next_on IS NULL OR l.next_on > r.effective_on) WHERE r.balance < l.floor ORDER BY r.id""",
    "guard_off": """
        SELECT 'table ' || wanted.name, 'the guard ' || wanted.guard || ' is off' FROM (VALUES
          ('ledger_group', 'ledger_only_grows'), ('ledger_limit', 'ledger_only_grows'),
          ('ledger_account', 'ledger_only_grows'), ('ledger_operation', 'ledger_only_grows'),
          ('ledger_posting', 'ledger_only_grows'), ('ledger_seal', 'ledger_only_grows'),
          ('ledger_posting', 'ledger_take_in'), ('ledger_seal', 'ledger_sealed_by_postings')
        ) AS wanted (name, guard) LEFT JOIN pg_trigger t
          ON t.tgrelid = to_regclass(wanted.name) AND t.tgname = wanted.guard
        WHERE t.tgenabled IS DISTINCT FROM 'O'""",
}


def troubles(noted_seal: str = "") -> list[Trouble]:
    """All that is wrong with the ledger, at most fifty of a kind; `noted_seal` is what `last_seal` said before."""
    found = []
    with connection.cursor() as cursor:
        for code, look in _LOOKS.items():
            cursor.execute(f"{look} LIMIT 50")
            found += [Trouble(code, where, what) for where, what in cursor.fetchall()]
    number, _colon, digest = noted_seal.partition(":")
    if noted_seal and number != "0":
        seal = Seal.objects.filter(number=int(number)).first() if number.isdigit() else None
        if seal is None or bytes(seal.digest).hex() != digest:
            found.append(Trouble("cut", f"seal {number}", "is not the one that was noted"))
    return found
