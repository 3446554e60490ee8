"""Accounts members are paid on: set one. The last one set holds; the ones before stay to be read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from commonweal.kernel.days import day_of
from commonweal.membership.access import may_set_account
from commonweal.membership.models import Member
from commonweal.membership.queries.payouts import payee_of
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record
from commonweal.people.rules import Channel
from commonweal.treasury.actions import keep_account
from commonweal.treasury.rules.ibans import shortened

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.treasury.models import PayoutAccount


@transaction.atomic
def set_payout_account(
    *,
    member: Member,
    iban: str,
    holder: str,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> PayoutAccount:
    """The account a member is paid on from now; the same one again changes nothing.

    It is the account of the person or organisation, so it holds for all their memberships: who left and came back may
    still be owed something from before. Only the member, or staff for them (`channel` says how it came); the member is
    told, wherever it came from. Raises NotAllowed, WrongAccount.
    """
    demand(may_set_account(by, member, day_of(now)))
    if member.person_id != by.pk:
        demand(not_ones_own(by, day_of(now), [member]))
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=member.pk)
    kept = keep_account(payee=payee_of(member), iban=iban, holder=holder, by=by, now=now)
    if kept.changed:
        record(
            "PayoutAccountSet",
            f"member:{member.pk}",
            by=by,
            at=now,
            channel=channel,
            behalf_of=member.person,
            data={
                "iban": shortened(kept.account.iban),
                "before": shortened(kept.before.iban) if kept.before else "",
            },
        )
    return kept.account
