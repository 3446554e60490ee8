"""A dividend from proposal to close. Long work comes in steps that each hold or do not: broken off, it is carried on.

`carry_on` does whatever is due next: reckon a proposal, book what is owed once two approved, make files once asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from commonweal.dividends import queries, rules
from commonweal.dividends.actions.flows import APPROVALS, DIVIDENDS, DividendRefused, reckoned
from commonweal.dividends.actions.payments import pay_dividend_heirs, pay_dividend_lines
from commonweal.dividends.models import DividendApproval, DividendLine, DividendRun, DividendTest
from commonweal.dividends.states import DIVIDEND, DividendState
from commonweal.kernel.days import day_of, moment_at
from commonweal.kernel.text import clean
from commonweal.ledger import actions as ledger
from commonweal.membership.actions.refusals import ask
from commonweal.membership.queries.shares import classes, ended_years
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.rules.movements import CENT, NOBODY
from commonweal.people.access import demand
from commonweal.people.actions import record, wait_turn
from commonweal.treasury.access import may_pay_out

if TYPE_CHECKING:
    from commonweal.people.models import Person

LINES_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed: a whole financial year of the statutes, the register as known on a day, the decision and its
    document, the gross rate of each class in hundredths of a percent, the day of payment."""

    year_starts_on: date
    year_ends_on: date
    known_on: date
    decided_on: date
    document: str
    rates: Mapping[str, int]
    pay_on: date


@transaction.atomic
def propose_dividend(*, proposal: Proposal, by: Person, now: datetime) -> DividendRun:
    """A new run with what the settings say on its days; it is reckoned in the background. The same year, rates and day of
    decision once more give the run that is there.

    Raises NotAllowed, DividendRefused.
    """
    today = day_of(now)
    demand(may_pay_out(by, today))
    _ask_days(proposal, today)
    document = clean(proposal.document, lines=False)[:80]
    if not document:
        raise DividendRefused(_("Name the decision this rests on, with its date."), code="no_document")
    with connection.cursor() as cursor:
        # Two proposals at once would each see the cap without the other.
        cursor.execute("LOCK TABLE dividends_dividendrun IN SHARE ROW EXCLUSIVE MODE")
    try:
        regime, cap = queries.regime_on(proposal.pay_on), queries.cap_on(proposal.decided_on)
    except ValueError as wrong:
        raise DividendRefused(
            _("The settings say no tax or no cap for that day. Ask the secretary to add them."),
            code="no_settings",
        ) from wrong
    rates = {code: rate for code, rate in sorted(proposal.rates.items()) if rate}
    if not set(rates) <= set(classes()):
        raise DividendRefused(_("The statutes know no such class of shares on that day."), code="no_class")
    known = queries.same_dividend(proposal.year_starts_on, proposal.year_ends_on, rates, proposal.decided_on)
    if known is not None:
        return known
    others = queries.other_rates(proposal.year_starts_on, proposal.year_ends_on)
    ask(DividendRefused, rules.may_share(rules.Rates(rates or {"": 0}, regime.percent), others, cap))
    end = moment_at(proposal.known_on, time.max)
    run = DividendRun.objects.create(
        year_starts_on=proposal.year_starts_on,
        year_ends_on=proposal.year_ends_on,
        known_at=min(end, now),
        decided_on=proposal.decided_on,
        document=document,
        rates=rates,
        smallest_cents=queries.smallest_on(proposal.pay_on),
        pay_on=proposal.pay_on,
        tax_percent=regime.percent,
        exempt_cents=regime.exempt_cents,
        at_source=regime.at_source,
        proposed_by=by,
        proposed_at=now,
    )
    _record("DividendProposed", run, by, now, rates=run.rates)
    return run


def _ask_days(proposal: Proposal, today: date) -> None:
    """The cap is one of a financial year: cut in parts, each part would take all of it."""
    if (proposal.year_starts_on, proposal.year_ends_on) not in ended_years(today):
        raise DividendRefused(
            _(
                "A dividend is for a whole financial year of the statutes that has ended. Choose one from the list."
            ),
            code="no_financial_year",
        )
    if not proposal.year_starts_on < proposal.year_ends_on < proposal.decided_on <= proposal.pay_on:
        raise DividendRefused(
            _("The days must follow one another: the year, its end, the decision, the payment."),
            code="days_out_of_order",
        )
    if not proposal.year_ends_on <= proposal.known_on <= today:
        raise DividendRefused(
            _("The register is read as known on a day from the end of the year to today."),
            code="known_out_of_order",
        )


def _record(name: str, run: DividendRun, by: Person | None, now: datetime, **data: object) -> None:
    record(name, queries.reference_of(run), by=by, at=now, data=data)


