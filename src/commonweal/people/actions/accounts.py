"""What is done with accounts: sign out devices, close and open again, another phone in the place of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import demand, may
from commonweal.people.actions.security import note_change
from commonweal.people.models import Account, Person, Session
from commonweal.people.queries import holds_role
from commonweal.people.rules import ADMINISTRATOR, Act

REASON_MAX = 200


class AccountRefused(Refusal):
    """One's own account, an administrator's, or no reason; the code says which."""

    code = "account_refused"


@transaction.atomic
def end_sessions(*, account: Account, rows: Iterable[str], now: datetime, by: Person | None = None) -> int:
    """Signs an account out where `rows` (names of session rows) say; gives how many there were.

    Its owner (`by=None`), or an administrator for them. Raises NotAllowed.
    """
    if by is not None and by.pk != account.person_id:
        demand(may(by, Act.APPOINT_STAFF, day_of(now)))
    count, _models = Session.objects.filter(account=account, session_key__in=list(rows)).delete()
    if count:
        note_change(account=account, kind="sessions_ended", now=now, by=by, data={"count": count})
    return count


def reason_given(why: str) -> str:
    """A reason as it is kept. Raises AccountRefused for an empty one."""
    text = clean(why, lines=False)[:REASON_MAX]
    if not text:
        raise AccountRefused(_("Say why: it stays with your name."), code="no_reason")
    return text


def _locked(account: Account, by: Person, now: datetime) -> Account:
    """The account, locked. Raises NotAllowed for who gives no roles, AccountRefused for one's own or an administrator's."""
    demand(may(by, Act.APPOINT_STAFF, day_of(now)))
    if account.person_id == by.pk:
        raise AccountRefused(_("Another administrator does this with your account, not you."), code="oneself")
    locked = Account.objects.select_for_update(of=("self",)).select_related("person").get(pk=account.pk)
    if locked.person is not None and holds_role(locked.person, ADMINISTRATOR):
        raise AccountRefused(
            _("This is the account of an administrator: one of their colleagues asks, another confirms."),
            code="two",
        )
    return locked


@transaction.atomic
def block_account(*, account: Account, why: str, by: Person, now: datetime) -> None:
    """Closes an account: nobody signs in with it, all its sessions and keys end at once. Twice changes nothing.

    Its roles stay and wait. An administrator's is closed by two (`ask_jointly`). Raises NotAllowed, AccountRefused.
    """
    text, locked = reason_given(why), _locked(account, by, now)
    if locked.is_active:
        close_locked(account=locked, why=text, by=by, given_by=by, now=now)


def close_locked(
    *,
    account: Account,
    why: str,
    by: Person,
    given_by: Person,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """The step of `block_account` and of what two administrators do. Caller holds the row, open, and has checked."""
    account.is_active, account.blocked_at, account.blocked_by, account.blocked_why = False, now, given_by, why
    account.save(update_fields=["is_active", "blocked_at", "blocked_by", "blocked_why"])
    Session.objects.filter(account=account).delete()
    if account.person:
        account.person.api_keys.filter(ended_at__isnull=True).update(ended_at=now)
    note_change(account=account, kind="blocked", now=now, by=by, data={"why": why, **(data or {})})


@transaction.atomic
def open_account_again(*, account: Account, by: Person, now: datetime) -> None:
    """Opens an account that an administrator closed; its keys stay ended. An administrator's is opened by two.

    Raises NotAllowed, AccountRefused.
    """
    locked = _locked(account, by, now)
    if locked.blocked_at is not None:
        open_locked(account=locked, by=by, now=now)


def open_locked(*, account: Account, by: Person, now: datetime, data: dict[str, Any] | None = None) -> None:
    """The step of `open_account_again` and of what two administrators do. Caller holds the row, closed, and has checked."""
    account.is_active, account.blocked_at, account.blocked_by, account.blocked_why = True, None, None, ""
    account.save(update_fields=["is_active", "blocked_at", "blocked_by", "blocked_why"])
    note_change(account=account, kind="opened", now=now, by=by, data=data)


@transaction.atomic
def replace_app(*, account: Account, secret: str, now: datetime) -> None:
    """Puts another authenticator app in the place of one's own. Its owner, who just showed a code of the new one.

    The old one opens nothing from then on. Caller holds a proof of who it is that is fresh.
    """
    Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
    totp.TOTP.activate(account, secret)
    note_change(account=account, kind="totp_replaced", now=now)
