"""How what members ask of each other or of the secretary moves: conversions, offers of shares, proposals to share post."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, a_person, state_refused
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal
from commonweal.kernel.states import not_yet
from commonweal.membership.access import (
    may_answer_offer,
    may_ask_for,
    may_decide_on_post,
    may_enter_applications,
    may_withdraw_offer,
)
from commonweal.membership.actions.flows.who import keeps_register, not_own
from commonweal.membership.models import ConversionRequest, HouseholdProposal, ShareOffer
from commonweal.membership.queries.households import BOTH
from commonweal.membership.states import CONVERSION, GIVER, HOUSEHOLD, OFFER, SECRETARY, TAKER

if TYPE_CHECKING:
    from commonweal.people.models import Person


class ConversionRefused(Refusal):
    """The statutes, what the member holds, or where the request stands do not allow this; the code says which."""

    code = "conversion_refused"


class OfferMoved(Refusal):
    """The offer was answered or withdrawn meanwhile."""

    code = "offer_moved"


class HouseholdRefused(Refusal):
    """These two cannot share their post, or not this way; the code says which."""

    code = "household_refused"


def _secretary(request: ConversionRequest, by: Person, now: datetime) -> Decision:
    staff = keeps_register(request, by, now)
    return not_own(request, by, now) if staff else staff


def _member(request: ConversionRequest, by: Person, now: datetime) -> Decision:
    return may_ask_for(by, request.member, day_of(now))


def statutes_of_the_day(row: ConversionRequest | ShareOffer, now: datetime, context: Any) -> Decision:
    """Whether the register took the movement in, which asks what the statutes of the day let."""
    return YES if row.operation_id else not_yet("not_booked")


CONVERSIONS = Flow(
    machine=CONVERSION,
    kind="conversion",
    event="ConversionMoved",
    rows=lambda: ConversionRequest.objects.select_related("member__person"),
    who={SECRETARY: a_person(_secretary), "member": a_person(_member)},
    guards={"statutes_of_the_day": statutes_of_the_day},
    refusal=ConversionRefused,
    no_reason=lambda: ConversionRefused(_("Write the reason: the member reads it."), code="no_reason"),
    stamp="answered_at",
)


def _taker(offer: ShareOffer, by: Person, now: datetime) -> Decision:
    return may_answer_offer(offer, by, day_of(now))


def _giver(offer: ShareOffer, by: Person, now: datetime) -> Decision:
    return may_withdraw_offer(offer, by, day_of(now))


OFFERS = Flow(
    machine=OFFER,
    kind="offer",
    event="ShareOfferMoved",
    rows=lambda: ShareOffer.objects.select_related("giver", "taker"),
    who={TAKER: a_person(_taker), GIVER: a_person(_giver)},
    guards={"statutes_of_the_day": statutes_of_the_day},
    refusal=OfferMoved,
    wrong_state=state_refused(OfferMoved),
    stamp="answered_at",
)


def _other(proposal: HouseholdProposal, by: Person, now: datetime) -> Decision:
    return may_decide_on_post(proposal.other, by)


def _asker(proposal: HouseholdProposal, by: Person, now: datetime) -> Decision:
    return may_decide_on_post(proposal.asker, by)


def _for_others(proposal: HouseholdProposal, by: Person, now: datetime) -> Decision:
    return may_enter_applications(by, day_of(now))


def two_members_in_one_household(proposal: HouseholdProposal, now: datetime, context: Any) -> Decision:
    """Whether the two came together, which asks whether they may (`rules.households`)."""
    return YES if proposal.household_id else not_yet("no_household")


HOUSEHOLDS = Flow(
    machine=HOUSEHOLD,
    kind="household-proposal",
    event="HouseholdMoved",
    rows=lambda: HouseholdProposal.objects.select_related(*BOTH),
    who={"other": a_person(_other), "asker": a_person(_asker), "enter_for_others": a_person(_for_others)},
    guards={"two_members_in_one_household": two_members_in_one_household},
    refusal=HouseholdRefused,
    stamp="answered_at",
)
