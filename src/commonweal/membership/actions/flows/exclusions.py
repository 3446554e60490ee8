"""How a proposal to exclude a member moves through its table."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, a_person
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal, no
from commonweal.membership.actions.flows.who import keeps_register, not_own, pays_out
from commonweal.membership.models import Exclusion
from commonweal.membership.queries.exclusions import due_of_exclusion, reference_of_exclusion
from commonweal.membership.rules.exclusions import may_exclude
from commonweal.membership.states import EXCLUSION
from commonweal.treasury.queries import files_under

if TYPE_CHECKING:
    from commonweal.people.models import Person


class ExclusionRefused(Refusal):
    """The proposal is not so far, or something is missing; the code says which."""

    code = "exclusion_refused"


def no_reasons() -> ExclusionRefused:
    """The refusal of a step that says not why."""
    return ExclusionRefused(_("Write the reasons: without them it does not hold."), code="no_reason")


def _secretary(exclusion: Exclusion, by: Person, now: datetime) -> Decision:
    staff = keeps_register(exclusion, by, now)
    return not_own(exclusion, by, now) if staff else staff


def _payer(exclusion: Exclusion, by: Person, now: datetime) -> Decision:
    staff = pays_out(exclusion, by, now)
    return not_own(exclusion, by, now) if staff else staff


def answer_time_over_and_heard(exclusion: Exclusion, now: datetime, decided_on: date) -> Decision:
    """Whether the member had the time to answer by the day of the decision, and the hearing they asked for."""
    return may_exclude(
        decided_on,
        exclusion.answer_until,
        asked_to_be_heard=exclusion.asked_to_be_heard,
        heard_on=exclusion.heard_on,
    )


def in_a_payment_file(exclusion: Exclusion, now: datetime, context: Any) -> Decision:
    """Whether the bank had the order to pay, and the day has come."""
    attempt, _account = due_of_exclusion(exclusion)
    if attempt:
        return no("not_paid", _("It is not paid yet: make the payment file first."))
    if files_under(reference_of_exclusion(exclusion)).filter(pay_on__gt=day_of(now)).exists():
        return no("too_early", _("The bank pays this file on a later day."))
    return YES


EXCLUSIONS = Flow(
    machine=EXCLUSION,
    kind=lambda exclusion: f"member:{exclusion.member_id}",
    event={
        "drop": "ExclusionDropped",
        "keep": "ExclusionNotDecided",
        "exclude": "ExclusionDecided",
        "notify": "ExclusionNotified",
        "refund": "ExclusionRefundBooked",
        "pay": "ExclusionPaid",
    },
    rows=lambda: Exclusion.objects.select_related("member__person"),
    who={"keep_register": a_person(_secretary), "pay_out": a_person(_payer)},
    guards={
        "answer_time_over_and_heard": answer_time_over_and_heard,
        "in_a_payment_file": in_a_payment_file,
    },
    refusal=ExclusionRefused,
    no_reason=no_reasons,
    made_by={
        "owe": ("membership.exclusion_payments.EXCLUSION_PAYABLES",),
        "pass_on": ("membership.settling.settle_estate",),
    },
)
