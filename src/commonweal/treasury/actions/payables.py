"""Kinds of what is paid out, as the areas that owe it give them: the treasury knows none of these areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from commonweal.kernel.subjects import kind_of

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.access import OwnMoney
    from commonweal.treasury.models import Payment, PaymentFile
    from commonweal.treasury.rules.payables import Payable


def nothing_to_note(due: Sequence[Payable], pay_on: date) -> None:
    """Notes nothing when a file is made: for kinds of which the bank is waited for."""


def nothing_besides(due: Sequence[Payable], own: OwnMoney) -> frozenset[int]:
    """No rows: of kinds that payee, name and account tell all about."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class PayableKind:
    """What an area gives so that what it owes is paid out, under references `kind:id`.

    `owed` is the account of the ledger on which it is owed; empty where the ledger does not owe it. Each function runs in
    the treasury's transaction:

    - `lock(reference, by, now)` locks what is paid, and refuses whom it is no business of: `by` makes or notes a file.
    - `due(reference, pay_on)` is all that is due and has an account, in the order of the file; refuses a day too early.
    - `note_made(due, pay_on)` notes what is paid with the file itself.
    - `settle(reference, files, by, now)` notes that the bank paid these files; gives how many were waited for.
    - `lock_paid(payment, by, now)` locks what a payment paid, when it comes back, and refuses whom it is no business of.
    - `owe_again(payment)` lets it be due once more.
    - `ones_own(due, own)` are the rows paid, by id, that are somebody's own by more than payee, name and account.
    - `history(payment)` is the subject under which a return is told, `kind:id`.
    """

    code: str
    owed: str
    lock: Callable[[str, Person, datetime], None]
    due: Callable[[str, date], Sequence[Payable]]
    settle: Callable[[str, Sequence[PaymentFile], Person, datetime], int]
    lock_paid: Callable[[Payment, Person, datetime], None]
    owe_again: Callable[[Payment], None]
    history: Callable[[Payment], str]
    note_made: Callable[[Sequence[Payable], date], None] = nothing_to_note
    ones_own: Callable[[Sequence[Payable], OwnMoney], AbstractSet[int]] = nothing_besides


def payable_kinds() -> Mapping[str, PayableKind]:
    """The wired kinds (`PAYABLES` in `config/wiring.py`), by their codes."""
    return {each.code: each for each in import_string(settings.PAYABLES)}


def owed_accounts() -> list[str]:
    """The accounts of the ledger on which something is owed, in order."""
    return sorted({each.owed for each in payable_kinds().values() if each.owed})


def kind_of_payable(reference: str) -> PayableKind:
    """The kind of what a reference `kind:id` names. Raises KeyError for one that nobody wired."""
    return payable_kinds()[kind_of(reference)]
