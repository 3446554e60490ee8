"""Reads of dividends: which years and rates there may be, who had what in for how long, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Sum

from commonweal.dividends import rules
from commonweal.dividends.models import DividendLine, DividendRun, DividendTest
from commonweal.dividends.rules import DividendObstacle
from commonweal.dividends.states import DividendState
from commonweal.kernel.days import day_of
from commonweal.ledger import queries as ledger
from commonweal.ledger.queries import Trouble
from commonweal.membership.queries.distributions import Promise, room_left
from commonweal.membership.queries.heirs import without_estate
from commonweal.membership.queries.members import bearers
from commonweal.membership.queries.shares import classes, setting_on
from commonweal.membership.rules import movements as names
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.rules.statutes import SettingName

if TYPE_CHECKING:
    from commonweal.people.models import Person

READ_AT_ONCE = 5_000
TEN, PAGE, TROUBLES_MAX = 10, 50, 50
APPROVED = (DividendState.APPROVED, DividendState.PAID_OUT, DividendState.CLOSED)
NOBODY: tuple[int | None, int, int | None] = (None, 0, None)


@dataclass(frozen=True, slots=True)
class Holder:
    """Someone with money in shares during a year: member and person by id, cent-days by class."""

    member_id: int
    person_id: int | None
    cent_days: dict[str, int]


def reference_of(run: DividendRun) -> str:
    """What the ledger's operations and the payment files of a run rest on."""
    return f"dividend:{run.pk}"


def regime_on(day: date) -> rules.Regime:
    """How dividends paid on a day are taxed. Raises ValueError when the settings do not say."""
    percent = setting_on(SettingName.WITHHOLDING_PERCENT, day)
    exempt, how = (
        setting_on(SettingName.EXEMPTION_CENTS, day),
        setting_on(SettingName.EXEMPTION_REGIME, day),
    )
    if percent is None or exempt is None or how not in (rules.AT_SOURCE, rules.BY_RETURN):
        raise ValueError(f"no tax regime on {day}")
    return rules.Regime(percent, exempt, how == rules.AT_SOURCE)


def cap_on(decided_on: date) -> rules.Cap:
    """The highest dividend of a financial year by the settings of a day. Raises ValueError when they do not say."""
    percent = setting_on(SettingName.DIVIDEND_CAP_PERCENT, decided_on)
    basis = setting_on(SettingName.DIVIDEND_CAP_BASIS, decided_on)
    if percent is None or basis is None:
        raise ValueError(f"no cap on {decided_on}")
    return rules.Cap(percent, basis)


def other_rates(starts_on: date, ends_on: date) -> list[rules.Rates]:
    """The rates of the other dividends that share a day with this financial year."""
    runs = DividendRun.objects.exclude(state=DividendState.WITHDRAWN)
    runs = runs.filter(year_starts_on__lte=ends_on, year_ends_on__gte=starts_on)
    return [rules.Rates(rates, tax) for rates, tax in runs.values_list("rates", "tax_percent")]


def percent_given(first: date, last: date) -> Decimal | None:
    """Percent of what was paid on shares that all dividends of the financial years which end between two days give
    together, after withholding tax; of the class that gets most. None without any."""
    runs = DividendRun.objects.exclude(state=DividendState.WITHDRAWN).filter(
        year_ends_on__range=(first, last)
    )
    found: dict[str, Decimal] = {}
    for rates, tax in runs.values_list("rates", "tax_percent"):
        for code, rate in rates.items():
            found[code] = found.get(code, Decimal(0)) + Decimal(rate * (100 - tax)) / 10_000
    return max(found.values()).quantize(Decimal("0.01")) if found else None


def smallest_on(day: date) -> int:
    """Cents below which a dividend is not paid but added to the next one, by the settings of a day."""
    return int(setting_on(SettingName.DIVIDEND_SMALLEST_CENTS, day) or 0)


def latest_dividend_tests(run: DividendRun) -> dict[ExitTest, DividendTest]:
    """The test of each kind that counts: the last one recorded."""
    rows = DividendTest.objects.filter(run=run).select_related("by").order_by("pk")
    return {ExitTest(row.kind): row for row in rows}


def room_of_dividend(run: DividendRun) -> int | None:
    """Cents the two tests leave to share out, besides what else was promised since; None while one is missing."""
    return room_left(latest_dividend_tests(run), but=reference_of(run))


def promised_dividends() -> Iterator[Promise]:
    """What approved dividends give, each from the day on which it was decided, or approved here if that was later: accounts
    of the days between know nothing of it. One query."""
    runs = DividendRun.objects.filter(state__in=APPROVED).annotate(approved_at=Max("approvals__at"))
    for run in runs:
        if run.approved_at is not None:
            yield Promise(reference_of(run), max(run.decided_on, day_of(run.approved_at)), run.gross_cents)


def rests_on_shares(member: int, since: date) -> DividendObstacle | None:
    """What stands against taking shares of a member, by id, out of the register again that are there from a day on."""
    lines = DividendLine.objects.filter(member=member, run__year_ends_on__gte=since)
    reckoned = lines.exclude(run__state=DividendState.WITHDRAWN).exists()
    return DividendObstacle.DIVIDEND if reckoned else None


