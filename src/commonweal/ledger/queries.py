"""Reads of the ledger: what an operation moved, what an account holds on a day as known at a moment, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from commonweal.ledger.models import Operation, Posting, Seal

Place = tuple[str, int]
# The owner of an account's own side.
NOBODY = 0
READ_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong on a live ledger: a stable word, where, and what."""

    code: str
    where: str
    what: str


def entries_of(operation: Operation) -> dict[Place, int]:
    """What an operation moved: (account, owner) -> quantity."""
    rows = operation.postings.values_list("account_id", "owner", "quantity")
    return {(account, owner): quantity for account, owner, quantity in rows}


def postings_on(accounts: Sequence[str], owner: int) -> QuerySet[Posting]:
    """An owner's postings on these accounts, with their operations, in order of effect."""
    found = Posting.objects.filter(account__in=accounts, owner=owner).select_related("operation")
    return found.order_by("effective_on", "operation_id")


def postings_of(owners: Sequence[int]) -> list[dict[str, object]]:
    """All that these owners got and gave on any account, with day, moment and document, in order of effect; for a copy."""
    told = ("kind", "recorded_at", "document")
    found = Posting.objects.filter(owner__in=owners, owner__gt=0).order_by("effective_on", "operation_id")
    return list(
        found.values(
            "account_id", "owner", "quantity", "effective_on", *(f"operation__{name}" for name in told)
        )
    )


def balances(
    accounts: Sequence[str], owners: Sequence[int], day: date, known_at: datetime | None = None
) -> dict[Place, int]:
    """What these owners hold on these accounts at the end of a day, as known at a moment (default: now); no zeros."""
    rows = (
        Posting.objects.filter(_until(day, known_at), account__in=accounts, owner__in=owners)
        .values_list("account_id", "owner")
        .annotate(total=Sum("quantity"))
        .order_by()
    )
    return {(account, owner): total for account, owner, total in rows if total}


def owners_after(accounts: Sequence[str], number: int, limit: int) -> list[int]:
    """The next owners with postings on these accounts above a number, in order, whatever they hold."""
    rows = Posting.objects.filter(account__in=accounts, owner__gt=number).order_by("owner")
    return list(rows.values_list("owner", flat=True).distinct()[:limit])


# Without the join where it is not asked for: the index on owners then gives the rows, sorted, by itself.
_KNOWN = "JOIN ledger_operation o ON o.id = p.operation_id AND o.recorded_at <= %(known)s"
_EVERY_BALANCE = """
    SELECT p.owner, p.account_id, sum(p.quantity) FROM ledger_posting p /* known */
    WHERE p.account_id = ANY(%(accounts)s) AND p.owner > 0 AND p.effective_on <= %(day)s
    GROUP BY p.owner, p.account_id HAVING sum(p.quantity) <> 0 ORDER BY p.owner, p.account_id"""


def every_balance(
    accounts: Sequence[str], day: date, known_at: datetime | None = None
) -> Iterator[tuple[int, str, int]]:
    """(owner, account, quantity) of all that owners hold on these accounts at the end of a day, by owner; no zeros.

    Read through a cursor of the server, so memory does not grow with the ledger.
    """
    return _streamed(
        _EVERY_BALANCE.replace("/* known */", _KNOWN if known_at else ""),
        {"day": day, "known": known_at, "accounts": list(accounts)},
    )


# A quantity counts for each day of the span on whose end it stands there.
_DAY_SUMS = """
    SELECT p.owner, p.account_id, sum(p.quantity * (%(last)s::date - greatest(p.effective_on, %(first)s::date) + 1))
    FROM ledger_posting p /* known */
    WHERE p.account_id = ANY(%(accounts)s) AND p.owner > 0 AND p.effective_on <= %(last)s
    GROUP BY p.owner, p.account_id
    HAVING sum(p.quantity * (%(last)s::date - greatest(p.effective_on, %(first)s::date) + 1)) <> 0
    ORDER BY p.owner, p.account_id"""


def day_sums(
    accounts: Sequence[str], first: date, last: date, known_at: datetime | None = None
) -> Iterator[tuple[int, str, int]]:
    """(owner, account, quantity times days) over all days from `first` to `last`, by owner; no zeros.

    A day counts for what stands there at its end. Read in one pass through a cursor of the server.
    """
    return _streamed(
        _DAY_SUMS.replace("/* known */", _KNOWN if known_at else ""),
        {"first": first, "last": last, "known": known_at, "accounts": list(accounts)},
    )


