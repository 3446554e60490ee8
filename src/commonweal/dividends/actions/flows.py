"""How a dividend run moves through its table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, a_person
from commonweal.dividends import queries
from commonweal.dividends.access import may_approve
from commonweal.dividends.models import DividendRun
from commonweal.dividends.rules import may_distribute
from commonweal.dividends.states import DIVIDEND, PAYER
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal, no
from commonweal.kernel.states import not_yet
from commonweal.membership.actions.flows.who import pays_out

if TYPE_CHECKING:
    from commonweal.people.models import Person

APPROVALS = 2


class DividendRefused(Refusal):
    """The statutes, the law or the state of the run do not allow this; the code says which."""

    code = "dividend_refused"


def _approver(run: DividendRun, by: Person, now: datetime) -> Decision:
    return may_approve(run, by, day_of(now))


def reckoned(run: DividendRun) -> Decision:
    """Whether there are figures to approve, and both tests let them be distributed."""
    if run.reckoned_at is None or not run.lines_count:
        return no("not_reckoned", _("There are no figures to approve yet."))
    if queries.exemption_moved(run):
        return no(
            "exemption_moved",
            _(
                "Each member has one tax exemption a year, and another dividend of that year moved: it waits for its "
                "approval, or was withdrawn or approved since these figures were made. Decide about it first; if it is "
                "decided, withdraw this dividend and propose it again."
            ),
        )
    return may_distribute(run.gross_cents, queries.room_of_dividend(run))


def reckoned_and_two_approvals(run: DividendRun, now: datetime, approvals: int) -> Decision:
    """Whether two approved figures that may be distributed."""
    return reckoned(run) if approvals >= APPROVALS else not_yet("one_approval")


def owed_is_booked(run: DividendRun, now: datetime, context: Any) -> Decision:
    """Whether the ledger owes each member what the lines say."""
    if run.is_booked:
        return YES
    return no("not_booked", _("What is owed is still being booked. Try again shortly."))


def nothing_to_pay(run: DividendRun, now: datetime, context: Any) -> Decision:
    """Whether nobody is left who is owed something and gave an account."""
    if queries.payable(run, 0, 1, day_of(now)) or queries.payable_to_heirs(run):
        return no("payable", _("Someone can still be paid: make the payment files first."))
    return YES


DIVIDENDS = Flow(
    machine=DIVIDEND,
    kind=queries.reference_of,
    event={
        "approve": "DividendApproved",
        "withdraw": "DividendWithdrawn",
        "pay": "DividendPayAsked",
        "close": "DividendClosed",
    },
    rows=DividendRun.objects.all,
    who={"two others": a_person(_approver), PAYER: a_person(pays_out)},
    guards={
        "reckoned_and_two_approvals": reckoned_and_two_approvals,
        "owed_is_booked": owed_is_booked,
        "nothing_to_pay": nothing_to_pay,
    },
    refusal=DividendRefused,
    no_reason=lambda: DividendRefused(_("Write why it is withdrawn."), code="no_reason"),
)
