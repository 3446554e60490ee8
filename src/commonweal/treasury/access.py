"""Who may pay out, and whose money a movement of the bank is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from commonweal.kernel.decision import YES
from commonweal.people.access import ONES_OWN, Close, close_to, may, names_of
from commonweal.people.rules import Act
from commonweal.people.rules.same_people import OwnNames
from commonweal.treasury.queries import accounts_with
from commonweal.treasury.rules.statements.repeats import Paying

if TYPE_CHECKING:
    from commonweal.kernel.decision import Decision
    from commonweal.people.models import Person


def may_pay_out(person: Person, on: date) -> Decision:
    """Whether staff may make payment files, take them out, and note what the bank paid and what came back."""
    return may(person, Act.PAY_OUT, on)


def may_match_payments(person: Person, on: date) -> Decision:
    """Whether staff may read bank statements in and decide what payments are for."""
    return may(person, Act.MATCH_PAYMENTS, on)


class Moved(Paying, Protocol):
    """A movement of money as the bank tells it, with whose money the payer says it is."""

    @property
    def ultimate_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """How somebody's own money, and that of who is close to them, is known: by whose it is, by accounts they ever gave, by
    their names on an account, however they are written."""

    close: Close
    accounts: frozenset[str]
    names: OwnNames

    def holds(self, whose: Iterable[Any], accounts: Iterable[str] = (), names: Iterable[str] = ()) -> bool:
        """Whether money is theirs: one of `whose` is (`Close.holds`, or None), an account, or a name on it."""
        return (
            any(self.close.holds(each) for each in whose if each is not None)
            or not self.accounts.isdisjoint(accounts)
            or any(map(self.names.hold, names))
        )

    def is_of(self, movement: Moved, whose: Iterable[Any] = ()) -> bool:
        """Whether a movement is theirs, or one of the things it is for."""
        accounts = (movement.payer_iban, movement.other_account)
        return self.holds(whose, accounts, (movement.payer_name, movement.ultimate_name))


def own_money(person: Person, on: date) -> OwnMoney:
    """What of the bank's money is a person's own on a day. A handful of queries, however many movements are asked about."""
    close = close_to(person, on)
    kept = accounts_with(close.people, close.organisations).values_list("iban", flat=True)
    return OwnMoney(close, frozenset(kept), names_of(close))


def not_ones_own_money(
    person: Person, on: date, movements: Iterable[Moved], whose: Iterable[Any] = ()
) -> Decision:
    """Whether these movements of the bank, and what they are for, are somebody else's: nobody decides about their own
    money, nor about that of who is close to them, whatever a payment names or leaves out."""
    own, about = own_money(person, on), list(whose)
    if own.holds(about):
        return ONES_OWN
    return ONES_OWN if any(own.is_of(each) for each in movements) else YES