def moved_under(document: str, kind: str, account: str) -> Iterator[tuple[int, int]]:
    """(owner, quantity) of what operations of a kind that rest on a document moved on an account, by owner."""
    told = _streamed(_MOVED_UNDER, {"document": document, "kind": kind, "account": account})
    return ((owner, total) for owner, _account, total in told)


_MOVED_UNDER = """
    SELECT p.owner, p.account_id, sum(p.quantity) FROM ledger_posting p
    JOIN ledger_operation o ON o.id = p.operation_id
    WHERE o.document = %(document)s AND o.kind = %(kind)s AND p.account_id = %(account)s AND p.owner > 0
    GROUP BY p.owner, p.account_id HAVING sum(p.quantity) <> 0 ORDER BY p.owner"""


def _streamed(query: str, given: dict[str, Any]) -> Iterator[tuple[int, str, int]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(READ_AT_ONCE):
            yield from ((owner, account, int(total)) for owner, account, total in rows)


def balance(place: Place, day: date, known_at: datetime | None = None) -> int:
    """What one owner holds on an account at the end of a day, as known at a moment (default: now)."""
    return balances([place[0]], [place[1]], day, known_at).get(place, 0)


def owners_above(account: str, quantity: int, day: date) -> int:
    """How many owners hold more than so much on an account at the end of a day."""
    rows = Posting.objects.filter(_until(day, None), account=account, owner__gt=NOBODY).values("owner")
    return rows.annotate(total=Sum("quantity")).filter(total__gt=quantity).order_by().count()


def moved_by_year(accounts: Sequence[str], owner: int, day: date) -> dict[tuple[int, str], int]:
    """What came and went for an owner in each year until a day: (year, account) -> quantity."""
    rows = (
        Posting.objects.filter(account__in=accounts, owner=owner, effective_on__lte=day)
        .values_list("effective_on__year", "account_id")
        .annotate(total=Sum("quantity"))
        .order_by()
    )
    return {(year, account): total for year, account, total in rows}


def _until(day: date, known_at: datetime | None) -> Q:
    until = Q(effective_on__lte=day)
    return until & Q(operation__recorded_at__lte=known_at) if known_at else until


def operations_on(accounts: Sequence[str], before: int | None, limit: int) -> list[Operation]:
    """The latest operations that touch these accounts, newest first, below an id where given."""
    rows = Operation.objects.filter(
        Exists(Posting.objects.filter(operation=OuterRef("pk"), account__in=accounts))
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk").prefetch_related("postings")[:limit])


def other_owners(operations: Sequence[int], owner: int) -> dict[int, list[int]]:
    """Who else has a posting in these operations: operation -> owners, in order."""
    rows = Posting.objects.filter(operation__in=operations).exclude(owner__in=(NOBODY, owner))
    found: dict[int, list[int]] = {}
    for operation, other in rows.values_list("operation_id", "owner"):
        if other not in found.setdefault(operation, []):
            found[operation].append(other)
    return {operation: sorted(others) for operation, others in found.items()}


def operations_with_keys(keys: Sequence[str]) -> list[Operation]:
    """The operations that bear one of these keys, oldest first; one query."""
    return list(Operation.objects.filter(key__in=keys).order_by("id"))


def reversed_among(operations: Sequence[int]) -> set[int]:
    """Those of these operations that were undone."""
    return set(Operation.objects.filter(reverses__in=operations).values_list("reverses_id", flat=True))


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
            SELECT operation_id, string_agg(account_id || '/' || owner || ':' || quantity, ' '
              ORDER BY owner, account_id COLLATE "C") AS postings FROM ledger_posting GROUP BY operation_id
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
        LEFT JOIN ledger_operation o ON o.id = p.operation_id LEFT JOIN ledger_account a ON a.code = p.account_id
        WHERE o.id IS NULL OR a.code IS NULL ORDER BY p.operation_id""",
    "astray": """
        SELECT 'operation ' || o.id, 'a posting takes effect on ' || p.effective_on || ', not on ' || o.effective_on
        FROM ledger_posting p JOIN ledger_operation o ON o.id = p.operation_id
        WHERE p.effective_on <> o.effective_on ORDER BY o.id""",
    "unbalanced": """
        SELECT 'operation ' || p.operation_id, 'is off by ' || sum(p.quantity) || ' ' || a.unit
        FROM ledger_posting p JOIN ledger_account a ON a.code = p.account_id
        GROUP BY p.operation_id, a.unit HAVING sum(p.quantity) <> 0 ORDER BY p.operation_id""",
    "below_floor": """
        WITH limits AS (SELECT account_id, starts_on, floor,
          lead(starts_on) OVER (PARTITION BY account_id ORDER BY starts_on) AS next_on FROM ledger_limit),
        running AS (SELECT account_id, owner, effective_on,
          sum(quantity) OVER (PARTITION BY owner, account_id ORDER BY effective_on) AS balance
          FROM ledger_posting WHERE account_id IN (SELECT account_id FROM limits))
        SELECT DISTINCT 'owner ' || r.owner, 'holds ' || r.balance || ' of ' || r.account_id || ' on ' || r.effective_on
          || ', less than ' || l.floor
        FROM running r JOIN limits l ON l.account_id = r.account_id AND l.starts_on <= r.effective_on
          AND (l.next_on IS NULL OR l.next_on > r.effective_on) WHERE r.balance < l.floor ORDER BY 1""",
    "guard_off": """
        SELECT 'table ' || wanted.name, 'the guard ' || wanted.guard || ' is off' FROM (VALUES
          ('ledger_account', 'ledger_only_grows'), ('ledger_limit', 'ledger_only_grows'),
          ('ledger_operation', 'ledger_only_grows'),
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


def entries_with_keys(keys: Sequence[str]) -> dict[str, tuple[str, date, dict[Place, int]]]:
    """Key -> (kind, day, what it moved) of the operations that bear one of these keys; two queries."""
    found = Operation.objects.filter(key__in=keys).prefetch_related("postings")
    return {
        each.key: (
            each.kind,
            each.effective_on,
            {(posting.account_id, posting.owner): posting.quantity for posting in each.postings.all()},
        )
        for each in found
    }


# The same question as the trigger asks of what is posted, of what is staged beside what was posted before.
_TRIAL = """
    WITH limits AS (
      SELECT account_id, starts_on, floor, ceiling,
        lead(starts_on) OVER (PARTITION BY account_id ORDER BY starts_on) AS next_on FROM ledger_limit),
    touched AS (SELECT account, owner, min(effective_on) AS since FROM ledger_staged GROUP BY 1, 2),
    moves AS (
      SELECT account, owner, effective_on, quantity, line FROM ledger_staged
      UNION ALL
      SELECT p.account_id, p.owner, p.effective_on, p.quantity, NULL FROM touched t
      JOIN ledger_posting p ON p.owner = t.owner AND p.account_id = t.account),
    running AS (
      SELECT *, sum(quantity) OVER (PARTITION BY owner, account ORDER BY effective_on) AS balance FROM moves),
    broken AS (
      SELECT r.owner, r.account, r.effective_on, r.balance < l.floor AS below FROM running r
      JOIN limits l ON l.account_id = r.account AND l.starts_on <= r.effective_on
        AND (l.next_on IS NULL OR l.next_on > r.effective_on)
      WHERE r.balance < l.floor OR r.balance > l.ceiling GROUP BY 1, 2, 3, 4)
    SELECT DISTINCT ON (b.owner, b.account) s.line, b.account, b.below FROM broken b
    JOIN ledger_staged s ON s.owner = b.owner AND s.account = b.account AND s.effective_on <= b.effective_on
      AND (s.quantity < 0) = b.below
    ORDER BY b.owner, b.account, b.effective_on, s.effective_on DESC, s.line DESC LIMIT %s"""


class Trial:
    """Postings tried and not posted: which would leave an owner below the floor or above the ceiling on some day.

    Inside one transaction. `add` takes (line, account, owner, quantity, effective on), `line` being the caller's own
    count; `broken` gives, for each owner and account that would break, the line to blame: the last that moved the wrong
    way up to the first day that would end wrong.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TABLE IF EXISTS ledger_staged; CREATE TEMPORARY TABLE ledger_staged"
                " (line integer, account text, owner bigint, quantity bigint, effective_on date) ON COMMIT DROP"
            )

    def add(self, entries: Iterable[tuple[int, str, int, int, date]]) -> None:
        """Stages these, by COPY."""
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY ledger_staged (line, account, owner, quantity, effective_on) FROM STDIN"
            ) as copy,
        ):
            for entry in entries:
                copy.write_row(entry)

    def broken(self, limit: int) -> list[tuple[int, str, bool]]:
        """(line, account, whether below the floor rather than above the ceiling), at most so many; drops the stage."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE ledger_staged")
            cursor.execute(_TRIAL, [limit])
            found = [(line, account, below) for line, account, below in cursor.fetchall()]
            cursor.execute("DROP TABLE ledger_staged")
        return sorted(found)
