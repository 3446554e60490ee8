"""How an estate moves through its table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, a_person
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal, no
from commonweal.membership.actions.flows.who import keeps_register, pays_out
from commonweal.membership.models import Estate, Member
from commonweal.membership.queries.estates import claimants_of, due_of_estate, reference_of_estate
from commonweal.membership.states import ESTATE
from commonweal.people.access import not_ones_own
from commonweal.treasury.queries import files_under

if TYPE_CHECKING:
    from commonweal.people.models import Person


class EstateRefused(Refusal):
    """The file is not complete, or stands elsewhere; the code says which."""

    code = "estate_refused"


def not_own_estate(
    estate: Estate, by: Person, now: datetime, heir: Member | None = None, name: str = ""
) -> Decision:
    """Everybody, unless the member, who claims or would claim (`heir`, `name`) is close to them."""
    claimants = claimants_of(estate)
    whose = [estate.member, heir, *(each.heir for each in claimants)]
    return not_ones_own(by, day_of(now), whose, [name, *(each.name for each in claimants)])


def _secretary(estate: Estate, by: Person, now: datetime) -> Decision:
    staff = keeps_register(estate, by, now)
    return not_own_estate(estate, by, now) if staff else staff


def _payer(estate: Estate, by: Person, now: datetime) -> Decision:
    staff = pays_out(estate, by, now)
    return not_own_estate(estate, by, now) if staff else staff


def all_in_a_payment_file(estate: Estate, now: datetime, context: Any) -> Decision:
    """Whether the bank had the order to pay everyone, and the day has come."""
    if due_of_estate(estate):
        return no("not_paid", _("Someone is not paid yet: make the payment file first."))
    if files_under(reference_of_estate(estate)).filter(pay_on__gt=day_of(now)).exists():
        return no("too_early", _("The bank pays this file on a later day."))
    return YES


ESTATES = Flow(
    machine=ESTATE,
    kind=lambda estate: f"member:{estate.member_id}",
    event={"withdraw": "EstateWithdrawn", "pay": "EstatePaid"},
    rows=lambda: Estate.objects.select_related("member__person"),
    who={"keep_register": a_person(_secretary), "pay_out": a_person(_payer)},
    guards={"all_in_a_payment_file": all_in_a_payment_file},
    refusal=EstateRefused,
    no_reason=lambda: EstateRefused(_("Write why this is undone."), code="no_reason"),
    made_by={
        # With what was owed before, and the shares of each heir; which of the two it is follows from that.
        "take_over": ("membership.settling.settle_estate",),
        "refund": ("membership.settling.settle_estate",),
        "owe": ("membership.estate_payments.ESTATE_PAYABLES",),
    },
)
