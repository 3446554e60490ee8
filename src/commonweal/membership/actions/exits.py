"""Leaving, one member at a time: ask, and take back what was asked until the window closes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.membership.access import may_ask_for
from commonweal.membership.actions.flows import EXITS
from commonweal.membership.actions.flows.exits import ExitRefused as ExitRefused
from commonweal.membership.actions.refusals import ask
from commonweal.membership.models import ExitRequest, ExitSeason, Member
from commonweal.membership.queries import exits as queries
from commonweal.membership.queries.guardianships import guardianship_of
from commonweal.membership.queries.shares import holdings_of
from commonweal.membership.rules import exits as rules
from commonweal.membership.states import EXIT, SeasonState
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from commonweal.people.models import Person


def terms_of(day: date) -> rules.ExitTerms:
    """What the statutes say about leaving. Raises ExitRefused when they do not say it yet."""
    terms = queries.exit_terms_on(day)
    if terms is None:
        raise ExitRefused(_("The statutes of that day do not say how members leave."), code="no_statutes")
    return terms


def open_season(window: rules.Window) -> ExitSeason:
    """The season of a window, made when it is the first time; locked against its decision until we are done."""
    days = {name: getattr(window, name) for name in ("opens_on", "closes_on", "effect_on", "pay_by")}
    season, _made = ExitSeason.objects.get_or_create(year=window.year, defaults=days)
    return ExitSeason.objects.select_for_update(no_key=True).get(pk=season.pk)


@transaction.atomic
def ask_to_leave(
    *,
    member: Member,
    by: Person,
    now: datetime,
    share_class: str = "",
    count: int | None = None,
    channel: Channel = Channel.WEB,
    document: str = "",
) -> ExitRequest:
    """A member asks to leave with all shares, or to give back `count` of one class; kept for its season.

    Raises NotAllowed, and ExitRefused with the reason (asked before, founder, minor without papers, no shares …).
    """
    day, document = day_of(now), clean(document, lines=False)[:80]
    demand(may_ask_for(by, member, day))
    if channel == Channel.PAPER and not document:
        raise ExitRefused(_("Name the letter this rests on, with its date."), code="no_document")
    terms = terms_of(day)
    window = rules.window_for(day, terms)
    season = open_season(window)
    if season.state != SeasonState.COLLECTING:
        season = open_season(rules.window_of(window.year + 1, terms))
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=member.pk)
    if member.left_on is not None and member.left_on <= day:
        raise ExitRefused(_("This member has left already."), code="left")
    if queries.waiting_request(member) is not None:
        raise ExitRefused(
            _("There is a request already. Take it back first, then ask for something else."), code="asked"
        )
    ask(ExitRefused, rules.may_leave(queries.leaver(member, day, by=by, papers=bool(document)), day, terms))
    held = holdings_of([member.number], day).get(member.number, {})
    ask(ExitRefused, rules.may_give_back(held, share_class, count or 0, terms))
    request = ExitRequest.objects.create(
        season=season,
        member=member,
        share_class=share_class,
        count=count if share_class else None,
        asked_at=now,
        asked_by=by,
        channel=channel,
        document=document,
    )
    _told("ExitAsked", request, by=by, now=now, channel=channel)
    return request


@transaction.atomic
def withdraw_exit(
    *, request: ExitRequest, by: Person, now: datetime, channel: Channel = Channel.WEB
) -> ExitRequest:
    """Takes a request back, as if it had never been asked. Raises NotAllowed, ExitRefused."""
    season = ExitSeason.objects.select_for_update(no_key=True).get(pk=request.season_id)
    held = EXITS.hold(request.pk, "withdraw", by=by, now=now)
    EXITS.check(held, "withdraw", by=by, now=now, context=season)
    if by.pk == held.member.person_id and guardianship_of(held.member, day_of(now)) is not None:
        raise ExitRefused(_("The administrator takes this request back, not the member."), code="protected")
    told: dict[str, Any] = {"behalf_of": held.member.person, "data": {"request": held.pk}}
    return EXITS.move(held, "withdraw", by=by, now=now, channel=channel, fields=(), **told)


def wait_again(*, request: ExitRequest, by: Person, now: datetime) -> ExitRequest:
    """Lets a request wait again that something ended by mistake, for an action that holds its season: as it was asked,
    in its season while that collects, else in the next one that does, which the member is told."""
    season = request.season
    if season.state == SeasonState.COLLECTING:
        request.state, request.closed_at = EXIT.move("restore").target, None
        request.save(update_fields=["state", "closed_at"])
        return request
    year, terms = season.year, terms_of(day_of(now))
    while season.state != SeasonState.COLLECTING:
        year += 1
        season = open_season(rules.window_of(year, terms))
    moved = ExitRequest.objects.create(
        season=season,
        member=request.member,
        share_class=request.share_class,
        count=request.count,
        asked_at=request.asked_at,
        asked_by=request.asked_by,
        channel=request.channel,
        document=request.document,
        follows=request,
    )
    _told("ExitMovedOn", moved, by=by, now=now, channel=Channel(request.channel))
    return moved


def _told(name: str, request: ExitRequest, *, by: Person, now: datetime, channel: Channel) -> None:
    record(
        name,
        f"member:{request.member_id}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=request.member.person,
        data={"request": request.pk},
    )
