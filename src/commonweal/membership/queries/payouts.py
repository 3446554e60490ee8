"""Reads of the accounts members are paid on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commonweal.membership.models import Member, PayoutAccount


def payout_accounts_of(members: Iterable[Any]) -> dict[int, PayoutAccount]:
    """The account each of these members (or their ids) is paid on: member id -> account; one query."""
    ids = [member.pk if isinstance(member, Member) else member for member in members]
    rows = PayoutAccount.objects.filter(member__in=ids).order_by("member_id", "-id").distinct("member_id")
    return {row.member_id: row for row in rows}
