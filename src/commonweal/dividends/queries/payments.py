"""Reads of what dividends pay: what is due and where it goes, what is too little, what heirs get, what a member sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from commonweal.dividends.models import DividendCarry, DividendLine, DividendRun
from commonweal.dividends.queries.runs import APPROVED, READ_AT_ONCE, reference_of
from commonweal.dividends.rules import DIVIDEND
from commonweal.kernel.subjects import number_of
from commonweal.membership.queries.heirs import (
    NOT_GONE,
    CameBack,
    Heir,
    has_estate,
    heirs_of,
    is_gone,
    parts_of,
)
from commonweal.treasury.queries import (
    accounts_but,
    files_under,
    payments_of_kind,
    payments_to,
    payments_under,
    returned_under,
    tried_under,
)
from commonweal.treasury.rules.credit_transfers import NAME_MAX
from commonweal.treasury.rules.payables import Payee

if TYPE_CHECKING:
    from commonweal.membership.models import Member
    from commonweal.people.models import Person
    from commonweal.treasury.models import Payment, PaymentFile


class DueLine(NamedTuple):
    """What is due to a member and where it goes; `attempt` counts from 1. `claimant` is the heir, curator or liquidator
    who is paid for a member who died or was wound up."""

    member_id: int
    person_id: int | None
    organisation_id: int | None
    number: int
    language: str
    cents: int
    iban: str
    holder: str
    attempt: int
    claimant: int | None = None

    @property
    def payee(self) -> Payee:
        """Whom it is owed to."""
        return Payee(self.person_id, self.organisation_id)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far paying has come: payments that stand and their cents, those that came back, files."""

    paid_count: int
    paid_cents: int
    returned_count: int
    files: list[PaymentFile]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a holder's dividend: the payment that did not come back, the dividend it was added to, whether it is
    too little to be paid yet."""

    payment: Payment | None
    added_to: DividendRun | None = None
    is_small: bool = False


# The account set last, unless a payment on it came back; and how often it was tried. A line is payable when every
# payment of it came back, it was not added to a later dividend, and it is no smaller than the smallest payment, or its
# holder has left. Whoever died or was wound up is never paid: those who claim their estate are.
_PAYABLE = f"""
    SELECT l.member_id, m.person_id, m.organisation_id, m.number, m.language,
       l.gross_cents - l.tax_cents + carried.cents, a.iban, a.holder, 1 + tried.made
    FROM dividends_dividendline l JOIN membership_member m ON m.id = l.member_id
    JOIN LATERAL (
      (SELECT iban, holder FROM treasury_payoutaccount WHERE person_id = m.person_id ORDER BY id DESC LIMIT 1)
      UNION ALL
      (SELECT iban, holder FROM treasury_payoutaccount WHERE organisation_id = m.organisation_id
        ORDER BY id DESC LIMIT 1)) a ON true
    CROSS JOIN LATERAL (SELECT coalesce(sum(cents), 0)::bigint AS cents FROM dividends_dividendcarry
      WHERE into_id = l.run_id AND member_id = l.member_id) carried
    CROSS JOIN LATERAL (SELECT count(*) AS made, count(r.id) AS returned,
        coalesce(bool_or(p.iban = a.iban AND p.holder = a.holder), false) AS used
      FROM treasury_payment p LEFT JOIN treasury_returnedpayment r ON r.payment_id = p.id
      WHERE p.owner = m.number AND p.file_id = ANY(%(files)s)) tried
    WHERE l.run_id = %(run)s AND l.member_id > %(after)s AND tried.made = tried.returned AND NOT tried.used
      AND (l.gross_cents - l.tax_cents + carried.cents >= %(smallest)s OR m.left_on <= %(today)s)
      AND NOT EXISTS (SELECT FROM dividends_dividendcarry c WHERE c.run_id = l.run_id AND c.member_id = l.member_id)
      AND {NOT_GONE}
    ORDER BY l.member_id LIMIT %(limit)s"""  # noqa: S608 - put together from constants alone


def payable(run: DividendRun, after: int, limit: int, today: date) -> list[DueLine]:
    """The next lines of a run that are not paid and have an account to be paid on, above a member id."""
    # Asked for once: joined to the files, each of ten thousand members looked through all of them.
    files = list(files_under(reference_of(run)).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"run": run.pk, "files": files, "after": after, "limit": limit}
        cursor.execute(_PAYABLE, {**given, "smallest": run.smallest_cents, "today": today})
        return [DueLine(*row) for row in cursor.fetchall()]


def payable_to_heirs(run: DividendRun) -> list[DueLine]:
    """What is due of a run to those who claim the estate of a holder, once it is settled, by their parts; in their order.

    An heir who took shares over and named no account is paid on their own as a member. Four queries.
    """
    lines = {line.member_id: line for line in _unpaid(run).filter(has_estate()).select_related("member")}
    tried: dict[int | None, list[tuple[str, str, bool]]] = {}
    rows = payments_of(run).filter(subject__isnull=False).values_list("subject", "iban", "holder", "returned")
    for pays, iban, holder, back in rows:
        tried.setdefault(pays, []).append((iban, holder, back is not None))
    found = []
    for member_id, heirs in heirs_of(lines).items():
        line = lines[member_id]
        for heir, amount in zip(heirs, parts_of(line.due_cents, heirs), strict=True):
            before, holder = tried.get(heir.claimant, []), heir.name[:NAME_MAX]
            used = any(not back or (one, name) == (heir.iban, holder) for one, name, back in before)
            if amount and heir.iban and not used:
                member, attempt = line.member, len(before) + 1
                whose = (member_id, member.person_id, member.organisation_id, member.number, member.language)
                found.append(DueLine(*whose, amount, heir.iban, holder, attempt, heir.claimant))
    return found


def came_back(heirs: Sequence[Heir]) -> list[CameBack]:
    """What came back of dividends paid to these heirs and was not made again, in their order; two queries."""
    whose = {each.claimant: each for each in heirs}
    made = payments_of_kind(DIVIDEND).filter(subject__in=list(whose))
    last: dict[tuple[int, str], Payment] = {}
    for payment in made.select_related("file", "returned").defer("file__content").order_by("pk"):
        last[payment.subject or 0, payment.file.reference] = payment
    back = [each for each in last.values() if getattr(each, "returned", None) is not None]
    runs = DividendRun.objects.in_bulk([number_of(each.file.reference) for each in back])
    found = []
    for payment in sorted(back, key=lambda each: (each.subject or 0, each.pk)):
        heir, run = whose[payment.subject or 0], runs[number_of(payment.file.reference)]
        found.append(CameBack(heir, run.year_ends_on.year, payment, heir.iban == payment.iban))
    return found


def payments_of(run: DividendRun) -> QuerySet[Payment]:
    """All payments of a run, those that came back too."""
    return payments_under(reference_of(run))


def progress_of(run: DividendRun) -> Progress:
    """How far paying has come; three queries."""
    files = list(files_under(reference_of(run)))
    told = returned_under(reference_of(run)).aggregate(count=Count("id"), cents=Sum("payment__cents"))
    count, cents = sum(each.count for each in files), sum(each.cents for each in files)
    return Progress(count - told["count"], cents - int(told["cents"] or 0), told["count"], files)


def _sum(rows: QuerySet[Any], same: str) -> Coalesce:
    # By what is the same in all of them, so that it is one sum.
    total = rows.order_by().values(same).annotate(total=Sum("cents")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), Value(0))


def _unpaid(run: DividendRun) -> QuerySet[Any]:
    """Lines of a run for which less stands paid than is due with what was added to them (`due_cents`), and that were not
    added to a later one."""
    standing = payments_of(run).filter(owner=OuterRef("member__number"), returned__isnull=True)
    carried = DividendCarry.objects.filter(into=run.pk, member=OuterRef("member"))
    gone = DividendCarry.objects.filter(run=run.pk, member=OuterRef("member"))
    lines = run.lines.annotate(due_cents=F("gross_cents") - F("tax_cents") + _sum(carried, "member"))
    return lines.annotate(paid_cents=_sum(standing, "owner")).filter(
        ~Exists(gone), paid_cents__lt=F("due_cents")
    )


def small_lines(run: DividendRun, today: date) -> QuerySet[DividendLine]:
    """Lines of a run that are too little to be paid, of holders who have not left: they wait for the next dividend."""
    stays = Q(member__left_on__isnull=True) | Q(member__left_on__gt=today)
    return _unpaid(run).filter(stays, due_cents__lt=run.smallest_cents)


def unpaid_lines(run: DividendRun, today: date) -> QuerySet[DividendLine]:
    """Lines of a run that are to be paid and are not: no payment, or it came back. Largest first."""
    small = Q(due_cents__lt=run.smallest_cents) & (
        Q(member__left_on__isnull=True) | Q(member__left_on__gt=today)
    )
    lines = (
        _unpaid(run).exclude(small).annotate(through_estate=Case(When(is_gone(), then=True), default=False))
    )
    return lines.select_related("member__person", "member__organisation").order_by(
        "-gross_cents", "member_id"
    )


def without_account(run: DividendRun, today: date) -> QuerySet[DividendLine]:
    """Lines of a run that cannot be paid: no account was ever given, what went to it came back, or the holder's estate is
    to be settled first."""
    left = accounts_but(tried_under(reference_of(run)))
    given = Q(Exists(left.filter(person=OuterRef("member__person"))))
    given |= Q(Exists(left.filter(organisation=OuterRef("member__organisation"))))
    return unpaid_lines(run, today).filter(~given | Q(through_estate=True))


_CARRY = """
    INSERT INTO dividends_dividendcarry (run_id, member_id, into_id, cents)
    SELECT l.run_id, l.member_id, %(into)s, l.gross_cents - l.tax_cents + carried.cents
    FROM dividends_dividendrun r JOIN dividends_dividendline l ON l.run_id = r.id
    JOIN membership_member m ON m.id = l.member_id
    JOIN dividends_dividendline t ON t.run_id = %(into)s AND t.member_id = l.member_id
    CROSS JOIN LATERAL (SELECT coalesce(sum(cents), 0)::bigint AS cents FROM dividends_dividendcarry
      WHERE into_id = l.run_id AND member_id = l.member_id) carried
    WHERE r.id < %(into)s AND r.state IN ('approved', 'paid_out', 'closed') AND r.booked_count = r.lines_count
      AND l.gross_cents - l.tax_cents + carried.cents < r.smallest_cents
      AND NOT EXISTS (SELECT FROM dividends_dividendcarry c WHERE c.run_id = l.run_id AND c.member_id = l.member_id)
      AND NOT EXISTS (SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id
        WHERE p.owner = m.number AND f.reference = 'dividend:' || r.id
          AND NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = p.id))
    ORDER BY l.run_id, l.member_id"""


def carry_into(run: DividendRun) -> int:
    """Adds to a booked run what its holders are due of earlier ones and was too little to be paid; gives how many.

    Caller holds the run and all earlier ones, so that nothing of them is paid meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, {"into": run.pk})
        return int(cursor.rowcount)


