"""Requests for shares as receivables: what the bank's money must know of them, and what rests on shares that were paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.module_loading import import_string

from commonweal.ledger.queries import reversed_among
from commonweal.membership.models import (
    Application,
    ConversionRequest,
    Estate,
    ExitRequest,
    Member,
    ShareOffer,
)
from commonweal.membership.queries.joining import (
    APPLICATION,
    application_with,
    applications_in,
    applications_named,
    applications_with,
    entries_for,
    expected_from,
    open_application_of,
)
from commonweal.membership.queries.shares import held_on, holdings_of
from commonweal.membership.rules.entering import SharesObstacle
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.states import OPEN
from commonweal.treasury.rules.receivables import Expected

if TYPE_CHECKING:
    from commonweal.kernel.words import Words
    from commonweal.ledger.models import Operation


def expected(communications: Iterable[str], numbers: Iterable[int]) -> list[Expected]:
    """Applications that a communication or a number names; one query."""
    return [expected_from(each) for each in applications_with(communications, numbers)]


def waiting() -> list[Expected]:
    """Applications that wait for payment, those who wait longest first; at most two hundred."""
    return [expected_from(each) for each in applications_in(ApplicationState.AWAITING)]


def named(text: str) -> list[Expected]:
    """Applications that can still be paid, by the words with which names of their holder or representative begin."""
    return [expected_from(each) for each in applications_named(text)]


def open_subjects() -> QuerySet[Any, Any]:
    """The subjects of applications on which money is still to come, as a query of one column."""
    found = Application.objects.filter(
        state__in=(ApplicationState.ASKED, ApplicationState.AWAITING)
    ).order_by()
    return found.annotate(subject=Concat(Value(f"{APPLICATION}:"), Cast(F("pk"), CharField()))).values(
        "subject"
    )


# ---- what stands against it


def against_paying(number: int) -> SharesObstacle | None:
    """What stands against counting a payment in full: a newer request of the same holder."""
    own = Application.objects.filter(pk=number)
    same = Q(person__in=own.values("person")) | Q(organisation__in=own.values("organisation"))
    newer = Application.objects.filter(same, state__in=sorted(OPEN)).exclude(pk=number)
    return SharesObstacle.NEWER if newer.exists() else None


def against_undoing(number: int) -> Words | None:
    """What stands against undoing the payment of an application: a newer one, or what rests on its shares."""
    application = application_with(number)
    if application is None:
        return None
    other = open_application_of(application.person, application.organisation)
    if other is not None and other != application:
        return SharesObstacle.NEWER
    entry = entry_standing(application)
    return _against_shares(application, application.member, entry) if application.member and entry else None


def _against_shares(application: Application, member: Member, entry: Operation) -> Words | None:
    """What rests on shares that would leave the register, here or in areas above (`RESTS_ON_SHARES` in the wiring)."""
    code = application.share_class
    if held_on(member.number, code, date.max).shares < application.count:
        return SharesObstacle.PASSED_ON
    if Estate.objects.filter(member=member).exclude(state="withdrawn").exists():
        return SharesObstacle.ESTATE
    for rests in import_string(settings.RESTS_ON_SHARES):
        if (obstacle := rests(member.pk, entry.effective_on)) is not None:
            return obstacle
    waits = (
        ExitRequest.objects.filter(Q(share_class="") | Q(share_class=code), member=member, state="waiting"),
        ConversionRequest.objects.filter(member=member, share_class=code, state="asked"),
        ShareOffer.objects.filter(giver=member, share_class=code, state="offered"),
    )
    return SharesObstacle.ASKED if any(each.exists() for each in waits) else None


# ---- what undoing does


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves the register when the payment of an application is undone: the operation that entered its shares, and
    whether a membership ends with them. No operation where they were never entered, or undone before."""

    application: Application
    entry: Operation | None
    ends: bool


def leaving(application: Application) -> Leaving:
    """What leaves the register when the payment of an application is undone."""
    entry, member = entry_standing(application), application.member
    ends = entry is not None and member is not None and holds_only(member, application, entry)
    return Leaving(application, entry, ends)


def entry_standing(application: Application) -> Operation | None:
    """The operation that entered the shares of a request, unless it never was or was undone before."""
    entered = entries_for(application) if application.state == ApplicationState.MEMBER else []
    return entered[-1] if entered and not reversed_among([entered[-1].pk]) else None


def holds_only(member: Member, application: Application, operation: Operation) -> bool:
    """Whether a member has no share but those of one entry, neither now nor since they joined."""
    these = {application.share_class: application.count}
    for day in (member.joined_on, date.max):
        held = holdings_of([member.number], day).get(member.number, {})
        shares = {code: each.shares for code, each in held.items() if each.shares}
        if shares != (these if operation.effective_on <= day else {}):
            return False
    return True
