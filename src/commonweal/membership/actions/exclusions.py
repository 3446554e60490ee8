"""Excluding a member: propose, note answer and hearing, decide, notify, refund. Each step waits for the one before."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.membership.access import may_keep_register
from commonweal.membership.actions.refusals import ask, ask_values, figures_of, named
from commonweal.membership.actions.shares import given_back
from commonweal.membership.models import Exclusion, ExitRequest, Member
from commonweal.membership.queries import exclusions as queries
from commonweal.membership.queries.shares import setting_on
from commonweal.membership.rules import exclusions as rules
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.statutes import SettingName
from commonweal.membership.states import EXCLUSION, EXIT, ExclusionState
from commonweal.people.access import demand, may, not_ones_own
from commonweal.people.actions import record
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.membership.rules.exits import Accounts
    from commonweal.people.models import Person


class ExclusionRefused(Refusal):
    """The proposal is not so far, or something is missing; the code says which."""

    code = "exclusion_refused"


def _written(text: str) -> str:
    text = clean(text)
    if not text:
        raise ExclusionRefused(_("Write the reasons: without them it does not hold."), code="no_reason")
    return text


def _between(first: date, day: date, now: datetime) -> None:
    if not first <= day <= day_of(now):
        raise ExclusionRefused(_("This day does not fit the others, or is still to come."), code="wrong_day")


def held_exclusion(exclusion: Exclusion, move: str, by: Person, now: datetime) -> Exclusion:
    """The proposal, locked, where the move may be made by this person."""
    act = Act.PAY_OUT if EXCLUSION.move(move).who == "pay_out" else Act.KEEP_REGISTER
    demand(may(by, act, day_of(now)))
    found = Exclusion.objects.select_for_update(of=("self",)).select_related("member__person")
    exclusion = found.get(pk=exclusion.pk)
    demand(not_ones_own(by, day_of(now), [exclusion.member]))
    ask(ExclusionRefused, EXCLUSION.permits(exclusion.state, move))
    return exclusion


def move_exclusion(exclusion: Exclusion, move: str, by: Person, now: datetime, **data: object) -> Exclusion:
    exclusion.state = EXCLUSION.move(move).target
    exclusion.save()
    _told(f"Exclusion{move.title()}", exclusion, by, now, **data)
    return exclusion


def _told(name: str, exclusion: Exclusion, by: Person, now: datetime, **data: object) -> None:
    record(name, f"member:{exclusion.member_id}", by=by, at=now, data={"exclusion": exclusion.pk, **data})


@transaction.atomic
def propose_exclusion(
    *,
    member: Member,
    grounds: str,
    document: str,
    sent_on: date,
    sent_by: SentBy,
    by: Person,
    now: datetime,
) -> Exclusion:
    """Notes a proposal that was sent to the member, with the grounds of the statutes; the time to answer runs from then.

    Raises NotAllowed, ExclusionRefused.
    """
    demand(may_keep_register(by, day_of(now)))
    demand(not_ones_own(by, day_of(now), [member]))
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    _between(member.joined_on, sent_on, now)
    if member.left_on is not None and member.left_on <= day_of(now):
        raise ExclusionRefused(_("This member has left already."), code="left")
    if Exclusion.objects.filter(member=member, state=ExclusionState.PROPOSED.value).exists():
        raise ExclusionRefused(_("There is a proposal already."), code="proposed")
    months = setting_on(SettingName.EXCLUSION_ANSWER_MONTHS, sent_on)
    if months is None:
        raise ExclusionRefused(_("The statutes of that day say nothing about exclusion."), code="no_statutes")
    exclusion = Exclusion.objects.create(
        member=member,
        grounds=_written(grounds),
        document=named(ExclusionRefused, document),
        sent_on=sent_on,
        sent_by=sent_by,
        answer_until=rules.answer_until(sent_on, months),
        opened_at=now,
        opened_by=by,
    )
    _told("ExclusionProposed", exclusion, by, now)
    return exclusion


@transaction.atomic
def note_answer(
    *, exclusion: Exclusion, on: date, document: str, asks_to_be_heard: bool, by: Person, now: datetime
) -> Exclusion:
    """Notes what the member answered, and whether they want to be heard. Raises NotAllowed, ExclusionRefused."""
    exclusion = held_exclusion(exclusion, "exclude", by, now)
    _between(exclusion.sent_on, on, now)
    exclusion.answered_on, exclusion.answer = on, named(ExclusionRefused, document)
    exclusion.asked_to_be_heard = asks_to_be_heard
    exclusion.save()
    _told("ExclusionAnswered", exclusion, by, now)
    return exclusion


@transaction.atomic
def note_hearing(*, exclusion: Exclusion, on: date, document: str, by: Person, now: datetime) -> Exclusion:
    """Notes that the member was heard, or was invited and did not come. Raises NotAllowed, ExclusionRefused."""
    exclusion = held_exclusion(exclusion, "exclude", by, now)
    _between(exclusion.sent_on, on, now)
    exclusion.heard_on, exclusion.hearing = on, named(ExclusionRefused, document)
    exclusion.save()
    _told("ExclusionHeard", exclusion, by, now)
    return exclusion


@transaction.atomic
def drop_exclusion(*, exclusion: Exclusion, reason: str, by: Person, now: datetime) -> Exclusion:
    """The proposal is dropped before anybody decided. Raises NotAllowed, ExclusionRefused."""
    exclusion = held_exclusion(exclusion, "drop", by, now)
    exclusion.reasons = _written(reason)
    return move_exclusion(exclusion, "drop", by, now)


@transaction.atomic
def decide_exclusion(
    *,
    exclusion: Exclusion,
    excludes: bool,
    decided_on: date,
    document: str,
    reasons: str,
    by: Person,
    now: datetime,
) -> Exclusion:
    """Books what the meeting (or the board) decided, with its reasons. An excluded member has left on that day, and a
    request to leave that waits is overtaken. Refused before the time to answer is over, and before a hearing that was
    asked for; by the database as well. Raises NotAllowed, ExclusionRefused.
    """
    move = "exclude" if excludes else "keep"
    exclusion = held_exclusion(exclusion, move, by, now)
    _between(exclusion.sent_on, decided_on, now)
    if excludes:
        ask(
            ExclusionRefused,
            rules.may_exclude(
                decided_on,
                exclusion.answer_until,
                asked_to_be_heard=exclusion.asked_to_be_heard,
                heard_on=exclusion.heard_on,
            ),
        )
        days = setting_on(SettingName.EXCLUSION_NOTICE_DAYS, decided_on)
        exclusion.notify_until = rules.notify_until(decided_on, days)
        overtaken = EXIT.move("overtake")
        ExitRequest.objects.filter(member=exclusion.member, state__in=overtaken.sources).update(
            state=overtaken.target, closed_at=now
        )
        Member.objects.filter(pk=exclusion.member_id, left_on__isnull=True).update(left_on=decided_on)
    exclusion.decided_on, exclusion.decision = decided_on, named(ExclusionRefused, document)
    exclusion.reasons = _written(reasons)
    return move_exclusion(exclusion, move, by, now)


@transaction.atomic
def notify_exclusion(
    *, exclusion: Exclusion, on: date, document: str, by: Person, now: datetime
) -> Exclusion:
    """Notes that the decision reached the member; late is noted too. Raises NotAllowed, ExclusionRefused."""
    exclusion = held_exclusion(exclusion, "notify", by, now)
    _between(exclusion.decided_on or exclusion.sent_on, on, now)
    exclusion.notified_on, exclusion.notification = on, named(ExclusionRefused, document)
    return move_exclusion(exclusion, "notify", by, now)


@transaction.atomic
def refund_exclusion(
    *,
    exclusion: Exclusion,
    document: str,
    by: Person,
    now: datetime,
    accounts: Accounts | None = None,
    seen: int | None = None,
) -> Exclusion:
    """Books the refund, calculated as for leaving, effective on the day of the decision. `document` is the board's decision
    that both tests allow it; `accounts` the net assets and the value of a share, where a class needs it; `seen` the cents
    that were looked at.

    Raises NotAllowed, ExclusionRefused (also when it is no longer what was seen), and what a movement is refused for.
    """
    exclusion = held_exclusion(exclusion, "refund", by, now)
    document = named(ExclusionRefused, document)
    refunds = refund_planned(exclusion=exclusion, accounts=accounts)
    if seen is not None and seen != sum(refunds.values()):
        raise ExclusionRefused(
            _("Something changed since you looked. Look again before you book."), code="changed"
        )
    given_back(
        member=exclusion.member,
        kind=MovementKind.EXCLUSION,
        on=exclusion.decided_on or day_of(now),
        refunds=refunds,
        held=queries.held_by_excluded(exclusion),
        document=document,
        key=f"exclusion:{exclusion.pk}",
        by=by,
        now=now,
    )
    exclusion.refund_cents = sum(refunds.values())
    return move_exclusion(exclusion, "refund", by, now, **figures_of(accounts))


def refund_planned(*, exclusion: Exclusion, accounts: Accounts | None) -> dict[str, int]:
    """Class -> cents a refund would give back, to be looked at before it is booked. Writes nothing.

    Raises ExclusionRefused where it is not so far, or a value is missing or above the net assets.
    """
    ask(ExclusionRefused, EXCLUSION.permits(exclusion.state, "refund"))
    ask_values(ExclusionRefused, accounts)
    refunds = queries.exclusion_refunds(exclusion, accounts.values if accounts else {})
    if None in refunds.values():
        raise ExclusionRefused(
            _("Write the net assets, the day of these accounts and the value of a share of each class."),
            code="no_value",
        )
    return {code: cents or 0 for code, cents in refunds.items()}
