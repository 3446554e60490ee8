"""Reads of statutes and of what one member holds, on a day as known at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from commonweal.kernel.subjects import number_of
from commonweal.ledger import queries as ledger
from commonweal.membership.models import Member, ShareTerms, StatuteSetting
from commonweal.membership.rules import movements as names
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import (
    Evidence,
    HolderKind,
    RefundRule,
    Setting,
    SettingName,
    Terms,
    financial_years,
)
from commonweal.people.queries import people_with_ids

if TYPE_CHECKING:
    from commonweal.ledger.models import Operation

MOVEMENTS_MAX, YEARS_MAX = 200, 15


@dataclass(frozen=True, slots=True)
class MovementLine:
    """What one operation moved for one member in one class; `others` are the numbers of the other members in it."""

    operation: Operation
    share_class: str
    shares: int
    cents: int
    others: tuple[int, ...]
    author: str
    undone: bool


def _terms(row: ShareTerms) -> Terms:
    return Terms(
        row.share_class,
        row.starts_on,
        row.price_cents,
        row.shares_min,
        row.shares_max,
        HolderKind(row.holders),
        RefundRule(row.refund),
        row.on_issue,
        row.source,
        Evidence(row.evidence),
    )


def all_terms() -> list[Terms]:
    """The terms of every class, oldest first within each."""
    return [_terms(row) for row in ShareTerms.objects.order_by("share_class", "starts_on")]


def ended_years(today: date) -> list[tuple[date, date]]:
    """The financial years of the statutes that have ended before a day, the latest first; at most fifteen."""
    rows = StatuteSetting.objects.filter(code=SettingName.FINANCIAL_YEAR_MONTH).order_by("starts_on")
    months = list(rows.values_list("starts_on", "value"))
    if not months:
        return []
    years = financial_years(months, today.year - YEARS_MAX - 1, today.year)
    return [year for year in reversed(years) if year[1] < today][:YEARS_MAX]


def terms_on(share_class: str, day: date) -> Terms | None:
    """What holds for a class on a day."""
    rows = ShareTerms.objects.filter(share_class=share_class, starts_on__lte=day)
    row = rows.order_by("-starts_on").first()
    return _terms(row) if row else None


def classes() -> list[str]:
    """Codes of all classes of shares there ever were, in order."""
    return list(ShareTerms.objects.order_by("share_class").values_list("share_class", flat=True).distinct())


def all_settings() -> list[Setting]:
    """Every value of the statutes and the law, oldest first within each code."""
    return [
        Setting(row.code, row.starts_on, row.value, row.source, Evidence(row.evidence))
        for row in StatuteSetting.objects.order_by("code", "starts_on")
    ]


def setting_on(code: str, day: date) -> Any:
    """The value of a setting on a day; None before its first."""
    row = StatuteSetting.objects.filter(code=code, starts_on__lte=day).order_by("-starts_on").first()
    return row.value if row else None


def held_on(number: int, share_class: str, day: date, known_at: datetime | None = None) -> Held:
    """What a member holds in one class at the end of a day, as known at a moment (default: now)."""
    accounts = (names.shares_account(share_class), names.paid_account(share_class))
    found = ledger.balances(accounts, [number], day, known_at)
    return Held(found.get((accounts[0], number), 0), found.get((accounts[1], number), 0))


def holdings_of(
    numbers: Iterable[int], day: date, known_at: datetime | None = None, codes: Iterable[str] | None = None
) -> dict[int, dict[str, Held]]:
    """What these members hold: number -> class -> held, without empty ones; one query, two without `codes`."""
    wanted = list(numbers)
    found: dict[int, dict[str, Held]] = {}
    kinds = list(classes() if codes is None else codes)
    accounts = [name(code) for code in kinds for name in (names.shares_account, names.paid_account)]
    balances = ledger.balances(accounts, wanted, day, known_at)
    for number in wanted:
        for code in kinds:
            held = Held(
                balances.get((names.shares_account(code), number), 0),
                balances.get((names.paid_account(code), number), 0),
            )
            if held != Held():
                found.setdefault(number, {})[code] = held
    return found


def issued_on(codes: Iterable[str], day: date) -> dict[str, int]:
    """Class -> how many shares of it there are at the end of a day, as known now; one query."""
    kinds = list(codes)
    accounts = {names.issued_account(code): code for code in kinds}
    found = {
        accounts[account]: -total
        for (account, _owner), total in ledger.balances(list(accounts), [names.NOBODY], day).items()
    }
    return {code: found.get(code, 0) for code in kinds}


def holdings_by_year(number: int, today: date) -> list[tuple[int, dict[str, Held]]]:
    """What a member held at the end of each year, from the first with shares until today; the last fifteen."""
    kinds = classes()
    accounts = [name(code) for code in kinds for name in (names.shares_account, names.paid_account)]
    moved = ledger.moved_by_year(accounts, number, today)
    first = min((year for year, _account in moved), default=today.year + 1)
    running = dict.fromkeys(accounts, 0)
    found = []
    for year in range(first, today.year + 1):
        for account in accounts:
            running[account] += moved.get((year, account), 0)
        held = {
            code: Held(running[names.shares_account(code)], running[names.paid_account(code)])
            for code in kinds
        }
        found.append((year, held))
    return found[-YEARS_MAX:]


def movements_of(member: Member) -> list[MovementLine]:
    """The latest movements of a member's shares, newest effect first; at most two hundred."""
    kinds = classes()
    accounts = [name(code) for code in kinds for name in (names.shares_account, names.paid_account)]
    postings = list(ledger.postings_on(accounts, member.number).reverse()[: MOVEMENTS_MAX * 2])
    operations = {posting.operation_id: posting.operation for posting in postings}
    lines: dict[tuple[int, str], list[int]] = {}
    for posting in postings:
        kind, _dot, code = posting.account_id.partition(".")
        line = lines.setdefault((posting.operation_id, code), [0, 0])
        line[kind == "paid"] += posting.quantity
    others = ledger.other_owners(list(operations), member.number)
    undone = ledger.reversed_among(list(operations))
    authors = author_names(operations.values())
    return [
        MovementLine(
            operations[pk],
            code,
            shares,
            cents,
            others=tuple(others.get(pk, ())),
            author=authors.get(operations[pk].author, ""),
            undone=pk in undone,
        )
        for (pk, code), (shares, cents) in list(lines.items())[:MOVEMENTS_MAX]
    ]


def movement_of(member: Member, operation: int) -> MovementLine | None:
    """One movement among those of a member."""
    return next((line for line in movements_of(member) if line.operation.pk == operation), None)


def author_names(operations: Iterable[Operation]) -> dict[str, str]:
    """The names behind the authors of operations: `person:12` -> name; one query."""
    ids = {number_of(each.author) for each in operations if each.author.startswith("person:")}
    return {f"person:{pk}": str(person) for pk, person in people_with_ids(ids).items()}
