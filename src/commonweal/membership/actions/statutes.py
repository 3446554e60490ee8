"""Dated statutes: load what a new site starts with, add a value from a day on. Nothing is ever taken out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from commonweal.kernel.decision import demand
from commonweal.ledger.actions import open_account, set_limit
from commonweal.membership.access import may_keep_register
from commonweal.membership.models import ShareTerms, StatuteSetting
from commonweal.membership.rules import movements as names
from commonweal.membership.rules.payments import OWED, PAID_OUT, REFUNDS
from commonweal.membership.rules.statutes import BEGINNING, SETTINGS, TERMS, Setting, Terms
from commonweal.people.actions import record

if TYPE_CHECKING:
    from commonweal.people.models import Person


@transaction.atomic
def load_statutes(*, by: Person | None, now: datetime) -> int:
    """The terms and settings of `rules.statutes`, where there are none for their day; gives how many were new."""
    count = sum(_added_terms(terms) for terms in TERMS) + sum(_added_setting(each) for each in SETTINGS)
    if count:
        record("StatutesLoaded", "register:statutes", by=by, at=now, data={"count": count})
    return count


@transaction.atomic
def set_terms(*, terms: Terms, by: Person | None, now: datetime) -> None:
    """What holds for a class from a day on. `by=None` only for imports. Raises NotAllowed, IntegrityError."""
    if by is not None:
        demand(may_keep_register(by, now.date()))
    _add_terms(terms)
    data = {"class": terms.share_class, "starts_on": terms.starts_on.isoformat()}
    record("ShareTermsSet", "register:statutes", by=by, at=now, data=data)


@transaction.atomic
def set_setting(*, setting: Setting, by: Person | None, now: datetime) -> None:
    """One value from a day on. `by=None` only for imports. Raises NotAllowed, IntegrityError."""
    if by is not None:
        demand(may_keep_register(by, now.date()))
    _add_setting(setting)
    data = {"code": setting.code, "starts_on": setting.starts_on.isoformat(), "value": setting.value}
    record("SettingSet", "register:statutes", by=by, at=now, data=data)


def _added_terms(terms: Terms) -> bool:
    if ShareTerms.objects.filter(share_class=terms.share_class, starts_on=terms.starts_on).exists():
        return False
    _add_terms(terms)
    return True


def _add_terms(terms: Terms) -> None:
    fields: dict[str, Any] = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    ShareTerms.objects.create(**fields)
    unit, code = names.share_unit(terms.share_class), terms.share_class
    open_account(code=names.shares_account(code), unit=unit)
    open_account(code=names.issued_account(code), unit=unit)
    open_account(code=names.paid_account(code), unit=names.CENT)
    for each in (names.MONEY, names.GAIN, REFUNDS, PAID_OUT, *sorted(set(OWED.values()))):
        open_account(code=each, unit=names.CENT)
    set_limit(
        account=names.shares_account(code), starts_on=terms.starts_on, floor=0, ceiling=terms.shares_max
    )
    # Nobody gets back more than they paid in, and nobody is paid more than they are owed.
    for each in (names.paid_account(code), *sorted(set(OWED.values()))):
        set_limit(account=each, starts_on=BEGINNING, floor=0, ceiling=None)


def _added_setting(setting: Setting) -> bool:
    if StatuteSetting.objects.filter(code=setting.code, starts_on=setting.starts_on).exists():
        return False
    _add_setting(setting)
    return True


def _add_setting(setting: Setting) -> None:
    StatuteSetting.objects.create(**{name: getattr(setting, name) for name in Setting.__dataclass_fields__})