def _locked(run_id: int) -> DividendRun:
    return DividendRun.objects.select_for_update().get(pk=run_id)


@transaction.atomic
def reckon_dividend(*, run_id: int, now: datetime) -> DividendRun:
    """The lines of a proposal, all or none; a second time changes nothing. Raises DividendRefused."""
    # Of two at once, the second leaves exempt what the first does not.
    wait_turn("dividend-lines")
    run = _locked(run_id)
    if run.reckoned_at is not None or run.state != DividendState.PROPOSED:
        return run
    try:
        holders = list(queries.holders_in_year(run))
    except LookupError as wrong:
        raise DividendRefused(
            _("The ledger names member %(number)s, whom nobody knows. Run `commonweal check-ledger`.")
            % {"number": wrong.args[0]},
            code="holder_unknown",
        ) from wrong
    cent_days = [sum(holder.cent_days.values()) for holder in holders]
    gross = rules.gross_parts([rules.weighted(each.cent_days, run.rates) for each in holders], run.days)
    regime = rules.Regime(run.tax_percent, run.exempt_cents, run.at_source)
    used = queries.exempted_in(run.pay_on.year) if run.at_source else {}
    shares = rules.shares_of(gross, (holder.person_id for holder in holders), regime, used)
    count = tax = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY dividends_dividendline (run_id, member_id, cent_days, gross_cents, exempt_cents, tax_cents) FROM STDIN"
        ) as copy,
    ):
        for holder, weight, share in zip(holders, cent_days, shares, strict=True):
            if share.gross:
                copy.write_row((run.pk, holder.member_id, weight, share.gross, share.exempt, share.tax))
                count, tax = count + 1, tax + share.tax
    with connection.cursor() as cursor:
        # So many at once: the planner must know before they are read, not when autovacuum finds time.
        cursor.execute("ANALYZE dividends_dividendline")
    by_class: dict[str, int] = {}
    for holder in holders:
        for code, weight in holder.cent_days.items():
            by_class[code] = by_class.get(code, 0) + weight
    whole = sum(gross)
    parts = rules.class_parts(whole, {code: days * run.rates.get(code, 0) for code, days in by_class.items()})
    run.reckoned_at, run.lines_count, run.gross_cents, run.tax_cents = now, count, whole, tax
    run.by_class = {code: [by_class[code], parts[code]] for code in sorted(by_class)}
    run.save(update_fields=["reckoned_at", "lines_count", "gross_cents", "tax_cents", "by_class"])
    _record("DividendReckoned", run, None, now, lines=count, gross_cents=whole, tax_cents=tax)
    return run


@transaction.atomic
def approve_dividend(*, run: DividendRun, by: Person, now: datetime) -> DividendRun:
    """One of the two yeses; with the second the run is approved and what is owed gets booked.

    Raises NotAllowed (the proposer, someone twice, without the role), DividendRefused.
    """
    # What two approve at once rests on the same means, and so does a season that is decided meanwhile.
    wait_turn("distribution")
    run = DIVIDENDS.hold(run.pk, "approve", by=by, now=now)
    ask(DividendRefused, reckoned(run))
    DividendApproval.objects.create(run=run, person=by, at=now)
    count = run.approvals.count()
    if count < APPROVALS:
        _record("DividendApproved", run, by, now, approvals=count)
        return run
    data = {"approvals": count}
    return DIVIDENDS.move(run, "approve", by=by, now=now, context=count, data=data, fields=())


@transaction.atomic
def record_dividend_test(
    *,
    run: DividendRun,
    kind: ExitTest,
    as_of: date,
    have_cents: int,
    keep_cents: int,
    document: str,
    by: Person,
    now: datetime,
) -> DividendTest:
    """Records one of the two tests of a proposal (articles 6:115 and 6:116 CSA/WVV), in cents; a later one of the same kind
    takes its place and both stay. Whoever approves sees the figures: once one did, they stay as they are.

    Raises NotAllowed, DividendRefused.
    """
    demand(may_pay_out(by, day_of(now)))
    run = _locked(run.pk)
    # Whoever proposes notes the figures, as long as they can still be approved.
    ask(DividendRefused, DIVIDEND.permits(run.state, "approve"))
    document = clean(document, lines=False)[:80]
    if not document:
        raise DividendRefused(_("Name the document with these figures."), code="no_document")
    if as_of > day_of(now):
        raise DividendRefused(_("These figures are of a day to come. Check the day."), code="future")
    if run.approvals.exists():
        raise DividendRefused(
            _("Somebody has approved these figures already. Withdraw the dividend and propose it again."),
            code="approved_before",
        )
    last = queries.latest_dividend_tests(run).get(kind)
    given = (as_of, have_cents, keep_cents, document)
    if last is not None and (last.as_of, last.have_cents, last.keep_cents, last.document) == given:
        # Sent twice.
        return last
    test = DividendTest.objects.create(
        run=run,
        kind=kind,
        as_of=as_of,
        have_cents=have_cents,
        keep_cents=keep_cents,
        document=document,
        by=by,
        at=now,
    )
    _record("DividendTestRecorded", run, by, now, test=test.pk, kind=kind)
    return test