def same_dividend(
    starts_on: date, ends_on: date, rates: Mapping[str, int], decided_on: date
) -> DividendRun | None:
    """The dividend of this financial year with these rates, decided on this day, unless it was withdrawn."""
    runs = DividendRun.objects.exclude(state=DividendState.WITHDRAWN)
    return runs.filter(
        year_starts_on=starts_on, year_ends_on=ends_on, rates=dict(rates), decided_on=decided_on
    ).first()


def holders_in_year(run: DividendRun) -> Iterator[Holder]:
    """Everybody with money in shares in the run's year, those who left included, by member number.

    Raises LookupError for money of a number nobody bears, which `commonweal check-ledger` tells.
    """
    accounts = {names.paid_account(code): code for code in classes()}
    people = bearers()
    who = next(people, NOBODY)
    found = Holder(0, None, {})
    for number, account, total in ledger.day_sums(
        list(accounts), run.year_starts_on, run.year_ends_on, run.known_at
    ):
        while who[0] is not None and who[0] < number:
            who = next(people, NOBODY)
        if who[0] != number:
            raise LookupError(number)
        if found.member_id != who[1]:
            if found.member_id:
                yield found
            found = Holder(who[1], who[2], {})
        found.cent_days[accounts[account]] = total
    if found.member_id:
        yield found


def exempted_in(income_year: int, *, standing: bool = False) -> dict[int, int]:
    """What runs paid in an income year leave exempt at source: person id -> cents. Those that wait for approval as well,
    or those alone that stand."""
    gone = (DividendState.WITHDRAWN, DividendState.PROPOSED) if standing else (DividendState.WITHDRAWN,)
    lines = DividendLine.objects.filter(run__pay_on__year=income_year, exempt_cents__gt=0).exclude(
        run__state__in=gone
    )
    rows = lines.values_list("member__person_id").annotate(total=Sum("exempt_cents")).order_by()
    return {person: int(total) for person, total in rows if person is not None}


def exemption_moved(run: DividendRun) -> bool:
    """Whether what the lines of a proposal leave exempt is not what the other dividends of its income year, as they stand
    now, leave of it: one was withdrawn or approved since, or waits still."""
    others = DividendRun.objects.filter(pay_on__year=run.pay_on.year, at_source=True).exclude(pk=run.pk)
    if not run.at_source or not others.exists():
        return False
    lines = run.lines.order_by("member__number").values_list(
        "member__person_id", "gross_cents", "exempt_cents"
    )
    people, gross, exempt = zip(*lines.iterator(READ_AT_ONCE), strict=True)
    regime = rules.Regime(run.tax_percent, run.exempt_cents, run.at_source)
    shares = rules.shares_of(gross, people, regime, exempted_in(run.pay_on.year, standing=True))
    return any(share.exempt != kept for share, kept in zip(shares, exempt, strict=True))


def largest_lines(run: DividendRun) -> list[DividendLine]:
    """The ten largest lines of a run."""
    lines = run.lines.select_related("member__person", "member__organisation")
    return list(lines.order_by("-gross_cents", "member_id")[:TEN])


def approvers_of(run: DividendRun) -> list[tuple[Person, Any]]:
    """Who approved a run, and when."""
    return [(each.person, each.at) for each in run.approvals.select_related("person")]


def dividend_troubles() -> list[Trouble]:
    """Where lines and the ledger do not say the same, and what nobody would ever be paid; at most fifty."""
    return list(islice(_all_troubles(), TROUBLES_MAX))


def _all_troubles() -> Iterator[Trouble]:
    for run in DividendRun.objects.exclude(state=DividendState.WITHDRAWN).order_by("id"):
        yield from _troubles(run)
    left = {
        number: cents for number, _account, cents in ledger.every_balance([rules.OWED], date.max) if cents
    }
    for number in without_estate(left):
        what = f"is owed {left[number]} cents of dividends, died or was wound up, and has no estate under this number"
        yield Trouble("owed_to_the_dead", f"member {number}", what)


def _troubles(run: DividendRun) -> Iterator[Trouble]:
    where = f"dividend {run.pk}"
    lines = run.lines.aggregate(count=Count("member"), gross=Sum("gross_cents"), tax=Sum("tax_cents"))
    said = (run.lines_count, run.gross_cents, run.tax_cents)
    if (lines["count"], lines["gross"] or 0, lines["tax"] or 0) != said:
        yield Trouble("dividend_sum", where, "its lines do not add up to what was approved")
    if not run.is_booked or run.state == DividendState.PROPOSED:
        return
    reference = reference_of(run)
    due = run.lines.order_by("member__number").values_list("member__number", "gross_cents", "tax_cents")
    booked = dict(ledger.moved_under(reference, "dividend", rules.OWED))
    for number, gross, tax in due.iterator(READ_AT_ONCE):
        if (posted := booked.pop(number, 0)) != gross - tax:
            what = f"the line of member {number} says {gross - tax} cents, the ledger {posted}"
            yield Trouble("dividend_line", where, what)
    for number, posted in booked.items():
        yield Trouble(
            "dividend_line", where, f"the ledger owes member {number} {posted} cents without a line"
        )
