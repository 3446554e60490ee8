"""Reads of the accounts members are paid on, and of whose membership ended by death, bankruptcy or winding up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from commonweal.membership.models import Estate, Member
from commonweal.membership.states import EstateState
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


def gone() -> QuerySet[Estate]:
    """Estates that were noted of who died, went bankrupt or was wound up, and that were no mistake."""
    return Estate.objects.exclude(state=EstateState.WITHDRAWN.value)


def gone_holders() -> QuerySet[Any, Any]:
    """The ids of the people and organisations these estates are of, as rows of `person` and `organisation`."""
    found = gone().annotate(person=F("member__person"), organisation=F("member__organisation"))
    return found.values("person", "organisation")


def ended_among(members: Iterable[int]) -> set[int]:
    """Those of these member ids whose holder is gone, under whichever of their numbers that was noted. One query."""
    ids = list(members)
    own = Q(pk__in=gone().values("member"))
    own |= Q(person__in=gone().filter(member__person__isnull=False).values("member__person"))
    own |= Q(
        organisation__in=gone().filter(member__organisation__isnull=False).values("member__organisation")
    )
    return set(Member.objects.filter(own, pk__in=ids).values_list("pk", flat=True)) if ids else set()


def accounts_to_pay(members: Iterable[int]) -> dict[int, PayoutAccount]:
    """The accounts of those of these member ids who may be paid: not of members who died or were wound up, whose estate is
    paid. Four queries at most."""
    found = payout_accounts_with(members)
    for member in ended_among(found):
        del found[member]
    return found
