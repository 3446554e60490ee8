"""What a payment is for and what may be done with it. Facts in, a verdict out; no framework, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commonweal.kernel.words import Words, gettext_noop
from commonweal.treasury.rules.names import HolderName, proves
from commonweal.treasury.rules.receivables import TAKES_ALL, TAKES_PART, Expected, Standing
from commonweal.treasury.rules.statements.facts import Oddity


class Verdict(Words):
    """What a movement on the account is, as far as the program can tell."""

    EXACT = "exact", gettext_noop("pays the shares exactly")
    UNDER = "under", gettext_noop("is less than what is due")
    OVER = "over", gettext_noop("is more than what is due")
    LATE = "late", gettext_noop("comes after the last day to pay")
    DOUBLE = "double", gettext_noop("comes for shares that are paid already")
    CLOSED = "closed", gettext_noop("comes for an application that was withdrawn or refused")
    EARLY = "early", gettext_noop("comes before the papers are checked")
    OTHER_PAYER = "other_payer", gettext_noop("comes from an account in another name")
    UNKNOWN = "unknown", gettext_noop("carries no communication we know")
    ODD = "odd", gettext_noop("has something odd about it")
    RETURNED = "returned", gettext_noop("is a payment of ours that comes back")
    RETURNED_LESS = "returned_less", gettext_noop("is a payment of ours that comes back, less a charge")
    MAY_RETURN = "may_return", gettext_noop("may be a payment of ours that comes back: look at who paid")
    NOTED = "noted", gettext_noop("is a payment of ours that came back, which somebody noted before")
    REVERSAL = "reversal", gettext_noop("takes money back, or pays it back, of a request for shares")
    OUTGOING = "outgoing", gettext_noop("goes out")
    ODD_OUT = "odd_out", gettext_noop("goes out, and has something odd about it")


class Outcome(Words):
    """What finance decides about a movement."""

    ACCEPT = "accept", gettext_noop("Count it for the shares")
    WAIT = "wait", gettext_noop("Keep it and wait for the rest")
    REFUND = "refund", gettext_noop("Pay all of it back")
    ASIDE = "aside", gettext_noop("It is not about shares")
    SAME = "same", gettext_noop("It is the same money, shown twice")
    UNDO = "undo", gettext_noop("Undo what was paid")
    OWE = "owe", gettext_noop("Owe it again")
    AGAIN = "again", gettext_noop("Decision undone, it waits again")
    DIVIDED = "divided", gettext_noop("Divided among several requests")


# What can be undone when somebody decided by mistake: all that is decided about one movement and booked here alone. What
# took money back or was divided rests on other movements: these are undone one by one.
MAY_BE_UNDONE = frozenset({Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND, Outcome.ASIDE, Outcome.SAME})


class Told(Words):
    """What two movements may have in common besides account and amount."""

    REFERENCE = "reference", gettext_noop("the bank's reference")
    END_TO_END = "end_to_end", gettext_noop("the payer's own reference")
    COMMUNICATION = "communication", gettext_noop("the structured communication")
    TEXT = "text", gettext_noop("the text")


# What counts as paid on a request; undoing takes away from it.
COUNTED = (Outcome.ACCEPT, Outcome.WAIT, Outcome.UNDO)
_ACCEPT, _WAIT, _REFUND, _ASIDE = Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND, Outcome.ASIDE
# Wherever money can be paid back it can also be said that it came once only: nothing is paid back of that.
_SAME = Outcome.SAME
MAY_BE: dict[Verdict, tuple[Outcome, ...]] = {
    Verdict.EXACT: (_ACCEPT, _REFUND, _SAME),
    Verdict.UNDER: (_WAIT, _REFUND, _SAME),
    Verdict.OVER: (_ACCEPT, _REFUND, _SAME),
    Verdict.LATE: (_ACCEPT, _WAIT, _REFUND, _SAME),
    Verdict.DOUBLE: (_REFUND, _SAME),
    Verdict.CLOSED: (_REFUND, _SAME),
    Verdict.EARLY: (_WAIT, _REFUND, _SAME),
    Verdict.OTHER_PAYER: (_ACCEPT, _WAIT, _REFUND, _SAME),
    Verdict.UNKNOWN: (_ACCEPT, _WAIT, _REFUND, _ASIDE, _SAME),
    Verdict.ODD: (_ACCEPT, _WAIT, _REFUND, _ASIDE, _SAME),
    Verdict.RETURNED: (Outcome.OWE, _ASIDE, _SAME),
    Verdict.RETURNED_LESS: (Outcome.OWE, _ASIDE, _SAME),
    # Anybody may type our reference: what it is otherwise stays open.
    Verdict.MAY_RETURN: (_ACCEPT, _WAIT, _REFUND, Outcome.OWE, _ASIDE, _SAME),
    # It is owed again already: no cent of it is paid back once more.
    Verdict.NOTED: (_ASIDE,),
    Verdict.REVERSAL: (Outcome.UNDO, _ASIDE, _SAME),
    Verdict.OUTGOING: (_ASIDE,),
    Verdict.ODD_OUT: (_ASIDE, Outcome.UNDO, _SAME),
}
# What is divided could count for a request, whole: the parts are decided about in its place.
MAY_BE_DIVIDED = frozenset(each for each, outcomes in MAY_BE.items() if {_ACCEPT, _WAIT} & {*outcomes})
# What a payment is by where its receivable stands; one that waits for payment is looked at more closely.
_BY_STANDING = {
    Standing.PAID: Verdict.DOUBLE,
    Standing.ENTERED: Verdict.DOUBLE,
    Standing.ENDED: Verdict.CLOSED,
    Standing.LAPSED: Verdict.LATE,
    Standing.EARLY: Verdict.EARLY,
}
COMES_BACK = frozenset({Verdict.RETURNED, Verdict.RETURNED_LESS, Verdict.MAY_RETURN, Verdict.NOTED})
# What a bank may take for a return, at most.
CHARGE_MAX_CENTS = 50_00
# What happens without anybody looking, once the statement is confirmed.
BY_ITSELF = {Verdict.EXACT: Outcome.ACCEPT, Verdict.OUTGOING: Outcome.ASIDE}


@dataclass(frozen=True, slots=True)
class Due:
    """A receivable as a payment sees it: where it stands, cents due and paid so far, the last day, who may pay."""

    standing: Standing
    due_cents: int
    paid_cents: int
    lapses_on: date
    names: tuple[HolderName, ...]

    @classmethod
    def of(cls, expected: Expected, paid_cents: int) -> Due:
        """The same of a receivable on which this much was paid."""
        return cls(expected.standing, expected.due_cents, paid_cents, expected.lapses_on, expected.names)

    @property
    def open_cents(self) -> int:
        """What is still to come."""
        return self.due_cents - self.paid_cents


def verdict(
    amount_cents: int,
    booked_on: date,
    payer_name: str,
    due: Due | None,
    *,
    odd: frozenset[Oddity] = frozenset(),
    comes_back: Verdict | None = None,
    undone: bool = False,
) -> Verdict:
    """What a movement is, beside the receivable its communication names (None: none).

    `payer_name` is the ultimate payer's where the bank names one. `odd` is what is odd about it; `comes_back` is what it is
    as a payment of ours that comes back (`returned_as`); `undone` says that another movement is
    its opposite: the same amount the other way, between the same accounts and with the same reference, communication or
    text.
    """
    if amount_cents <= 0:
        return _goes(amount_cents, due, odd, undone=undone)
    if comes_back is not None:
        return comes_back
    if due is None:
        return Verdict.UNKNOWN
    if odd or undone:
        return Verdict.ODD
    if due.standing in _BY_STANDING:
        return _BY_STANDING[due.standing]
    if booked_on > due.lapses_on:
        return Verdict.LATE
    if not is_own(payer_name, due.names):
        return Verdict.OTHER_PAYER
    if amount_cents == due.open_cents:
        return Verdict.EXACT
    return Verdict.UNDER if amount_cents < due.open_cents else Verdict.OVER


def less_a_charge(amount_cents: int, paid_cents: int) -> bool:
    """Whether an amount may be what is left of a payment that came back, after what a bank took for it: a little less, and
    most of it. A cent is no return of a payment, whatever reference stands beside it."""
    return 0 < paid_cents - amount_cents <= CHARGE_MAX_CENTS and 2 * amount_cents > paid_cents


def returned_as(amount_cents: int, paid_cents: int, *, told_by_bank: bool, noted: bool) -> Verdict | None:
    """What money is that bears the reference of a payment of ours; None where it is no such payment.

    `told_by_bank` says that the bank tells so, or that it comes from the account that was paid or from none; else somebody
    typed the reference. `noted` says that somebody noted the return before and this money was not there yet. A return may
    be less by what a bank took for it.
    """
    less = less_a_charge(amount_cents, paid_cents)
    if amount_cents != paid_cents and not (less and told_by_bank):
        return None
    if not told_by_bank:
        return Verdict.MAY_RETURN
    if noted:
        return Verdict.NOTED
    return Verdict.RETURNED_LESS if less else Verdict.RETURNED


def _goes(amount_cents: int, due: Due | None, odd: frozenset[Oddity], *, undone: bool) -> Verdict:
    """Money that goes is never passed over when it names a request, when the bank says that it takes something back or it
    is the opposite of what came, or when anything is odd about it."""
    if amount_cents and (due is not None or Oddity.REVERSAL in odd or undone):
        return Verdict.REVERSAL
    return Verdict.ODD_OUT if odd else Verdict.OUTGOING


def needs_reason(outcome: Outcome, verdict: Verdict, odd: frozenset[Oddity]) -> bool:
    """Whether whoever decides writes why: something odd is shown about a movement, and they say it is for a request."""
    if outcome == Outcome.UNDO:
        return verdict == Verdict.ODD_OUT
    unsure = bool(odd) or verdict in (Verdict.ODD, Verdict.MAY_RETURN)
    return outcome in (Outcome.ACCEPT, Outcome.WAIT, Outcome.DIVIDED) and unsure


def is_own(payer: str, names: tuple[HolderName, ...]) -> bool:
    """Whether the name on an account proves that one of these paid; no name proves nothing."""
    return any(proves(payer, name) for name in names)


def over_cents(amount_cents: int, due: Due) -> int:
    """What is to be paid back of a movement that counts for the shares."""
    return max(0, amount_cents - max(0, due.open_cents))


def outcome_of_part(due: Due, cents: int) -> Outcome | None:
    """What becomes of a part of a payment: it pays a request whole, or waits there for the rest; None where that request
    can take no such part. A lapsed request is paid whole or not at all."""
    if cents == due.open_cents and due.standing in TAKES_ALL:
        return Outcome.ACCEPT
    return Outcome.WAIT if due.standing in TAKES_PART else None