@transaction.atomic
def withdraw_dividend(*, run: DividendRun, reason: str, by: Person, now: datetime) -> DividendRun:
    """Takes a proposal back, with a reason; nothing was booked yet. Raises NotAllowed, DividendRefused."""
    held = DIVIDENDS.hold(run.pk, "withdraw", by=by, now=now)
    held.reason = clean(reason, lines=False)[:500]
    return DIVIDENDS.move(held, "withdraw", by=by, now=now, reason=held.reason, fields=("reason",))


@transaction.atomic
def pay_dividend(*, run: DividendRun, by: Person, now: datetime) -> DividendRun:
    """Asks for the files that pay what is due to all who gave an account; they are made in the background.

    Raises NotAllowed, DividendRefused.
    """
    held = DIVIDENDS.hold(run.pk, "pay", by=by, now=now)
    return DIVIDENDS.move(held, "pay", by=by, now=now, fields=())


@transaction.atomic
def close_dividend(*, run: DividendRun, by: Person, now: datetime) -> DividendRun:
    """Ends the work on a run. What nobody gave an account for stays owed. Raises NotAllowed, DividendRefused."""
    held = DIVIDENDS.hold(run.pk, "close", by=by, now=now)
    return DIVIDENDS.move(held, "close", by=by, now=now, fields=())


@transaction.atomic
def ask_to_carry_on(*, run: DividendRun, by: Person, now: datetime) -> None:
    """Starts the background work again where it broke off. Raises NotAllowed."""
    demand(may_pay_out(by, day_of(now)))
    _record("DividendCarriedOn", run, by, now)


def carry_on(*, run_id: int, now: Callable[[], datetime], at_once: int = LINES_AT_ONCE) -> None:
    """Does all the work on a run that is due, step by step; safe at any time, also twice at once.

    Each step is a transaction under the run's lock, so what was done before a break stays and nothing is done twice.
    """
    run = reckon_dividend(run_id=run_id, now=now())
    while run.state == DividendState.APPROVED and not run.is_booked:
        run = _book_some(run_id, now(), at_once)
    after: int | None = 0
    while run.state == DividendState.PAID_OUT and after is not None:
        with transaction.atomic():
            run = _locked(run_id)
            after = pay_dividend_lines(run=run, after=after, now=now(), at_once=at_once)
            if after is None:
                pay_dividend_heirs(run=run, now=now())
    if run.state == DividendState.PAID_OUT:
        # The pages of the run ask about rows that have just come. Until the server has looked at these, it plans as if
        # there were none, and who waits for an account took seconds instead of a fiftieth of one.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE dividends_dividendline, treasury_payment, treasury_paymentfile")


@transaction.atomic
def _book_some(run_id: int, now: datetime, at_once: int) -> DividendRun:
    run = _locked(run_id)
    if run.state != DividendState.APPROVED or run.is_booked:
        return run
    ledger.open_accounts({rules.TAX: CENT, rules.PROFIT: CENT})
    lines = DividendLine.objects.filter(run=run, member_id__gt=run.booked_until).order_by("member_id")
    rows = list(lines.values_list("member_id", "member__number", "gross_cents", "tax_cents")[:at_once])
    gross, tax = sum(row[2] for row in rows), sum(row[3] for row in rows)
    entries = [ledger.Entry(rules.OWED, number, each - less) for _pk, number, each, less in rows]
    entries += [ledger.Entry(rules.TAX, NOBODY, tax), ledger.Entry(rules.PROFIT, NOBODY, -gross)]
    draft = ledger.Draft(
        "dividend",
        f"dividend:{run.pk}:{run.booked_until}",
        run.decided_on,
        tuple(entries),
        f"person:{run.proposed_by_id}",
        queries.reference_of(run),
    )
    run.booked_count, run.booked_until = run.booked_count + len(rows), rows[-1][0]
    run.save(update_fields=["booked_count", "booked_until"])
    if run.booked_count == run.lines_count:
        # Of earlier dividends nothing is paid meanwhile that is added to this one.
        list(DividendRun.objects.select_for_update().filter(pk__lt=run.pk).order_by("pk").values_list("pk"))
        if added := queries.carry_into(run):
            _record("DividendCarriedInto", run, None, now, lines=added)
    ledger.post_many(drafts=[draft], now=now)
    return run
