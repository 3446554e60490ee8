"""Reads of dividends: who had what in for how long, what is due and where it is paid, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from commonweal.ledger import queries as ledger
from commonweal.ledger.queries import Trouble
from commonweal.membership.models import (
    DividendLine,
    DividendRun,
    Member,
    Payment,
    PaymentFile,
    PayoutAccount,
    ReturnedPayment,
)
from commonweal.membership.queries.shares import classes, setting_on
from commonweal.membership.rules import dividends as rules
from commonweal.membership.rules import movements as names
from commonweal.membership.rules.payments import OWED, PaymentKind
from commonweal.membership.rules.statutes import SettingName
from commonweal.membership.states import DividendState

if TYPE_CHECKING:
    from commonweal.people.models import Person

READ_AT_ONCE = 5_000
TEN, PAGE, TROUBLES_MAX = 10, 50, 50


@dataclass(frozen=True, slots=True)
class Holder:
    """Someone with money in shares during a year: member and person by id, cent-days by class."""

    member_id: int
    person_id: int | None
    cent_days: dict[str, int]


class Payable(NamedTuple):
    """What is due to a member and where it goes; `attempt` counts from 1."""

    member_id: int
    number: int
    language: str
    cents: int
    iban: str
    holder: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far paying has come: payments that stand and their cents, those that came back, files."""

    paid_count: int
    paid_cents: int
    returned_count: int
    files: list[PaymentFile]


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


def highest_rate_on(decided_on: date, pay_on: date) -> int:
    """The highest gross rate of a dividend, in hundredths of a percent. Raises ValueError when the settings do not say."""
    cap = setting_on(SettingName.DIVIDEND_CAP_PERCENT, decided_on)
    basis = setting_on(SettingName.DIVIDEND_CAP_BASIS, decided_on)
    if cap is None or basis is None:
        raise ValueError(f"no cap on {decided_on}")
    return rules.highest_rate(cap, basis, regime_on(pay_on).percent)


def other_rates(starts_on: date, ends_on: date) -> int:
    """The rates of other runs that share a day of this year, together, in hundredths of a percent."""
    runs = DividendRun.objects.exclude(state=DividendState.WITHDRAWN)
    runs = runs.filter(year_starts_on__lte=ends_on, year_ends_on__gte=starts_on)
    return int(runs.aggregate(total=Sum("rate_bp"))["total"] or 0)


def holders_in_year(run: DividendRun) -> Iterator[Holder]:
    """Everybody with money in shares in the run's year, those who left included, by member number.

    Raises LookupError for money of a number nobody bears, which `commonweal check-ledger` tells.
    """
    accounts = {names.paid_account(code): code for code in classes()}
    people = Member.objects.order_by("number").values_list("number", "pk", "person_id").iterator(READ_AT_ONCE)
    who: tuple[Any, ...] = next(people, (None, 0, None))
    found = Holder(0, None, {})
    for number, account, total in ledger.day_sums(
        list(accounts), run.year_starts_on, run.year_ends_on, run.known_at
    ):
        while who[0] is not None and who[0] < number:
            who = next(people, (None, 0, None))
        if who[0] != number:
            raise LookupError(number)
        if found.member_id != who[1]:
            if found.member_id:
                yield found
            found = Holder(who[1], who[2], {})
        found.cent_days[accounts[account]] = total
    if found.member_id:
        yield found


def exempted_in(income_year: int) -> dict[int, int]:
    """What runs paid in an income year left exempt at source: person id -> cents."""
    lines = DividendLine.objects.filter(run__pay_on__year=income_year, exempt_cents__gt=0).exclude(
        run__state=DividendState.WITHDRAWN
    )
    rows = lines.values_list("member__person_id").annotate(total=Sum("exempt_cents")).order_by()
    return {person: int(total) for person, total in rows if person is not None}


# The account set last, unless a payment on it came back; and how often it was tried. A line is payable when every
# payment of it came back.
_PAYABLE = """
    SELECT l.member_id, m.number, m.language, l.gross_cents - l.tax_cents, a.iban, a.holder, 1 + tried.made
    FROM membership_dividendline l JOIN membership_member m ON m.id = l.member_id
    JOIN LATERAL (SELECT iban, holder FROM membership_payoutaccount WHERE member_id = l.member_id
      ORDER BY id DESC LIMIT 1) a ON true
    CROSS JOIN LATERAL (SELECT count(*) AS made, count(r.id) AS returned,
        coalesce(bool_or(p.iban = a.iban AND p.holder = a.holder), false) AS used
      FROM membership_payment p LEFT JOIN membership_returnedpayment r ON r.payment_id = p.id
      WHERE p.member_id = l.member_id AND p.file_id = ANY(%(files)s)) tried
    WHERE l.run_id = %(run)s AND l.member_id > %(after)s AND tried.made = tried.returned AND NOT tried.used
    ORDER BY l.member_id LIMIT %(limit)s"""


def payable(run: DividendRun, after: int, limit: int) -> list[Payable]:
    """The next lines of a run that are not paid and have an account to be paid on, above a member id."""
    # Asked for once: joined to the files, each of ten thousand members looked through all of them.
    files = list(PaymentFile.objects.filter(reference=reference_of(run)).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"run": run.pk, "files": files, "after": after, "limit": limit}
        cursor.execute(_PAYABLE, given)
        return [Payable(*row) for row in cursor.fetchall()]


