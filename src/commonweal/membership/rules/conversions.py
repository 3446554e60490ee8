"""Shares of one class that become shares of another: only at the price, so that what was paid stays what it was."""

from __future__ import annotations

from math import gcd

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import gettext_noop
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import Terms, may_issue


def even_step(source: Terms, target: Terms) -> int:
    """The fewest shares of one class that cost exactly what whole shares of the other cost."""
    return target.price_cents // gcd(source.price_cents, target.price_cents)


def converted(count: int, source: Terms, target: Terms) -> int:
    """How many shares of the other class `count` shares become at the prices of the day, rounded down."""
    return count * source.price_cents // target.price_cents


def may_convert(held: Held, count: int, source: Terms, target: Terms, *, convertible: bool) -> Decision:
    """Whether a member who holds so much may have `count` shares of one class become shares of another.

    `convertible` is what the statutes of the day say. What the member may hold afterwards is asked by the movement.
    """
    if not convertible:
        return no(
            "not_convertible",
            gettext_noop("The statutes of that day do not let shares become shares of another class."),
        )
    if source.share_class == target.share_class:
        return no("same_class", gettext_noop("Choose another class than the one you have."))
    if not 1 <= count <= held.shares:
        return no("too_few", gettext_noop("Write a number of shares you hold of this class."))
    if held.paid_on(count) != count * source.price_cents:
        return no(
            "not_paid",
            gettext_noop(
                "What was paid on these shares is not their price today. What is still due comes first. Call us: we "
                "look at it with you."
            ),
        )
    if count % even_step(source, target):
        return no(
            "not_even",
            gettext_noop("These shares do not come out even: what was paid would have to be split."),
        )
    if not may_issue(target):
        return no("not_on_issue", gettext_noop("No new shares of that class are issued today."))
    return YES
