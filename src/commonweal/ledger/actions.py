"""The only ways into the ledger: open accounts, set limits, post an operation, reverse one, post many.

All are refused by the database as well; here a refusal gets its name. Call them inside the transaction of the action
that has a reason to post.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import errors

from commonweal.kernel.decision import Refusal
from commonweal.ledger.models import Account, Limit, Operation, Posting
from commonweal.ledger.queries import Place, entries_of

CHUNK = 20_000


class Unbalanced(Refusal):
    """The quantities of an operation do not sum to zero in each unit, or it has none."""

    code = "unbalanced"


class BeyondLimit(Refusal):
    """An owner would hold less or more than the account allows, on the day or on a later one."""

    code = "beyond_limit"


class KeyReused(Refusal):
    """The idempotency key belongs to an operation that says something else."""

    code = "key_reused"


class CannotReverse(Refusal):
    """The operation was reversed before, or is a reversal itself."""

    code = "cannot_reverse"


_REFUSALS: dict[str, tuple[type[Refusal], object]] = {
    "ledger_balanced": (Unbalanced, _("The two sides of this entry are not equal.")),
    "ledger_operation_sealed": (Unbalanced, _("The two sides of this entry are not equal.")),
    "ledger_within_limits": (BeyondLimit, _("Someone would then hold less or more than is allowed.")),
    "ledger_key_once": (KeyReused, _("This was entered before, with other figures.")),
    "ledger_reversed_once": (CannotReverse, _("This entry was undone before.")),
    "ledger_mirror": (CannotReverse, _("This entry undoes another one; enter what is right instead.")),
}


class Entry(NamedTuple):
    """So many units on an account, for an owner; `owner` 0 is nobody, the account's own side."""

    account: str
    owner: int
    quantity: int


class Draft(NamedTuple):
    """An operation to post. `key` is its idempotency key; `author` and `document` are `kind:id`."""

    kind: str
    key: str
    effective_on: date
    entries: tuple[Entry, ...]
    author: str = ""
    document: str = ""
    note: str = ""


@contextmanager
def _named_refusals() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, errors.IntegrityError) as error:
        # COPY gives the driver's own error, all else Django's around it.
        told = error if isinstance(error, errors.IntegrityError) else error.__cause__
        constraint = getattr(getattr(told, "diag", None), "constraint_name", "")
        kind, reason = _REFUSALS.get(constraint, (None, ""))
        if kind is None:
            raise
        raise kind(reason) from error


@transaction.atomic
@transaction.atomic
def open_accounts(units: Mapping[str, str]) -> None:
    """Accounts by code with what each counts, made where they are new; two queries.

    Raises ValueError when one of them counts in another unit.
    """
    Account.objects.bulk_create(
        (Account(code=code, unit=unit) for code, unit in units.items()), ignore_conflicts=True
    )
    for code, unit in Account.objects.filter(code__in=units).values_list("code", "unit"):
        if unit != units[code]:
            raise ValueError(f"{code} counts in {unit}, not in {units[code]}")


class Bound(NamedTuple):
    """The least and the most an owner may hold on an account from a day on; None is without limit."""

    account: str
    starts_on: date
    floor: int | None
    ceiling: int | None


@transaction.atomic
def set_limits(bounds: Iterable[Bound]) -> None:
    """What an owner may hold on accounts from a day on; saying the same again changes nothing; two queries.

    Raises ValueError when the day has another limit. A ceiling set lower takes nothing away from who holds more.
    """
    wanted: dict[tuple[str, date], Bound] = {}
    for bound in bounds:
        _same(wanted.setdefault(bound[:2], bound), bound)
    Limit.objects.bulk_create(
        (
            Limit(account_id=account, starts_on=day, floor=low, ceiling=high)
            for account, day, low, high in wanted.values()
        ),
        ignore_conflicts=True,
    )
    known = Limit.objects.filter(account__in={account for account, _day in wanted})
    for row in known.values_list("account", "starts_on", "floor", "ceiling"):
        found = Bound(*row)
        _same(wanted.get(found[:2], found), found)


def _same(wanted: Bound, found: Bound) -> None:
    if wanted != found:
        raise ValueError(f"{found.account} has another limit from {found.starts_on}")