def payments_of(run: DividendRun) -> QuerySet[Payment]:
    """All payments of a run, those that came back too."""
    return Payment.objects.filter(file__reference=reference_of(run))


def progress_of(run: DividendRun) -> Progress:
    """How far paying has come; three queries."""
    files = list(PaymentFile.objects.filter(reference=reference_of(run)).defer("content"))
    back = ReturnedPayment.objects.filter(payment__file__reference=reference_of(run))
    told = back.aggregate(count=Count("id"), cents=Sum("payment__cents"))
    count, cents = sum(each.count for each in files), sum(each.cents for each in files)
    return Progress(count - told["count"], cents - int(told["cents"] or 0), told["count"], files)


def unpaid_lines(run: DividendRun) -> QuerySet[DividendLine]:
    """Lines of a run that are not paid: no payment, or each one came back. Largest first."""
    standing = payments_of(run).filter(member=OuterRef("member"), returned__isnull=True)
    lines = run.lines.filter(~Exists(standing)).select_related("member__person", "member__organisation")
    return lines.order_by("-gross_cents", "member_id")


def without_account(run: DividendRun) -> QuerySet[DividendLine]:
    """Lines of a run that cannot be paid: no account was ever given, or what went to it came back."""
    # From the few that came back: asked of each account, each looked for its payment.
    came_back = PayoutAccount.objects.filter(
        member__payments__returned__isnull=False,
        member__payments__file__reference=reference_of(run),
        member__payments__iban=F("iban"),
        member__payments__holder=F("holder"),
    )
    tried = list(came_back.values_list("pk", flat=True))
    given = PayoutAccount.objects.filter(member=OuterRef("member")).exclude(pk__in=tried)
    return unpaid_lines(run).filter(~Exists(given))


def largest_lines(run: DividendRun) -> list[DividendLine]:
    """The ten largest lines of a run."""
    lines = run.lines.select_related("member__person", "member__organisation")
    return list(lines.order_by("-gross_cents", "member_id")[:TEN])


def approvers_of(run: DividendRun) -> list[tuple[Person, Any]]:
    """Who approved a run, and when."""
    return [(each.person, each.at) for each in run.approvals.select_related("person")]


def lines_of_person(person: Person) -> list[tuple[DividendLine, Payment | None]]:
    """What a person got in dividends that were approved, under whichever member number, latest first; each with the payment
    that did not come back. Two queries."""
    return _lines(Q(member__person=person))


def lines_of_member(member: Member) -> list[tuple[DividendLine, Payment | None]]:
    """The same under one member number."""
    return _lines(Q(member=member))


def _lines(whose: Q) -> list[tuple[DividendLine, Payment | None]]:
    states = (DividendState.APPROVED, DividendState.PAID_OUT, DividendState.CLOSED)
    lines = DividendLine.objects.filter(whose, run__state__in=states)
    payments = Payment.objects.filter(whose, returned__isnull=True)
    paid = {
        (payment.file.reference, payment.member_id): payment
        for payment in payments.select_related("file").defer("file__content")
    }
    return [
        (line, paid.get((reference_of(line.run), line.member_id)))
        for line in lines.select_related("run", "member").order_by("-run_id", "-member_id")
    ]


def line_rows(run: DividendRun) -> Iterator[tuple[Any, ...]]:
    """(number, family name, given name, organisation, gross, exempt, tax, paid) of each line, in bounded memory."""
    standing = payments_of(run).filter(member=OuterRef("member"), returned__isnull=True)
    told = ("member__person__family_name", "member__person__given_name", "member__organisation__name")
    rows = run.lines.annotate(paid=Exists(standing)).order_by("member__number")
    return rows.values_list(
        "member__number", *told, "gross_cents", "exempt_cents", "tax_cents", "paid"
    ).iterator(READ_AT_ONCE)


def dividend_troubles() -> list[Trouble]:
    """Where lines, payments and the ledger do not say the same; at most fifty."""
    found: list[Trouble] = []
    for run in DividendRun.objects.exclude(state=DividendState.WITHDRAWN).order_by("id"):
        for trouble in _troubles(run):
            found.append(trouble)
            if len(found) == TROUBLES_MAX:
                return found
    return found


def _troubles(run: DividendRun) -> Iterator[Trouble]:
    where = f"dividend {run.pk}"
    lines = run.lines.aggregate(count=Count("member"), gross=Sum("gross_cents"), tax=Sum("tax_cents"))
    said = (run.lines_count, run.gross_cents, run.tax_cents)
    if (lines["count"], lines["gross"] or 0, lines["tax"] or 0) != said:
        yield Trouble("dividend_sum", where, "its lines do not add up to what was approved")
    if not run.is_booked or run.state == DividendState.PROPOSED:
        return
    owed, reference = OWED[PaymentKind.DIVIDEND], reference_of(run)
    due = run.lines.order_by("member__number").values_list("member__number", "gross_cents", "tax_cents")
    booked = dict(ledger.moved_under(reference, "dividend", owed))
    for number, gross, tax in due.iterator(READ_AT_ONCE):
        if (posted := booked.pop(number, 0)) != gross - tax:
            what = f"the line of member {number} says {gross - tax} cents, the ledger {posted}"
            yield Trouble("dividend_line", where, what)
    for number, posted in booked.items():
        yield Trouble(
            "dividend_line", where, f"the ledger owes member {number} {posted} cents without a line"
        )
