"""Excluding a member: a proposal, a month to answer, a hearing if asked for, a reasoned decision, days to notify it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import Words, gettext_noop


class SentBy(Words):
    """How a proposal of exclusion reached the member: no other way counts."""

    REGISTERED = "registered", gettext_noop("registered mail")
    EMAIL = "email", gettext_noop("the e-mail address the member gave")


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last day of a shorter month."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def answer_until(sent_on: date, months: int) -> date:
    """The last day on which the member may answer."""
    return months_later(sent_on, months)


def notify_until(decided_on: date, days: int) -> date:
    """The last day on which the decision may be notified."""
    return decided_on + timedelta(days=days)


def may_exclude(decided_on: date, until: date, *, asked_to_be_heard: bool, heard_on: date | None) -> Decision:
    """Whether the decision may be taken on a day: after the time to answer, and after a hearing that was asked for."""
    if decided_on <= until:
        return no(
            "too_early",
            gettext_noop("The member may still answer. The decision comes after the last day for it."),
        )
    if asked_to_be_heard and (heard_on is None or heard_on > decided_on):
        return no(
            "not_heard", gettext_noop("The member asked to be heard. Hear them first, and note the day.")
        )
    return YES
