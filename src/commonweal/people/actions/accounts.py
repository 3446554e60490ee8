"""What is done with accounts: sign out devices, close and open again, take lost second factors off, two together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Refusal, demand
from commonweal.kernel.text import clean
from commonweal.people.access import may, roles_of
from commonweal.people.actions.people import record
from commonweal.people.actions.security import note_change
from commonweal.people.actions.turns import wait_turn
from commonweal.people.models import Account, ApiKey, FactorReset, Person, Session
from commonweal.people.queries import administrators
from commonweal.people.rules import ADMINISTRATOR, Act

REASON_MAX = 200


class AccountRefused(Refusal):
    """One's own account, one's own request, no reason, or the last administrator; the code says which."""

    code = "account_refused"


@transaction.atomic
def end_sessions(*, account: Account, rows: Iterable[str], now: datetime, by: Person | None = None) -> int:
    """Signs an account out where `rows` (names of session rows) say; gives how many there were.

    Its owner (`by=None`), or an administrator for them. Raises NotAllowed.
    """
    if by is not None and by.pk != account.person_id:
        demand(may(by, Act.APPOINT_STAFF, now.date()))
    count, _models = Session.objects.filter(account=account, session_key__in=list(rows)).delete()
    if count:
        note_change(account=account, kind="sessions_ended", now=now, by=by, data={"count": count})
    return count


def _reason(why: str) -> str:
    text = clean(why, lines=False)[:REASON_MAX]
    if not text:
        raise AccountRefused(_("Say why: it stays with your name."), code="no_reason")
    return text


def _held(account: Account, by: Person, now: datetime) -> Account:
    """The account, locked. Raises NotAllowed for who gives no roles, AccountRefused for one's own."""
    demand(may(by, Act.APPOINT_STAFF, now.date()))
    if account.person_id == by.pk:
        raise AccountRefused(_("Another administrator does this with your account, not you."), code="oneself")
    wait_turn("administrators")
    return Account.objects.select_for_update(of=("self",)).select_related("person").get(pk=account.pk)


@transaction.atomic
def block_account(*, account: Account, why: str, by: Person, now: datetime) -> None:
    """Closes an account: nobody signs in with it, all its sessions and keys end at once. Twice changes nothing.

    Its roles stay and wait. Raises NotAllowed, AccountRefused.
    """
    text, held = _reason(why), _held(account, by, now)
    if not held.is_active:
        return
    person = held.person
    others = administrators(now.date()).exclude(pk=person.pk) if person else None
    if (
        person
        and others is not None
        and ADMINISTRATOR in roles_of(person, now.date())
        and not others.exists()
    ):
        raise AccountRefused(_("This is the last administrator."), code="last_administrator")
    held.is_active, held.blocked_at, held.blocked_by, held.blocked_why = False, now, by, text
    held.save(update_fields=["is_active", "blocked_at", "blocked_by", "blocked_why"])
    Session.objects.filter(account=held).delete()
    if person:
        person.api_keys.filter(ended_at__isnull=True).update(ended_at=now)
    note_change(account=held, kind="blocked", now=now, by=by, data={"why": text})


@transaction.atomic
def open_account_again(*, account: Account, by: Person, now: datetime) -> None:
    """Opens an account that an administrator closed; its keys stay ended. Raises NotAllowed, AccountRefused."""
    held = _held(account, by, now)
    if held.blocked_at is None:
        return
    held.is_active, held.blocked_at, held.blocked_by, held.blocked_why = True, None, None, ""
    held.save(update_fields=["is_active", "blocked_at", "blocked_by", "blocked_why"])
    note_change(account=held, kind="opened", now=now, by=by)


@transaction.atomic
def ask_factor_reset(*, account: Account, why: str, by: Person, now: datetime) -> FactorReset:
    """Asks to take someone's second factors off; the request that waits is the one there is. The person is told.

    `why` says how the administrator made sure who it is. Raises NotAllowed, AccountRefused.
    """
    text, held = _reason(why), _held(account, by, now)
    if held.person is None:
        raise AccountRefused(_("This account has told no name yet."), code="no_name")
    waiting = held.person.factor_resets.filter(confirmed_at__isnull=True, dropped_at__isnull=True).first()
    if waiting is not None:
        return waiting
    asked = FactorReset.objects.create(person=held.person, why=text, asked_by=by, asked_at=now)
    note_change(account=held, kind="factors_asked", now=now, by=by, data={"reset": asked.pk, "why": text})
    return asked


def _waiting(reset: FactorReset, by: Person, now: datetime) -> FactorReset:
    demand(may(by, Act.APPOINT_STAFF, now.date()))
    found = FactorReset.objects.select_for_update(of=("self",)).filter(pk=reset.pk)
    waiting = (
        found.filter(confirmed_at__isnull=True, dropped_at__isnull=True)
        .select_related("person__account")
        .first()
    )
    if waiting is None:
        raise AccountRefused(
            _("This request no longer waits: somebody confirmed or dropped it. Look what stands here now."),
            code="settled",
        )
    return waiting


@transaction.atomic
def confirm_factor_reset(*, reset: FactorReset, by: Person, now: datetime) -> None:
    """Takes someone's second factors off, ends their keys for programs and signs them out: they set up new ones at the
    next log-in.

    Only an administrator who neither asked for it nor is the person. Raises NotAllowed, AccountRefused.
    """
    waiting = _waiting(reset, by, now)
    if by.pk in (waiting.asked_by_id, waiting.person_id):
        raise AccountRefused(_("Another administrator confirms it, not who asked for it."), code="oneself")
    waiting.confirmed_by, waiting.confirmed_at = by, now
    waiting.save(update_fields=["confirmed_by", "confirmed_at"])
    account = waiting.person.account
    Authenticator.objects.filter(user=account).delete()
    Session.objects.filter(account=account).delete()
    ApiKey.objects.filter(person=waiting.person, ended_at__isnull=True).update(ended_at=now)
    note_change(account=account, kind="factors_reset", now=now, by=by, data={"reset": waiting.pk})


@transaction.atomic
def drop_factor_reset(*, reset: FactorReset, by: Person, now: datetime) -> None:
    """Drops a request that waits; any administrator may. Raises NotAllowed, AccountRefused."""
    waiting = _waiting(reset, by, now)
    waiting.dropped_at = now
    waiting.save(update_fields=["dropped_at"])
    record(
        "FactorResetDropped",
        f"account:{waiting.person.account.pk}",
        by=by,
        at=now,
        data={"reset": waiting.pk},
    )
