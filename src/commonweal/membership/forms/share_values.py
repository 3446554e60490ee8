"""Figures of approved accounts that a refund rests on: net assets, their day, the value of a share. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.money import ShareValue
from commonweal.membership.rules.exits import Accounts
from commonweal.membership.wording.means import MOST_CENTS
from commonweal.ui.fields import AmountField, DatePartsField, ShareValueField


def value_field(code: str, *, required: bool = True) -> ShareValueField:
    """The net asset value of one share of a class."""
    return ShareValueField(
        label=_("Net asset value of one share of class %(code)s") % {"code": code},
        help_text=_("As the accounts give it, with up to four decimals, rounded down: 48,2031."),
        required=required,
    )


def add_accounts(form: forms.Form, codes: Iterable[str]) -> None:
    """Adds the fields `accounts_from` reads, where the refund of a class needs the value of its shares."""
    wanted = list(codes)
    if not wanted:
        return
    form.fields["as_of"] = DatePartsField(label=_("Day of the approved accounts"), required=False)
    form.fields["net_assets_cents"] = AmountField(
        label=_("Net assets by these accounts"), max_cents=MOST_CENTS, required=False
    )
    for code in wanted:
        form.fields[f"value_{code}"] = value_field(code, required=False)


def accounts_from(given: Mapping[str, Any], codes: Iterable[str]) -> Accounts | None:
    """The figures of the accounts; None unless the day, the net assets and a value are all there."""
    values = {code: value for code in codes if (value := given.get(f"value_{code}")) is not None}
    if not values or given.get("as_of") is None or given.get("net_assets_cents") is None:
        return None
    return Accounts(given["as_of"], given["net_assets_cents"], values)


def values_from(given: Mapping[str, Any], codes: Iterable[str]) -> dict[str, ShareValue]:
    """The value of a share by class."""
    return {code: given[f"value_{code}"] for code in codes}
