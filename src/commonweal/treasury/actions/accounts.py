"""Accounts somebody is paid on: keep one. The last one kept holds; the ones before stay to be read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import said
from commonweal.treasury.models import PayoutAccount
from commonweal.treasury.queries import accounts_of
from commonweal.treasury.rules.credit_transfers import NAME_MAX, sepa_text
from commonweal.treasury.rules.ibans import may_be_paid, read_iban

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commonweal.people.models import Person
    from commonweal.treasury.rules.payables import Payee


class WrongAccount(Refusal):
    """The account number fails its own check digits, cannot be paid, or nobody is named as its holder."""

    code = "wrong_account"


class Kept(NamedTuple):
    """The account somebody is paid on now, and the one before, where it was another."""

    account: PayoutAccount
    before: PayoutAccount | None
    changed: bool


def keep_account(*, payee: Payee, iban: str, holder: str, by: Person, now: datetime) -> Kept:
    """The account a payee is paid on from now; the same one again changes nothing.

    For an action that has asked who may, holds the payee, and notes the event. Raises WrongAccount.
    """
    try:
        number = read_iban(iban)
    except ValueError as wrong:
        raise WrongAccount(
            _("This is no account number. Copy it from your bank card or app, such as BE62 5100 0754 7061."),
            code="wrong_iban",
        ) from wrong
    may = may_be_paid(number, settings.SITE["iban"])
    if not may:
        raise WrongAccount(said(may), code=may.code)
    name = clean(holder, lines=False)[:NAME_MAX]
    if not sepa_text(name):
        raise WrongAccount(_("Write who holds the account."), code="no_holder")
    before = accounts_of([payee]).get(payee)
    if before is not None and (before.iban, before.holder) == (number, name):
        return Kept(before, before, changed=False)
    account = PayoutAccount.objects.create(
        person_id=payee.person_id,
        organisation_id=payee.organisation_id,
        iban=number,
        holder=name,
        since=now,
        set_by=by,
    )
    return Kept(account, before, changed=True)


def load_accounts(rows: Iterable[tuple[Any, ...]]) -> None:
    """Many accounts at once, by COPY: (person id, organisation id, IBAN, holder, since); inside the caller's transaction
    and event."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY treasury_payoutaccount (person_id, organisation_id, iban, holder, since) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(row)
