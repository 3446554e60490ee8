"""What a payment is for and what may be done with it. Facts in, a verdict out; no framework, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commonweal.kernel.text import folded
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.joining import ApplicationState as State

# Shorter words in a name ("de", "van", "SA") prove nothing.
WORD_LENGTH_MIN = 3


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
    OUTGOING = "outgoing", gettext_noop("goes out")


class Outcome(Words):
    """What finance decides about a movement."""

    ACCEPT = "accept", gettext_noop("Count it for the shares")
    WAIT = "wait", gettext_noop("Keep it and wait for the rest")
    REFUND = "refund", gettext_noop("Pay all of it back")
    ASIDE = "aside", gettext_noop("It is not about shares")


_ACCEPT, _WAIT, _REFUND, _ASIDE = Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND, Outcome.ASIDE
MAY_BE: dict[Verdict, tuple[Outcome, ...]] = {
    Verdict.EXACT: (_ACCEPT, _REFUND),
    Verdict.UNDER: (_WAIT, _REFUND),
    Verdict.OVER: (_ACCEPT, _REFUND),
    Verdict.LATE: (_ACCEPT, _WAIT, _REFUND),
    Verdict.DOUBLE: (_REFUND,),
    Verdict.CLOSED: (_REFUND,),
    Verdict.EARLY: (_WAIT, _REFUND),
    Verdict.OTHER_PAYER: (_ACCEPT, _WAIT, _REFUND),
    Verdict.UNKNOWN: (_ACCEPT, _WAIT, _REFUND, _ASIDE),
    Verdict.OUTGOING: (_ASIDE,),
}
# What happens without anybody looking, once the statement is confirmed.
BY_ITSELF = {Verdict.EXACT: Outcome.ACCEPT, Verdict.OUTGOING: Outcome.ASIDE}


@dataclass(frozen=True, slots=True)
class Due:
    """An application as a payment sees it: cents due and paid so far, the last day, and the names that may pay."""

    state: State
    due_cents: int
    paid_cents: int
    lapses_on: date
    names: tuple[str, ...]

    @property
    def open_cents(self) -> int:
        """What is still to come."""
        return self.due_cents - self.paid_cents


def verdict(amount_cents: int, booked_on: date, payer_name: str, due: Due | None) -> Verdict:
    """What a movement is, beside the application its communication names (None: none)."""
    if amount_cents <= 0:
        return Verdict.OUTGOING
    if due is None:
        return Verdict.UNKNOWN
    by_state = {
        State.PAID: Verdict.DOUBLE,
        State.MEMBER: Verdict.DOUBLE,
        State.WITHDRAWN: Verdict.CLOSED,
        State.REFUSED: Verdict.CLOSED,
        State.LAPSED: Verdict.LATE,
        State.ASKED: Verdict.EARLY,
    }
    if due.state in by_state:
        return by_state[due.state]
    if booked_on > due.lapses_on:
        return Verdict.LATE
    if not same_name(payer_name, due.names):
        return Verdict.OTHER_PAYER
    if amount_cents == due.open_cents:
        return Verdict.EXACT
    return Verdict.UNDER if amount_cents < due.open_cents else Verdict.OVER


def same_name(payer: str, names: tuple[str, ...]) -> bool:
    """Whether the name on an account shares a word with one of these; a bank that gives no name proves nothing."""
    words = _words(payer)
    return not words or any(words & _words(name) for name in names)


def _words(name: str) -> frozenset[str]:
    spaced = "".join(c if c.isalnum() else " " for c in folded(name))
    return frozenset(word for word in spaced.split() if len(word) >= WORD_LENGTH_MIN)


def over_cents(amount_cents: int, due: Due) -> int:
    """What is to be paid back of a movement that counts for the shares."""
    return max(0, amount_cents - max(0, due.open_cents))
