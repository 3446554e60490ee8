"""Reads of the accounts members are paid on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from commonweal.membership.models import Member
from commonweal.treasury.queries import accounts_of
from commonweal.treasury.rules.payables import Payee

if TYPE_CHECKING:
    from commonweal.treasury.models import Payment, PayoutAccount


def payee_of(member: Member) -> Payee:
    """Whom a membership is of, for the treasury."""
    return Payee(member.person_id, member.organisation_id)


def payees_of(members: Iterable[int]) -> dict[int, Payee]:
    """Member id -> whom the membership is of. One query."""
    rows = Member.objects.filter(pk__in=list(members)).values_list("pk", "person_id", "organisation_id")
    return {pk: Payee(person, organisation) for pk, person, organisation in rows}


def payout_accounts_of(members: Iterable[Member]) -> dict[int, PayoutAccount]:
    """The account each of these members is paid on: member id -> account. Two queries at most."""
    return _by_member({each.pk: payee_of(each) for each in members})


def payout_accounts_with(members: Iterable[int]) -> dict[int, PayoutAccount]:
    """The same by ids of members. Three queries at most."""
    return _by_member(payees_of(members))


def _by_member(payees: Mapping[int, Payee]) -> dict[int, PayoutAccount]:
    found = accounts_of(payees.values())
    return {pk: found[payee] for pk, payee in payees.items() if payee in found}


def history_of(payment: Payment) -> str:
    """The member whose history tells what became of a payment, `member:id`: the owner in the ledger is a member number."""
    return f"member:{Member.objects.only('pk').get(number=payment.owner).pk}"