def lines_of_person(person: Person) -> list[tuple[DividendLine, Fate]]:
    """What a person got in dividends that were approved, under whichever member number, latest first; each with what became
    of it. Three queries."""
    return _lines(Q(member__person=person))


def lines_of_member(member: Member) -> list[tuple[DividendLine, Fate]]:
    """The same under one member number."""
    return _lines(Q(member=member))


def _lines(whose: Q) -> list[tuple[DividendLine, Fate]]:
    lines = DividendLine.objects.filter(whose, run__state__in=APPROVED).select_related("run", "member")
    rows = list(DividendCarry.objects.filter(whose).select_related("into"))
    gone = {(row.run_id, row.member_id): row.into for row in rows}
    came: dict[tuple[int, int], int] = {}
    for row in rows:
        came[row.into_id, row.member_id] = came.get((row.into_id, row.member_id), 0) + row.cents
    found = []
    wanted = list(lines.order_by("-run_id", "-member_id"))
    payments = payments_to({line.member.number for line in wanted})
    paid = {(payment.file.reference, payment.owner): payment for payment in payments}
    for line in wanted:
        into = last = gone.get((line.run_id, line.member_id))
        while last is not None and (last.pk, line.member_id) in gone:
            last = gone[last.pk, line.member_id]
        payment = paid.get((reference_of(last or line.run), line.member.number))
        due = line.net_cents + came.get((line.run_id, line.member_id), 0)
        small = payment is None and into is None and due < line.run.smallest_cents
        found.append((line, Fate(payment, into, small)))
    return found


def line_rows(run: DividendRun) -> Iterator[tuple[Any, ...]]:
    """(number, family name, given name, organisation, gross, exempt, tax, paid) of each line, in bounded memory."""
    standing = payments_of(run).filter(owner=OuterRef("member__number"), returned__isnull=True)
    told = ("member__person__family_name", "member__person__given_name", "member__organisation__name")
    rows = run.lines.annotate(paid=Exists(standing)).order_by("member__number")
    return rows.values_list(
        "member__number", *told, "gross_cents", "exempt_cents", "tax_cents", "paid"
    ).iterator(READ_AT_ONCE)
