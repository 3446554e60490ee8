"""Reads of estates: which there are, who claims what, how the shares would be divided."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet, Sum

from commonweal.ledger import queries as ledger
from commonweal.membership.models import Claimant, Estate, Exclusion, ExitRequest, Member
from commonweal.membership.queries.exclusions import exclusions_unpaid
from commonweal.membership.queries.exit_payments import granted_unpaid
from commonweal.membership.queries.shares import ended_years, holdings_of, terms_on
from commonweal.membership.rules.estates import Claim, divided
from commonweal.membership.rules.exits import refund_cents
from commonweal.membership.rules.payments import REFUND_OWED, PaymentKind
from commonweal.membership.states import EstateState
from commonweal.treasury.actions.payables import owed_accounts
from commonweal.treasury.queries import standing_payments, tried_accounts
from commonweal.treasury.rules.credit_transfers import NAME_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commonweal.kernel.money import ShareValue
    from commonweal.membership.rules.movements import Held


def all_estates() -> QuerySet[Estate]:
    """All estates, the latest first, with their members."""
    return Estate.objects.select_related("member__person", "member__organisation")


def estates_to_pay() -> QuerySet[Estate]:
    """Estates that are settled and not paid out."""
    return all_estates().filter(state=EstateState.TO_PAY.value)


def estate_of(member: Member) -> Estate | None:
    """The estate of a member, if there is one."""
    return Estate.objects.filter(member=member).exclude(state=EstateState.WITHDRAWN.value).first()


def claimants_of(estate: Estate) -> list[Claimant]:
    """Who claims a part, in the order they were noted; one query."""
    return list(Claimant.objects.filter(estate=estate).select_related("heir__person", "heir__organisation"))


def part_of(claimant: Claimant) -> Fraction:
    """The part of the estate someone claims."""
    return Fraction(claimant.numerator, claimant.denominator)


def claims_of(claimants: list[Claimant], day: date) -> list[Claim]:
    """What the rules ask of each of them, on a day."""
    return [
        Claim(
            part_of(each),
            each.agreed_on is not None,
            bool(each.iban),
            each.heir is not None and (each.heir.left_on is None or day < each.heir.left_on),
        )
        for each in claimants
    ]


def held_by_estate(estate: Estate) -> dict[str, Held]:
    """What the member held on the day it ended, as far as it is still there."""
    number = estate.member.number
    then = holdings_of([number], estate.ended_on).get(number, {})
    last = holdings_of([number], date.max).get(number, {})
    return {
        code: min(held, last[code], key=lambda each: each.shares)
        for code, held in then.items()
        if code in last
    }


def refunds_of(estate: Estate, values: Mapping[str, ShareValue]) -> dict[str, int | None]:
    """class -> cents given back for what is held; None where the value of a share is needed and not named."""
    found = {}
    for code, held in held_by_estate(estate).items():
        terms = terms_on(code, estate.ended_on)
        found[code] = refund_cents(terms.refund, held.shares, held, values.get(code)) if terms else None
    return found


def shares_for(estate: Estate, claimants: list[Claimant]) -> dict[str, list[int]]:
    """class -> whole shares each claimant would take over, in their order."""
    parts = [part_of(each) for each in claimants]
    return {code: divided(held.shares, parts) for code, held in held_by_estate(estate).items()}


class OwedBefore(NamedTuple):
    """What a member was granted and not paid when the membership ended: requests to leave, refunds of an exclusion, and
    their cents together."""

    requests: list[ExitRequest]
    exclusions: list[Exclusion]
    cents: int


def owed_before(estate: Estate) -> OwedBefore:
    """What an estate is owed besides its shares, as far as the ledger owes it: it is settled with them. Three queries."""
    number = estate.member.number
    left = ledger.balance((REFUND_OWED, number), date.max)
    requests, exclusions, total = list[ExitRequest](), list[Exclusion](), 0
    granted = granted_unpaid().filter(member=estate.member).annotate(due_cents=Sum("refunds__cents"))
    for request in granted.filter(due_cents__gt=0).order_by("pk"):
        if request.due_cents <= left - total:
            requests.append(request)
            total += request.due_cents
    for exclusion in exclusions_unpaid().filter(member=estate.member).order_by("pk"):
        if (cents := exclusion.refund_cents or 0) <= left - total:
            exclusions.append(exclusion)
            total += cents
    return OwedBefore(requests, exclusions, total)


def may_be_owed(member: Member, today: date) -> bool:
    """Whether something is owed to a member who left, or may come to be: shares and refunds not settled, dividends of a
    year in which they held some."""
    owed = ledger.balances(owed_accounts(), [member.number], date.max)
    if any(owed.values()) or holdings_of([member.number], date.max):
        return True
    if granted_unpaid().filter(member=member).exists() or exclusions_unpaid().filter(member=member).exists():
        return True
    years = ended_years(today)
    return bool(years) and (member.left_on is None or member.left_on > years[-1][0])


class DueClaim(NamedTuple):
    """What someone is still to be paid of an estate, for which time, under which name; `payable` unless their account sent
    it back."""

    claimant: Claimant
    attempt: int
    holder: str
    payable: bool


def reference_of_estate(estate: Estate) -> str:
    """What the payment files of an estate and their postings rest on."""
    return f"estate:{estate.pk}"


def due_of_estate(estate: Estate) -> list[DueClaim]:
    """Who claims a part that no payment pays, or whose payment came back, in their order; three queries."""
    standing = standing_payments(PaymentKind.ESTATE).filter(owner=estate.member.number)
    paid = set(standing.values_list("subject", flat=True))
    tried, found = tried_accounts(PaymentKind.ESTATE), []
    for each in claimants_of(estate):
        if each.cents and each.pk not in paid:
            before, holder = tried.get(each.pk, []), each.name[:NAME_MAX]
            found.append(DueClaim(each, len(before) + 1, holder, (each.iban, holder) not in before))
    return found
