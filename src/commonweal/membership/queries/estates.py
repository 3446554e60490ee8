"""Reads of estates: which there are, who claims what, how the shares would be divided."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.membership.models import Claimant, Estate, Member
from commonweal.membership.queries.shares import holdings_of, terms_on
from commonweal.membership.rules.credit_transfers import CreditTransfer, payment_file
from commonweal.membership.rules.estates import Claim, divided
from commonweal.membership.rules.exits import refund_cents
from commonweal.membership.states import EstateState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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


def refunds_of(estate: Estate, values: Mapping[str, int]) -> dict[str, int | None]:
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


def estate_file(estate: Estate, pay_on: date, made_at: datetime) -> bytes:
    """The payment file of a settled estate for the bank (pain.001). Raises ValueError when nothing is to be paid."""
    with translation.override(estate.member.language):
        text = _("Refund of shares, member") + f" {estate.member.number}"
    transfers = [
        CreditTransfer(f"ESTATE-{estate.pk}-{each.pk}", each.name, each.iban, each.cents, text)
        for each in claimants_of(estate)
        if each.cents
    ]
    return payment_file(
        payer_name=settings.SITE["name"],
        payer_iban=settings.SITE["iban"],
        message_id=f"ESTATE-{estate.pk}",
        created_at=made_at,
        pay_on=pay_on,
        transfers=transfers,
    )
