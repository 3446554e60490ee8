"""Reads of what is still to be paid of decided exit seasons, and of the files made for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet, Sum

from commonweal.ledger import queries as ledger
from commonweal.membership.models import ExitRequest, ExitSeason
from commonweal.membership.queries.heirs import accounts_to_pay, ended_among
from commonweal.membership.rules.payments import REFUND_OWED, PaymentKind
from commonweal.membership.states import EXIT, SeasonState
from commonweal.treasury.queries import files_under, payments_under, standing_payments, tried_accounts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commonweal.treasury.models import Payment, PaymentFile, PayoutAccount

OPEN = EXIT.move("pay").sources


@dataclass(frozen=True, slots=True)
class Due:
    """What one request is still to be paid, for which time, and the account for it, where one is known; whether its member
    died or was wound up, so that the estate is paid."""

    request: int
    member: int
    number: int
    language: str
    cents: int
    attempt: int
    account: PayoutAccount | None
    through_estate: bool = False


def reference_of_season(season: ExitSeason) -> str:
    """What the payment files of a season and their postings rest on."""
    return f"exit:{season.year}"


def decided_seasons() -> QuerySet[ExitSeason]:
    """Seasons the board decided, the latest first."""
    return ExitSeason.objects.filter(state=SeasonState.DECIDED.value)


def granted_unpaid() -> QuerySet[ExitRequest]:
    """Requests that are granted and that no payment pays, or whose payment came back."""
    paid = standing_payments(PaymentKind.EXIT).filter(subject=OuterRef("pk"))
    return ExitRequest.objects.filter(~Exists(paid), state__in=OPEN)


def due_in(season: ExitSeason) -> list[Due]:
    """What is granted in a season and not paid, or came back, by member number; six queries.

    An account that sent it back is no account; what the ledger does not owe any more, since its booking was undone, is
    not due.
    """
    rows = list(
        granted_unpaid()
        .filter(season=season)
        .order_by("member__number")
        .values_list("pk", "member_id", "member__number", "member__language")
        .annotate(cents=Sum("refunds__cents"))
        .filter(cents__gt=0)
    )
    numbers = [number for _pk, _member, number, _language, _cents in rows]
    owed = ledger.balances([REFUND_OWED], numbers, date.max)
    members = [member for _pk, member, *_rest in rows]
    accounts, ended = accounts_to_pay(members), ended_among(members)
    tried = tried_accounts(PaymentKind.EXIT)
    found = []
    for pk, member, number, language, cents in rows:
        account, before = accounts.get(member), tried.get(pk, [])
        if account is not None and (account.iban, account.holder) in before:
            account = None
        if owed.get((REFUND_OWED, number), 0) >= cents:
            through = member in ended
            found.append(Due(pk, member, number, language, cents, len(before) + 1, account, through))
    return found


def files_of(season: ExitSeason) -> QuerySet[PaymentFile]:
    """The payment files of a season, without what is in them."""
    return files_under(reference_of_season(season))


def standing_in(file: PaymentFile) -> QuerySet[Payment]:
    """The payments of a file that did not come back."""
    return payments_under(file.reference).filter(file=file.pk, returned__isnull=True)


def unpaid_files(season: ExitSeason, files: Iterable[PaymentFile]) -> set[int]:
    """Those of these files of a season with payments that stand and are not noted as paid."""
    waits = ExitRequest.objects.filter(season=season, state__in=OPEN)
    rows = standing_payments(PaymentKind.EXIT).filter(file__in=list(files), subject__in=waits.values("pk"))
    return set(rows.order_by().values_list("file_id", flat=True).distinct())
