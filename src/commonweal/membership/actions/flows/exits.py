"""How a request to leave, and the season it waits for, move through their tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, a_person
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, Refusal, no
from commonweal.membership.access import may_ask_for
from commonweal.membership.actions.flows.who import keeps_register
from commonweal.membership.models import ExitRequest, ExitSeason
from commonweal.membership.rules.exits import Outcome, may_decide, may_withdraw
from commonweal.membership.states import EXIT, SEASON

if TYPE_CHECKING:
    from commonweal.people.models import Person


class ExitRefused(Refusal):
    """The statutes, or where the request stands, do not allow this; the code says which."""

    code = "exit_refused"


def _member(request: ExitRequest, by: Person, now: datetime) -> Decision:
    return may_ask_for(by, request.member, day_of(now))


def before_cut_off(request: ExitRequest, now: datetime, season: ExitSeason) -> Decision:
    """Whether the window of the request's season is still open."""
    return may_withdraw(day_of(now), season.closes_on)


EXITS = Flow(
    machine=EXIT,
    kind=lambda request: f"member:{request.member_id}",
    event={"withdraw": "ExitWithdrawn"},
    rows=lambda: ExitRequest.objects.select_related("member"),
    who={"member": a_person(_member)},
    guards={"before_cut_off": before_cut_off},
    refusal=ExitRefused,
    stamp="closed_at",
    made_by={
        "overtake": ("membership.estates.open_estate", "membership.exclusions.decide_exclusion"),
        "restore": ("membership.exits.wait_again",),
        **dict.fromkeys(("grant", "grant_part", "queue", "refuse"), ("membership.seasons.decide_season",)),
        "pay": ("membership.exit_payments.EXIT_PAYABLES",),
        **dict.fromkeys(("owe", "owe_part"), ("membership.exit_payments.EXIT_PAYABLES",)),
        "pass_on": ("membership.settling.settle_estate",),
    },
)


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the board decided, and the sums it rests on, in cents."""

    outcome: Outcome
    decided_on: date
    total_cents: int
    budget_cents: int | None
    room_cents: int | None
    refusable: bool


def window_closed(season: ExitSeason, decided_on: date, now: datetime) -> Decision:
    """Whether the board decided after the window, and not on a day to come."""
    if season.closes_on < decided_on <= day_of(now):
        return YES
    return no("wrong_day", _("The board decides once the window has closed, and not on a day to come."))


def window_closed_and_tests(season: ExitSeason, now: datetime, deciding: Deciding) -> Decision:
    """Whether the window is closed and both tests let the decision be booked."""
    closed = window_closed(season, deciding.decided_on, now)
    if not closed:
        return closed
    return may_decide(
        deciding.outcome,
        total_cents=deciding.total_cents,
        budget_cents=deciding.budget_cents,
        room_cents=deciding.room_cents,
        refusable=deciding.refusable,
    )


SEASONS = Flow(
    machine=SEASON,
    kind="exit-season",
    event="SeasonDecided",
    rows=ExitSeason.objects.all,
    # The board's minutes come in through the secretary.
    who={"board": a_person(keeps_register)},
    guards={"window_closed_and_tests": window_closed_and_tests},
    refusal=ExitRefused,
)
