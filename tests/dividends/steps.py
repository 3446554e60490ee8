"""Steps that several tests of dividends take: staff, a year with holders, a run brought to where it is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from commonweal.dividends import actions, queries
from commonweal.dividends.models import DividendLine, DividendRun
from commonweal.membership import queries as register
from commonweal.membership.models import Member
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.rules.movements import MovementKind
from commonweal.people.models import Person
from tests import factories as make
from tests.membership.account_steps import gives_account as gives_account

NOW = make.NOW
YEAR = {"year_starts_on": date(2025, 1, 1), "year_ends_on": date(2025, 12, 31)}


@dataclass
class Staff:
    """Who proposes, who approves."""

    proposer: Person = field(default_factory=lambda: make.staff("finance"))
    first: Person = field(default_factory=lambda: make.staff("finance"))
    second: Person = field(default_factory=lambda: make.staff("secretary"))


def proposal(**changes: Any) -> actions.Proposal:
    """Three percent over 2025, decided and paid in May 2026."""
    values: dict[str, Any] = {
        **YEAR,
        "known_on": date(2026, 5, 1),
        "decided_on": date(2026, 5, 9),
        "document": "minutes of 9 May 2026",
        "pay_on": date(2026, 5, 29),
    }
    rate_bp = changes.pop("rate_bp", 3_00)
    return actions.Proposal(**{"rates": dict.fromkeys("ABC", rate_bp), **values, **changes})


def clock() -> datetime:
    """A moment that stands still."""
    return NOW


def holder(count: int = 10, *, account: bool = True, left_on: date | None = None, **changes: Any) -> Member:
    """A member with shares of class A since 2020 (or another `day`), who left on a day and gave all back."""
    member = make.member()
    make.shares(member, count, **changes)
    if left_on is not None:
        make.shares(member, count, kind=MovementKind.REFUND, day=left_on)
        Member.objects.filter(pk=member.pk).update(left_on=left_on)
    if account:
        gives_account(member)
    return member


def knows_all() -> dict[str, Any]:
    """The register as known now, whenever the test's movements were recorded."""
    return {"known_on": NOW.date(), "decided_on": NOW.date(), "pay_on": NOW.date() + timedelta(days=5)}


def reckoned(staff: Staff, *, tested: bool = True, **changes: Any) -> DividendRun:
    """A proposal with its lines, as known now, and both tests."""
    asked = proposal(**{**knows_all(), **changes})
    run = actions.propose_dividend(proposal=asked, by=staff.proposer, now=NOW)
    run = actions.reckon_dividend(run_id=run.pk, now=NOW)
    return within_tests(run, staff.proposer) if tested else run


def within_tests(run: DividendRun, by: Person, room_cents: int = 1_000_000_00) -> DividendRun:
    """The run with both tests, which leave so much."""
    for kind in ExitTest:
        actions.record_dividend_test(
            run=run,
            kind=kind,
            as_of=run.year_ends_on,
            have_cents=room_cents + 500_00,
            keep_cents=500_00,
            document="accounts 2025",
            by=by,
            now=NOW,
        )
    return run


def booked(staff: Staff, **changes: Any) -> DividendRun:
    """A run approved by two, with what is owed in the ledger."""
    run = reckoned(staff, **changes)
    for person in (staff.first, staff.second):
        run = actions.approve_dividend(run=run, by=person, now=NOW)
    actions.carry_on(run_id=run.pk, now=clock)
    return fresh(run)


def paid(staff: Staff, at_once: int = 10_000, **changes: Any) -> DividendRun:
    """A run whose files are made."""
    run = actions.pay_dividend(run=booked(staff, **changes), by=staff.proposer, now=NOW)
    actions.carry_on(run_id=run.pk, now=clock, at_once=at_once)
    return fresh(run)


def fresh(run: DividendRun) -> DividendRun:
    """The run as it stands."""
    return DividendRun.objects.get(pk=run.pk)


def line(run: DividendRun, member: Member) -> DividendLine:
    """A member's line of a run."""
    return DividendLine.objects.get(run=run, member=member)


def owed(member: Member) -> int:
    """What the ledger owes a member, ever after."""
    from commonweal.ledger.queries import balance

    return balance(("dividend-owed", member.number), date.max)


def in_order() -> None:
    """Neither the ledger nor the dividends show any trouble."""
    from commonweal.ledger.queries import troubles

    assert troubles() == []
    assert queries.dividend_troubles() == []
    assert register.payment_troubles() == []
