"""Reads of what is still to be paid of decided exit seasons, and of the files made for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.membership.models import ExitPayment, ExitPaymentFile, ExitRequest, ExitSeason, PayoutAccount
from commonweal.membership.queries.payouts import payout_accounts_of
from commonweal.membership.rules.credit_transfers import CreditTransfer, payment_file
from commonweal.membership.states import SeasonState

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Due:
    """What one request is still to be paid, and the account for it, where one is known."""

    request: int
    member: int
    number: int
    cents: int
    account: PayoutAccount | None


def decided_seasons() -> QuerySet[ExitSeason]:
    """Seasons the board decided, the latest first."""
    return ExitSeason.objects.filter(state=SeasonState.DECIDED.value)


def due_in(season: ExitSeason) -> list[Due]:
    """What is granted in a season and stands in no payment file yet, by member number; two queries."""
    rows = (
        ExitRequest.objects.filter(season=season, state__in=("granted", "part"), payment__isnull=True)
        .order_by("member__number")
        .values_list("pk", "member_id", "member__number")
        .annotate(cents=Sum("refunds__cents"))
    )
    found = [row for row in rows if row[3]]
    accounts = payout_accounts_of(member for _pk, member, _number, _cents in found)
    return [Due(pk, member, number, cents, accounts.get(member)) for pk, member, number, cents in found]


def files_of(season: ExitSeason) -> QuerySet[ExitPaymentFile]:
    """The payment files of a season, each with how many payments, their cents, and how many are not noted as paid."""
    files = ExitPaymentFile.objects.filter(season=season).select_related("season", "made_by")
    return files.annotate(count=Count("payments"), cents=Sum("payments__cents")).order_by("number")


def unpaid_files(files: Iterable[ExitPaymentFile]) -> set[int]:
    """Those of these files with payments that are not noted as paid."""
    open_states = ("granted", "part")
    rows = ExitPayment.objects.filter(file__in=list(files), request__state__in=open_states)
    return set(rows.values_list("file_id", flat=True))


def file_text(file: ExitPaymentFile) -> bytes:
    """The payment file for the bank (pain.001). Raises ValueError for what no bank takes."""
    rows = ExitPayment.objects.filter(file=file).order_by("pk")
    told = rows.values_list(
        "request_id",
        "account__holder",
        "account__iban",
        "cents",
        "request__member__number",
        "request__member__language",
    )
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = _("Refund of shares, member")
    transfers = [
        CreditTransfer(
            f"EXIT-{file.season.year}-{request}", holder, iban, cents, f"{texts[language]} {number}"
        )
        for request, holder, iban, cents, number, language in told
    ]
    return payment_file(
        payer_name=settings.SITE["name"],
        payer_iban=settings.SITE["iban"],
        message_id=f"EXIT-{file.season.year}-{file.number}",
        created_at=file.made_at,
        pay_on=file.pay_on,
        transfers=transfers,
    )
