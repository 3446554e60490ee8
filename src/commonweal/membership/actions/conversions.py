"""Shares of one class that become shares of another: the member asks or takes it back, the secretary books or refuses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.membership.access import may_ask_for
from commonweal.membership.actions.flows import CONVERSIONS
from commonweal.membership.actions.flows.requests import ConversionRefused
from commonweal.membership.actions.refusals import DOCUMENT_LENGTH_MAX, ask, named
from commonweal.membership.actions.shares import Movement, Planned, booked, planned
from commonweal.membership.models import ConversionRequest, Member
from commonweal.membership.queries.conversions import waiting_conversion
from commonweal.membership.queries.exits import leaver, waiting_request
from commonweal.membership.queries.guardianships import guardianship_of
from commonweal.membership.queries.shares import held_on, setting_on, terms_on
from commonweal.membership.rules.conversions import converted, even_step, may_convert
from commonweal.membership.rules.exits import may_ask_alone
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.statutes import SettingName, Terms
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from datetime import date

    from commonweal.people.models import Person


def conversion_planned(
    *, member: Member, share_class: str, count: int, to_class: str, now: datetime
) -> tuple[int, list[Planned]]:
    """How many shares they become today, and what changes by class; books nothing.

    Raises ConversionRefused, and MovementRefused for what the member may hold.
    """
    movement = _movement(member, share_class, count, to_class, day_of(now))
    return movement.to_count, planned(member=member, movement=movement)


@transaction.atomic
def ask_to_convert(
    *,
    member: Member,
    share_class: str,
    count: int,
    to_class: str,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
    document: str = "",
) -> ConversionRequest:
    """Asks for a conversion in the member's name; nothing is booked yet. Raises NotAllowed, ConversionRefused,
    MovementRefused."""
    day, document = day_of(now), clean(document, lines=False)[:DOCUMENT_LENGTH_MAX]
    demand(may_ask_for(by, member, day))
    if channel == Channel.PAPER:
        document = named(ConversionRefused, document)
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=member.pk)
    if waiting_conversion(member) is not None:
        raise ConversionRefused(
            _("There is a request already. Take it back first, then ask for something else."), code="asked"
        )
    _not_leaving(member)
    ask(ConversionRefused, may_ask_alone(leaver(member, day, by=by, papers=bool(document)), day))
    to_count, _planned = conversion_planned(
        member=member, share_class=share_class, count=count, to_class=to_class, now=now
    )
    request = ConversionRequest.objects.create(
        member=member,
        share_class=share_class,
        count=count,
        to_class=to_class,
        to_count=to_count,
        asked_at=now,
        asked_by=by,
        channel=channel,
        document=document,
    )
    _record(request, by=by, now=now, channel=channel)
    return request


@transaction.atomic
def withdraw_conversion(
    *, request: ConversionRequest, by: Person, now: datetime, channel: Channel = Channel.WEB
) -> ConversionRequest:
    """Takes a request back before it is answered. Raises NotAllowed, ConversionRefused."""
    held = CONVERSIONS.hold(request.pk, "withdraw", by=by, now=now)
    if by.pk == held.member.person_id and guardianship_of(held.member, day_of(now)) is not None:
        raise ConversionRefused(
            _("The administrator takes this request back, not the member."), code="protected"
        )
    return _move(held, "withdraw", by=by, now=now, channel=channel)


@transaction.atomic
def book_conversion(*, request: ConversionRequest, by: Person, now: datetime) -> ConversionRequest:
    """Confirms, and books the conversion today. Raises NotAllowed, ConversionRefused, MovementRefused and what the
    ledger refuses."""
    held = CONVERSIONS.hold(request.pk, "book", by=by, now=now)
    key = f"conversion:{held.pk}"
    # What is held must not change between the question and the entry.
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=held.member_id)
    _not_leaving(member)
    movement = _movement(member, held.share_class, held.count, held.to_class, day_of(now), document=key)
    if movement.to_count != held.to_count:
        raise ConversionRefused(
            _("The price of a class changed since it was asked. Refuse it and say so: the member asks anew."),
            code="price_changed",
        )
    held.operation = booked(
        member=member, movement=movement, key=key, by=by, now=now, channel=Channel(held.channel)
    )
    return _move(held, "book", by=by, now=now)


@transaction.atomic
def refuse_conversion(
    *, request: ConversionRequest, reason: str, by: Person, now: datetime
) -> ConversionRequest:
    """Refuses, with a reason the member reads. Raises NotAllowed, ConversionRefused."""
    held = CONVERSIONS.hold(request.pk, "refuse", by=by, now=now)
    held.reason = clean(reason, lines=False)[:500]
    return _move(held, "refuse", by=by, now=now)


def _not_leaving(member: Member) -> None:
    """The season counts on the shares that were there when leaving was asked for."""
    if waiting_request(member) is not None:
        raise ConversionRefused(
            _("A request to leave or to give back shares waits. Take that back first."), code="leaving"
        )


def _movement(
    member: Member, share_class: str, count: int, to_class: str, day: date, document: str = ""
) -> Movement:
    if not member.belongs_on(day):
        raise ConversionRefused(_("This member has left already."), code="left")
    source, target = _terms(share_class, day), _terms(to_class, day)
    decision = may_convert(
        held_on(member.number, share_class, day),
        count,
        source,
        target,
        convertible=setting_on(SettingName.CONVERTIBLE, day) is True,
    )
    if decision.code == "not_even":
        step = even_step(source, target)
        told = {"step": step, "from": share_class, "many": converted(step, source, target), "to": to_class}
        raise ConversionRefused(
            _(
                "These shares do not come out even: %(step)s shares of class %(from)s become %(many)s of class "
                "%(to)s. Choose %(step)s, or twice or three times as many, and so on."
            )
            % told,
            code="not_even",
        )
    ask(ConversionRefused, decision)
    return Movement(
        MovementKind.CONVERSION,
        share_class,
        day,
        count,
        to_class=to_class,
        to_count=converted(count, source, target),
        document=document,
    )


def _terms(share_class: str, day: date) -> Terms:
    terms = terms_on(share_class, day)
    if terms is None:
        raise ConversionRefused(_("The statutes know no such class of shares on that day."), code="no_class")
    return terms


def _move(
    held: ConversionRequest,
    move: str,
    *,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> ConversionRequest:
    told: dict[str, Any] = {"channel": channel, "behalf_of": held.member.person, "reason": held.reason}
    return CONVERSIONS.move(held, move, by=by, now=now, **told)


def _record(request: ConversionRequest, *, by: Person, now: datetime, channel: Channel) -> None:
    record(
        "ConversionMoved",
        f"conversion:{request.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=request.member.person,
        data={"to": request.state},
    )
