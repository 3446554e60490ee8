"""Words around a refund that is looked at before it is booked: the figures it rests on, who gets what. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from commonweal.membership.views import wording
from commonweal.treasury.rules.ibans import shortened
from commonweal.ui.formats import day, euros, share_value

if TYPE_CHECKING:
    from commonweal.membership.actions.settling import SettlementPlan
    from commonweal.membership.rules.exits import Accounts
    from commonweal.membership.rules.movements import Held

Rows = list[dict[str, str]]


def figures(accounts: Accounts | None) -> Rows:
    """The figures of the accounts, as rows of label and value; none where no refund rests on them."""
    if accounts is None:
        return []
    pairs = [
        (_("Net assets by these accounts"), euros(accounts.net_assets_cents)),
        (_("Day of the approved accounts"), day(accounts.as_of)),
    ]
    for code, value in sorted(accounts.values.items()):
        pairs.append(
            (_("Net asset value of one share of class %(code)s") % {"code": code}, share_value(value))
        )
    return [{"label": label, "value": value} for label, value in pairs]


def owed_before(cents: int) -> Rows:
    """What was granted to the member and not paid, as a row of label and value; none where nothing was."""
    return [{"label": _("Granted before and not paid"), "value": euros(cents)}] if cents else []


def given_back(held: Mapping[str, Held], refunds: Mapping[str, int]) -> list[dict[str, Any]]:
    """One row a class: shares that cease to exist, what was paid on them, what is given back."""
    return [
        {
            "shares": wording.shares(held[code].shares, code),
            "paid": held[code].paid_cents,
            "cents": cents,
        }
        for code, cents in sorted(refunds.items())
    ]


def claims(plan: SettlementPlan) -> list[dict[str, Any]]:
    """One row for each who claims a part: what they are paid and where, or which shares they take over."""
    return [
        {
            "name": each.name,
            "part": f"{each.numerator}/{each.denominator}",
            "number": each.heir.number if each.heir and plan.shares else None,
            "account": shortened(each.iban) if each.iban and plan.pays else "",
            "cents": plan.cents_each[place] if plan.pays else None,
            "shares": [wording.shares(counts[place], code) for code, counts in sorted(plan.shares.items())],
        }
        for place, each in enumerate(plan.claimants)
    ]
