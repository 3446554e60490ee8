"""Dated statutes: load what a new site starts with, add a value from a day on. Nothing is ever taken out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from commonweal.kernel.days import day_of
from commonweal.ledger.actions import Bound, open_accounts, set_limits
from commonweal.membership.access import may_keep_register
from commonweal.membership.models import ShareTerms, StatuteSetting
from commonweal.membership.rules import movements as names
from commonweal.membership.rules.payments import REFUNDS
from commonweal.membership.rules.statutes import BEGINNING, SETTINGS, TERMS, Setting, Terms
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.actions.payables import owed_accounts
from commonweal.treasury.rules.payables import PAID_OUT

if TYPE_CHECKING:
    from commonweal.people.models import Person


@transaction.atomic
def load_statutes(*, by: Person | None, now: datetime) -> int:
    """The terms and settings of `rules.statutes`, where there are none for their day; gives how many were new."""
    terms_there = set(ShareTerms.objects.values_list("share_class", "starts_on"))
    settings_there = set(StatuteSetting.objects.values_list("code", "starts_on"))
    terms = [each for each in TERMS if (each.share_class, each.starts_on) not in terms_there]
    settings = [each for each in SETTINGS if (each.code, each.starts_on) not in settings_there]
    _add_terms(terms)
    _add_settings(settings)
    count = len(terms) + len(settings)
    if count:
        record("StatutesLoaded", "register:statutes", by=by, at=now, data={"count": count})
    return count


@transaction.atomic
def set_terms(*, terms: Terms, by: Person | None, now: datetime) -> None:
    """What holds for a class from a day on. `by=None` only for imports. Raises NotAllowed, IntegrityError."""
    if by is not None:
        demand(may_keep_register(by, day_of(now)))
    _add_terms([terms])
    data = {"class": terms.share_class, "starts_on": terms.starts_on.isoformat()}
    record("ShareTermsSet", "register:statutes", by=by, at=now, data=data)


@transaction.atomic
def set_setting(*, setting: Setting, by: Person | None, now: datetime) -> None:
    """One value from a day on. `by=None` only for imports. Raises NotAllowed, IntegrityError."""
    if by is not None:
        demand(may_keep_register(by, day_of(now)))
    _add_settings([setting])
    data = {"code": setting.code, "starts_on": setting.starts_on.isoformat(), "value": setting.value}
    record("SettingSet", "register:statutes", by=by, at=now, data=data)


def _add_terms(added: list[Terms]) -> None:
    ShareTerms.objects.bulk_create(
        ShareTerms(**{name: getattr(terms, name) for name in Terms.__dataclass_fields__}) for terms in added
    )
    owed = owed_accounts()
    units = dict.fromkeys((names.MONEY, names.GAIN, REFUNDS, PAID_OUT, *owed), names.CENT)
    # Nobody gets back more than they paid in, and nobody is paid more than they are owed.
    bounds = [Bound(account, BEGINNING, 0, None) for account in owed]
    for terms in added:
        code, unit = terms.share_class, names.share_unit(terms.share_class)
        shares, paid = names.shares_account(code), names.paid_account(code)
        units |= {shares: unit, names.issued_account(code): unit, paid: names.CENT}
        bounds += [Bound(shares, terms.starts_on, 0, terms.shares_max), Bound(paid, BEGINNING, 0, None)]
    open_accounts(units)
    set_limits(bounds)


def _add_settings(added: list[Setting]) -> None:
    StatuteSetting.objects.bulk_create(
        StatuteSetting(**{name: getattr(setting, name) for name in Setting.__dataclass_fields__})
        for setting in added
    )
