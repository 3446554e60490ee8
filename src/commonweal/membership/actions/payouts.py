"""Accounts members are paid on: set one. The last one set holds; the ones before stay to be read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.membership.access import may_set_account
from commonweal.membership.actions.refusals import ask
from commonweal.membership.models import Member, PayoutAccount
from commonweal.membership.queries.payouts import payout_accounts_of
from commonweal.membership.rules.credit_transfers import NAME_MAX, sepa_text
from commonweal.membership.rules.ibans import may_be_paid, read_iban, shortened
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from commonweal.people.models import Person


class WrongAccount(Refusal):
    """The account number fails its own check digits, cannot be paid, or nobody is named as its holder."""

    code = "wrong_account"


@transaction.atomic
def set_payout_account(
    *,
    member: Member,
    iban: str,
    holder: str,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> PayoutAccount:
    """The account a member is paid on from now; the same one again changes nothing.

    It holds for all memberships of the same person: whoever left and came back may still be owed something from before.
    Only the member, or staff for them (`channel` says how it came). The member is told, wherever it came from.
    Raises NotAllowed, WrongAccount.
    """
    demand(may_set_account(by, member, day_of(now)))
    if member.person_id != by.pk:
        demand(not_ones_own(by, day_of(now), [member]))
    try:
        number = read_iban(iban)
    except ValueError as wrong:
        raise WrongAccount(
            _("This is no account number. Copy it from your bank card or app, such as BE62 5100 0754 7061."),
            code="wrong_iban",
        ) from wrong
    ask(WrongAccount, may_be_paid(number, settings.SITE["iban"]))
    name = clean(holder, lines=False)[:NAME_MAX]
    if not sepa_text(name):
        raise WrongAccount(_("Write who holds the account."), code="no_holder")
    same = Q(person=member.person_id) if member.person_id else Q(pk=member.pk)
    members = list(Member.objects.select_for_update().filter(same).order_by("number"))
    known = payout_accounts_of(members)
    for each in members:
        has = known.get(each.pk)
        if has is None or (has.iban, has.holder) != (number, name):
            PayoutAccount.objects.create(member=each, iban=number, holder=name, since=now, set_by=by)
    account, before = payout_accounts_of([member])[member.pk], known.get(member.pk)
    if account == before:
        return account
    record(
        "PayoutAccountSet",
        f"member:{member.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=member.person,
        data={"iban": shortened(number), "before": shortened(before.iban) if before else ""},
    )
    return account


def load_payout_accounts(rows: Iterable[tuple[Any, ...]]) -> None:
    """Many accounts at once, by COPY: (member id, IBAN, holder, since); inside the caller's transaction and event."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY membership_payoutaccount (member_id, iban, holder, since) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
