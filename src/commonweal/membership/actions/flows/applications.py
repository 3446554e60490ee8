"""How an application for shares moves through its table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, a_person
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal
from commonweal.kernel.states import not_yet
from commonweal.membership.access import may_withdraw
from commonweal.membership.actions.flows.who import keeps_register, matches_payments
from commonweal.membership.models import Application, Member
from commonweal.membership.queries.joining import dues_of
from commonweal.membership.states import APPLICANT, APPLICATION, PAYMENT, SECRETARY

if TYPE_CHECKING:
    from commonweal.people.models import Person


class WrongState(Refusal):
    """The application stands elsewhere by now."""

    code = "wrong_state"


class ReasonMissing(Refusal):
    """Who is refused is told why."""

    code = "reason_missing"


def _applicant(application: Application, by: Person, now: datetime) -> Decision:
    return may_withdraw(application, by, day_of(now))


def day_passed(application: Application, now: datetime, context: Any) -> Decision:
    """Whether the last day to pay lies behind."""
    return YES if application.lapses_on < day_of(now) else not_yet("wrong_state")


def paid_in_full(application: Application, now: datetime, context: Any) -> Decision:
    """Whether nothing is due any more."""
    return YES if dues_of([application])[application.pk].open_cents <= 0 else not_yet("wrong_state")


def money_taken_back(application: Application, now: datetime, context: Any) -> Decision:
    """Whether something is due again."""
    return YES if dues_of([application])[application.pk].open_cents > 0 else not_yet("wrong_state")


def statutes_of_the_day(application: Application, now: datetime, member: Member | None) -> Decision:
    """Whether there is a member whose shares the register took in, which asks what the statutes of the day let."""
    return YES if member is not None else not_yet("wrong_state")


APPLICATIONS = Flow(
    machine=APPLICATION,
    kind="application",
    event="ApplicationMoved",
    rows=Application.objects.all,
    who={
        SECRETARY: a_person(keeps_register),
        APPLICANT: a_person(_applicant),
        PAYMENT: a_person(matches_payments),
    },
    guards={
        "day_passed": day_passed,
        "paid_in_full": paid_in_full,
        "money_taken_back": money_taken_back,
        "statutes_of_the_day": statutes_of_the_day,
    },
    refusal=WrongState,
    no_reason=lambda: ReasonMissing(_("Write the reason: the law wants it to be objective, and told.")),
    stamp="changed_at",
)
