"""Accounts members give, as several tests take that step."""

from __future__ import annotations

from commonweal.membership import actions
from commonweal.membership.models import Member
from tests import factories as make

IBANS = ("BE71096123456769", "NL91ABNA0417164300", "DE89370400440532013000", "FR1420041010050500013M02606")


def gives_account(member: Member, place: int = 0) -> None:
    """The member says where they are paid."""
    actions.set_payout_account(
        member=member,
        iban=IBANS[place],
        holder=str(member.person or member.organisation),
        by=make.staff("counter"),
        now=make.NOW,
    )