def post(*, draft: Draft, now: datetime, reverses: Operation | None = None) -> Operation:
    """Posts one operation and gives it back, `is_new`; the same draft again gives the one that is there.

    Raises Unbalanced, BeyondLimit, KeyReused, CannotReverse.
    """
    wanted = _netted(draft)
    with _named_refusals():
        known = Operation.objects.filter(key=draft.key).first()
        if known is None:
            try:
                with transaction.atomic():
                    operation = Operation.objects.create(
                        kind=draft.kind,
                        key=draft.key,
                        effective_on=draft.effective_on,
                        recorded_at=now,
                        author=draft.author,
                        document=draft.document,
                        note=draft.note,
                        reverses=reverses,
                    )
            except IntegrityError:
                # Someone posted the same key while we waited for it.
                known = Operation.objects.filter(key=draft.key).first()
                if known is None:
                    raise
            else:
                if not wanted:
                    raise Unbalanced(_REFUSALS["ledger_balanced"][1])
                Posting.objects.bulk_create(
                    Posting(
                        operation=operation,
                        account_id=account,
                        owner=owner,
                        quantity=quantity,
                        effective_on=draft.effective_on,
                    )
                    for (account, owner), quantity in wanted.items()
                )
                operation.is_new = True
                return operation
    if (known.kind, known.effective_on, entries_of(known)) != (draft.kind, draft.effective_on, wanted):
        raise KeyReused(_REFUSALS["ledger_key_once"][1])
    return known


def reverse(*, operation: Operation, key: str, now: datetime, author: str = "", note: str = "") -> Operation:
    """Undoes an operation, effective on its own day. Raises CannotReverse, BeyondLimit, KeyReused."""
    mirrored = tuple(Entry(*place, -quantity) for place, quantity in entries_of(operation).items())
    draft = Draft("correction", key, operation.effective_on, mirrored, author, operation.document, note)
    return post(draft=draft, now=now, reverses=operation)


def post_many(*, drafts: Iterable[Draft], now: datetime) -> int:
    """Posts many operations by COPY, in the caller's transaction and in chunks; gives how many were new.

    Those whose key is there already are left out, so a load that was broken off can be run again. Raises Unbalanced,
    BeyondLimit, KeyReused (the same key twice in one chunk); nothing of a chunk that is refused is kept.
    """
    source, count = iter(drafts), 0
    while chunk := list(islice(source, CHUNK)):
        with _named_refusals():
            count += _copied(chunk, now)
    return count


def _netted(draft: Draft) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for entry in draft.entries:
        place = (entry.account, entry.owner)
        found[place] = found.get(place, 0) + entry.quantity
    return (
        found if all(found.values()) else {place: quantity for place, quantity in found.items() if quantity}
    )


def _copied(chunk: list[Draft], now: datetime) -> int:
    with connection.cursor() as cursor:
        keys = [draft.key for draft in chunk]
        cursor.execute("SELECT key FROM ledger_operation WHERE key = ANY(%s)", [keys])
        known = {key for (key,) in cursor.fetchall()}
    new = [(draft, _netted(draft)) for draft in chunk if draft.key not in known]
    if not new:
        return 0
    if not all(wanted for _draft, wanted in new):
        raise Unbalanced(_REFUSALS["ledger_balanced"][1])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('ledger_operation', 'id')) FROM generate_series(1, %s)",
            [len(new)],
        )
        numbers = [number for (number,) in cursor.fetchall()]
        with cursor.copy(
            "COPY ledger_operation (id, kind, key, effective_on, recorded_at, author, document, note) FROM STDIN"
        ) as copy:
            for number, (draft, _wanted) in zip(numbers, new, strict=True):
                said = (draft.kind, draft.key, draft.effective_on, now)
                copy.write_row((number, *said, draft.author, draft.document, draft.note))
        with cursor.copy(
            "COPY ledger_posting (operation_id, account_id, owner, quantity, effective_on) FROM STDIN"
        ) as copy:
            for number, (draft, wanted) in zip(numbers, new, strict=True):
                for (account, owner), quantity in wanted.items():
                    copy.write_row((number, account, owner, quantity, draft.effective_on))
    return len(new)
