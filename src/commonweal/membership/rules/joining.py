"""Asking for shares: who may, what it costs, the structured communication one pays with. No framework, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.periods import FULL_AGE, age_on
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.statutes import HolderKind, Terms, may_hold, may_issue
from commonweal.people.rules import plausible_birthday
from commonweal.treasury.rules.statements.communications import communication_of

# Civil code, art. 388 (old numbering): a minor is who is not yet eighteen.
# The series of communications for shares.
FOR_SHARES = "31"


class HolderRole(Words):
    """For whom shares are asked."""

    SELF = "self", gettext_noop("for myself")
    CHILD = "child", gettext_noop("for a minor I represent")
    ORGANISATION = "organisation", gettext_noop("for an organisation I speak for")


class ApplicationState(Words):
    """Where an application stands."""

    ASKED = "asked", gettext_noop("papers are checked")
    AWAITING = "awaiting", gettext_noop("waits for payment")
    PAID = "paid", gettext_noop("paid, not yet in the register")
    MEMBER = "member", gettext_noop("in the register")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")
    LAPSED = "lapsed", gettext_noop("lapsed without payment")
    REFUSED = "refused", gettext_noop("refused")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who would hold the shares: a person born on a day, or an organisation; and whether somebody represents them."""

    is_person: bool
    born_on: date | None
    represented: bool
    holds: int = 0


def may_ask(terms: Terms, asker: Asker, count: int, today: date) -> Decision:
    """Whether these shares may be asked for under these terms, on a day."""
    for decision in (
        may_issue(terms),
        may_hold(terms, asker.holds, count, is_person=asker.is_person),
        rightly_represented(asker, today),
    ):
        if not decision:
            return decision
    return YES


def rightly_represented(asker: Asker, today: date) -> Decision:
    """Whether who asks is the one who may: adults for themselves, others through somebody who represents them."""
    if asker.is_person and asker.born_on is None:
        return no(
            "no_birthday", gettext_noop("Tell us the date of birth: it says whether someone is of age.")
        )
    if asker.is_person and asker.born_on and not plausible_birthday(asker.born_on, today):
        return no("no_birthday", gettext_noop("Nobody alive was born on this day. Check the year."))
    minor = asker.born_on is not None and age_on(asker.born_on, today) < FULL_AGE
    if (minor or not asker.is_person) and not asker.represented:
        return no(
            "not_represented",
            gettext_noop("Somebody who may represent them asks for a minor or an organisation."),
        )
    if asker.is_person and not minor and asker.represented:
        return no("of_age", gettext_noop("This person is of age and asks for themselves."))
    return YES


def needs_check(asker: Asker) -> bool:
    """Whether the secretary looks at papers first: who represents somebody shows that they may."""
    return asker.represented


def fits(terms: Terms, is_person: bool) -> bool:
    """Whether a class is on issue and open to this kind of holder."""
    wanted = HolderKind.PERSON if is_person else HolderKind.ORGANISATION
    return terms.on_issue and terms.holders in (HolderKind.ANYONE, wanted)


def lapses_on(asked_on: date, days: int) -> date:
    """The last day on which a payment is in time."""
    return asked_on + timedelta(days=days)


def communication_for(number: int) -> str:
    """The twelve digits of an application's structured communication. Raises ValueError for a number too large."""
    return communication_of(FOR_SHARES, number)
