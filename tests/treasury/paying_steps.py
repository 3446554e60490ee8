"""Steps of tests: what seasons, estates and exclusions owe, and what goes back, paid through the treasury."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from commonweal.treasury.actions import make_payment_file, note_paid

if TYPE_CHECKING:
    from commonweal.membership.models import Estate, Exclusion, ExitSeason
    from commonweal.treasury.models import PaymentFile


def pay_season(season: ExitSeason, **given: Any) -> PaymentFile:
    return make_payment_file(reference=f"exit:{season.year}", **given)


def season_paid(season: ExitSeason, file: PaymentFile, **given: Any) -> int:
    return note_paid(reference=f"exit:{season.year}", number=file.number, **given)


def pay_estate(estate: Estate, **given: Any) -> PaymentFile:
    return make_payment_file(reference=f"estate:{estate.pk}", **given)


def estate_paid(estate: Estate, **given: Any) -> int:
    return note_paid(reference=f"estate:{estate.pk}", **given)


def pay_exclusion(exclusion: Exclusion, **given: Any) -> PaymentFile:
    return make_payment_file(reference=f"exclusion:{exclusion.pk}", **given)


def exclusion_paid(exclusion: Exclusion, **given: Any) -> int:
    return note_paid(reference=f"exclusion:{exclusion.pk}", **given)


def pay_refunds(*, pay_on: date, **given: Any) -> PaymentFile:
    return make_payment_file(reference=f"overpaid:{pay_on.year}", pay_on=pay_on, **given)
