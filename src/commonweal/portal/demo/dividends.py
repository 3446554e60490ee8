"""Two dividends of the demo: one of the year before that is paid and closed, with payments that came back and members
nobody knows an account of; and one that waits for approval. Accounts are invented, with the right check digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from commonweal.dividends import actions
from commonweal.dividends.queries import payments_of
from commonweal.membership.queries import classes, members_by_number
from commonweal.membership.rules.exits import ExitTest
from commonweal.people.actions import record
from commonweal.portal.demo.script import Calendar
from commonweal.treasury.actions import book_return, load_accounts
from commonweal.treasury.rules.payables import ReturnReason

if TYPE_CHECKING:
    from commonweal.dividends.models import DividendRun
    from commonweal.people.models import Person

# One in so many members never gave an account; these payments came back.
WITHOUT_ACCOUNT, RETURNED = 11, 2
DECIDED, PAID = -150, -140


def dividends_for_all(calendar: Calendar, people: dict[str, Person]) -> None:
    """Accounts for most members, a dividend paid and closed, another one proposed."""
    load_accounts(list(_accounts(calendar.settled)))
    record("PayoutAccountsLoaded", "register:accounts", by=people["secretary"], at=calendar.settled)
    run = _proposed(calendar, people["finance"], 3_00, DECIDED)
    for person in (people["finance2"], people["secretary"]):
        run = actions.approve_dividend(run=run, by=person, now=calendar.at(DECIDED + 1, 14))
    actions.carry_on(run_id=run.pk, now=lambda: calendar.at(DECIDED + 1, 15))
    run.refresh_from_db()
    run = actions.pay_dividend(run=run, by=people["finance"], now=calendar.at(PAID, 9))
    actions.carry_on(run_id=run.pk, now=lambda: calendar.at(PAID, 9, 5))
    for payment in payments_of(run).order_by("id")[:RETURNED]:
        book_return(
            end_to_end=payment.end_to_end,
            reason=ReturnReason.CLOSED,
            returned_on=calendar.day(PAID + 3),
            by=people["finance"],
            now=calendar.at(PAID + 4, 10),
        )
    actions.close_dividend(run=run, by=people["finance"], now=calendar.at(PAID + 20, 10))
    _proposed(calendar, people["finance2"], 50, -1)


def _proposed(calendar: Calendar, by: Person, rate_bp: int, offset: int) -> DividendRun:
    decided, year = calendar.day(offset), calendar.day(DECIDED).year - 1
    asked = actions.Proposal(
        *(date(year, 1, 1), date(year, 12, 31)),
        known_on=decided,
        decided_on=decided,
        document=f"PV/notulen {decided:%d.%m.%Y}",
        rates=dict.fromkeys(classes(), rate_bp),
        pay_on=calendar.day(PAID if offset == DECIDED else 14),
    )
    now = calendar.at(offset, 11)
    run = actions.propose_dividend(proposal=asked, by=by, now=now)
    run = actions.reckon_dividend(run_id=run.pk, now=now)
    for kind, have, keep in (
        (ExitTest.NET_ASSETS, 2_450_000_00 + run.gross_cents, 1_900_000_00),
        (ExitTest.LIQUIDITY, 310_000_00 + run.gross_cents, 45_000_00),
    ):
        actions.record_dividend_test(
            run=run,
            kind=kind,
            as_of=date(year, 12, 31),
            have_cents=have,
            keep_cents=keep,
            document=f"comptes/jaarrekening {year}",
            by=by,
            now=now,
        )
    return run


def _accounts(since: datetime) -> Iterator[tuple[Any, ...]]:
    for payee, number, name in members_by_number():
        if number % WITHOUT_ACCOUNT:
            yield (*payee[:2], invented_iban(number), name[:70], since)


def invented_iban(number: int) -> str:
    """A Belgian account number nobody was given, with the right check digits."""
    bare = f"001{number:07}"
    account = f"{bare}{int(bare) % 97 or 97:02}"
    return f"BE{98 - int(account + '111400') % 97:02}{account}"
